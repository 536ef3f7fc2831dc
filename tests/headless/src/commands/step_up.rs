//! Signing in anew because the portal wants that before it does something: as a command, and in the middle of one.

use pericard::{Account, PericardError};
use serde_json::json;

use super::sign_in;
use crate::browser::Callback;
use crate::cli::{Answering, Options};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{GOOD, Output};
use crate::prompt;
use crate::prompts::{self, Answers, Signed};

pub(super) async fn run(
    options: &Options,
    how: &Answering,
    output: &Output,
) -> Result<(), Failure> {
    let answers = Answers::of(how, false)?;
    let (context, callback) = Context::with_browser(options).await?;
    let account = context.any_account().await?;
    let way = Way {
        context: &context,
        callback: &callback,
        account: &account,
        output,
    };
    let signed = way.step_up(how, answers).await?;
    output.result(
        &json!({ "stepped_up": account.id(), "recovery_codes": signed.recovery_codes,
        "recovery_codes_left": signed.recovery_codes_left }),
    );
    output.tell(format!(
        "{} Welcome back, {}. You can now repeat what the portal refused.",
        output.paint(GOOD, "Signed in again."),
        sign_in::name(&account)
    ));
    sign_in::left(&signed, output);
    context.close().await
}

/// How a fresh sign-in is had in the middle of a command.
pub(super) struct Way<'a> {
    pub(super) context: &'a Context,
    pub(super) callback: &'a Callback,
    pub(super) account: &'a Account,
    pub(super) output: &'a Output,
}

impl Way<'_> {
    /// Does `work`. Where the portal wants a fresh sign-in first and somebody is at the terminal, offers that, and then
    /// does `work` again.
    pub(super) async fn lifted<T>(
        &self,
        work: impl AsyncFn() -> Result<T, PericardError>,
    ) -> Result<T, Failure> {
        match work().await {
            Err(PericardError::StepUpRequired) if prompt::somebody() => {}
            other => return Ok(other?),
        }
        self.output
            .aside("The portal asks you to sign in again before it does this.");
        if !prompt::agree("Sign in now", true)? {
            return Err(PericardError::StepUpRequired.into());
        }
        let signed = self
            .step_up(&Answering::default(), Answers::default())
            .await?;
        sign_in::left(&signed, self.output);
        Ok(work().await?)
    }

    async fn step_up(&self, how: &Answering, answers: Answers) -> Result<Signed, Failure> {
        self.callback.keep()?;
        let native = self.context.is_native(&self.account.portal());
        let begin = sign_in::by(how, native, async |method| {
            self.account.step_up(method).await
        });
        prompts::ask(&begin.await?, answers, self.callback, self.output).await
    }
}
