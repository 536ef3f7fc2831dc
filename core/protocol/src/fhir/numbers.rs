//! Numbers beyond what a floating-point number can be (about 1.8e308).
//!
//! serde_json fails for them wherever any value is taken, so that one in a member that nobody needs would cost its
//! record. For readers to whom numbers mean nothing they are written as zero.

use std::borrow::Cow;

/// The same JSON without such numbers. Text in quotes is passed over.
pub(super) fn bounded(json: &str) -> Cow<'_, str> {
    let bytes = json.as_bytes();
    let (mut out, mut copied, mut at) = (String::new(), 0, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => at = end_of_text(bytes, at),
            b'-' | b'0'..=b'9' => {
                let from = at;
                while at < bytes.len()
                    && matches!(bytes[at], b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')
                {
                    at += 1;
                }
                let number = json[from..at].parse::<f64>();
                if number.is_ok_and(f64::is_infinite) {
                    out.push_str(&json[copied..from]);
                    out.push('0');
                    copied = at;
                }
            }
            _ => at += 1,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    out.push_str(&json[copied..]);
    Cow::Owned(out)
}

/// Behind the text that begins at `from`.
fn end_of_text(bytes: &[u8], from: usize) -> usize {
    let mut at = from + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_beyond_all_numbers_are_changed() {
        let many = "9".repeat(400);
        for (json, wanted) in [
            (r#"{"a":1e400,"b":-1E+999}"#.to_owned(), r#"{"a":0,"b":0}"#),
            (format!("[{many},1]"), "[0,1]"),
            (
                r#"{"a":"1e400 \" 1e400","b":1e300}"#.to_owned(),
                r#"{"a":"1e400 \" 1e400","b":1e300}"#,
            ),
            ("\"1e400".to_owned(), "\"1e400"),
            ("\"\\".to_owned(), "\"\\"),
            ("1e400".to_owned(), "0"),
        ] {
            assert_eq!(bounded(&json), wanted);
        }
    }
}
