//! Documents: what one of them says differently costs that and no more, and nobody is led away by one.

use pericard::{PortalProblem, Verdict};
use pericard_guarantees::{Harness, run, sync};
use serde_json::json;

use super::*;

fn nothing_went_elsewhere(harness: &Harness) {
    for sent in harness.world.sent() {
        assert_ne!(
            sent.url.host_str(),
            Some("elsewhere.invalid"),
            "{}",
            sent.url
        );
    }
}

#[test]
fn a_base_that_contradicts_its_issuer_gets_nothing() {
    run(async {
        for which in [
            "authorization",
            "token",
            "revocation",
            "registration",
            "par",
            "jwks",
            "challenge",
        ] {
            let contradiction = json!({ "fault": "contradiction", "as": which });
            let harness = Harness::ana_and_ben().await;
            fault(&harness, contradiction.clone()).await;
            let config = harness.client.portals().remove(0);
            let refused = harness.client.portal(config).await.err();
            assert_eq!(problem(refused), PortalProblem::WrongIssuer, "{which}");
            none(&harness).await;
            let account = harness.sign_in("ana").await.unwrap();
            // Nor a day later, when the documents are read again.
            fault(&harness, contradiction).await;
            harness.world.advance(DAY + 1).await.unwrap();
            sync(&account).await.unwrap();
            account.sign_out().await.unwrap();
            nothing_went_elsewhere(&harness);
        }
    });
}

#[test]
fn an_odd_member_of_a_document_costs_itself() {
    run(async {
        for odd in [
            "nulls",
            "empty_texts",
            "text_for_list",
            "flags_as_text",
            "wrong_types",
        ] {
            let harness = Harness::ana_and_ben().await;
            let odd = json!({ "fault": "odd_metadata", "as": odd });
            fault(&harness, odd.clone()).await;
            let account = browsed(&harness).await;
            let account = account.unwrap_or_else(|error| panic!("{odd}: {error}"));
            sync(&account).await.unwrap();
        }
        // A server that is plainly wrong is not one that lacks something.
        let harness = Harness::ana_and_ben().await;
        fault(
            &harness,
            json!({ "fault": "odd_metadata", "as": "wrong_types" }),
        )
        .await;
        let registration = verdict(&harness, "Registration").await;
        assert_eq!(registration, Some(Verdict::Wrong));
    });
}

#[test]
fn the_first_of_two_addresses_does_not_decide_for_both() {
    run(async {
        for answer in [
            "html",
            "server_error",
            "not_implemented",
            "empty_object",
            "cut",
            "moved",
        ] {
            let harness = Harness::ana_and_ben().await;
            fault(&harness, json!({ "fault": "first_metadata", "as": answer })).await;
            browsed(&harness).await.expect(answer);
            let keys = verdict(&harness, "Signing keys").await;
            assert_eq!(keys, Some(Verdict::Works), "{answer}");
        }
        let harness = Harness::ana_and_ben().await;
        fault(&harness, json!({ "fault": "byte_order_mark" })).await;
        sync(&browsed(&harness).await.unwrap()).await.unwrap();
    });
}

#[test]
fn a_protection_that_is_no_longer_shown_is_not_dropped_in_silence() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let bound = "Bound tokens (RFC 9449)";
        assert_eq!(verdict(&harness, bound).await, Some(Verdict::Works));
        fault(&harness, json!({ "fault": "fewer_protections" })).await;
        assert_eq!(verdict(&harness, bound).await, Some(Verdict::Wrong));
        // What was announced stays in force meanwhile.
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        let base = account.portal();
        let sent = harness.world.sent().into_iter();
        let mut with_token =
            sent.filter(|sent| sent.authorized && sent.url.as_str().starts_with(&base));
        assert!(with_token.all(|sent| sent.proved));
        // After a week in sight of the person it is accepted, and still told.
        harness.world.advance(8 * DAY).await.unwrap();
        assert_eq!(verdict(&harness, bound).await, Some(Verdict::Wrong));
        let config = harness.client.portals().remove(0);
        let portal = harness.client.portal(config).await.unwrap();
        assert!(!portal.capabilities().bound_tokens);
        none(&harness).await;
        assert_eq!(verdict(&harness, bound).await, Some(Verdict::Works));
    });
}
