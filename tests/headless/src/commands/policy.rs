//! What the clinic lets this device do, by its signed policy, and how that is told.

use pericard::{Account, FeatureState, Notice, PericardError, PolicyProblem, PolicyStatus};
use serde_json::{Value, json};

use crate::cli::Options;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{DOUBT, GOOD, Output, QUIET, one_line};
use crate::time_format;

/// Shows it; with `check`, asks the portal first.
pub(super) async fn run(options: &Options, check: bool, output: &Output) -> Result<(), Failure> {
    let context = Context::existing(options).await?;
    let account = context.any_account().await?;
    let status = if check {
        account.check_policy().await?
    } else {
        account.policy()?
    };
    let state = messages(&account).await;
    output
        .result(&json!({ "policy": shape(&status), "messages": state.as_ref().ok().map(feature) }));
    if !output.json {
        for line in lines(&status) {
            output.tell(line);
        }
        match &state {
            Ok(state) => {
                if !tell(state, output) {
                    output.say(output.paint(GOOD, "Messages are on."));
                }
            }
            Err(error) => output.say(output.paint(QUIET, Failure::Core(error.clone()).what())),
        }
    }
    context.close().await
}

/// The state of messages.
pub(super) async fn messages(account: &Account) -> Result<FeatureState, PericardError> {
    let features = account.features(languages()).await?;
    let mut all = features.into_iter().map(|status| status.state);
    Ok(all.next().unwrap_or(FeatureState::On))
}

/// What the person's terminal speaks (POSIX §8.2), as language tags.
fn languages() -> Vec<String> {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].map(std::env::var);
    let first = set.into_iter().flatten().find(|value| !value.is_empty());
    let tag = first.unwrap_or_default();
    let tag = tag.split(['.', '@']).next().unwrap_or_default();
    // The names of no language.
    match tag {
        "" | "C" | "POSIX" => Vec::new(),
        tag => vec![tag.replace('_', "-")],
    }
}

/// Says what the clinic has switched. Returns whether there was anything to say.
pub(super) fn tell(state: &FeatureState, output: &Output) -> bool {
    let (what, notice, then) = match state {
        FeatureState::Off { notice, cached } => (
            "The clinic has switched messages off",
            notice,
            match cached {
                true => {
                    "You can read what is on this device. What you write is kept and goes out when they are back."
                }
                false => "What is on this device stays closed until then. Nothing was deleted.",
            },
        ),
        FeatureState::ReadOnly { notice } => (
            "The clinic takes no messages for now",
            notice,
            "New ones still come. What you write is kept and goes out when they are back.",
        ),
        FeatureState::On | FeatureState::Stopped { .. } => return false,
    };
    let since = notice
        .since
        .map(|at| format!(", since {}", time_format::full(at)));
    output.say(output.paint(DOUBT, format!("{what}{}.", since.unwrap_or_default())));
    if let Some(text) = &notice.text {
        output.say(output.paint(DOUBT, format!("It says: “{}”", one_line(text))));
    }
    output.say(then);
    true
}

fn lines(status: &PolicyStatus) -> Vec<String> {
    if !status.configured {
        return vec![
            "This program has no keys of the clinic, so it follows no policy of it.".into(),
        ];
    }
    let mut lines = vec![match (status.seq, status.issued_at) {
        (Some(seq), Some(at)) => format!("Policy {seq} of {} is in force.", time_format::full(at)),
        _ => "The clinic has no policy.".into(),
    }];
    if let Some(problem) = status.problem {
        lines.push(format!(
            "At the last check {}; nothing was changed by it.",
            why(problem)
        ));
    }
    if let Some(minimum) = &status.update_required {
        lines.push(format!(
            "The clinic needs version {minimum} of this program or a newer one."
        ));
    }
    if let Some(at) = status.asked_at {
        lines.push(format!("Last checked {}.", time_format::full(at)));
    }
    lines
}

/// What is wrong with it, as a clause.
pub(super) fn why(problem: PolicyProblem) -> &'static str {
    match problem {
        PolicyProblem::Missing => "the portal no longer showed the policy",
        PolicyProblem::Unreadable => "what it showed was no policy",
        PolicyProblem::Unsigned => "what it showed was not signed",
        PolicyProblem::UnknownKey => {
            "what it showed was signed with a key that this program does not have"
        }
        PolicyProblem::WrongSignature => "the signature was wrong",
        PolicyProblem::AnotherPortal => "what it showed was made for another portal",
        PolicyProblem::Expired => "what it showed had expired",
        PolicyProblem::FromTheFuture => {
            "what it showed was from the future; is this device's clock right?"
        }
        PolicyProblem::Older => "what it showed was older than what this device has seen",
        PolicyProblem::Withheld => {
            "the copy on this device was older than what the device has seen, so everything is off until the portal shows the newest"
        }
    }
}

fn shape(status: &PolicyStatus) -> Value {
    json!({ "configured": status.configured, "seq": status.seq, "issued_at": status.issued_at.map(time_format::instant),
        "asked_at": status.asked_at.map(time_format::instant), "problem": status.problem.map(word),
        "update_required": status.update_required })
}

fn word(problem: PolicyProblem) -> &'static str {
    match problem {
        PolicyProblem::Missing => "missing",
        PolicyProblem::Unreadable => "unreadable",
        PolicyProblem::Unsigned => "unsigned",
        PolicyProblem::UnknownKey => "unknown_key",
        PolicyProblem::WrongSignature => "wrong_signature",
        PolicyProblem::AnotherPortal => "another_portal",
        PolicyProblem::Expired => "expired",
        PolicyProblem::FromTheFuture => "from_the_future",
        PolicyProblem::Older => "older",
        PolicyProblem::Withheld => "withheld",
    }
}

/// The JSON of a feature's state.
pub(super) fn feature(state: &FeatureState) -> Value {
    let told = |notice: &Notice| json!({ "text": notice.text, "since": notice.since.map(time_format::instant) });
    match state {
        FeatureState::On => json!({ "state": "on" }),
        FeatureState::ReadOnly { notice } => {
            json!({ "state": "read_only", "notice": told(notice) })
        }
        FeatureState::Off { notice, cached } => {
            json!({ "state": "off", "notice": told(notice), "cached": cached })
        }
        FeatureState::Stopped { incident } => json!({ "state": "stopped", "incident": incident }),
    }
}
