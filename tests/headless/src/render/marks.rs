//! Text with marked pieces, wrapped by what is seen.

use crate::output::{MARK, Output, clean, wrap};

// Marks stand in for one character each while the text is wrapped: private use, which comes in from here only.
const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// Pieces of a text, each marked or not, in lines of at most `width` columns.
pub(super) fn lines<'a>(
    output: &Output,
    pieces: impl IntoIterator<Item = (&'a str, bool)>,
    width: usize,
) -> Vec<String> {
    let mut text = String::new();
    for (piece, marked) in pieces {
        let piece = clean(piece).replace([OPEN, CLOSE], "");
        match marked {
            true => {
                text.push(OPEN);
                text.push_str(&piece);
                text.push(CLOSE);
            }
            false => text.push_str(&piece),
        }
    }
    let mut inside = false;
    let wrapped = text.lines().flat_map(|line| wrap(line, width));
    wrapped
        .map(|line| painted(output, &line, &mut inside))
        .collect()
}

fn painted(output: &Output, line: &str, inside: &mut bool) -> String {
    let (mut done, mut piece) = (String::new(), String::new());
    let flush = |done: &mut String, piece: &mut String, inside: bool| {
        if inside && !piece.is_empty() {
            // Without colours the marks are brackets, so that a pipe keeps them.
            let marked = match output.rich {
                true => piece.clone(),
                false => format!("[{piece}]"),
            };
            done.push_str(&output.paint(MARK, marked));
        } else {
            done.push_str(piece);
        }
        piece.clear();
    };
    for c in line.chars() {
        match c {
            OPEN | CLOSE => {
                flush(&mut done, &mut piece, *inside);
                *inside = c == OPEN;
            }
            c => piece.push(c),
        }
    }
    flush(&mut done, &mut piece, *inside);
    done
}
