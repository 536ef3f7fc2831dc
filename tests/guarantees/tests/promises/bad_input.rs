//! Each bad input has its own error, says what to do, and loses nothing.

use std::process::Command;
use std::sync::Arc;

use pericard::{
    Config, InputProblem, PericardError, PortalConfig, PortalProblem, SignInMethod, StorageKind,
};
use pericard_guarantees::{Harness, run, sync, threads};
use pericard_world::MemoryKeystore;
use serde_json::json;

async fn refused(harness: &Harness, change: impl FnOnce(&mut PortalConfig)) -> PericardError {
    let mut config = harness.client.portals().remove(0);
    change(&mut config);
    harness.client.portal(config).await.err().expect("an error")
}

fn portal(problem: PortalProblem, status: Option<u16>) -> PericardError {
    PericardError::Portal { problem, status }
}

fn input(field: &str, problem: InputProblem) -> PericardError {
    PericardError::InvalidInput {
        field: field.into(),
        problem,
    }
}

#[test]
fn an_address_that_is_no_portal() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let error = refused(&harness, |config| {
            config.base = config.base.replace("/fhir", "/nothing")
        })
        .await;
        assert_eq!(error, portal(PortalProblem::NotAPortal, None));
        let error = refused(&harness, |config| config.base = "the clinic".into()).await;
        assert_eq!(error, input("base", InputProblem::NotAUrl));
        let error = refused(&harness, |config| {
            config.base = config.base.replace("https", "http")
        })
        .await;
        assert_eq!(error, input("base", InputProblem::NotHttps));
        for (redirect, problem) in [
            ("callback", InputProblem::NotAUrl),
            ("myapp:/callback", InputProblem::NotHttps),
            ("http://elsewhere.example/callback", InputProblem::NotHttps),
        ] {
            let error = refused(&harness, |config| config.redirect = redirect.into()).await;
            assert_eq!(error, input("redirect", problem), "{redirect}");
        }
        let error = refused(&harness, |config| config.extra_roots = vec![vec![1, 2, 3]]).await;
        assert_eq!(error, input("extra_roots", InputProblem::NotACertificate));
        let error = refused(&harness, |config| {
            config.base = "https://127.0.0.1:1/fhir".into()
        })
        .await;
        assert_eq!(error, PericardError::Offline);
    });
}

#[test]
fn a_portal_that_lies_or_babbles_at_discovery() {
    run(async {
        for (fault, expected) in [
            ("wrong_issuer", portal(PortalProblem::WrongIssuer, None)),
            (
                "captive_portal",
                portal(PortalProblem::NotAPortal, Some(200)),
            ),
        ] {
            let harness = Harness::ana_and_ben().await;
            harness.portal(json!({ "fault": fault })).await;
            assert_eq!(refused(&harness, |_| ()).await, expected, "{fault}");
            harness.portal(json!({ "fault": "none" })).await;
            harness.sign_in("ana").await.unwrap();
        }
    });
}

#[test]
fn answers_that_cannot_be_used_lose_nothing() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        for (fault, problem) in [
            ("huge_bundle", PortalProblem::TooLarge),
            ("gzip_bomb", PortalProblem::TooLarge),
        ] {
            harness.portal(json!({ "fault": fault })).await;
            match sync(&account).await.unwrap_err() {
                PericardError::Portal { problem: found, .. } => {
                    assert_eq!(found, problem, "{fault}")
                }
                other => panic!("{fault}: {other:?}"),
            }
            assert_eq!(threads(&account).await.unwrap().len(), 3, "{fault}");
            harness.portal(json!({ "fault": "none" })).await;
            sync(&account).await.unwrap();
        }
        // A byte that is no text and a record that is too deep cost themselves and not their page.
        for fault in ["deep_json", "bad_utf8"] {
            harness.portal(json!({ "fault": fault })).await;
            sync(&account).await.unwrap();
            assert_eq!(threads(&account).await.unwrap().len(), 3, "{fault}");
            harness.portal(json!({ "fault": "none" })).await;
        }
        harness.portal(json!({ "fault": "truncate_body" })).await;
        assert_eq!(sync(&account).await.unwrap_err(), PericardError::Offline);
        harness
            .portal(json!({ "fault": "truncate_body", "times": 1 }))
            .await;
        sync(&account).await.unwrap();
    });
}

