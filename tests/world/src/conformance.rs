//! What every keystore has to do, whatever language it is written in.

use std::sync::Arc;

use pericard::{Keystore, KeystoreError};

use crate::WorldError;

/// Fails with the first promise of `Keystore` that `keystore` does not keep. Leaves nothing in it.
#[uniffi::export]
pub async fn keystore_conformance(keystore: Arc<dyn Keystore>) -> Result<(), WorldError> {
    crate::runtime()
        .spawn_blocking(move || conform(&*keystore))
        .await
        .unwrap_or_else(|_| Err(WorldError::new("the keystore panicked")))
}

fn conform(keystore: &dyn Keystore) -> Result<(), WorldError> {
    // As long as names get, with every kind of character that they have.
    let long = format!("{}.content.{}", "a1".repeat(13), "z9".repeat(30));
    let (one, two) = ("conformance.one".to_owned(), long);
    expect(
        "a name that was never stored has no value",
        keystore.load(one.clone()),
        None,
    )?;
    done(
        "deleting what is not there is no error",
        keystore.delete(one.clone()),
    )?;

    let every_byte: Vec<u8> = (0..=255).collect();
    done(
        "every byte can be stored",
        keystore.store(one.clone(), every_byte.clone()),
    )?;
    expect(
        "what was stored is loaded",
        keystore.load(one.clone()),
        Some(every_byte),
    )?;
    done(
        "a value of 1 KB can be stored under a long name",
        keystore.store(two.clone(), vec![7; 1024]),
    )?;
    expect(
        "two names do not touch each other",
        keystore.load(two.clone()),
        Some(vec![7; 1024]),
    )?;

    done(
        "a value can be replaced",
        keystore.store(one.clone(), vec![1]),
    )?;
    expect(
        "the newer value counts",
        keystore.load(one.clone()),
        Some(vec![1]),
    )?;
    done(
        "an empty value can be stored",
        keystore.store(one.clone(), Vec::new()),
    )?;
    expect(
        "an empty value is not an absent one",
        keystore.load(one.clone()),
        Some(Vec::new()),
    )?;

    done("a value can be deleted", keystore.delete(one.clone()))?;
    expect("what was deleted is gone", keystore.load(one.clone()), None)?;
    expect(
        "deleting one leaves the other",
        keystore.load(two.clone()),
        Some(vec![7; 1024]),
    )?;
    done("a value can be deleted", keystore.delete(two.clone()))?;
    expect("what was deleted is gone", keystore.load(two), None)?;
    at_once(keystore)
}

/// Calls may come from several threads at once.
fn at_once(keystore: &dyn Keystore) -> Result<(), WorldError> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4u8)
            .map(|n| {
                scope.spawn(move || {
                    let name = format!("conformance.thread{n}");
                    for round in 0..8 {
                        done(
                            "storing at once",
                            keystore.store(name.clone(), vec![n, round]),
                        )?;
                        expect(
                            "loading at once",
                            keystore.load(name.clone()),
                            Some(vec![n, round]),
                        )?;
                    }
                    done("deleting at once", keystore.delete(name))
                })
            })
            .collect();
        threads.into_iter().try_for_each(|thread| {
            thread
                .join()
                .unwrap_or_else(|_| Err(WorldError::new("calls at once panicked")))
        })
    })
}

fn done(promise: &str, result: Result<(), KeystoreError>) -> Result<(), WorldError> {
    result.map_err(|error| WorldError::new(format!("{promise}: {error}")))
}

fn expect(
    promise: &str,
    found: Result<Option<Vec<u8>>, KeystoreError>,
    wanted: Option<Vec<u8>>,
) -> Result<(), WorldError> {
    match found {
        Ok(found) if found == wanted => Ok(()),
        Ok(_) => Err(WorldError::new(format!("{promise}: it does not"))),
        Err(error) => Err(WorldError::new(format!("{promise}: {error}"))),
    }
}
