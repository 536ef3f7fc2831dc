//! Weak app security around a whole record.

use pericard::{
    InputProblem, PericardError, PortalConfig, PortalProblem, SignInMethod, SignInStep,
};
use pericard_guarantees::{Harness, run, sync, threads};
use serde_json::json;

#[test]
fn an_access_token_never_leaves_origin_and_base_path() {
    run(async {
        let harness = Harness::described(json!({
            "people": { "ana": { "threads": 30, "messages": 400 } },
            "faults": [ { "fault": "foreign_next" } ],
        }))
        .await;
        let account = harness.sign_in("ana").await.unwrap();
        // The link is not followed; what it leads to is fetched without it.
        sync(&account).await.unwrap();
        assert_eq!(threads(&account).await.unwrap().len(), 30);
        harness.portal(json!({ "fault": "none" })).await;
        sync(&account).await.unwrap();

        let base = url::Url::parse(&account.portal()).unwrap();
        let sent = harness.world.sent();
        let authorized: Vec<_> = sent.iter().filter(|sent| sent.authorized).collect();
        assert!(authorized.len() > 2);
        for sent in &sent {
            assert_eq!(
                sent.url.origin(),
                base.origin(),
                "nothing at all went elsewhere"
            );
        }
        for sent in authorized {
            assert!(
                sent.url.path().starts_with(base.path()),
                "{}",
                sent.url.path()
            );
        }
    });
}

#[test]
fn a_native_password_is_never_asked_for_a_portal_that_the_configuration_does_not_name() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let listed = harness.client.portals().remove(0);
        // The same portal by another spelling of its address is not the one that was configured.
        let typed = PortalConfig {
            base: listed.base.replace("localhost", "127.0.0.1"),
            ..listed.clone()
        };
        let portal = harness.client.portal(typed).await.unwrap();
        assert!(!portal.capabilities().native_sign_in);
        let refused = portal.sign_in(SignInMethod::Native).await;
        let problem = InputProblem::NotConfigured;
        assert_eq!(
            refused.err(),
            Some(PericardError::InvalidInput {
                field: "method".into(),
                problem
            })
        );
        // The browser is open to every portal, and the configured one may ask for the password.
        let browser = portal.sign_in(SignInMethod::Browser).await.unwrap();
        assert!(matches!(browser.step().unwrap(), SignInStep::OpenBrowser));
        let native = harness.begin(SignInMethod::Native).await.unwrap();
        let step = native.step().unwrap();
        assert!(matches!(step, SignInStep::AskPassword { .. }));
    });
}

#[test]
fn a_native_sign_in_is_not_resumed_for_a_portal_that_was_withdrawn() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        harness.begin(SignInMethod::Native).await.unwrap();
        harness.client.shut_down().await.unwrap();
        let mut config = harness.world.config();
        config.portals[0].native_sign_in = false;
        let client = harness
            .world
            .open_as(config, harness.world.keystore())
            .await
            .unwrap();
        assert!(client.resume_sign_in().await.unwrap().is_none());
        // The counter-test: while it is configured, it is resumed.
        client.shut_down().await.unwrap();
        let harness = Harness::ana_and_ben().await;
        harness.begin(SignInMethod::Native).await.unwrap();
        let harness = harness.restarted().await.unwrap();
        assert!(harness.client.resume_sign_in().await.unwrap().is_some());
    });
}

#[test]
fn a_portal_whose_certificate_is_not_trusted_is_refused() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let config = PortalConfig {
            extra_roots: Vec::new(),
            ..harness.client.portals().remove(0)
        };
        let error = harness.client.portal(config).await.err().unwrap();
        assert_eq!(
            error,
            PericardError::Portal {
                problem: PortalProblem::Certificate,
                status: None
            }
        );
        // The counter-test: with its root it is found.
        harness
            .client
            .portal(harness.client.portals().remove(0))
            .await
            .unwrap();
    });
}
