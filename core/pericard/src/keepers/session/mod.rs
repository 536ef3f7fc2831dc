//! placeholder
use crate::keepers::net::*; use crate::ground::error::*;
pub(crate) struct Session;
pub(crate) enum SendError { Net(NetError), Stop(PericardError) }
impl From<SendError> for PericardError { fn from(e: SendError) -> Self { match e { SendError::Net(n) => n.into(), SendError::Stop(s) => s } } }
impl Session { pub(crate) async fn send(&self, _c: Call) -> std::result::Result<Answer, SendError> { Err(SendError::Net(NetError::Offline)) } }
