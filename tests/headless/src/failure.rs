//! What went wrong, what to do next, and the exit code. The one place where errors become words.

use std::io;
use std::time::{Duration, SystemTime};

use pericard::{
    InputProblem, KeystoreError, PericardError, PortalProblem, SignInReason, StorageKind,
    TotpSecret,
};
use pericard_desktop::DesktopKeystoreError;
use serde_json::{Map, Value, json};

use crate::render::shapes;
use crate::time_format;

/// Why a command ended without doing what it was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The core said so.
    Core(PericardError),
    /// The keystore did not open.
    Keystore(DesktopKeystoreError),
    /// The command line asks for something that there is not; a sentence, and what to do.
    Usage(String, String),
    /// Nobody is signed in on this device.
    Nobody,
    /// A question has no answer because nobody is at the terminal; what was wanted, and how to give it.
    NotAsked(&'static str, String),
    /// The portal wants a second factor to be set up, and nobody is at the terminal to do it.
    Enrolment(Box<TotpSecret>),
    /// The browser did not come back.
    NoBrowser,
    /// A file or socket of the command itself.
    Io(String, io::Error),
    /// The tour: a promise did not hold.
    Promise(String),
}

impl Failure {
    pub(crate) fn io(what: impl Into<String>, error: io::Error) -> Self {
        Self::Io(what.into(), error)
    }

    pub(crate) fn usage(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::Usage(what.into(), advice.into())
    }

    /// The exit code, as `--help` has it.
    pub(crate) fn exit(&self) -> u8 {
        match self {
            Self::Usage(..) | Self::NotAsked(..) => 2,
            Self::Nobody | Self::NoBrowser | Self::Enrolment(_) => 4,
            Self::Keystore(_) => 6,
            Self::Io(..) | Self::Promise(_) => 1,
            Self::Core(error) => match error {
                PericardError::InvalidInput { .. } | PericardError::NotFound => 2,
                PericardError::Offline | PericardError::LeaseEnded => 3,
                PericardError::SignInRequired { .. }
                | PericardError::StepUpRequired
                | PericardError::WrongPassword { .. }
                | PericardError::WrongCode { .. } => 4,
                PericardError::Portal { .. } => 5,
                PericardError::Storage { .. }
                | PericardError::Keystore { .. }
                | PericardError::InUse => 6,
                PericardError::RateLimited { .. } => 7,
                PericardError::Integrity { .. } => 8,
                PericardError::ClockWrong { .. } => 9,
                _ => 1,
            },
        }
    }