#[test]
fn heads_over_the_limit_are_refused_and_those_below_it_are_read() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let account = harness.sign_in("ana").await.unwrap();
        let large = |bytes: u32| json!({ "fault": "large_headers", "bytes": bytes });
        harness.portal(large(80_000)).await;
        match sync(&account).await.unwrap_err() {
            PericardError::Portal { problem, .. } => assert_eq!(problem, PortalProblem::TooLarge),
            other => panic!("{other:?}"),
        }
        assert!(threads(&account).await.unwrap().is_empty());
        harness.portal(large(50_000)).await;
        sync(&account).await.unwrap();
        assert_eq!(threads(&account).await.unwrap().len(), 3);
    });
}

#[test]
fn small_answers_that_repeat_themselves_cost_only_what_they_hold() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let account = harness.sign_in("ana").await.unwrap();
        for what in ["entries", "parts", "recipients", "contained"] {
            harness
                .portal(json!({ "fault": "amplified", "as": what }))
                .await;
            // Whether it is said to be incomplete or to be no answer, nothing of it is shown.
            let _ = sync(&account).await;
            assert!(threads(&account).await.unwrap().is_empty(), "{what}");
        }
        harness.portal(json!({ "fault": "none" })).await;
        sync(&account).await.unwrap();
        assert_eq!(threads(&account).await.unwrap().len(), 3);
    });
}

/// The same number in Arabic-Indic digits.
fn arabic(digits: &str) -> String {
    let digit = |c: char| c.to_digit(10).and_then(|n| char::from_u32(0x660 + n));
    digits.chars().filter_map(digit).collect()
}

#[test]
fn what_a_person_mistypes() {
    run(async {
        let harness =
            Harness::with(json!({ "ana": { "threads": 1, "messages": 2, "totp": true } })).await;
        let sign_in = harness.begin(SignInMethod::Native).await.unwrap();
        let user = harness.world.user("ana".into()).unwrap();
        harness.portal(json!({ "requests": {} })).await;
        let empty = sign_in
            .clone()
            .password(user.clone(), Vec::new())
            .await
            .unwrap_err();
        assert_eq!(empty, input("password", InputProblem::Empty));
        let early = sign_in.clone().code("123456".into()).await.unwrap_err();
        assert_eq!(early, input("code", InputProblem::NotAsked));
        assert_eq!(harness.portal(json!({ "requests": {} })).await["count"], 0);
        let wrong = sign_in
            .clone()
            .password(user.clone(), b"wrong".to_vec())
            .await
            .unwrap_err();
        assert_eq!(
            wrong,
            PericardError::WrongPassword {
                attempts_left: Some(4)
            }
        );
        let right = harness.world.password("ana".into(), true).unwrap();
        sign_in.clone().password(user, right).await.unwrap();

        for code in ["", "12345", "123456789", "12345a", "123.456"] {
            let error = sign_in.clone().code(code.into()).await.unwrap_err();
            assert_eq!(error, input("code", InputProblem::NotDigits), "{code}");
        }
        // A code of a step that is long over.
        let old = harness
            .world
            .clone()
            .code("ana".into(), "now".into())
            .await
            .unwrap();
        harness.world.advance(180).await.unwrap();
        let error = sign_in.clone().code(old).await.unwrap_err();
        assert_eq!(
            error,
            PericardError::WrongCode {
                attempts_left: Some(4)
            }
        );
        // Digits of the person's own script are digits; spaces and dashes are dropped.
        let now = harness
            .world
            .clone()
            .code("ana".into(), "now".into())
            .await
            .unwrap();
        sign_in
            .clone()
            .code(format!(" {}-{} ", arabic(&now[..3]), &now[3..]))
            .await
            .unwrap();
        sign_in.finish().await.unwrap();
    });
}

