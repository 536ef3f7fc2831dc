//! The keepers: each guards one thing that must not leak. `net` the way out, `vault` the keys,
//! `store` what is on disk, `authority` who vouches for people, `session` the tokens.

pub(crate) mod authority;
pub(crate) mod net;
pub(crate) mod session;
pub(crate) mod store;
pub(crate) mod vault;