    /// A word for scripts.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Usage(..) => "usage",
            Self::NotAsked(..) => "not_asked",
            Self::Nobody => "sign_in_required",
            Self::Enrolment(_) => "enrolment_required",
            Self::NoBrowser => "browser",
            Self::Keystore(_) => "keystore",
            Self::Io(..) => "io",
            Self::Promise(_) => "promise",
            Self::Core(error) => match error {
                PericardError::Offline => "offline",
                PericardError::SignInRequired { .. } => "sign_in_required",
                PericardError::StepUpRequired => "step_up_required",
                PericardError::LeaseEnded => "lease_ended",
                PericardError::ClockWrong { .. } => "clock_wrong",
                PericardError::RateLimited { .. } => "rate_limited",
                PericardError::WrongPassword { .. } => "wrong_password",
                PericardError::WrongCode { .. } => "wrong_code",
                PericardError::InvalidInput { .. } => "invalid_input",
                PericardError::NotFound => "not_found",
                PericardError::InUse => "in_use",
                PericardError::Cancelled => "cancelled",
                PericardError::Closed => "closed",
                PericardError::Portal { .. } => "portal",
                PericardError::Integrity { .. } => "integrity",
                PericardError::Storage { .. } => "storage",
                PericardError::Keystore { .. } => "keystore",
                _ => "internal",
            },
        }
    }

    /// What a program can do something with, beside the code.
    pub(crate) fn details(&self) -> Map<String, Value> {
        let details = match self {
            Self::Enrolment(totp) => json!({ "enrolment": shapes::totp(totp) }),
            Self::Core(error) => match error {
                PericardError::WrongPassword { attempts_left }
                | PericardError::WrongCode { attempts_left } => {
                    json!({ "attempts_left": attempts_left })
                }
                PericardError::RateLimited { retry_after } => {
                    json!({ "retry_after": whole_seconds(*retry_after) })
                }
                PericardError::ClockWrong { portal_time } => {
                    json!({ "portal_time": portal_time.map(time_format::instant) })
                }
                _ => Value::Null,
            },
            _ => Value::Null,
        };
        match details {
            Value::Object(details) => details,
            _ => Map::new(),
        }
    }

    /// What happened, as a sentence without its full stop.
    pub(crate) fn what(&self) -> String {
        match self {
            Self::Usage(what, _) | Self::Promise(what) => what.clone(),
            Self::NotAsked(what, _) => {
                format!("{what} is wanted, and nobody is at the terminal to ask")
            }
            Self::Nobody => "nobody is signed in on this device".into(),
            Self::Enrolment(_) => {
                "the portal wants a second factor to be set up, and nobody is at the terminal to do it"
                    .into()
            }
            Self::NoBrowser => "the browser did not come back within five minutes".into(),
            Self::Keystore(error) => error.to_string(),
            Self::Io(what, error) => format!("cannot {what}: {error}"),
            Self::Core(error) => core(error),
        }
    }

    /// What to do next; may be empty.
    pub(crate) fn advice(&self) -> String {
        match self {
            Self::Usage(_, advice) | Self::NotAsked(_, advice) => advice.clone(),
            Self::Nobody => {
                "Sign in first: pericard signin URL, or pericard --config FILE signin".into()
            }
            Self::Enrolment(_) => {
                "Put the secret into an authenticator app. The sign-in waits ten minutes: \
                 pericard signin --resume --code CODE"
                    .into()
            }
            Self::NoBrowser => {
                "Go on within ten minutes of its beginning: pericard signin --resume".into()
            }
            Self::Keystore(error) => keystore(error).into(),
            Self::Io(..) => String::new(),
            Self::Promise(_) => "This is a defect: please report it with the output above.".into(),
            Self::Core(error) => next(error),
        }
    }
}

impl From<PericardError> for Failure {
    fn from(error: PericardError) -> Self {
        Self::Core(error)
    }
}

impl From<DesktopKeystoreError> for Failure {
    fn from(error: DesktopKeystoreError) -> Self {
        Self::Keystore(error)
    }
}

