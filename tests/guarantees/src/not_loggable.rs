//! What cannot get into a log line: each of these does not compile.
//!
//! What can is taken by the same call, so that it is the type that makes the difference:
//!
//! ```
//! use pericard::test_support::loggable;
//! loggable(7_u64);
//! loggable(std::time::Duration::from_secs(3));
//! loggable(Some(404_u16));
//! loggable("a word of the source");
//! loggable(pericard::PericardError::Offline);
//! loggable(pericard::IncidentId::from("an id that was drawn at random"));
//! ```
//!
//! A text that was made while the program runs:
//!
//! ```compile_fail,E0277
//! pericard::test_support::loggable(String::from("Ana Novak"));
//! ```
//!
//! A part of one:
//!
//! ```compile_fail,E0597
//! let name = String::from("Ana Novak");
//! pericard::test_support::loggable(name.as_str());
//! ```
//!
//! Anything that merely can be printed:
//!
//! ```compile_fail,E0277
//! pericard::test_support::loggable(format_args!("{}", "Ana Novak"));
//! ```
//!
//! Ids of accounts, people, conversations and messages:
//!
//! ```compile_fail,E0277
//! pericard::test_support::loggable(pericard::AccountId::from("a"));
//! ```
//!
//! ```compile_fail,E0277
//! pericard::test_support::loggable(pericard::MessageId::from("a"));
//! ```
//!
//! Bytes, which may be a key:
//!
//! ```compile_fail,E0277
//! pericard::test_support::loggable(vec![7_u8; 32]);
//! ```
//!
//! A type of one's own that says it may:
//!
//! ```compile_fail,E0277
//! struct Name(String);
//! impl pericard::test_support::Loggable for Name {
//!     fn write(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
//!         f.write_str(&self.0)
//!     }
//! }
//! ```
