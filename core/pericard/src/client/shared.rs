//! One object per id, shared by all who ask for it.
//!
//! Two handles of one thing must not each keep its own half of the truth: a code that one of them sent would be sent again
//! by the other. What nobody holds any more is not kept.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Objects by id, as long as somebody holds them.
#[derive(Default)]
pub(crate) struct SharedById(Mutex<BTreeMap<String, Weak<dyn Any + Send + Sync>>>);

impl SharedById {
    /// The object `id`, made by `make` if nobody holds one.
    pub(crate) fn one<T: Any + Send + Sync>(
        &self,
        id: &str,
        make: impl FnOnce() -> Arc<T>,
    ) -> Arc<T> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|_, one| one.strong_count() > 0);
        let found = held.get(id).and_then(Weak::upgrade);
        if let Some(found) = found.and_then(|one| one.downcast::<T>().ok()) {
            return found;
        }
        let one = make();
        let any: Arc<dyn Any + Send + Sync> = one.clone();
        held.insert(id.to_owned(), Arc::downgrade(&any));
        one
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_as_long_as_it_is_held() {
        let shared = SharedById::default();
        let one = shared.one("a", || Arc::new(1));
        assert!(Arc::ptr_eq(&one, &shared.one("a", || Arc::new(2))));
        assert_eq!(*shared.one("b", || Arc::new(3)), 3);
        drop(one);
        assert_eq!(*shared.one("a", || Arc::new(4)), 4);
    }
}
