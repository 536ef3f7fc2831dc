//! Tables that fit the terminal: cut where they must be, coloured where there are colours.

use comfy_table::{
    Attribute, Cell, CellAlignment, Color, ColumnConstraint, ContentArrangement, Row, Table, Width,
};

use crate::output::Output;

/// How a cell looks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    Plain,
    Strong,
    Quiet,
    Good,
    Bad,
}

/// A table of `rows` under `head` (no line for it where nothing has a title), each at most `lines` high. Columns with a width have it; the others share what is
/// left.
pub(crate) fn table(
    output: &Output,
    lines: usize,
    head: &[(&str, Option<u16>, CellAlignment)],
    rows: impl IntoIterator<Item = Vec<(String, Look)>>,
) -> String {
    let mut table = Table::new();
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table
        .set_width(u16::try_from(output.width).unwrap_or(80))
        .set_truncation_indicator("…");
    if output.rich {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table.load_style(comfy_table::presets::NOTHING);
    if head.iter().any(|(title, _, _)| !title.is_empty()) {
        table.set_header(head.iter().map(|(title, _, alignment)| {
            Cell::new(title)
                .set_alignment(*alignment)
                .add_attribute(Attribute::Dim)
        }));
    }
    for row in rows {
        let cells = row
            .into_iter()
            .zip(head)
            .map(|((text, look), (_, _, alignment))| {
                let cell = Cell::new(text).set_alignment(*alignment);
                match look {
                    Look::Plain => cell,
                    Look::Strong => cell.add_attribute(Attribute::Bold),
                    Look::Quiet => cell.add_attribute(Attribute::Dim),
                    Look::Good => cell.fg(Color::Green),
                    Look::Bad => cell.fg(Color::Red),
                }
            });
        let mut row = Row::from(cells.collect::<Vec<_>>());
        row.max_height(lines);
        table.add_row(row);
    }
    for (column, (_, width, _)) in table.column_iter_mut().zip(head) {
        if let Some(width) = width {
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(*width)));
        }
    }
    table.trim_fmt()
}
