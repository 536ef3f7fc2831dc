//! Signing in anew because the portal wants that before it does something: as a command, and in the middle of one.

use pericard::{Account, PericardError};
use serde_json::json;

use super::sign_in;
use crate::browser::Callback;
use crate::cli::{Answering, Options};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::prompt;
use crate::questions::{self, Answers, Signed};
use crate::voice::{GOOD, Voice};

pub(super) async fn run(options: &Options, how: &Answering, voice: &Voice) -> Result<(), Failure> {
    let answers = Answers::of(how, false)?;
    let (desk, callback) = Desk::with_browser(options).await?;
    let account = desk.account().await?;
    let way = Way {
        desk: &desk,
        callback: &callback,
        account: &account,
        voice,
    };
    let signed = way.step_up(how, answers).await?;
    voice.result(
        &json!({ "stepped_up": account.id(), "recovery_codes": signed.recovery_codes,
        "recovery_codes_left": signed.recovery_codes_left }),
    );
    voice.tell(format!(
        "{} Welcome back, {}. What the portal refused can be done now.",
        voice.paint(GOOD, "Signed in anew."),
        sign_in::name(&account)
    ));
    sign_in::left(&signed, voice);
    desk.close().await
}

/// How a fresh sign-in is had in the middle of a command.
pub(super) struct Way<'a> {
    pub(super) desk: &'a Desk,
    pub(super) callback: &'a Callback,
    pub(super) account: &'a Account,
    pub(super) voice: &'a Voice,
}

impl Way<'_> {
    /// Does `work`. Where the portal wants a fresh sign-in first and somebody is at the terminal, offers that, and then does
    /// `work` again.
    pub(super) async fn lifted<T>(
        &self,
        work: impl AsyncFn() -> Result<T, PericardError>,
    ) -> Result<T, Failure> {
        match work().await {
            Err(PericardError::StepUpRequired) if prompt::somebody() => {}
            other => return Ok(other?),
        }
        self.voice
            .aside("The portal wants you to sign in once more before it does this.");
        if !prompt::agree("Sign in now", true)? {
            return Err(PericardError::StepUpRequired.into());
        }
        let signed = self
            .step_up(&Answering::default(), Answers::default())
            .await?;
        sign_in::left(&signed, self.voice);
        Ok(work().await?)
    }

    async fn step_up(&self, how: &Answering, answers: Answers) -> Result<Signed, Failure> {
        self.callback.keep()?;
        let native = self.desk.is_native(&self.account.portal());
        let begin = sign_in::by(how, native, async |method| {
            self.account.step_up(method).await
        });
        questions::ask(&begin.await?, answers, self.callback, self.voice).await
    }
}