#[test]
fn a_redirect_that_belongs_to_somebody_else() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let sign_in = harness.begin(SignInMethod::Browser).await.unwrap();
        for to in [
            "http://127.0.0.1/callback?code=x&state=y",
            "https://elsewhere.example/callback?code=x",
            "not a url",
        ] {
            let error = sign_in.clone().redirected(to.into()).await.unwrap_err();
            assert_eq!(error, input("to", InputProblem::NotThisSignIn), "{to}");
        }
        harness.answer("ana", sign_in).await.unwrap();
    });
}

#[test]
fn a_keystore_of_another_directory() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let account = harness.sign_in("ana").await.unwrap();
        sync(&account).await.unwrap();
        harness.client.shut_down().await.unwrap();
        let error = harness
            .world
            .open(Arc::new(MemoryKeystore::default()))
            .await
            .err();
        assert_eq!(
            error,
            Some(PericardError::Storage {
                kind: StorageKind::WrongKey
            })
        );
        let client = harness.world.open(harness.world.keystore()).await.unwrap();
        let account = client.accounts().await.unwrap().remove(0);
        assert_eq!(threads(&account).await.unwrap().len(), 3);
    });
}

#[test]
fn a_directory_that_cannot_be_used() {
    run(async {
        let harness = Harness::ana_and_ben().await;
        let open = async |directory: &str| {
            let config = Config {
                directory: directory.into(),
                ..harness.world.config()
            };
            harness
                .world
                .open_as(config, harness.world.keystore())
                .await
                .err()
        };
        assert_eq!(
            open("relative").await,
            Some(input("directory", InputProblem::Unreadable))
        );
        let file = harness.world.path().join("file");
        std::fs::write(&file, "x").unwrap();
        let inside = file.join("pericard");
        let error = open(&inside.to_string_lossy()).await;
        assert_eq!(
            error,
            Some(PericardError::Storage {
                kind: StorageKind::Unavailable
            })
        );
    });
}

#[cfg(unix)]
#[test]
fn the_directory_is_private_to_its_user() {
    use std::os::unix::fs::PermissionsExt;
    run(async {
        let harness = Harness::ana_and_ben().await;
        harness.sign_in("ana").await.unwrap();
        let mode = |path: &std::path::Path| {
            let permissions = std::fs::metadata(path).unwrap().permissions();
            permissions.mode() & 0o777
        };
        let directory = harness.world.config().directory;
        assert_eq!(mode(std::path::Path::new(&directory)), 0o700);
        // The counter-test: a folder that is nobody's business is as open as the system makes it.
        let open = harness.world.path().join("open");
        std::fs::create_dir(&open).unwrap();
        assert_ne!(mode(&open), 0o700);
    });
}

/// Set for the second process; its value is the directory.
const SECOND: &str = "PERICARD_TEST_SECOND_PROCESS";

#[test]
fn a_second_process_on_the_same_directory() {
    if let Some(directory) = std::env::var_os(SECOND) {
        // This is the second process: whether the directory is free is its exit code.
        let lock = std::fs::File::options()
            .write(true)
            .open(std::path::Path::new(&directory).join("lock"));
        std::process::exit(if lock.unwrap().try_lock().is_ok() {
            0
        } else {
            7
        });
    }
    run(async {
        let harness = Harness::ana_and_ben().await;
        let second = || {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args([
                "--exact",
                "bad_input::a_second_process_on_the_same_directory",
            ]);
            command.env(SECOND, harness.world.config().directory);
            command.output().unwrap().status.code()
        };
        assert_eq!(
            second(),
            Some(7),
            "the directory is held against other processes"
        );
        // The same process is told as well, and the first client goes on.
        let error = harness.world.open(harness.world.keystore()).await.err();
        assert_eq!(error, Some(PericardError::InUse));
        harness.sign_in("ana").await.unwrap();
        harness.client.shut_down().await.unwrap();
        assert_eq!(second(), Some(0));
    });
}