fn core(error: &PericardError) -> String {
    let tries = |left: &Option<u32>| match left {
        Some(1) => "; one try is left".into(),
        Some(n) => format!("; {n} tries are left"),
        None => String::new(),
    };
    match error {
        PericardError::Offline => "the portal cannot be reached".into(),
        PericardError::SignInRequired { reason } => match reason {
            SignInReason::SignedOut => "nobody is signed in to this account any more",
            SignInReason::Revoked => "the portal has ended this session; the messages here are sealed, not lost",
            SignInReason::IdentityChanged => {
                "the portal answered for somebody else; the messages here are sealed, not lost"
            }
            SignInReason::Expired => "the sign-in took longer than its ten minutes",
            SignInReason::AnotherPerson => "somebody else signed in; nothing was changed",
            SignInReason::Interaction => "the portal has something to show you before it goes on; what is here stays readable",
            SignInReason::Login => "the portal asks you to log in there anew; what is here stays readable",
            SignInReason::Consent => "the portal asks for your consent before it goes on; what is here stays readable",
            SignInReason::AccountChoice => "the portal asks which of your accounts you mean; what is here stays readable",
            SignInReason::SecondFactor => "the portal asks for your second factor; what is here stays readable",
            SignInReason::ClientUnknown => "the portal does not know this program any more; what is here stays readable",
            SignInReason::Refused => "the portal refused to go on with this session; what is here stays readable",
        }
        .into(),
        PericardError::StepUpRequired => "the portal wants a fresh sign-in before it does this".into(),
        PericardError::LeaseEnded => {
            "the portal was not reached for too long; the messages here are sealed, not lost".into()
        }
        PericardError::ClockWrong { portal_time } => clock(*portal_time, SystemTime::now()),
        PericardError::RateLimited { retry_after } => {
            let until = SystemTime::now().checked_add(*retry_after).map(time_format::time);
            let until = until.map(|until| format!(", until {until}")).unwrap_or_default();
            format!("the portal asks to wait for {}{until}", span(*retry_after))
        }
        PericardError::WrongPassword { attempts_left } => {
            format!("user name or password is wrong{}", tries(attempts_left))
        }
        PericardError::WrongCode { attempts_left } => {
            format!("the code is wrong or was used before{}", tries(attempts_left))
        }
        PericardError::InvalidInput { field, problem } => {
            let problem = match problem {
                InputProblem::Empty => "is empty",
                InputProblem::TooLong => "is too long",
                InputProblem::NotDigits => "has to be six to eight digits",
                InputProblem::NotARecoveryCode => "is not a recovery code",
                InputProblem::NotAUrl => "is not an address",
                InputProblem::NotHttps => "is not https",
                InputProblem::NotThisSignIn => "does not belong to this sign-in",
                InputProblem::NotConfigured => "is only for portals in --config that allow it",
                InputProblem::NotACertificate => "is not a certificate",
                InputProblem::Unreadable => "cannot be used",
                InputProblem::NotAsked => "is not asked for now",
                InputProblem::SharedRedirect => {
                    "is another portal's as well, and this portal does not say in redirects who it is"
                }
                InputProblem::WrongState => "is not in a state in which that can be done",
            };
            let field = match field.as_str() {
                "base" => "the portal's address",
                "method" => "sign-in by password",
                "extra_roots" => "a root in --config",
                "after" => "the position in --after",
                other => return format!("the {other} {problem}"),
            };
            format!("{field} {problem}")
        }
        PericardError::NotFound => "there is no such item on this device".into(),
        PericardError::InUse => "another pericard has this directory open".into(),
        PericardError::Portal { problem, status } => {
            let problem = match problem {
                PortalProblem::NotAPortal => "there is no health portal at this address",
                PortalProblem::WrongIssuer => "the portal's sign-in server names itself differently than the portal does",
                PortalProblem::Insecure => "the portal names an address that is not https",
                PortalProblem::InvalidAnswer => "the portal's answer is not what its standard asks for",
                PortalProblem::TooLarge => "the portal's answer is larger than anything reasonable",
                PortalProblem::Unsupported => "the portal does not offer what is needed for this",
                PortalProblem::Refused => "the portal refused the request",
                PortalProblem::Failing => "the portal has a problem of its own",
                PortalProblem::Certificate => "the portal's certificate is not trusted",
                PortalProblem::ForeignLink => "the portal gave a link that leads away from it; it was not followed",
                PortalProblem::UntrustedIdentity => "the portal's statement of who signed in cannot be believed",
                PortalProblem::NotFresh => "the portal signed you in without the proof that it had asked for",
            };
            match status {
                Some(status) => format!("{problem} (HTTP {status})"),
                None => problem.into(),
            }
        }
        PericardError::Integrity { .. } => {
            "the portal delivered someone else's record; it was not stored, and updates are stopped".into()
        }
        PericardError::Storage { kind } => match kind {
            StorageKind::Full => "the disk is full",
            StorageKind::ReadOnly => "the directory cannot be written",
            StorageKind::WrongKey => "the key of this directory is not in the keystore",
            StorageKind::Damaged => "a database is damaged",
            StorageKind::NotEncrypted => "the SQLite in this program is not SQLCipher; nothing was written",
            StorageKind::Newer => "the directory was made by a newer pericard",
            StorageKind::Unavailable => "the directory cannot be opened",
        }
        .into(),
        PericardError::Keystore { kind } => match kind {
            KeystoreError::Unavailable => "the keystore cannot be used now",
            KeystoreError::Refused => "the keystore refused",
            KeystoreError::Lost => "the key of this account is no longer in the keystore",
            KeystoreError::Doubled => "the keystore has several keys under one name",
            KeystoreError::Unexpected => "the keystore failed",
        }
        .into(),
        PericardError::Cancelled => "cancelled; nothing was changed".into(),
        other => other.to_string(),
    }
}

