//! What a portal says of itself: asked for once, looked after daily, and told to the person.

use pericard::{Finding, PericardError, PortalConfig, PortalProblem, Verdict};
use pericard_guarantees::{Harness, run, sync};
use serde_json::{Value, json};

async fn described(more: Value) -> Harness {
    // It has something of every feature.
    let ana = json!({ "threads": 1, "messages": 2, "documents": 1, "labs": true });
    let mut portal = json!({ "people": { "ana": ana } });
    for (key, value) in more.as_object().unwrap() {
        portal[key] = value.clone();
    }
    Harness::described(portal).await
}

async fn findings(harness: &Harness) -> Vec<Finding> {
    let config = harness.client.portals().remove(0);
    harness.client.portal(config).await.unwrap().findings()
}

fn verdict(findings: &[Finding], subject: &str) -> Verdict {
    let found = findings
        .iter()
        .find(|finding| finding.subject.starts_with(subject));
    found.unwrap_or_else(|| panic!("{subject}")).verdict
}

#[test]
fn documents_that_did_not_change_are_not_sent_again() {
    run(async {
        let harness = described(json!({})).await;
        let config = harness.client.portals().remove(0);
        harness.client.portal(config.clone()).await.unwrap();
        assert!(harness.world.sent().iter().all(|sent| !sent.conditional));
        let again = harness.client.portal(config).await.unwrap();
        let sent = harness.world.sent();
        let conditional = sent.iter().filter(|sent| sent.conditional).count();
        assert!(conditional >= 3, "{sent:?}");
        assert!(again.capabilities().bound_tokens);
        // What was kept is as good as what was sent.
        harness.sign_in("ana").await.unwrap();
    });
}

#[test]
fn an_account_asks_once_a_day_what_its_portal_offers() {
    run(async {
        let harness = described(json!({})).await;
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        let asked = |harness: &Harness| {
            let sent = harness.world.sent().into_iter();
            sent.filter(|sent| sent.url.path().contains("well-known"))
                .count()
        };
        asked(&harness);
        sync(&account).await.unwrap();
        assert_eq!(asked(&harness), 0);
        harness.world.advance(25 * 3600).await.unwrap();
        sync(&account).await.unwrap();
        assert!(asked(&harness) > 0);
        sync(&account).await.unwrap();
        assert_eq!(asked(&harness), 0);
        // What contradicts the account's issuer, or is no document, changes nothing.
        for fault in [
            json!({ "fault": "wrong_issuer" }),
            json!({ "fault": "discovery", "as": "html" }),
            json!({ "fault": "discovery", "as": "huge" }),
        ] {
            harness.world.advance(25 * 3600).await.unwrap();
            harness.portal(fault.clone()).await;
            assert_eq!(sync(&account).await, Ok(()), "{fault}");
            harness.portal(json!({ "fault": "none" })).await;
        }
    });
}

#[test]
fn each_missing_or_broken_part_is_named_with_its_cost() {
    run(async {
        let whole = described(json!({})).await;
        let whole = findings(&whole).await;
        for finding in &whole {
            assert!(!finding.consequence.is_empty(), "{}", finding.subject);
            assert_eq!(finding.verdict, Verdict::Works, "{}", finding.subject);
        }
        let lacking = described(json!({ "dpop": "off", "par": "off" })).await;
        let lacking = findings(&lacking).await;
        assert_eq!(verdict(&lacking, "Pushed requests"), Verdict::Missing);
        assert_eq!(verdict(&lacking, "Bound tokens"), Verdict::Missing);
        assert_eq!(verdict(&lacking, "Revocation"), Verdict::Works);
        let cost = |all: &[Finding]| {
            let found = all.iter().find(|f| f.subject.starts_with("Bound tokens"));
            found.map(|finding| finding.consequence.clone())
        };
        assert_ne!(cost(&whole), cost(&lacking));
        for (fault, subject, expected) in [
            (
                json!({ "fault": "discovery", "as": "totp_elsewhere" }),
                "Second factor",
                Verdict::Wrong,
            ),
            (
                json!({ "fault": "jwks", "as": "missing" }),
                "Signing keys",
                Verdict::Wrong,
            ),
        ] {
            let harness = described(json!({ "faults": [fault] })).await;
            let found = findings(&harness).await;
            assert_eq!(verdict(&found, subject), expected, "{subject}");
        }
    });
}

#[test]
fn an_account_knows_the_roots_that_it_was_made_with() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        harness.sign_in("ana").await.unwrap();
        harness.client.shut_down().await.unwrap();
        // The app's maker no longer configures the portal.
        let mut config = harness.world.config();
        config.portals.clear();
        let keystore = harness.world.keystore();
        let client = harness.world.open_as(config, keystore).await.unwrap();
        let account = client.accounts().await.unwrap().remove(0);
        let known = account.portal_config().unwrap();
        client.portal(known.clone()).await.unwrap();
        let bare = PortalConfig {
            extra_roots: Vec::new(),
            ..known
        };
        let refused = PericardError::Portal {
            problem: PortalProblem::Certificate,
            status: None,
        };
        assert_eq!(client.portal(bare).await.err(), Some(refused));
    });
}
