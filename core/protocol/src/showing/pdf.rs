//! What a PDF would do when it is opened, as far as its bytes show it.
//!
//! A PDF is read piece by piece, and the names in it (ISO 32000-1 §7.3.5, `#xx` decoded) are looked at: those of actions,
//! scripts, programs, files within it, forms. That is neither parsing nor proof. What lies in compressed object streams
//! (§7.5.7) or in an encrypted file cannot be seen so: [`Seen::hidden_parts`] says that there are such parts.

/// What was seen in a PDF.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// It has a script: `/JavaScript`, `/JS`.
    pub script: bool,
    /// It does something when it is opened, or a page of it is: `/OpenAction`, `/AA`.
    pub action: bool,
    /// It would start a program: `/Launch`.
    pub launch: bool,
    /// It has files within it: `/EmbeddedFile`, `/EmbeddedFiles`, `/RichMedia`.
    pub files: bool,
    /// It has a form that can be sent: `/SubmitForm`, `/ImportData`, `/XFA`.
    pub form: bool,
    /// It has parts that cannot be looked into here.
    pub hidden_parts: bool,
}

/// Names longer than those that are looked for are of no interest.
const LONGEST: usize = 16;

/// Looks at a PDF piece by piece.
#[derive(Default)]
pub struct Scanner {
    seen: Seen,
    /// The name that is being read.
    name: Option<Vec<u8>>,
    /// Digits of `#xx` that have come.
    escape: Option<Vec<u8>>,
}

impl Scanner {
    /// Looks at the next piece.
    pub fn add(&mut self, piece: &[u8]) {
        for byte in piece {
            self.next(*byte);
        }
    }

    /// What was seen.
    pub fn end(mut self) -> Seen {
        self.ended();
        self.seen
    }

    fn next(&mut self, byte: u8) {
        if self.name.is_none() {
            if byte == b'/' {
                self.name = Some(Vec::new());
            }
            return;
        }
        if let Some(mut digits) = self.escape.take() {
            if byte.is_ascii_hexdigit() {
                digits.push(byte);
                let text = std::str::from_utf8(&digits).unwrap_or_default();
                match u8::from_str_radix(text, 16) {
                    Ok(meant) if digits.len() == 2 => self.push(meant),
                    _ => self.escape = Some(digits),
                }
                return;
            }
            self.push(b'#');
            digits.into_iter().for_each(|digit| self.push(digit));
        }
        match byte {
            b'#' => self.escape = Some(Vec::with_capacity(2)),
            // White space and delimiters (§7.2.2) end a name.
            0 | b'\t' | b'\n' | 0x0c | b'\r' | b' ' | b'(' | b')' | b'<' | b'>' | b'[' | b']'
            | b'{' | b'}' | b'%' => self.ended(),
            b'/' => {
                self.ended();
                self.name = Some(Vec::new());
            }
            byte => self.push(byte),
        }
    }

    fn push(&mut self, byte: u8) {
        if let Some(name) = &mut self.name
            && name.len() <= LONGEST
        {
            name.push(byte);
        }
    }

    fn ended(&mut self) {
        self.escape = None;
        let seen = &mut self.seen;
        match self.name.take().unwrap_or_default().as_slice() {
            b"JavaScript" | b"JS" => seen.script = true,
            b"OpenAction" | b"AA" => seen.action = true,
            b"Launch" => seen.launch = true,
            b"EmbeddedFile" | b"EmbeddedFiles" | b"RichMedia" => seen.files = true,
            b"SubmitForm" | b"ImportData" | b"XFA" => seen.form = true,
            b"ObjStm" | b"Encrypt" => seen.hidden_parts = true,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(pieces: &[&str]) -> Seen {
        let mut scanner = Scanner::default();
        pieces.iter().for_each(|it| scanner.add(it.as_bytes()));
        scanner.end()
    }

    #[test]
    fn what_is_active_is_seen_however_it_is_written() {
        assert!(seen(&["<< /S /JavaScript /JS (app.alert(1)) >>"]).script);
        assert!(seen(&["<</S/J#61vaScript>>"]).script);
        assert!(seen(&["<</S/Java", "Script>>"]).script);
        assert!(seen(&["/#4", "aS(x)"]).script);
        assert!(seen(&["/OpenAction[1 0 R]"]).action && seen(&["/AA<<"]).action);
        assert!(seen(&["/Launch"]).launch);
        assert!(seen(&["/Type/EmbeddedFile "]).files);
        assert!(seen(&["/XFA 3 0 R"]).form);
        assert!(seen(&["/Type /ObjStm"]).hidden_parts && seen(&["/Encrypt 1 0 R"]).hidden_parts);
        // The counter-test.
        assert_eq!(
            seen(&["%PDF-1.4 << /Type /Catalog /JavaScripts /AAA /Names >>"]),
            Seen::default()
        );
    }
}
