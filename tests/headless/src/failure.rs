//! What went wrong, what to do next, and the exit code. The one place where errors become words.

use std::io;
use std::time::Duration;

use pericard::{
    InputProblem, KeystoreError, PericardError, PortalProblem, SignInReason, StorageKind,
};
use pericard_desktop::DesktopKeystoreError;

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
            Self::Nobody | Self::NoBrowser => 4,
            Self::Keystore(_) => 6,
            Self::Io(..) | Self::Promise(_) => 1,
            Self::Core(error) => match error {
                PericardError::InvalidInput { .. } | PericardError::NotFound => 2,
                PericardError::Offline => 3,
                PericardError::SignInRequired { .. }
                | PericardError::WrongPassword { .. }
                | PericardError::WrongCode { .. } => 4,
                PericardError::Portal { .. } => 5,
                PericardError::Storage { .. }
                | PericardError::Keystore { .. }
                | PericardError::InUse => 6,
                PericardError::RateLimited { .. } => 7,
                PericardError::Integrity { .. } => 8,
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
            Self::NoBrowser => "browser",
            Self::Keystore(_) => "keystore",
            Self::Io(..) => "io",
            Self::Promise(_) => "promise",
            Self::Core(error) => match error {
                PericardError::Offline => "offline",
                PericardError::SignInRequired { .. } => "sign_in_required",
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

    /// What happened, as a sentence without its full stop.
    pub(crate) fn what(&self) -> String {
        match self {
            Self::Usage(what, _) | Self::Promise(what) => what.clone(),
            Self::NotAsked(what, _) => {
                format!("{what} is wanted, and nobody is at the terminal to ask")
            }
            Self::Nobody => "nobody is signed in on this device".into(),
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
            Self::Nobody => "Sign in first: pericard --config FILE signin".into(),
            Self::NoBrowser => "Run the command again, and finish on the portal's pages.".into(),
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
        }
        .into(),
        PericardError::RateLimited { retry_after } => {
            format!("the portal asks to wait for {}", span(*retry_after))
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
                InputProblem::NotAUrl => "is not an address",
                InputProblem::NotHttps => "is not https",
                InputProblem::NotThisSignIn => "does not belong to this sign-in",
                InputProblem::NotConfigured => "is only for portals in --config that allow it",
                InputProblem::NotACertificate => "is not a certificate",
                InputProblem::Unreadable => "cannot be used",
                InputProblem::NotAsked => "is not asked for now",
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
            };
            match status {
                Some(status) => format!("{problem} (HTTP {status})"),
                None => problem.into(),
            }
        }
        PericardError::Integrity { .. } => {
            "the portal delivered a record of somebody else; it was not stored and nothing new is fetched".into()
        }
        PericardError::Storage { kind } => match kind {
            StorageKind::Full => "the disk is full",
            StorageKind::ReadOnly => "the directory cannot be written",
            StorageKind::WrongKey => "the database belongs to another keystore",
            StorageKind::Damaged => "a database is damaged",
            StorageKind::NotEncrypted => "the SQLite in this program is not SQLCipher; nothing was written",
            StorageKind::Newer => "the directory was made by a newer pericard",
            StorageKind::Unavailable => "the directory cannot be opened",
        }
        .into(),
        PericardError::Keystore { kind } => match kind {
            KeystoreError::Unavailable => "the keystore cannot be used now",
            KeystoreError::Refused => "the keystore refused",
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
             whether the portal runs, then: pericard sync"
        }
        PericardError::SignInRequired { reason: SignInReason::Expired } => "Start again: pericard signin",
        PericardError::SignInRequired { reason: SignInReason::AnotherPerson } => {
            "Sign in as the person of this account, or without --account for an account of its own."
        }
        PericardError::SignInRequired { .. } => {
            "Sign in again as the same person, and everything is back: pericard signin"
        }
        PericardError::RateLimited { .. } => "Nothing was lost. Try again after that.",
        PericardError::WrongPassword { .. } => "Try again: pericard signin",
        PericardError::WrongCode { .. } => {
            "Wait for the next code in the authenticator app, then: pericard signin --resume"
        }
        PericardError::InvalidInput { field, problem } => match (field.as_str(), problem) {
            ("method", _) => "Use the browser: pericard signin --browser",
            ("base", InputProblem::NotHttps) => {
                "Portals are reached by https. For a test portal on this machine: --allow-loopback-http"
            }
            ("base", _) => "Give the FHIR base, for example https://portal.example/fhir/r4",
            ("code", _) => "Digits, spaces and dashes are fine; nothing else is.",
            _ => "",
        },
        PericardError::NotFound => "Numbers are those of the list as it is now: pericard inbox",
        PericardError::InUse => "Wait until it has ended, or use another directory: --dir DIR",
        PericardError::Portal { problem, .. } => match problem {
            PortalProblem::NotAPortal => {
                "Check the address, and whether this network wants you to log in to it first (open any web page)."
            }
            PortalProblem::Certificate => {
                "If this is a portal under test, put its authority into extra_roots in --config. Otherwise somebody \
                 may be in between: do not sign in on this network."
            }
            PortalProblem::Unsupported => "See what it offers: pericard doctor",
            PortalProblem::Failing => "Nothing was lost. Try again later.",
            PortalProblem::WrongIssuer | PortalProblem::Insecure | PortalProblem::ForeignLink => {
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
        PericardError::Keystore { .. } => "Unlock the system's keyring, then try again.",
        _ => "",
    }
    .into()
}

fn keystore(error: &DesktopKeystoreError) -> &'static str {
    match error {
        DesktopKeystoreError::NativeUnavailable => {
            "Unlock or start the system's keyring (a desktop session has one), then try again. Nothing was changed."
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

/// A wait in words.
pub(crate) fn span(span: Duration) -> String {
    match span.as_secs() + u64::from(span.subsec_nanos() > 0) {
        1 => "one second".into(),
        seconds @ 0..120 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds.div_ceil(60)),
    }
}
