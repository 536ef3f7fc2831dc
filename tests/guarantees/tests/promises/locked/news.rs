//! A locked account says how much is new, and keeps nothing of it.

use pericard::{IncompleteReason, SyncOutcome};

use super::*;

/// What a run of the account found, and how it ended.
async fn looked(account: &Account) -> (u64, Option<SyncOutcome>) {
    let run = account.start_sync(None, false).unwrap();
    while run.next().await.unwrap().is_some() {}
    (run.news(), run.outcome())
}

#[test]
fn a_locked_account_counts_what_is_new_and_keeps_nothing_of_it() {
    run(async {
        let (harness, ana) = with_a_pin().await;
        let counted = Some(SyncOutcome::Incomplete {
            reason: IncompleteReason::Locked,
        });
        lock(&ana).lock().await.unwrap();
        assert_eq!(looked(&ana).await, (0, counted));
        let news = json!({ "new_message": { "who": "ana", "thread": 0, "text": "Zebrafinches" } });
        harness.portal(news).await;
        harness.world.sent();
        assert_eq!(looked(&ana).await, (1, counted));
        // One small request, and no record of it.
        let asked = harness.world.sent();
        let searches = asked
            .iter()
            .filter(|sent| sent.url.path().ends_with("/Communication"));
        assert_eq!(searches.count(), 1, "{asked:?}");
        assert_eq!(harness.world.disk("Zebrafinches".into()).await.unwrap(), 0);
        lock(&ana).unlock(PIN.to_vec()).await.unwrap();
        assert!(
            inbox(&ana)
                .search("zebrafinches".into(), None, 10)
                .await
                .unwrap()
                .hits
                .is_empty()
        );
        assert_eq!(looked(&ana).await, (0, Some(SyncOutcome::Complete)));
        assert_eq!(
            inbox(&ana)
                .search("zebrafinches".into(), None, 10)
                .await
                .unwrap()
                .hits
                .len(),
            1
        );
    });
}

/// A portal that knows neither times nor ids in a search, or refuses them, does not make it cry wolf.
#[test]
fn what_is_counted_is_believed_by_its_times_alone() {
    for unsupported in ["ignored_silently", "refused"] {
        run(async move {
            let faults: Vec<_> = ["_sort", "_lastUpdated", "_count", "_elements"]
                .iter()
                .map(|name| json!({ "fault": "parameter", "as": unsupported, "name": name }))
                .collect();
            let people = json!({ "ana": { "threads": 3, "messages": 12 } });
            let harness = Harness::described(json!({ "people": people, "faults": faults })).await;
            let ana = harness.sign_in("ana").await.unwrap();
            sync(&ana).await.unwrap();
            lock(&ana).set_pin(None, PIN.to_vec()).await.unwrap();
            lock(&ana).lock().await.unwrap();
            assert_eq!(looked(&ana).await.0, 0, "{unsupported}");
            let news = json!({ "new_message": { "who": "ana", "thread": 0, "text": "News" } });
            harness.portal(news).await;
            assert_eq!(looked(&ana).await.0, 1, "{unsupported}");
        });
    }
}
