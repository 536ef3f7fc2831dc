//! How far several tracks of a feature are, as one.

use pericard_protocol::fhir::page::Parse;
use rusqlite::Connection;

use crate::platform::error::Result;
use crate::storage::mirrored::{self, TrackState};
use crate::storage::{Feature, Track};

use super::PersonContext;

/// A track of a feature.
pub(super) const fn of<R: Parse>(feature: Feature) -> Track {
    Track {
        feature,
        resource_type: R::RESOURCE_TYPE,
    }
}

/// What holds for all tracks that the portal is asked for, with how many records are held and unreadable. Where it is asked
/// for none, nothing is known.
pub(super) fn combined(
    c: &Connection,
    person: &dyn PersonContext,
    tracks: &[Track],
) -> Result<(TrackState, u64, u64)> {
    let mut states = Vec::new();
    let (mut held, mut unreadable) = (0, 0);
    for track in tracks {
        let absent = mirrored::absent(c, Some(*track))?;
        held += absent.unmatched;
        unreadable += absent.unreadable;
        if person.is_mirrored(track.resource_type) {
            states.push(mirrored::state(c, *track)?);
        }
    }
    Ok((together(states), held, unreadable))
}

fn together(states: Vec<TrackState>) -> TrackState {
    // `None` is less than any time: what holds for one only holds for none.
    let both = |one: TrackState, other: TrackState| TrackState {
        synced_at: one.synced_at.min(other.synced_at),
        complete_at: one.complete_at.min(other.complete_at),
        incomplete: one.incomplete.or(other.incomplete),
        ..TrackState::default()
    };
    states.into_iter().reduce(both).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_for_one_track_alone_holds_for_none() {
        let at = |synced: Option<i64>, complete: Option<i64>| TrackState {
            synced_at: synced,
            complete_at: complete,
            ..TrackState::default()
        };
        let state = together(vec![at(Some(9), Some(9)), at(Some(7), None)]);
        assert_eq!((state.synced_at, state.complete_at), (Some(7), None));
        let state = together(vec![at(Some(9), Some(8)), at(Some(7), Some(7))]);
        assert_eq!((state.synced_at, state.complete_at), (Some(7), Some(7)));
        assert_eq!(together(vec![at(Some(9), None)]).synced_at, Some(9));
        assert_eq!(together(Vec::new()), TrackState::default());
    }
}
