//! The steps of a sign-in, as apps see them.

use std::fmt;
use std::time::SystemTime;

use crate::client::second_factor::TotpSecret;
use crate::platform::log::Coded;

/// The way of a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum SignInMethod {
    /// In the system's browser, on the portal's own pages: works with every portal and with passkeys.
    Browser,
    /// On the app's own screens, for portals in `Config.portals` with `native_sign_in`.
    Native,
}

/// What to do next.
#[derive(Clone, PartialEq, Eq, uniffi::Enum)]
pub enum SignInStep {
    /// Get `SignIn.authorization_url`, open it in the system's browser (`ASWebAuthenticationSession`, Custom Tabs),
    /// never in a web view, and pass the address that it comes back to, to `redirected`.
    OpenBrowser,
    /// Ask for user name and password, and pass them to `password`.
    AskPassword {
        /// Wrong passwords that the portal still tolerates, where it says so.
        attempts_left: Option<u32>,
    },
    /// Ask for the code of the second factor, and pass it to `code`.
    AskCode {
        /// Wrong codes that the portal still tolerates, where it says so.
        attempts_left: Option<u32>,
        /// Whether a recovery code is taken instead, by `recovery_code`.
        recovery_code: bool,
    },
    /// The portal wants a second factor to be set up before it lets the person in: show the secret (as a `QrCode`, and
    /// as text), ask for the first code that their authenticator makes of it, and pass that to `code`. Until then the
    /// account is as it was.
    Enrol {
        /// What the authenticator needs.
        totp: TotpSecret,
        /// Wrong codes that the portal still tolerates, where it says so.
        attempts_left: Option<u32>,
    },
    /// Signed in, with new recovery codes: show them, this once, have the person keep them, then call `finish`.
    ShowRecoveryCodes {
        /// Each signs in once, in place of a code.
        codes: Vec<String>,
    },
    /// Too many wrong answers: show when the question comes back.
    Wait {
        /// When the portal listens again, by the device's clock.
        until: SystemTime,
    },
    /// Signed in; call `finish`.
    Ready {
        /// How many recovery codes are left, when one was just used: tell the person.
        recovery_codes_left: Option<u32>,
    },
}

impl Coded for SignInMethod {
    fn code(&self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Native => "native",
        }
    }
}

impl Coded for SignInStep {
    fn code(&self) -> &'static str {
        match self {
            Self::OpenBrowser => "open_browser",
            Self::AskPassword { .. } => "ask_password",
            Self::AskCode { .. } => "ask_code",
            Self::Enrol { .. } => "enrol",
            Self::ShowRecoveryCodes { .. } => "show_recovery_codes",
            Self::Wait { .. } => "wait",
            Self::Ready { .. } => "ready",
        }
    }
}

/// What is shown to the person is not for logs: neither secret nor codes are printed.
impl fmt::Debug for SignInStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OpenBrowser => f.write_str("OpenBrowser"),
            Self::AskPassword { attempts_left } => {
                write!(f, "AskPassword {{ attempts_left: {attempts_left:?} }}")
            }
            Self::AskCode { attempts_left, .. } => {
                write!(f, "AskCode {{ attempts_left: {attempts_left:?}, .. }}")
            }
            Self::Enrol { attempts_left, .. } => {
                write!(f, "Enrol {{ attempts_left: {attempts_left:?}, .. }}")
            }
            Self::ShowRecoveryCodes { .. } => f.write_str("ShowRecoveryCodes { .. }"),
            Self::Wait { until } => write!(f, "Wait {{ until: {until:?} }}"),
            Self::Ready { .. } => f.write_str("Ready { .. }"),
        }
    }
}
