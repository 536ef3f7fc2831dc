//! The second factor: where it stands, setting it up, new recovery codes, removing it.

use std::sync::Arc;

use pericard::{PericardError, PortalProblem, TwoFactorStatus};
use serde_json::{Value, json};

use super::step_up::Way;
use crate::cli::{Options, TwoFactor};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{BAD, GOOD, Output};
use crate::render::{self, shapes};
use crate::{prompt, prompts};

pub(super) async fn run(
    options: &Options,
    what: &TwoFactor,
    output: &Output,
) -> Result<(), Failure> {
    let (context, callback) = Context::with_browser(options).await?;
    let account = context.any_account().await?;
    let factor = account.two_factor();
    let way = Way {
        context: &context,
        callback: &callback,
        account: &account,
        output,
    };
    match what {
        TwoFactor::Status => status(&factor.status().await.map_err(elsewhere)?, output),
        TwoFactor::Enrol {
            confirm: Some(id),
            code,
        } => {
            let code = code.as_deref().unwrap_or_default();
            let confirmed =
                way.lifted(async || factor.confirm(id.as_str().into(), code.into()).await);
            enrolled(&confirmed.await.map_err(over)?, output)?;
        }
        TwoFactor::Enrol { confirm: None, .. } => enrol(&way, &factor, output).await?,
        TwoFactor::NewCodes { yes } => {
            sure("All earlier recovery codes stop working.", *yes, output)?;
            let codes = way.lifted(async || factor.new_recovery_codes().await).await;
            let codes = codes.map_err(nothing)?;
            output.result(&json!({ "recovery_codes": codes }));
            prompts::hand_over(&codes, output)?;
        }
        TwoFactor::Disable { yes } => {
            sure(
                "You will sign in with the password alone, and the recovery codes stop working.",
                *yes,
                output,
            )?;
            let disabled = way.lifted(async || factor.disable().await).await;
            disabled.map_err(nothing)?;
            output.result(&json!({ "enrolled": false }));
            output.tell(format!(
                "{} You can now remove the entry from your authenticator app.",
                output.paint(GOOD, "Removed.")
            ));
        }
    }
    context.close().await
}

fn status(status: &TwoFactorStatus, output: &Output) {
    output.result(&shape(status));
    let (line, good) = line(status);
    let mark = if good {
        output.paint(GOOD, "✓")
    } else {
        output.paint(BAD, "✗")
    };
    let (first, rest) = line.split_at(1);
    output.tell(format!("{mark} {}{rest}.", first.to_uppercase()));
    if !status.enrolled {
        output.say("  To set one up: pericard two-factor enrol");
    } else if status.recovery_codes_left.is_some_and(|left| left < 3) {
        output.say("  New ones: pericard two-factor new-codes");
    }
}

/// The status as JSON.
pub(super) fn shape(status: &TwoFactorStatus) -> Value {
    json!({ "enrolled": status.enrolled, "recovery_codes_left": status.recovery_codes_left })
}

/// The status in words, and whether it is as it should be.
pub(super) fn line(status: &TwoFactorStatus) -> (String, bool) {
    if !status.enrolled {
        return ("the password alone signs in, without a code".into(), false);
    }
    let left = match status.recovery_codes_left {
        None => String::new(),
        Some(0) => "; no recovery codes are left".into(),
        Some(1) => "; one recovery code is left".into(),
        Some(n) => format!("; {n} recovery codes are left"),
    };
    let line = format!("signing in asks for a code{left}");
    (line, status.recovery_codes_left != Some(0))
}

async fn enrol(
    way: &Way<'_>,
    factor: &Arc<pericard::TwoFactor>,
    output: &Output,
) -> Result<(), Failure> {
    let begun = way.lifted(async || factor.enrol().await).await;
    let begun = begun.map_err(nothing)?;
    if output.json || !prompt::somebody() {
        let mut shape = shapes::totp(&begun.totp);
        shape["id"] = begun.id.as_str().into();
        output.result(&json!({ "enrolment": shape }));
        for line in render::totp(output, &begun.totp) {
            output.say(line);
        }
        output.say(format!(
            "\nWithin ten minutes: pericard two-factor enrol --confirm {} --code CODE",
            begun.id
        ));
        return Ok(());
    }
    let why = "Scan this with an authenticator app, or type the secret into it. Nothing changes until you have typed \
               the code that it shows.";
    prompts::tell(&begun.totp, why, output);
    let codes = loop {
        let code = prompt::line("code that the app shows", "")?;
        let confirmed = way.lifted(async || factor.confirm(begun.id.clone(), code.clone()).await);
        match confirmed.await.map_err(over) {
            Err(Failure::Core(
                error @ (PericardError::WrongCode { .. } | PericardError::InvalidInput { .. }),
            )) => {
                let error = Failure::Core(error);
                output.aside(format!("Not accepted: {}. Try again.", error.what()));
            }
            other => break other?,
        }
    };
    enrolled(&codes, output)
}

fn enrolled(codes: &[String], output: &Output) -> Result<(), Failure> {
    output.result(&json!({ "enrolled": true, "recovery_codes": codes }));
    output.tell(format!(
        "{} From now on, signing in asks for a code from the app.",
        output.paint(GOOD, "Set up.")
    ));
    prompts::hand_over(codes, output)
}

/// Asks before what cannot be undone.
fn sure(consequence: &str, yes: bool, output: &Output) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !prompt::somebody() {
        return Err(Failure::NotAsked(
            "a yes",
            "This cannot be undone. To confirm: --yes".into(),
        ));
    }
    output.aside(consequence);
    if prompt::agree("Continue", false)? {
        Ok(())
    } else {
        Err(PericardError::Cancelled.into())
    }
}

/// A portal that keeps second factors to its own pages.
fn elsewhere(error: PericardError) -> Failure {
    match error {
        PericardError::Portal {
            problem: PortalProblem::Unsupported,
            ..
        } => Failure::usage(
            "this portal manages the second factor on its own pages",
            "Open them: pericard page account",
        ),
        other => other.into(),
    }
}

fn over(failure: Failure) -> Failure {
    match failure {
        Failure::Core(PericardError::NotFound) => Failure::usage(
            "there is no such enrolment, or it has expired",
            "An enrolment is kept for ten minutes. Start again: pericard two-factor enrol",
        ),
        Failure::Core(error) => elsewhere(error),
        other => other,
    }
}

fn nothing(failure: Failure) -> Failure {
    match failure {
        Failure::Core(PericardError::NotFound) => Failure::usage(
            "no second factor is set up",
            "To set one up: pericard two-factor enrol",
        ),
        Failure::Core(error) => elsewhere(error),
        other => other,
    }
}