fn next(error: &PericardError) -> String {
    match error {
        PericardError::Offline => {
            "What is here stays readable (pericard inbox) and what is queued stays queued. Check the network, or \
             whether the portal runs, then try again."
        }
        PericardError::SignInRequired { reason: SignInReason::Expired } => "Start again: pericard signin",
        PericardError::SignInRequired { reason: SignInReason::AnotherPerson } => {
            "Sign in as the person of this account, or without --account for an account of its own."
        }
        PericardError::SignInRequired { reason: SignInReason::ClientUnknown } => {
            "Sign in again, which registers this program anew: pericard signin. With a client of your own (--client), ask \
             the portal's makers."
        }
        PericardError::SignInRequired {
            reason:
                SignInReason::Interaction
                | SignInReason::Login
                | SignInReason::Consent
                | SignInReason::AccountChoice
                | SignInReason::SecondFactor
                | SignInReason::Refused,
        } => "Sign in again, as the same person: pericard signin --browser",
        PericardError::SignInRequired { .. } => {
            "Sign in again as the same person, and everything is back: pericard signin"
        }
        PericardError::StepUpRequired => {
            "Nothing was lost. Sign in anew, then do it again: pericard step-up"
        }
        PericardError::LeaseEnded => "Go where the portal can be reached, and they open again: pericard sync",
        PericardError::ClockWrong { .. } => "Set this device's date, time and time zone, then try again.",
        PericardError::RateLimited { .. } => "Nothing was lost. Try again after that.",
        PericardError::WrongPassword { .. } => "Try again: pericard signin",
        PericardError::WrongCode { .. } => {
            "Wait for the next code in the authenticator app, then: pericard signin --resume"
        }
        PericardError::InvalidInput { field, problem } => match (field.as_str(), problem) {
            ("method", _) => "Use the browser: pericard signin --browser",
            ("base", InputProblem::NotHttps) => {
                "Portals are reached by https. For a test portal on this machine, with every command: \
                 --allow-loopback-http"
            }
            ("base", _) => "Give the FHIR base, for example https://portal.example/fhir/r4",
            ("code", InputProblem::NotARecoveryCode) => "Eight letters and digits or more; spaces and dashes are fine.",
            ("code", _) => "Digits, spaces and dashes are fine; nothing else is.",
            (_, InputProblem::SharedRedirect) => {
                "Sign in to it in a directory of its own: --dir DIR"
            }
            _ => "",
        },
        PericardError::NotFound => "Numbers are those of the list as it is now: pericard inbox",
        PericardError::InUse => "Wait until it has ended, or use another directory: --dir DIR",
        PericardError::Portal { problem, .. } => match problem {
            PortalProblem::NotAPortal => {
                "Check the address, and whether this network wants you to log in to it first (open any web page)."
            }
            PortalProblem::Certificate => {
                "If this is a portal under test, give the --config that has its authority in extra_roots. Otherwise \
                 somebody may be in between: do not sign in on this network."
            }
            PortalProblem::Unsupported | PortalProblem::Refused => {
                "See what it offers: pericard doctor. A portal where this app cannot register itself wants \
                 --client-id ID at signin."
            }
            PortalProblem::Failing => "Nothing was lost. Try again later.",
            PortalProblem::NotFresh => {
                "It may need a second factor: pericard two-factor enrol. Otherwise tell the portal's people."
            }
            PortalProblem::WrongIssuer
            | PortalProblem::Insecure
            | PortalProblem::ForeignLink
            | PortalProblem::UntrustedIdentity => {
                "Do not sign in there; tell the portal's people."
            }
            _ => "See what the portal gets wrong: pericard doctor",
        },
        PericardError::Integrity { .. } => {
            "What is here stays readable. Tell the portal's people; a later sync goes on when their answer is clean."
        }
        PericardError::Storage { kind } => match kind {
            StorageKind::Full => "Free some space, then try again. What was acknowledged is there.",
            StorageKind::ReadOnly | StorageKind::Unavailable => "Check the directory's owner, or use another: --dir DIR",
            StorageKind::WrongKey => {
                "Use the keystore and the passphrase that the directory was made with. Nothing was changed."
            }
            StorageKind::Damaged => "Restore the directory from where it came, or begin a new one: --dir DIR",
            StorageKind::NotEncrypted => "Build pericard with its own SQLCipher.",
            StorageKind::Newer => "Update pericard.",
        },
        PericardError::Keystore { kind: KeystoreError::Lost } => {
            "What was cached cannot be read any more. Begin anew: pericard signin, or remove the account: pericard forget"
        }
        PericardError::Keystore { kind: KeystoreError::Doubled } => {
            "Look for two entries of dev.pericard in the system's keyring and remove the newer one, then try again."
        }
        PericardError::Keystore { .. } => "Unlock the system's keyring, then try again.",
        _ => "",
    }
    .into()
}

