//! Lists of what is being written, and of whom one can write to.

use comfy_table::CellAlignment::{Left, Right};
use pericard::{DatePrecision, Draft, Recipient, RecipientKind};

use crate::output::{Output, one_line, short};
use crate::render::{Look, table};
use crate::time_format;

/// Drafts, numbered.
pub(crate) fn drafts(output: &Output, drafts: &[Draft]) -> String {
    let head = [
        ("", Some(5), Right),
        ("text", None, Left),
        ("changed", Some(13), Right),
    ];
    let rows = drafts.iter().enumerate().map(|(n, draft)| {
        let text = match draft.subject.is_empty() {
            true => one_line(&draft.text),
            false => one_line(&format!("{} · {}", draft.subject, draft.text)),
        };
        vec![
            (format!("{}", n + 1), Look::Plain),
            (
                short(&text, output.width.saturating_sub(5 + 13 + 2)),
                Look::Plain,
            ),
            (
                time_format::brief(draft.changed_at, DatePrecision::Instant),
                Look::Quiet,
            ),
        ]
    });
    table(output, 1, &head, rows)
}

/// Recipients, numbered.
pub(crate) fn recipients(output: &Output, recipients: &[Recipient]) -> String {
    let head = [
        ("", Some(5), Right),
        ("name", None, Left),
        ("as", Some(32), Left),
    ];
    let rows = recipients.iter().enumerate().map(|(n, one)| {
        let role = match (one.role.as_str(), one.kind) {
            ("", RecipientKind::Team) => "a team",
            ("", RecipientKind::Organization) => "an organization",
            (role, _) => role,
        };
        vec![
            (format!("{}", n + 1), Look::Plain),
            (one_line(&one.name), Look::Plain),
            (short(role, 30), Look::Quiet),
        ]
    });
    table(output, 1, &head, rows)
}
