//! Signing in to a portal, or going on with a sign-in that was interrupted.

use std::sync::Arc;

use pericard::{
    Account, InputProblem, PericardError, PortalConfig, PortalProblem, SignIn, SignInMethod,
};
use serde_json::json;

use crate::browser::Callback;
use crate::cli::{Answering, Options, Signin};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{DOUBT, GOOD, Output, one_line};
use crate::prompts::{self, Answers, Signed};
use crate::render::shapes;
use crate::settings;

pub(super) async fn run(options: &Options, how: &Signin, output: &Output) -> Result<(), Failure> {
    let answers = Answers::of(&how.answering, how.resume)?;
    // A portal may send a native sign-in on to the browser: the way back is there from the beginning.
    let (context, callback, sign_in) = if how.resume {
        let (context, callback) = Context::with_browser(options).await?;
        let sign_in = context.client.resume_sign_in().await?.ok_or_else(|| {
            Failure::usage(
                "there is no sign-in to continue",
                "A sign-in is kept for ten minutes. Start again: pericard signin",
            )
        })?;
        (context, callback, sign_in)
    } else {
        begin(options, how).await?
    };
    let signed = prompts::ask(&sign_in, answers, &callback, output).await?;
    let accounts = context.client.accounts().await?;
    let place = accounts
        .iter()
        .position(|other| other.id() == signed.account.id());
    let number = place.unwrap_or_default() + 1;
    tell(&signed, number, options.program(), output);
    context.close().await
}

async fn begin(
    options: &Options,
    how: &Signin,
) -> Result<(Context, Callback, Arc<SignIn>), Failure> {
    let (context, callback) = match (&options.account, &how.base) {
        // Whose portal it is, the account knows.
        (Some(_), None) => Context::with_browser(options).await?,
        _ => {
            // Before a directory is made: it may be that no portal was named.
            settings::portal(options, how.base.as_deref())?;
            Context::for_sign_in(options).await?
        }
    };
    callback.keep()?;
    let sign_in = if options.account.is_some() {
        let account = context.any_account().await?;
        let native = context.is_native(&account.portal());
        let person = match &options.person {
            Some(_) => Some(context.person(&account)?.id),
            None => None,
        };
        by(&how.answering, native, async |method| {
            account.sign_in_again(method, person.clone()).await
        })
        .await?
    } else {
        let config = PortalConfig {
            redirect: callback.redirect(),
            ..settings::portal(options, how.base.as_deref())?
        };
        let native = config.native_sign_in;
        let own = callback.redirect_of(&config.base);
        let portal = context.client.portal(config.clone()).await?;
        let begun = by(&how.answering, native, async |method| {
            portal.sign_in(method).await
        });
        match begun.await {
            Err(PericardError::InvalidInput {
                problem: InputProblem::SharedRedirect,
                ..
            }) => {
                let config = PortalConfig {
                    redirect: own,
                    ..config
                };
                let portal = context.client.portal(config).await?;
                by(&how.answering, native, async |method| {
                    portal.sign_in(method).await
                })
                .await?
            }
            begun => begun?,
        }
    };
    Ok((context, callback, sign_in))
}

/// Begins a sign-in: with questions here where portal and --config allow that, else on the portal's own pages. Who
/// gives answers along is told when they cannot be used.
pub(super) async fn by(
    how: &Answering,
    native: bool,
    begin: impl AsyncFn(SignInMethod) -> Result<Arc<SignIn>, PericardError>,
) -> Result<Arc<SignIn>, PericardError> {
    let answers = [&how.user, &how.code, &how.recovery_code];
    let answered = how.password_stdin || answers.iter().any(|answer| answer.is_some());
    if how.browser || !(native || answered) {
        return begin(SignInMethod::Browser).await;
    }
    match begin(SignInMethod::Native).await {
        Err(PericardError::Portal {
            problem: PortalProblem::Unsupported,
            ..
        }) if !answered => begin(SignInMethod::Browser).await,
        begun => begun,
    }
}

fn tell(signed: &Signed, number: usize, program: &str, output: &Output) {
    output.result(&json!({ "account": shapes::account(&signed.account, number),
        "recovery_codes": signed.recovery_codes, "recovery_codes_left": signed.recovery_codes_left }));
    output.tell(format!(
        "{} Welcome, {}. Next: {program} sync",
        output.paint(GOOD, "Signed in."),
        name(&signed.account)
    ));
    left(signed, output);
}

/// Whose account it is.
pub(super) fn name(account: &Account) -> String {
    let people = account.people();
    people
        .first()
        .map(|person| one_line(&person.name))
        .unwrap_or_default()
}

/// Says how many recovery codes are left, when one was used.
pub(super) fn left(signed: &Signed, output: &Output) {
    let Some(left) = signed.recovery_codes_left else {
        return;
    };
    let left = match left {
        0 => "That was the last recovery code.".into(),
        1 => "One recovery code is left.".into(),
        n => format!("{n} recovery codes are left."),
    };
    output.tell(format!(
        "{} New ones: pericard two-factor new-codes",
        output.paint(DOUBT, left)
    ));
}
