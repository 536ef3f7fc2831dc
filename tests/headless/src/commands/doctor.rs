//! `pericard doctor`: diagnoses a portal and this device's account there.

use std::time::SystemTime;

use comfy_table::CellAlignment::Left;
use pericard::{
    Account, FeatureState, Finding, MessagesState, PericardError, SealReason, SessionState, Verdict,
};
use serde_json::{Value, json};

use super::here::Here;
use super::sync::why;
use super::two_factor;
use crate::cli::Options;
use crate::context::{Context, Glance};
use crate::failure::Failure;
use crate::output::{BAD, GOOD, Output, STRONG, one_line};
use crate::render::{Look, shapes, table};
use crate::settings::{self, Folder};
use crate::time_format;

/// `pericard doctor`.
pub(super) async fn run(
    options: &Options,
    base: Option<&str>,
    output: &Output,
) -> Result<(), Failure> {
    // A portal given on the command line is examined without opening the directory.
    let context = match base {
        None if Folder::of(options)?.is_used() => Some(Context::existing(options).await?),
        _ => None,
    };
    let account = match &context {
        Some(context) => match context.any_account().await {
            Ok(account) => Some(account),
            Err(Failure::Nobody) => None,
            Err(failure) => return Err(failure),
        },
        None => None,
    };
    let known = account.as_ref().map(|account| account.portal());
    let device = match (&context, &account) {
        (Some(context), Some(account)) => Some(Device::of(context, account).await?),
        _ => None,
    };
    // The account has the roots that it was created with.
    let config = match (&account, base) {
        (Some(account), None) => account.portal_config()?,
        _ => settings::portal(options, base)?,
    };
    let glance = Glance::open(options, &config).await?;
    // For its own account, use the client that has seen this portal before: findings compare with what it announced
    // then.
    let client = match (&context, base) {
        (Some(context), None) if known.is_some() => &context.client,
        _ => &glance.client,
    };
    let found = client.portal(config.clone()).await;
    if let (Some(device), Err(_)) = (&device, &found) {
        // The portal cannot be examined; the device's part still can.
        device.say(output);
    }
    let portal = found?;
    let findings = portal.findings();
    let shapes = findings.iter().map(|finding| {
        json!({ "subject": finding.subject, "verdict": verdict(finding).0, "consequence": finding.consequence })
    });
    output.result(
        &json!({ "base": portal.base(), "findings": shapes.collect::<Vec<_>>(),
        "device": device.as_ref().map(|device| device.shape.clone()) }),
    );
    if !output.json {
        output.say(output.paint(STRONG, portal.base()));
        let head = [("", Some(10), Left), ("", Some(32), Left), ("", None, Left)];
        for (title, findings) in groups(&findings) {
            output.say("");
            output.say(output.paint(STRONG, title));
            let rows = findings.iter().map(|finding| {
                let (word, look) = verdict(finding);
                vec![
                    (word.into(), look),
                    (finding.subject.clone(), Look::Plain),
                    (finding.consequence.clone(), Look::Plain),
                ]
            });
            output.say(table(output, usize::MAX, &head, rows));
        }
        if let Some(device) = &device {
            output.say("");
            device.say(output);
        }
    }
    glance.client.shut_down().await?;
    match context {
        Some(context) => context.close().await,
        None => Ok(()),
    }
}

/// Groups the findings under three titles; `Portal::findings` returns them in this order.
fn groups(findings: &[Finding]) -> Vec<(&'static str, &[Finding])> {
    let begins = |subject: &str, after: usize| {
        let rest = findings.iter().skip(after);
        let at = rest.clone().position(|finding| finding.subject == subject);
        after + at.unwrap_or(rest.len())
    };
    let pages = begins("Second factor in the app", 0);
    let records = begins("FHIR R4", pages);
    [
        ("Signing in", &findings[..pages]),
        ("Account and sessions", &findings[pages..records]),
        ("Records", &findings[records..]),
    ]
    .into_iter()
    .filter(|(_, findings)| !findings.is_empty())
    .collect()
}

fn verdict(finding: &Finding) -> (&'static str, Look) {
    match finding.verdict {
        Verdict::Works => ("works", Look::Good),
        Verdict::Missing => ("missing", Look::Quiet),
        Verdict::Wrong => ("wrong", Look::Bad),
    }
}

/// The state of an account on this device.
struct Device {
    lines: Vec<(String, bool)>,
    shape: Value,
}

