//! Turns every error into a sentence, advice and an exit code. No other file does.

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

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// An error of the core.
    Core(PericardError),
    /// The keystore did not open.
    Keystore(DesktopKeystoreError),
    /// The command line asks for something that does not exist: what, and what to do.
    Usage(String, String),
    /// Nobody is signed in on this device.
    Nobody,
    /// An answer is needed and there is no terminal to ask on: which one, and how to give it.
    NotAsked(&'static str, String),
    /// The portal requires a second factor, and there is no terminal to set one up on.
    Enrolment(Box<TotpSecret>),
    /// The browser did not return.
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

    /// The exit code; `--help` lists them.
    pub(crate) fn exit(&self) -> u8 {
        match self {
            Self::Usage(..) | Self::NotAsked(..) => 2,
            Self::Nobody | Self::NoBrowser | Self::Enrolment(_) => 4,
            Self::Keystore(_) => 6,
            Self::Io(..) | Self::Promise(_) => 1,
            Self::Core(error) => match error {
                PericardError::InvalidInput { .. } | PericardError::NotFound => 2,
                PericardError::Offline | PericardError::LeaseEnded => 3,
                PericardError::SwitchedOff | PericardError::UpdateRequired { .. } => 10,
                PericardError::SignInRequired { .. }
                | PericardError::StepUpRequired
                | PericardError::Locked
                | PericardError::WrongPin { .. }
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
                PericardError::Locked => "locked",
                PericardError::WrongPin { .. } => "wrong_pin",
                PericardError::SwitchedOff => "switched_off",
                PericardError::UpdateRequired { .. } => "update_required",
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

    /// Further members of the JSON error, beside the code.
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
                PericardError::UpdateRequired { minimum } => json!({ "minimum": minimum }),
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

    /// What happened, as a sentence without a full stop.
    pub(crate) fn what(&self) -> String {
        match self {
            Self::Usage(what, _) | Self::Promise(what) => what.clone(),
            Self::NotAsked(what, _) => {
                format!("{what} is needed, and there is no terminal to ask on")
            }
            Self::Nobody => "nobody is signed in on this device".into(),
            Self::Enrolment(_) => {
                "the portal requires a second factor, and there is no terminal to set one up on"
                    .into()
            }
            Self::NoBrowser => "the browser did not return within five minutes".into(),
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
                "Add the secret to an authenticator app, then continue within ten minutes: \
                 pericard signin --resume --code CODE"
                    .into()
            }
            Self::NoBrowser => {
                "Continue within ten minutes of starting: pericard signin --resume".into()
            }
            Self::Keystore(error) => keystore(error).into(),
            Self::Io(..) => String::new(),
            Self::Promise(_) => "This is a bug. Please report it with the output above.".into(),
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

fn pin(field: &str, problem: InputProblem) -> String {
    let which = if field == "pin" {
        "the PIN"
    } else {
        "the present PIN"
    };
    let problem = match problem {
        InputProblem::Empty => "is empty",
        InputProblem::TooShort => "needs six digits or more",
        InputProblem::TooLong => "has more than twelve digits",
        InputProblem::TooSimple => "is one that everybody tries first",
        InputProblem::WrongState => "is needed where there is one, and only there",
        _ => "has digits only",
    };
    format!("{which} {problem}")
}

fn core(error: &PericardError) -> String {
    let tries = |left: &Option<u32>| match left {
        Some(1) => "; you have one attempt left".into(),
        Some(n) => format!("; you have {n} attempts left"),
        None => String::new(),
    };
    match error {
        PericardError::Offline => "the portal cannot be reached".into(),
        PericardError::SignInRequired { reason } => match reason {
            SignInReason::SignedOut => "this account is signed out",
            SignInReason::Revoked => "the portal has ended this session; your messages here are sealed, not lost",
            SignInReason::IdentityChanged => {
                "the portal responded for a different person; your messages here are sealed, not lost"
            }
            SignInReason::Destroyed => "ten wrong PINs deleted this device's copy; the portal keeps the original",
            SignInReason::Expired => "signing in took longer than ten minutes",
            SignInReason::AnotherPerson => "someone else signed in; nothing was changed",
            SignInReason::Interaction => "the portal has something to show you first; you can still read what is on this device",
            SignInReason::Login => "the portal asks you to sign in again; you can still read what is on this device",
            SignInReason::Consent => "the portal needs your consent; you can still read what is on this device",
            SignInReason::AccountChoice => "the portal needs to know which of your accounts to use; you can still read what is on this device",
            SignInReason::SecondFactor => "the portal asks for your verification code; you can still read what is on this device",
            SignInReason::ClientUnknown => "the portal no longer recognises this program; you can still read what is on this device",
            SignInReason::Refused => "the portal could not continue your session; you can still read what is on this device",
        }
        .into(),
        PericardError::StepUpRequired => "the portal asks you to sign in again before it does this".into(),
        PericardError::LeaseEnded => {
            "this device has been offline for too long; your messages here are sealed, not lost".into()
        }
        PericardError::Locked => "this account is locked; your messages here are closed, not lost".into(),
        PericardError::WrongPin { attempts_left } => {
            let warning = if *attempts_left <= 5 { ", after which this device's copy is deleted" } else { "" };
            format!("that PIN is wrong{}{warning}", tries(&Some(*attempts_left)))
        }
        PericardError::SwitchedOff => "the clinic has switched messages off, and keeps what is here closed".into(),
        PericardError::UpdateRequired { minimum } => {
            format!("the clinic needs version {minimum} of this program or a newer one")
        }
        PericardError::ClockWrong { portal_time } => clock(*portal_time, SystemTime::now()),
        PericardError::RateLimited { retry_after } => {
            let until = SystemTime::now().checked_add(*retry_after).map(time_format::time);
            let until = until.map(|until| format!(", until {until}")).unwrap_or_default();
            format!("the portal asks you to wait {}{until}", span(*retry_after))
        }
        PericardError::WrongPassword { attempts_left } => {
            format!("the user name or password is wrong{}", tries(attempts_left))
        }
        PericardError::WrongCode { attempts_left } => {
            format!("the code is wrong or was already used{}", tries(attempts_left))
        }
        PericardError::InvalidInput { field, problem } => {
            let words = match problem {
                InputProblem::Empty => "is empty",
                InputProblem::TooLong => "is too long",
                InputProblem::TooShort => "needs six digits or more",
                InputProblem::TooSimple => "is one that everybody tries first",
                InputProblem::TooLarge => "is too large",
                InputProblem::TooMany => "are too many",
                InputProblem::TooFew => "are too few: two at least, each with a kid",
                InputProblem::NotDigits => "must have six to eight digits",
                InputProblem::NotARecoveryCode => "is not a recovery code",
                InputProblem::NotAUrl => "is not a web address",
                InputProblem::NotHttps => "is not https",
                InputProblem::NotThisSignIn => "does not belong to this sign-in",
                InputProblem::NotConfigured => "works only with portals that --config allows it for",
                InputProblem::NotACertificate => "is not a certificate",
                InputProblem::Unreadable => "contains characters that cannot be used",
                InputProblem::NotAsked => "is not what the portal is asking for now",
                InputProblem::SharedRedirect => {
                    "is shared with another portal, and this portal does not identify itself in redirects"
                }
                InputProblem::WrongState => "has changed in the meantime",
            };
            let field = match field.as_str() {
                "base" => "the portal's address",
                "method" => "sign-in by password",
                "extra_roots" => "a root in --config",
                "policy_keys" => "the policy_keys in --config",
                "after" => "the position in --after",
                "pin" | "current" => return pin(field, *problem),
                "lock" => return "there is no lock on this account".into(),
                other => return format!("the {other} {words}"),
            };
            format!("{field} {words}")
        }
        PericardError::NotFound => "there is no such item on this device".into(),
        PericardError::InUse => "another pericard has this directory open".into(),
        PericardError::Portal { problem, status } => {
            let problem = match problem {
                PortalProblem::NotAPortal => "there is no health portal at this address",
                PortalProblem::WrongIssuer => "the portal and its sign-in server identify themselves by different names",
                PortalProblem::Insecure => "the portal tried to use an unencrypted connection",
                PortalProblem::InvalidAnswer => "the portal's response cannot be read",
                PortalProblem::TooLarge => "the portal's response is too large",
                PortalProblem::Mismatch => "the file that came is not the one in the message; nothing was kept",
                PortalProblem::Unsupported => "the portal does not support this",
                PortalProblem::Refused => "the portal refused the request",
                PortalProblem::Failing => "the portal is having problems",
                PortalProblem::Certificate => "the portal's certificate cannot be verified",
                PortalProblem::ForeignLink => "the portal linked to a different site; the link was not followed",
                PortalProblem::UntrustedIdentity => "the portal could not confirm who signed in",
                PortalProblem::NotFresh => "the portal skipped a security check that it requires",
            };
            match status {
                Some(status) => format!("{problem} (HTTP {status})"),
                None => problem.into(),
            }
        }
        PericardError::Integrity { .. } => {
            "the portal sent someone else's record; it was not saved, and updates are paused".into()
        }
        PericardError::Storage { kind } => match kind {
            StorageKind::Full => "the disk is full",
            StorageKind::ReadOnly => "the directory is not writable",
            StorageKind::WrongKey => "the key of this directory is not in the keystore",
            StorageKind::Damaged => "a database is damaged",
            StorageKind::NotEncrypted => "this build of pericard cannot encrypt, so nothing was saved",
            StorageKind::Newer => "the directory was written by a newer pericard",
            StorageKind::Unavailable => "the directory cannot be opened",
        }
        .into(),
        PericardError::Keystore { kind } => match kind {
            KeystoreError::Unavailable => "the keystore cannot be reached right now",
            KeystoreError::Refused => "the keystore refused access",
            KeystoreError::Lost => "the key to this account is no longer in the keystore",
            KeystoreError::Doubled => "the keystore has two keys for this account",
            KeystoreError::Unexpected { .. } => "the keystore failed",
        }
        .into(),
        PericardError::Cancelled => "cancelled; nothing was changed".into(),
        other => other.to_string(),
    }
}

fn next(error: &PericardError) -> String {
    match error {
        PericardError::Offline => {
            "You can still read what is on this device (pericard inbox), and queued messages stay queued. Check the \
             network and the portal, then try again."
        }
        PericardError::SignInRequired { reason: SignInReason::Expired } => "Start again: pericard signin",
        PericardError::SignInRequired { reason: SignInReason::AnotherPerson } => {
            "Sign in as the same person as before, or leave out --account to add another account."
        }
        PericardError::SignInRequired { reason: SignInReason::ClientUnknown } => {
            "Sign in again, which registers this program once more: pericard signin. If you use --client-id, ask the \
             portal's operator."
        }
        PericardError::SignInRequired {
            reason:
                SignInReason::Interaction
                | SignInReason::Login
                | SignInReason::Consent
                | SignInReason::AccountChoice
                | SignInReason::SecondFactor
                | SignInReason::Refused,
        } => "Sign in again as the same person: pericard signin --browser",
        PericardError::SignInRequired {
            reason: SignInReason::Destroyed,
        } => "Sign in to get your messages back: pericard signin",
        PericardError::SignInRequired { .. } => {
            "Sign in again as the same person to read them: pericard signin"
        }
        PericardError::StepUpRequired => {
            "Nothing was lost. Sign in, then try again: pericard step-up"
        }
        PericardError::LeaseEnded => "Connect to the internet to read them again: pericard sync",
        PericardError::Locked => "Unlock it: pericard unlock",
        PericardError::SwitchedOff => "Nothing was deleted. To see why, and whether it is on again: pericard policy --check",
        PericardError::UpdateRequired { .. } => "Update it. What is on this device can be read, and what you wrote is kept.",
        PericardError::WrongPin { .. } => "Try again: pericard unlock",
        PericardError::ClockWrong { .. } => "Set this device's date, time and time zone, then try again.",
        PericardError::RateLimited { .. } => "Nothing was lost. Try again then.",
        PericardError::WrongPassword { .. } => "Try again: pericard signin",
        PericardError::WrongCode { .. } => {
            "Wait for the next code in the authenticator app, then: pericard signin --resume"
        }
        PericardError::InvalidInput { field, problem } => match (field.as_str(), problem) {
            ("pin" | "current", InputProblem::WrongState) => "Look at: pericard pin --help",
            ("pin" | "current", _) => "A PIN has six to twelve digits, and neither one digit only nor a row like 123456.",
            ("lock", _) => "Choose a PIN: pericard pin",
            ("method", _) => "Use the browser: pericard signin --browser",
            ("base", InputProblem::NotHttps) => {
                "A portal's address begins with https. For a test portal on this machine, add to every command: \
                 --allow-loopback-http"
            }
            ("base", _) => "Give the FHIR base, for example https://portal.example/fhir/r4",
            ("code", InputProblem::NotARecoveryCode) => "It has eight or more letters and digits. Spaces and dashes are fine.",
            ("code", _) => "Use digits only. Spaces and dashes are fine.",
            (_, InputProblem::SharedRedirect) => {
                "Use a separate directory for this portal: --dir DIR"
            }
            _ => "",
        },
        PericardError::NotFound => "Numbers refer to the current list: pericard inbox",
        PericardError::InUse => "Wait until it ends, or use another directory: --dir DIR",
        PericardError::Portal { problem, .. } => match problem {
            PortalProblem::NotAPortal => {
                "Check the address. You may need to sign in to this network first: open any web page."
            }
            PortalProblem::Certificate => {
                "For a test portal, use a --config with its certificate authority in extra_roots. Otherwise someone may be \
                 intercepting the connection: do not sign in on this network."
            }
            PortalProblem::Unsupported | PortalProblem::Refused => {
                "See what it supports: pericard doctor. If this program cannot register there, give --client-id ID at \
                 signin."
            }
            PortalProblem::Failing | PortalProblem::Mismatch => {
                "Nothing was lost. Try again later."
            }
            PortalProblem::NotFresh => {
                "You may need a second factor: pericard two-factor enrol. If that does not help, contact the portal."
            }
            PortalProblem::WrongIssuer
            | PortalProblem::Insecure
            | PortalProblem::ForeignLink
            | PortalProblem::UntrustedIdentity => {
                "Do not sign in there. Contact the portal."
            }
            _ => "See what the portal gets wrong: pericard doctor",
        },
        PericardError::Integrity { .. } => {
            "You can still read what is on this device. Contact the portal; updates resume once it sends correct data."
        }
        PericardError::Storage { kind } => match kind {
            StorageKind::Full => "Free up some space, then try again. Nothing that was saved is lost.",
            StorageKind::ReadOnly | StorageKind::Unavailable => "Check the directory's owner, or use another: --dir DIR",
            StorageKind::WrongKey => {
                "Use the keystore or passphrase that the directory was created with. Nothing was changed."
            }
            StorageKind::Damaged => "Restore the directory from a backup, or start a new one: --dir DIR",
            StorageKind::NotEncrypted => "Build pericard with its own SQLCipher.",
            StorageKind::Newer => "Update pericard.",
        },
        PericardError::Keystore { kind: KeystoreError::Lost } => {
            "The saved messages can no longer be read. Sign in to download them again (pericard signin), or remove the account: pericard forget"
        }
        PericardError::Keystore { kind: KeystoreError::Doubled } => {
            "Find the two entries for dev.pericard in the system's keyring and remove the newer one, then try again."
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
            "Try again. Nothing was changed. A forgotten passphrase cannot be recovered."
        }
        DesktopKeystoreError::NoPassphrase => {
            "Set PERICARD_PASSPHRASE, or run the command in a terminal. The passphrase cannot be empty."
        }
        DesktopKeystoreError::Damaged | DesktopKeystoreError::Missing => {
            "Without its keys the directory cannot be read. Restore the file, or start a new directory: --dir DIR"
        }
        DesktopKeystoreError::Newer => "Update pericard.",
        _ => "Check the directory's owner and free space, or use another: --dir DIR",
    }
}

/// Says how far the clock is off, if the portal sent its own time.
fn clock(portal: Option<SystemTime>, now: SystemTime) -> String {
    let Some(portal) = portal else {
        return "this device's clock is wrong".into();
    };
    let (off, way) = match portal.duration_since(now) {
        Ok(behind) => (behind, "behind"),
        Err(ahead) => (ahead.duration(), "ahead of"),
    };
    format!("this device's clock is {} {way} the portal's", span(off))
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
    fn a_wrong_clock_is_described_by_amount_and_direction() {
        let now = SystemTime::now();
        let days = Duration::from_secs(3 * 86_400 + 100);
        assert_eq!(
            clock(Some(now + days), now),
            "this device's clock is 3 days behind the portal's"
        );
        assert_eq!(
            clock(Some(now - days), now),
            "this device's clock is 3 days ahead of the portal's"
        );
        assert_eq!(clock(None, now), "this device's clock is wrong");
    }

    #[test]
    fn a_wait_is_given_in_convenient_units() {
        let of = |seconds| span(Duration::from_secs(seconds));
        assert_eq!(span(Duration::from_millis(300)), "one second");
        assert_eq!(
            [of(60), of(121), of(3 * 3_600), of(50 * 3_600)],
            ["60 seconds", "3 minutes", "3 hours", "2 days"]
        );
    }
}