fn keystore(error: &DesktopKeystoreError) -> &'static str {
    match error {
        DesktopKeystoreError::NativeUnavailable
        | DesktopKeystoreError::NativeUnanswered
        | DesktopKeystoreError::NativeRefused => {
            "Unlock or start the system's keyring (a desktop session has one), then try again. Nothing was changed. A new \
             directory can use a passphrase instead: set PERICARD_PASSPHRASE."
        }
        DesktopKeystoreError::WrongPassphrase => {
            "Try again. Nothing was changed; nobody can recover a passphrase."
        }
        DesktopKeystoreError::NoPassphrase => {
            "Set PERICARD_PASSPHRASE, or run the command in a terminal. An empty passphrase is none."
        }
        DesktopKeystoreError::Damaged | DesktopKeystoreError::Missing => {
            "Without its keys the directory is unreadable. Restore the file, or begin a new directory: --dir DIR"
        }
        DesktopKeystoreError::Newer => "Update pericard.",
        _ => "Check the directory's owner and space, or use another: --dir DIR",
    }
}

/// How far the clock is off, where the portal has told its own.
fn clock(portal: Option<SystemTime>, now: SystemTime) -> String {
    let Some(portal) = portal else {
        return "the clock of this device is wrong".into();
    };
    let (off, way) = match portal.duration_since(now) {
        Ok(behind) => (behind, "behind"),
        Err(ahead) => (ahead.duration(), "ahead of"),
    };
    format!(
        "the clock of this device is {} {way} the portal's",
        span(off)
    )
}

fn whole_seconds(span: Duration) -> u64 {
    span.as_secs() + u64::from(span.subsec_nanos() > 0)
}

/// A wait in words.
pub(crate) fn span(span: Duration) -> String {
    match whole_seconds(span) {
        1 => "one second".into(),
        seconds @ 0..120 => format!("{seconds} seconds"),
        seconds @ 0..7_200 => format!("{} minutes", seconds.div_ceil(60)),
        seconds @ 0..172_800 => format!("{} hours", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_told_by_how_much_it_is_off_and_which_way() {
        let now = SystemTime::now();
        let days = Duration::from_secs(3 * 86_400 + 100);
        assert_eq!(
            clock(Some(now + days), now),
            "the clock of this device is 3 days behind the portal's"
        );
        assert_eq!(
            clock(Some(now - days), now),
            "the clock of this device is 3 days ahead of the portal's"
        );
        assert_eq!(clock(None, now), "the clock of this device is wrong");
    }

    #[test]
    fn a_wait_is_told_in_what_people_count_in() {
        let of = |seconds| span(Duration::from_secs(seconds));
        assert_eq!(span(Duration::from_millis(300)), "one second");
        assert_eq!(
            [of(60), of(121), of(3 * 3_600), of(50 * 3_600)],
            ["60 seconds", "3 minutes", "3 hours", "2 days"]
        );
    }
}