impl Device {
    async fn of(context: &Context, account: &Account) -> Result<Self, Failure> {
        // A request to the portal shows whether the session and the clock are really good.
        let factor = account.two_factor().status().await;
        let session = account.session();
        let mut lines = vec![match session {
            SessionState::Active => ("the session is active".into(), true),
            SessionState::StepUp => (
                "the portal asks you to sign in again: pericard step-up".into(),
                false,
            ),
            SessionState::SignIn { .. } => (
                "the portal asks for a new sign-in: pericard signin".into(),
                false,
            ),
            SessionState::Sealed {
                reason: SealReason::Lease,
            } => (
                "sealed, this device was offline for too long: pericard sync".into(),
                false,
            ),
            SessionState::Sealed {
                reason: SealReason::IdentityChanged,
            } => (
                "sealed, the portal responded for a different person: pericard signin".into(),
                false,
            ),
            SessionState::Sealed {
                reason: SealReason::Refused,
            } => (
                "sealed, the portal ended the session: pericard signin".into(),
                false,
            ),
            SessionState::Sealed {
                reason: SealReason::Destroyed,
            } => (
                "ten wrong PINs deleted this device's copy: pericard signin".into(),
                false,
            ),
            SessionState::Locked => ("locked: pericard unlock".into(), true),
            SessionState::Unusable { .. } => (
                "the account cannot be used on this device: pericard accounts".into(),
                false,
            ),
            SessionState::SignedOut => ("signed out".into(), false),
        }];
        let sealed_by = shapes::sealed_by(session);
        if let Err(error @ PericardError::ClockWrong { .. }) = &factor {
            lines.push((Failure::Core(error.clone()).what(), false));
        }
        if !matches!(
            session,
            SessionState::Active | SessionState::StepUp | SessionState::SignIn { .. }
        ) {
            return Ok(Self {
                lines,
                shape: json!({ "session": shapes::session(session), "sealed_by": sealed_by }),
            });
        }
        if let Ok(factor) = &factor {
            lines.push(two_factor::line(factor));
        }
        let (held, incidents) = (account.held().await?, account.incidents().await?);
        let features = account.features(Vec::new()).await?;
        let stopped = features
            .iter()
            .any(|feature| matches!(feature.state, FeatureState::Stopped { .. }));
        let policy = account.policy()?;
        if let Some(problem) = policy.problem {
            lines.push((
                format!("the clinic's policy: {}", super::policy::why(problem)),
                false,
            ));
        }
        if let Some(minimum) = &policy.update_required {
            let needed = format!("the clinic needs version {minimum} of this program");
            lines.push((needed, false));
        }
        let state = features
            .first()
            .map_or(FeatureState::On, |first| first.state.clone());
        lines.push(match stopped {
            true => (
                "updates are paused: the portal sent someone else's record".into(),
                false,
            ),
            false => match state {
                FeatureState::Off { .. } => ("the clinic has switched messages off".into(), false),
                FeatureState::ReadOnly { .. } => {
                    ("the clinic takes no messages for now".into(), false)
                }
                _ => ("messages are updated".into(), true),
            },
        });
        lines.push(match held {
            0 => ("every record was matched to a person".into(), true),
            n => (
                format!("{n} records could not be matched to a person and were not saved"),
                false,
            ),
        });
        let here = Here::of(context, account).await?;
        for one in &here {
            let whose = match here.len() {
                1 => String::new(),
                _ => format!("{}: ", one_line(&one.person.name)),
            };
            let Some(state) = one.counts.as_ref().map(|it| &it.state) else {
                lines.push((one.line(here.len() > 1), false));
                continue;
            };
            let (line, good) = completeness(state);
            lines.push((format!("{whose}{line}"), good));
            if state.unreadable > 0 {
                let n = state.unreadable;
                lines.push((format!("{whose}{n} messages could not be read"), false));
            }
        }
        for incident in &incidents {
            let at = time_format::full(incident.at);
            lines.push((format!("{at}: someone else's record was refused"), false));
        }
        let told = incidents
            .iter()
            .map(|incident| json!({ "id": incident.id, "at": time_format::instant(incident.at) }));
        let factor = factor.ok().map(|factor| two_factor::shape(&factor));
        let people = here.iter().map(Here::shape).collect::<Vec<_>>();
        let first = here.iter().find_map(|one| one.counts.as_ref());
        let shape = json!({ "session": shapes::session(session), "sealed_by": sealed_by, "two_factor": factor,
            "messages_stopped": stopped, "held": held, "messages": first.map(|it| shapes::messages_state(&it.state)), "people": people,
            "incidents": told.collect::<Vec<_>>() });
        Ok(Self { lines, shape })
    }

    fn say(&self, output: &Output) {
        output.say(output.paint(STRONG, "This device"));
        for (line, good) in &self.lines {
            let mark = if *good {
                output.paint(GOOD, "✓")
            } else {
                output.paint(BAD, "✗")
            };
            output.say(format!("  {mark} {line}"));
        }
    }
}

/// Whether the messages here are those at the portal, and since when.
fn completeness(state: &MessagesState) -> (String, bool) {
    let since = |at: Option<SystemTime>| at.map(time_format::full);
    match (state.incomplete, since(state.complete_at)) {
        (None, Some(at)) => (format!("all messages are here, as of {at}"), true),
        (None, None) => ("no messages were fetched yet: pericard sync".into(), false),
        (Some(reason), complete) => {
            let last = complete.map_or("never".to_owned(), |at| format!("last on {at}"));
            let why = why(reason);
            let why = why.trim_end_matches('.');
            (
                format!("there may be more messages at the portal: {why} (complete {last})"),
                false,
            )
        }
    }
}
