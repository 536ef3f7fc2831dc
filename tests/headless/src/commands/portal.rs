//! Looking at a portal, and at how this device stands with it.

use comfy_table::CellAlignment::Left;
use pericard::{Account, FeatureState, Finding, Portal, PortalCapabilities, SessionState, Verdict};
use serde_json::{Value, json};

use crate::cli::Options;
use crate::desk::{Desk, Glance};
use crate::failure::Failure;
use crate::moment;
use crate::settings::{self, Folder};
use crate::show::{Look, shapes, table};
use crate::voice::{BAD, GOOD, QUIET, STRONG, Voice, clean};

/// `pericard portal`.
pub(super) async fn look(
    options: &Options,
    base: Option<&str>,
    voice: &Voice,
) -> Result<(), Failure> {
    let config = settings::portal(options, base)?;
    let glance = Glance::open(options, &config).await?;
    let portal = glance.client.portal(config).await?;
    let can = portal.capabilities();
    voice.result(&json!({ "portal": capabilities(&portal, &can) }));
    if !voice.json {
        voice.say(voice.paint(STRONG, portal.base()));
        let software = can.software.as_deref().map_or("not said".into(), clean);
        let version = if can.fhir_version.is_empty() {
            "not said"
        } else {
            &can.fhir_version
        };
        for (name, value) in [
            ("software", software.as_str()),
            ("FHIR", version),
            ("sign-in server", &can.issuer),
        ] {
            voice.say(format!("  {name:<16} {}", clean(value)));
        }
        let yes_no = |there: bool| {
            if there {
                voice.paint(GOOD, "yes")
            } else {
                voice.paint(BAD, "no")
            }
        };
        for (name, there) in abilities(&can) {
            voice.say(format!("  {name:<16} {}", yes_no(there)));
        }
        voice.say(voice.paint(QUIET, "\nWhat that means: pericard doctor"));
    }
    Ok(glance.client.shut_down().await?)
}

fn abilities(can: &PortalCapabilities) -> [(&'static str, bool); 6] {
    [
        ("browser", can.browser_sign_in),
        ("password here", can.native_sign_in),
        ("messages", can.messages),
        ("sending", can.send),
        ("proof of sending", can.proven_send),
        ("ending sessions", can.revocation),
    ]
}

fn capabilities(portal: &Portal, can: &PortalCapabilities) -> Value {
    json!({ "base": portal.base(), "issuer": can.issuer, "browser_sign_in": can.browser_sign_in,
        "native_sign_in": can.native_sign_in, "messages": can.messages, "send": can.send,
        "proven_send": can.proven_send, "revocation": can.revocation, "fhir_version": can.fhir_version,
        "software": can.software })
}

/// `pericard doctor`.
pub(super) async fn doctor(
    options: &Options,
    base: Option<&str>,
    voice: &Voice,
) -> Result<(), Failure> {
    // Who names a portal wants to know about that; the directory is left alone then.
    let desk = match base {
        None if Folder::of(options)?.is_used() => Some(Desk::open(options, None).await?),
        _ => None,
    };
    let account = match &desk {
        Some(desk) => match desk.account().await {
            Ok(account) => Some(account),
            Err(Failure::Nobody) => None,
            Err(failure) => return Err(failure),
        },
        None => None,
    };
    let known = account.as_ref().map(|account| account.portal());
    let device = match &account {
        Some(account) => Some(Device::of(account).await?),
        None => None,
    };
    let config = settings::portal(options, base.or(known.as_deref()))?;
    let glance = Glance::open(options, &config).await?;
    let found = glance.client.portal(config.clone()).await;
    if let (Some(device), Err(_)) = (&device, &found) {
        // The portal cannot be examined; what is known here still helps.
        device.say(voice);
    }
    let portal = found?;
    let findings = portal.findings();
    let shapes = findings.iter().map(|finding| {
        json!({ "subject": finding.subject, "verdict": verdict(finding).0, "consequence": finding.consequence })
    });
    voice.result(
        &json!({ "base": portal.base(), "findings": shapes.collect::<Vec<_>>(),
        "device": device.as_ref().map(|device| device.shape.clone()) }),
    );
    if !voice.json {
        voice.say(voice.paint(STRONG, portal.base()));
        let head = [
            ("", Some(9), Left),
            ("what", Some(32), Left),
            ("what it means", None, Left),
        ];
        let rows = findings.iter().map(|finding| {
            let (word, look) = verdict(finding);
            vec![
                (word.into(), look),
                (finding.subject.clone(), Look::Plain),
                (finding.consequence.clone(), Look::Plain),
            ]
        });
        voice.say(table(voice, usize::MAX, &head, rows));
        if let Some(device) = &device {
            voice.say("");
            device.say(voice);
        }
    }
    glance.client.shut_down().await?;
    match desk {
        Some(desk) => desk.close().await,
        None => Ok(()),
    }
}

fn verdict(finding: &Finding) -> (&'static str, Look) {
    match finding.verdict {
        Verdict::Works => ("works", Look::Good),
        Verdict::Missing => ("missing", Look::Quiet),
        Verdict::Wrong => ("wrong", Look::Bad),
    }
}

/// How this device stands with an account.
struct Device {
    lines: Vec<(String, bool)>,
    shape: Value,
}

impl Device {
    async fn of(account: &Account) -> Result<Self, Failure> {
        let session = account.session();
        let mut lines = vec![match session {
            SessionState::Active => ("the session is active".into(), true),
            SessionState::Sealed { .. } => (
                "the portal ended the session; sign in again to unseal".into(),
                false,
            ),
            SessionState::SignedOut => ("signed out".into(), false),
        }];
        if session != SessionState::Active {
            return Ok(Self {
                lines,
                shape: json!({ "session": shapes::session(session) }),
            });
        }
        let (held, incidents) = (account.held().await?, account.incidents().await?);
        let features = account.features().await?;
        let stopped = features
            .iter()
            .any(|feature| matches!(feature.state, FeatureState::Stopped { .. }));
        lines.push(match stopped {
            true => (
                "messages are stopped: the portal delivered somebody else's record".into(),
                false,
            ),
            false => ("messages are on".into(), true),
        });
        lines.push(match held {
            0 => ("every record was matched to its person".into(), true),
            n => (
                format!("{n} records could not be matched to their person and were not stored"),
                false,
            ),
        });
        for incident in &incidents {
            let at = moment::full(incident.at);
            lines.push((format!("{at}: somebody else's record was refused"), false));
        }
        let told = incidents
            .iter()
            .map(|incident| json!({ "id": incident.id, "at": moment::instant(incident.at) }));
        let shape = json!({ "session": shapes::session(session), "messages_stopped": stopped, "held": held,
            "incidents": told.collect::<Vec<_>>() });
        Ok(Self { lines, shape })
    }

    fn say(&self, voice: &Voice) {
        voice.say(voice.paint(STRONG, "This device"));
        for (line, good) in &self.lines {
            let mark = if *good {
                voice.paint(GOOD, "✓")
            } else {
                voice.paint(BAD, "✗")
            };
            voice.say(format!("  {mark} {line}"));
        }
    }
}
