//! What may be odd about the portal: its faults, and what each excuses. What is not excused is a finding.

use pericard_portal::Fault;
use serde_json::{Map, Value};

use crate::chance::Chance;

/// One oddity.
pub(crate) struct Switch {
    /// As the portal's control takes it.
    pub(crate) fault: &'static str,
    pub(crate) excuses: &'static [Excuse],
}

/// What an oddity excuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Excuse {
    /// What is new or changed may take a day of syncing, whatever it is.
    ADay,
    /// A run cannot know that something is missing until then, and may say that it is complete.
    Unknowable,
    /// Days and hours may differ.
    Dates,
    /// Nothing proves that a message arrived: it may be `Unknown`, and there twice.
    Unproved,
    /// What is deleted can still be read, so nothing proves that it is gone.
    LeftOut,
    /// What has the same topic may be one thread.
    Topics,
}

const fn switch(fault: &'static str, excuses: &'static [Excuse]) -> Switch {
    Switch { fault, excuses }
}

use Excuse::{ADay, Dates, LeftOut, Topics, Unknowable, Unproved};

/// All of them.
pub(crate) static SWITCHES: &[Switch] = &[
    // Sending.
    switch(r#"{"fault":"ignore_identifier"}"#, &[Unproved]),
    switch(r#"{"fault":"no_identifier_search"}"#, &[Unproved]),
    switch(r#"{"fault":"no_if_none_exist"}"#, &[]),
    switch(r#"{"fault":"drop_answer_after_commit","times":3}"#, &[]),
    switch(r#"{"fault":"created","as":"no_identifier"}"#, &[Unproved]),
    switch(r#"{"fault":"created","as":"empty"}"#, &[]),
    switch(r#"{"fault":"created","as":"bare"}"#, &[]),
    switch(r#"{"fault":"created","as":"inner_host"}"#, &[]),
    switch(r#"{"fault":"created","as":"traceless"}"#, &[Unproved]),
    switch(r#"{"fault":"refused_text","code":403}"#, &[]),
    switch(r#"{"fault":"refused_text","code":422}"#, &[]),
    switch(r#"{"fault":"refused_text","code":500}"#, &[]),
    // Searching.
    switch(
        r#"{"fault":"lagging_index","seconds":90}"#,
        &[ADay, Unknowable],
    ),
    switch(r#"{"fault":"late","seconds":7200,"every":3}"#, &[]),
    switch(r#"{"fault":"late","seconds":100000,"every":4}"#, &[]),
    switch(
        r#"{"fault":"stale_replica","seconds":900,"every":2}"#,
        &[ADay, Unknowable],
    ),
    switch(r#"{"fault":"empty_list","times":2}"#, &[ADay, Unknowable]),
    switch(r#"{"fault":"ignore_filters"}"#, &[]),
    switch(r#"{"fault":"wrong_self_link"}"#, &[]),
    switch(
        r#"{"fault":"parameter","name":"_sort","as":"refused"}"#,
        &[],
    ),
    switch(
        r#"{"fault":"parameter","name":"_sort","as":"strictly_refused"}"#,
        &[],
    ),
    switch(
        r#"{"fault":"parameter","name":"_sort","as":"ignored"}"#,
        &[],
    ),
    switch(
        r#"{"fault":"parameter","name":"_sort","as":"ignored_silently"}"#,
        &[],
    ),
    switch(
        r#"{"fault":"parameter","name":"_lastUpdated","as":"refused"}"#,
        &[],
    ),
    switch(
        r#"{"fault":"parameter","name":"_lastUpdated","as":"strictly_refused"}"#,
        &[],
    ),
    switch(
        r#"{"fault":"parameter","name":"_lastUpdated","as":"ignored"}"#,
        &[],
    ),
    switch(
        r#"{"fault":"parameter","name":"_lastUpdated","as":"ignored_silently"}"#,
        &[],
    ),
    switch(
        r#"{"fault":"parameter","name":"_count","as":"refused"}"#,
        &[],
    ),
    switch(
        r#"{"fault":"parameter","name":"_count","as":"ignored"}"#,
        &[],
    ),
    switch(
        r#"{"fault":"parameter","name":"_elements","as":"refused"}"#,
        &[],
    ),
    switch(
        r#"{"fault":"parameter","name":"_elements","as":"ignored"}"#,
        &[],
    ),
    switch(
        r#"{"fault":"parameter","name":"subject","as":"ignored"}"#,
        &[],
    ),
    switch(r#"{"fault":"parameter","name":"_id","as":"ignored"}"#, &[]),
    // Paging.
    switch(r#"{"fault":"missing_next"}"#, &[ADay]),
    switch(r#"{"fault":"expired_next","times":3}"#, &[]),
    switch(r#"{"fault":"duplicate_page"}"#, &[]),
    switch(
        r#"{"fault":"next","as":"live_offset"}"#,
        &[ADay, Unknowable],
    ),
    switch(r#"{"fault":"next","as":"inner_host"}"#, &[]),
    switch(r#"{"fault":"next","as":"looping"}"#, &[ADay]),
    switch(r#"{"fault":"next","as":"empty"}"#, &[]),
    switch(r#"{"fault":"page_cap","most":7}"#, &[]),
    switch(r#"{"fault":"page_cap","most":1}"#, &[]),
    switch(
        r#"{"fault":"incomplete_page","as":"warning","times":2}"#,
        &[ADay],
    ),
    switch(
        r#"{"fault":"incomplete_page","as":"error","times":2}"#,
        &[ADay],
    ),
    switch(
        r#"{"fault":"incomplete_page","as":"no_resource","times":2}"#,
        &[ADay],
    ),
    switch(
        r#"{"fault":"incomplete_page","as":"fewer","times":2}"#,
        &[ADay],
    ),
    switch(r#"{"fault":"truncate_body","times":6}"#, &[]),
    switch(r#"{"fault":"byte_order_mark"}"#, &[]),
    switch(r#"{"fault":"poison","as":"bad_bytes"}"#, &[]),
    switch(r#"{"fault":"poison","as":"nan"}"#, &[]),
    switch(r#"{"fault":"poison","as":"lone_surrogate"}"#, &[]),
    switch(r#"{"fault":"poison","as":"server_error"}"#, &[]),
    // Whose a record is.
    switch(r#"{"fault":"misfiled"}"#, &[]),
    switch(r#"{"fault":"no_subject"}"#, &[]),
    switch(r#"{"fault":"names_another"}"#, &[]),
    switch(r#"{"fault":"leak_other_patient","when":"once"}"#, &[]),
    switch(r#"{"fault":"same_name"}"#, &[]),
    switch(r#"{"fault":"subjectless"}"#, &[]),
    switch(r#"{"fault":"copies"}"#, &[]),
    switch(r#"{"fault":"deleted","as":"not_found"}"#, &[]),
    switch(r#"{"fault":"deleted","as":"left_out"}"#, &[LeftOut]),
    // What a record says.
    switch(r#"{"fault":"text_form","as":"codeable_concept"}"#, &[]),
    switch(r#"{"fault":"text_form","as":"plain"}"#, &[]),
    switch(r#"{"fault":"text_form","as":"xhtml"}"#, &[]),
    switch(r#"{"fault":"text_form","as":"note"}"#, &[]),
    switch(r#"{"fault":"text_form","as":"narrative"}"#, &[]),
    switch(r#"{"fault":"text_form","as":"mixed"}"#, &[]),
    switch(r#"{"fault":"odd_records","as":"nulls"}"#, &[]),
    switch(r#"{"fault":"odd_records","as":"wrong_types"}"#, &[]),
    switch(r#"{"fault":"sender_form","as":"contained"}"#, &[]),
    switch(r#"{"fault":"sender_form","as":"included"}"#, &[]),
    switch(r#"{"fault":"sender_form","as":"readable"}"#, &[]),
    switch(r#"{"fault":"dates","as":"day"}"#, &[Dates]),
    switch(r#"{"fault":"dates","as":"month"}"#, &[Dates]),
    switch(r#"{"fault":"dates","as":"year"}"#, &[Dates]),
    switch(r#"{"fault":"dates","as":"no_zone"}"#, &[Dates]),
    switch(r#"{"fault":"dates","as":"hl7"}"#, &[Dates]),
    switch(r#"{"fault":"dates","as":"space"}"#, &[Dates]),
    switch(r#"{"fault":"stamp_ahead","seconds":5000}"#, &[]),
    switch(r#"{"fault":"stamp_ahead","seconds":400000}"#, &[]),
    switch(r#"{"fault":"threading","as":"first_message"}"#, &[]),
    switch(r#"{"fault":"threading","as":"answers"}"#, &[Topics]),
    switch(r#"{"fault":"threading","as":"care_plan"}"#, &[]),
    switch(r#"{"fault":"threading","as":"task"}"#, &[]),
    switch(r#"{"fault":"threading","as":"assigned"}"#, &[]),
    // Signing in.
    switch(r#"{"fault":"no_rotation"}"#, &[]),
];

/// Draws one: first what it concerns, then how.
pub(crate) fn draw(chance: &mut Chance) -> &'static Switch {
    let mut kinds: Vec<&str> = SWITCHES.iter().map(Switch::kind).collect();
    kinds.dedup();
    let kind = chance.one_of(&kinds);
    let all: Vec<&Switch> = SWITCHES.iter().filter(|one| one.kind() == kind).collect();
    chance.one_of(&all)
}

/// The one with this fault.
pub(crate) fn named(fault: &str) -> Option<&'static Switch> {
    SWITCHES.iter().find(|one| one.fault == fault)
}

impl Switch {
    /// The fault as the portal has it.
    pub(crate) fn fault(&self) -> Result<Fault, String> {
        let map: Map<String, Value> =
            serde_json::from_str(self.fault).map_err(|error| error.to_string())?;
        Fault::try_from(map)
    }

    /// The name of the fault, or of the parameter: of each there is one at a time.
    pub(crate) fn kind(&self) -> &'static str {
        let mut words = self.fault.split('"').skip(3).step_by(4);
        match (words.next(), words.next()) {
            (Some("parameter"), Some(name)) => name,
            (kind, _) => kind.unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_portal_knows_every_switch() {
        for switch in SWITCHES {
            let read = switch.fault();
            assert!(read.is_ok(), "{}: {read:?}", switch.fault);
        }
    }
}
