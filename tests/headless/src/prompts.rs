//! What a sign-in asks, one question after another: answered by what a script gave along, or by the person.
//!
//! A person may try again and wait; a script hears of the first wrong answer. What a script gave is used once: a portal
//! that asks for it again is not answered in a circle.

use std::sync::Arc;
use std::time::SystemTime;

use pericard::{Account, PericardError, SignIn, SignInStep, TotpSecret};
use zeroize::Zeroizing;

use crate::browser::Callback;
use crate::cli::Answering;
use crate::failure::{Failure, span};
use crate::output::{Output, STRONG, wrap};
use crate::{prompt, render, time_format};

const RESUME: &str = "Give it within ten minutes: pericard signin --resume --code CODE";
/// From so many tries on it is said how many are left before anything was wrong.
const FEW: u32 = 3;

/// Answers that were given along.
#[derive(Default)]
pub(crate) struct Answers {
    user: Option<String>,
    password: Option<Zeroizing<String>>,
    code: Option<String>,
    recovery_code: Option<String>,
    /// Whether a code may be for a secret that was shown before.
    resumed: bool,
    only_print: bool,
}

impl Answers {
    pub(crate) fn of(given: &Answering, resumed: bool) -> Result<Self, Failure> {
        let password = if given.password_stdin {
            Some(prompt::piped()?)
        } else {
            std::env::var("PERICARD_PASSWORD").ok().map(Zeroizing::new)
        };
        Ok(Self {
            user: given.user.clone(),
            password,
            code: given.code.clone(),
            recovery_code: given.recovery_code.clone(),
            resumed,
            only_print: given.no_open,
        })
    }
}

/// A sign-in that is done.
pub(crate) struct Signed {
    pub(crate) account: Arc<Account>,
    /// New ones, already shown to a person.
    pub(crate) recovery_codes: Vec<String>,
    /// How many are left after one was used.
    pub(crate) recovery_codes_left: Option<u32>,
}

