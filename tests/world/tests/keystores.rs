//! The conformance test itself: a keystore that keeps its promises passes, and each broken one is noticed.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use pericard::{Keystore, KeystoreError};
use pericard_world::{MemoryKeystore, keystore_conformance};

/// A memory keystore with something wrong about it.
struct Broken {
    inner: MemoryKeystore,
    how: How,
}

#[derive(Clone, Copy, Debug)]
enum How {
    ForgetsBytes,
    ForgetsEmptyValues,
    RefusesToDeleteNothing,
    KeepsWhatWasDeleted,
    KeepsTheFirstValue,
    MixesNames,
}

impl Keystore for Broken {
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, KeystoreError> {
        let name = if matches!(self.how, How::MixesNames) {
            "one".to_owned()
        } else {
            name
        };
        let value = self.inner.load(name)?;
        Ok(match self.how {
            How::ForgetsBytes => {
                value.map(|bytes| bytes.into_iter().map(|byte| byte & 0x7f).collect())
            }
            How::ForgetsEmptyValues => value.filter(|bytes| !bytes.is_empty()),
            _ => value,
        })
    }

    fn store(&self, name: String, value: Vec<u8>) -> Result<(), KeystoreError> {
        let name = if matches!(self.how, How::MixesNames) {
            "one".to_owned()
        } else {
            name
        };
        if matches!(self.how, How::KeepsTheFirstValue) && self.inner.load(name.clone())?.is_some() {
            return Ok(());
        }
        self.inner.store(name, value)
    }

    fn delete(&self, name: String) -> Result<(), KeystoreError> {
        match self.how {
            How::RefusesToDeleteNothing if self.inner.load(name.clone())?.is_none() => {
                Err(KeystoreError::Refused)
            }
            How::KeepsWhatWasDeleted => Ok(()),
            _ => self.inner.delete(name),
        }
    }
}

#[tokio::test]
async fn a_keystore_in_memory_conforms() {
    keystore_conformance(Arc::new(MemoryKeystore::default()))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_broken_keystore_is_noticed() {
    for how in [
        How::ForgetsBytes,
        How::ForgetsEmptyValues,
        How::RefusesToDeleteNothing,
        How::KeepsWhatWasDeleted,
        How::KeepsTheFirstValue,
        How::MixesNames,
    ] {
        let broken = Arc::new(Broken {
            inner: MemoryKeystore::default(),
            how,
        });
        assert!(keystore_conformance(broken).await.is_err(), "{how:?}");
    }
}
