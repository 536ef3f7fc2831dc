//! A keystore in memory, which survives the client and not the process.

use std::collections::BTreeMap;
use std::sync::Mutex;

use pericard::{Keystore, KeystoreError};

/// Keeps secrets in memory.
#[derive(Default)]
pub struct MemoryKeystore(Mutex<BTreeMap<String, Vec<u8>>>);

impl MemoryKeystore {
    fn values(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Keystore for MemoryKeystore {
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, KeystoreError> {
        Ok(self.values().get(&name).cloned())
    }

    fn store(&self, name: String, value: Vec<u8>) -> Result<(), KeystoreError> {
        self.values().insert(name, value);
        Ok(())
    }

    fn delete(&self, name: String) -> Result<(), KeystoreError> {
        self.values().remove(&name);
        Ok(())
    }
}
