//! Asking for the PIN of an account before something of it is read.

use pericard::{AccountLock, LockState, PericardError};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::prompt;

/// How often one command asks.
const ASKS: u32 = 3;

/// Opens the lock where there is a closed one.
pub(crate) async fn unlocked(lock: &AccountLock) -> Result<(), Failure> {
    match lock.state() {
        Ok(LockState::Locked { .. }) => proved(lock).await.map(drop),
        // Whatever else keeps the account from being read is said by what reads.
        _ => Ok(()),
    }
}

/// The PIN, proved; from the environment, else from the person.
pub(crate) async fn proved(lock: &AccountLock) -> Result<Zeroizing<String>, Failure> {
    if let Ok(given) = std::env::var("PERICARD_PIN") {
        let pin = Zeroizing::new(given);
        lock.unlock(pin.as_bytes().to_vec()).await?;
        return Ok(pin);
    }
    let mut asked = 0;
    loop {
        let pin = prompt::hidden("PIN", "Give it in the environment: PERICARD_PIN")?;
        asked += 1;
        match lock.unlock(pin.as_bytes().to_vec()).await {
            Ok(()) => return Ok(pin),
            Err(error @ (PericardError::WrongPin { .. } | PericardError::InvalidInput { .. }))
                if asked < ASKS =>
            {
                prompt::say(&format!("{}.", Failure::Core(error).what()));
            }
            Err(error) => return Err(error.into()),
        }
    }
}
