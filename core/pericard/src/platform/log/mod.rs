//! Log lines for support: what happened, in fixed words, with values that cannot carry a patient's data by their type.
//!
//! ```text
//! log::event!(WARN, "request retried", status = response.status, after = span);
//! ```
//!
//! A value is [`Loggable`]: a number, a span of time, a stable code of one of our own enums ([`Coded`]), a word of the
//! source, an incident's id, or a [`Label`] in place of an account's id. A `String` is not, nor a `&str` that was made while
//! the program runs, so that no name, message, address or token gets into a line by mistake; the words of a line are a
//! literal that formats nothing. This module alone names `tracing` (`cargo xtask floors`).
//!
//! Uses: `id`
//!
//! Lines are events of the target `pericard`. Where they go is the app's choice ([`start`]); until then nowhere.

mod label;
mod report;
mod sink;
#[cfg(test)]
mod tests;

use std::fmt;
use std::time::{Duration, SystemTime};

pub(crate) use ::tracing;

use super::id::IncidentId;

pub(crate) use label::{Label, Labels};
pub(crate) use report::Report;
pub use sink::LogLevel;
#[cfg(feature = "test-support")]
pub use sink::capture;
pub(crate) use sink::start;

/// The target of every line.
pub(crate) const TARGET: &str = "pericard";

/// Writes a line: a level of `tracing`, the words, and values by name.
macro_rules! event {
    ($level:ident, $words:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::platform::log::tracing::event!(
            target: $crate::platform::log::TARGET,
            $crate::platform::log::tracing::Level::$level,
            $($name = %$crate::platform::log::shown(&$value),)*
            "{}",
            $words
        )
    };
}
pub(crate) use event;

/// One of our own enums: its variants have stable names, and what they hold is not told.
pub(crate) trait Coded {
    /// The name, in `snake_case`.
    fn code(&self) -> &'static str;
}

/// Keeps [`Loggable`] to this module.
mod sealed {
    pub trait Sealed {}
}

/// What a line may hold.
pub trait Loggable: sealed::Sealed {
    /// Writes it.
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl<T: Coded> sealed::Sealed for T {}

impl<T: Coded> Loggable for T {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Numbers, as they are.
macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl sealed::Sealed for $number {}

        impl Loggable for $number {
            fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )*};
}
numbers!(bool, u8, u16, u32, u64, usize);

impl sealed::Sealed for Duration {}

impl Loggable for Duration {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_secs() {
            0..10 => write!(f, "{} ms", self.as_millis()),
            seconds => write!(f, "{seconds} s"),
        }
    }
}

impl sealed::Sealed for SystemTime {}

/// To the minute, in UTC.
impl Loggable for SystemTime {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = jiff::Timestamp::try_from(*self).unwrap_or_default();
        write!(f, "{}", at.strftime("%Y-%m-%dT%H:%MZ"))
    }
}

impl sealed::Sealed for &'static str {}

/// A word of the source, such as a resource type.
impl Loggable for &'static str {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl sealed::Sealed for Label {}

impl Loggable for Label {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl sealed::Sealed for IncidentId {}

/// Drawn at random on this device; what is not of that form is not told.
impl Loggable for IncidentId {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.as_str();
        let is_drawn = id.len() == 26 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        f.write_str(if is_drawn { id } else { "?" })
    }
}

impl<T: Loggable> sealed::Sealed for Option<T> {}

impl<T: Loggable> Loggable for Option<T> {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Some(value) => value.write(f),
            None => f.write_str("none"),
        }
    }
}

/// A value of a line.
pub(crate) struct Shown<'a, T: ?Sized>(&'a T);

impl<T: Loggable + ?Sized> fmt::Display for Shown<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(f)
    }
}

/// Returns `value` as a line shows it.
pub(crate) fn shown<T: Loggable>(value: &T) -> Shown<'_, T> {
    Shown(value)
}
