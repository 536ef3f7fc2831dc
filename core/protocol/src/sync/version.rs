//! Which version of a record is the newer one.
//!
//! Pages come late, twice and out of order, and replicas lag behind (`meta.lastUpdated` and `meta.versionId`,
//! <https://hl7.org/fhir/R4/resource.html#Meta>). What is here is therefore replaced by what is newer and by nothing
//! else, so that it depends on what the portal has shown and never on the order in which it did.

use jiff::Timestamp;

/// How far a record may be ahead of the portal's own clock and still be believed. The machines of one portal differ by
/// seconds; a wrong year differs by more.
const AHEAD: i64 = 5 * 60 * 1000;

/// A version of a record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Version {
    /// `meta.versionId`. Opaque, though most portals count.
    pub id: Option<String>,
    /// `meta.lastUpdated` in milliseconds since 1970; `None` where it is missing or lies in the future.
    pub last_updated: Option<i64>,
}

impl Version {
    /// The version that a portal has shown at `now` by its own clock.
    pub fn shown(id: Option<&str>, last_updated: Option<Timestamp>, now: Option<i64>) -> Self {
        let believable = |at: &i64| now.is_none_or(|now| *at <= now.saturating_add(AHEAD));
        Self {
            id: id.map(str::to_owned),
            last_updated: last_updated
                .map(Timestamp::as_millisecond)
                .filter(believable),
        }
    }

    /// Whether this is newer than `known`, as far as that can be told. Without any sign of order it is taken as newer
    /// when it differs, or when the portal gives its versions no names at all.
    pub fn replaces(&self, known: &Self) -> bool {
        match (self.last_updated, known.last_updated) {
            (Some(this), Some(other)) if this != other => return this > other,
            _ => {}
        }
        match (self.number(), known.number()) {
            (Some(this), Some(other)) => this > other,
            _ => self.id.is_none() || self.id != known.id,
        }
    }

    /// Whether this may be what the portal has now, although it had `known` before. A portal that lists it and answers
    /// with it for its id is believed but for what it says itself to be older: a migration may number versions anew,
    /// or leave them without numbers and times.
    pub fn may_be_current(&self, known: &Self) -> bool {
        match (self.last_updated, known.last_updated) {
            (Some(this), Some(other)) => this > other || this == other && self.id != known.id,
            (None, None) if self.id.is_none() && known.id.is_none() => true,
            _ => self.replaces(known),
        }
    }

    /// Whether this is `known` or older than it.
    pub fn is_at_most(&self, known: &Self) -> bool {
        self == known || !self.replaces(known)
    }

    fn number(&self) -> Option<u64> {
        self.id.as_deref()?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn version(id: &str, last_updated: i64) -> Version {
        Version {
            id: (!id.is_empty()).then(|| id.to_owned()),
            last_updated: (last_updated >= 0).then_some(last_updated),
        }
    }

    #[test]
    fn the_later_one_is_newer_whatever_it_is_called() {
        // Renumbered after a migration.
        assert!(version("1", 20).replaces(&version("9", 10)));
        assert!(!version("9", 10).replaces(&version("1", 20)));
    }

    #[test]
    fn in_one_moment_the_number_decides() {
        assert!(version("10", 5).replaces(&version("9", 5)));
        assert!(!version("9", 5).replaces(&version("10", 5)));
        assert!(!version("9", 5).replaces(&version("9", 5)));
        assert!(version("b", 5).replaces(&version("a", 5)));
    }

    #[test]
    fn without_a_moment_the_number_decides() {
        assert!(version("2", -1).replaces(&version("1", 7)));
        assert!(!version("1", 7).replaces(&version("2", -1)));
        assert!(version("", -1).replaces(&version("", -1)));
        assert!(!version("", 7).replaces(&version("", 9)));
    }

    #[test]
    fn what_is_listed_and_read_is_current_unless_it_is_older() {
        // Renumbered, and not stamped anew.
        assert!(version("1", 20).may_be_current(&version("9", 20)));
        assert!(!version("9", 20).may_be_current(&version("9", 20)));
        assert!(!version("9", 10).may_be_current(&version("1", 20)));
        // Nothing tells one version from another.
        assert!(version("", -1).may_be_current(&version("", -1)));
        assert!(!version("1", -1).may_be_current(&version("2", -1)));
    }

    #[test]
    fn a_moment_to_come_is_none() {
        let at = |ms| Timestamp::from_millisecond(ms).unwrap();
        let now = Some(1_000_000);
        assert_eq!(
            Version::shown(None, Some(at(1_300_000)), now).last_updated,
            Some(1_300_000)
        );
        assert_eq!(
            Version::shown(None, Some(at(1_300_001)), now).last_updated,
            None
        );
    }

    proptest! {
        #[test]
        fn what_is_newer_is_not_older_too(a in 0_u8..4, at in -1_i64..4, b in 0_u8..4, other in -1_i64..4) {
            let (one, two) = (version(&a.to_string(), at), version(&b.to_string(), other));
            prop_assert!(!(one.replaces(&two) && two.replaces(&one)));
        }

        #[test]
        fn the_newest_of_many_does_not_depend_on_their_order(seen in prop::collection::vec((0_u8..9, 0_i64..9), 1..9)) {
            let newest = |versions: &mut dyn Iterator<Item = &(u8, i64)>| {
                versions.map(|(id, at)| version(&id.to_string(), *at)).reduce(|known, seen| {
                    if seen.replaces(&known) { seen } else { known }
                })
            };
            prop_assert_eq!(newest(&mut seen.iter()), newest(&mut seen.iter().rev()));
        }
    }
}
