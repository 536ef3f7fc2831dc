//! The reference portal: what Pericard is tested against.
//!
//! A [`Portal`] is one strict health portal on loopback: its own TLS listener, clock, people,
//! correspondence and faults. It follows the standards of README.md literally and refuses what they
//! forbid, so that a client which works here has not been helped. It shares no code with the core.
//!
//! What goes wrong on purpose is a [`Fault`]; what goes wrong otherwise is a [`PortalError`] with a
//! sentence that says what to change.
//!
//! ```no_run
//! # async fn example() -> Result<(), pericard_portal::PortalError> {
//! use pericard_portal::{Command, Portal, Spec};
//!
//! let spec: Spec = serde_json::from_str(r#"{ "people": { "ana": { "threads": 3, "messages": 12 } } }"#)
//!     .map_err(pericard_portal::PortalError::from)?;
//! let portal = Portal::start(spec).await?;
//! portal.control(Command::AdvanceSeconds(30))?;
//! println!("{}", portal.base());
//! # Ok(()) }
//! ```

// An answer is made once a request, and refusing is as common here as granting: a box gains nothing.
#![allow(clippy::result_large_err)]
// A portal is the real world that the core is tested against: it has its own clock and tasks.
#![allow(clippy::disallowed_methods)]

mod account;
mod asked;
mod authority;
mod clock;
mod config;
mod control;
mod control_http;
mod data;
mod entropy;
mod error;
mod fault;
mod fhir;
mod instance;
mod oauth;
pub mod policy;
mod portal;
mod reply;
mod secret;
mod server;
mod spec;
mod web;

pub use config::{ConfigFile, PortalEntry};
pub use control::{Answer, Command};
pub use control_http::{ControlServer, Started};
pub use data::{Change, DocumentChange, Letter, NewFile, NotSent};
pub use error::PortalError;
pub use fault::{
    Amendment, Contradicted, DateForm, DeletedAs, Denial, DiscoveryFlaw, DropOn, EmptyText, Fault,
    FaultKind, FileFault, FirstAddress, Flaw, Incomplete, JwksFlaw, Lacking, OddCreate, OddLabel,
    OddMembers, OddNext, OddRecord, OddTeam, ParRefusal, Parameter, Poison, RefreshError, Repeated,
    SenderForm, StatusBody, StatusOn, TextForm, Threading, Unauthorized, Unsupported, WhichUser,
};
pub use policy::{Decision, PolicyFlaw, PolicyKey};
pub use portal::{PersonInfo, Portal};
pub use server::Hangup;
pub use spec::{
    Acr, NamedAs, Offer, PersonSpec, ProxyAccess, ProxySpec, Spec, StepUpSpec, TotpAlgorithm,
    TotpSpec, Withdrawal,
};