/// Asks until the sign-in is done.
pub(crate) async fn ask(
    sign_in: &Arc<SignIn>,
    mut answers: Answers,
    callback: &Callback,
    output: &Output,
) -> Result<Signed, Failure> {
    let (mut first, mut enrolling) = (true, false);
    loop {
        let few = |left| {
            if first {
                few(left, output);
            }
        };
        // Whether a person typed the answer, and may type another.
        let (answered, typed) = match sign_in.step()? {
            SignInStep::Ready {
                recovery_codes_left,
            } => {
                return Ok(Signed {
                    account: sign_in.clone().finish().await?,
                    recovery_codes: Vec::new(),
                    recovery_codes_left,
                });
            }
            SignInStep::ShowRecoveryCodes { codes } => {
                hand_over(&codes, output)?;
                return Ok(Signed {
                    account: sign_in.clone().finish().await?,
                    recovery_codes: codes,
                    recovery_codes_left: None,
                });
            }
            SignInStep::OpenBrowser => {
                if answers.resumed {
                    callback.is_as_before()?;
                }
                let open = !answers.only_print;
                callback.follow(sign_in, open, output).await?;
                continue;
            }
            SignInStep::Wait { until } => {
                wait(until, output).await?;
                continue;
            }
            SignInStep::AskPassword { attempts_left } => {
                few(attempts_left);
                let user = match &answers.user {
                    Some(user) => user.clone(),
                    None => prompt::line("user name", "Give it with --user.")?,
                };
                let given = answers.password.take();
                let typed = given.is_none();
                let password = match given {
                    Some(password) => password,
                    None => prompt::hidden(
                        "password",
                        "Give it in PERICARD_PASSWORD or with --password-stdin.",
                    )?,
                };
                let password = password.as_bytes().to_vec();
                (sign_in.clone().password(user, password).await, typed)
            }
            SignInStep::AskCode {
                attempts_left,
                recovery_code,
            } => {
                few(attempts_left);
                let sign_in = sign_in.clone();
                if let Some(code) = answers.recovery_code.take() {
                    (sign_in.recovery_code(code).await, false)
                } else if let Some(code) = answers.code.take() {
                    (sign_in.code(code).await, false)
                } else if recovery_code {
                    let code =
                        prompt::line("code of the authenticator app, or a recovery code", RESUME)?;
                    if is_digits(&code) {
                        (sign_in.code(code).await, true)
                    } else {
                        (sign_in.recovery_code(code).await, true)
                    }
                } else {
                    let code = prompt::line("code of the authenticator app", RESUME)?;
                    (sign_in.code(code).await, true)
                }
            }
            SignInStep::Enrol {
                totp,
                attempts_left,
            } => {
                let sign_in = sign_in.clone();
                // A code that came along with the password was not made of a secret that nobody had seen.
                match answers.code.take().filter(|_| answers.resumed) {
                    Some(code) => (sign_in.code(code).await, false),
                    None => {
                        if !std::mem::replace(&mut enrolling, true) {
                            enrol(&totp, output)?;
                        }
                        few(attempts_left);
                        let code = prompt::line("code that the app shows", RESUME)?;
                        (sign_in.code(code).await, true)
                    }
                }
            }
        };
        first = false;
        match answered {
            Ok(_) => {}
            // The question comes back after the wait, which is told above.
            Err(PericardError::RateLimited { .. }) if typed => {}
            Err(
                error @ (PericardError::WrongPassword { .. }
                | PericardError::WrongCode { .. }
                | PericardError::InvalidInput { .. }),
            ) if typed => {
                let error = Failure::Core(error);
                output.aside(format!("Not accepted: {}. Try again.", error.what()));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// A code holds digits alone; a recovery code has letters.
fn is_digits(code: &str) -> bool {
    code.chars()
        .all(|c| c.is_ascii_digit() || c == '-' || c.is_whitespace())
}

fn few(attempts_left: Option<u32>, output: &Output) {
    match attempts_left {
        Some(1) => output.aside("You have one attempt left."),
        Some(n @ 2..=FEW) => output.aside(format!("You have {n} attempts left.")),
        _ => {}
    }
}

async fn wait(until: SystemTime, output: &Output) -> Result<(), Failure> {
    let rest = until.duration_since(SystemTime::now()).unwrap_or_default();
    if !prompt::somebody() {
        return Err(PericardError::RateLimited { retry_after: rest }.into());
    }
    output.aside(format!(
        "Too many wrong answers. You can try again at {}, in {}.\n\
         Wait here, or press Ctrl-C and continue later: pericard signin --resume",
        time_format::time(until),
        span(rest)
    ));
    tokio::time::sleep(rest).await;
    Ok(())
}

/// Shows the secret that the portal wants to be set up.
fn enrol(totp: &TotpSecret, output: &Output) -> Result<(), Failure> {
    if !prompt::somebody() {
        if !output.json {
            render::totp(output, totp)
                .iter()
                .for_each(|line| output.say(line));
        }
        return Err(Failure::Enrolment(Box::new(totp.clone())));
    }
    let why = "The portal requires a second factor. Scan this with an authenticator app, or type the secret into it:";
    tell(totp, why, output);
    Ok(())
}

/// Shows a secret to the person at the terminal.
pub(crate) fn tell(totp: &TotpSecret, why: &str, output: &Output) {
    output.aside("");
    for line in wrap(why, output.width) {
        output.aside(line);
    }
    output.aside("");
    let shown = [render::scan(output, totp), render::totp(output, totp)].concat();
    for line in shown {
        output.aside(line);
    }
    output.aside("");
}

/// Shows recovery codes, and asks a person whether they are kept. In JSON they are in the result.
pub(crate) fn hand_over(codes: &[String], output: &Output) -> Result<(), Failure> {
    if output.json {
        return Ok(());
    }
    output.say("");
    output.say(output.paint(STRONG, "Recovery codes"));
    let what = "Each signs you in once when the authenticator app is lost. They are shown only once. \
                Keep them separate from your password.";
    output.tell(what);
    output.say("");
    for line in render::recovery_codes(output, codes) {
        output.say(line);
    }
    output.say("");
    while prompt::somebody() && !prompt::agree("Have you saved them", false)? {
        output.aside("They cannot be shown again. Write them down or print them first.");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::is_digits;

    #[test]
    fn a_code_and_a_recovery_code_are_told_apart_by_their_letters() {
        assert!(is_digits("123 456") && is_digits("123-456"));
        assert!(!is_digits("abcd-efgh-ijkl-mnop") && !is_digits("2222-333a"));
    }
}
