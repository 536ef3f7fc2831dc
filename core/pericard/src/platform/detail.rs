//! What an app's own keystore threw, cut down to what may stand in a log.
//!
//! The words are the developer's, and the only ones that say what went wrong on a device. A value of the keystore is a
//! key, so whatever could be one is left out: a long word with a digit in it (base64, hexadecimal), and numbers beyond the
//! first few (a printed array).

/// Characters at most.
const LONGEST: usize = 200;

/// A word with a digit that is as long may be a part of a key. A key has 32 bytes.
const LONGEST_WORD: usize = 16;

/// Numbers at most; an error code or two.
const MOST_NUMBERS: usize = 3;

/// Returns the first line of `text` without what could be secret.
pub(super) fn loggable(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty());
    let mut out = String::new();
    let mut numbers = 0;
    let mut rest = line.unwrap_or_default();
    while let Some(first) = rest.chars().next() {
        let end = match is_of_a_word(first) {
            true => rest.find(|c| !is_of_a_word(c)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (piece, after) = rest.split_at(end);
        rest = after;
        let has_digit = piece.contains(|c: char| c.is_numeric());
        let is_number = has_digit && !piece.contains(char::is_alphabetic);
        numbers += usize::from(is_number);
        let secret = has_digit && piece.chars().count() >= LONGEST_WORD
            || is_number && numbers > MOST_NUMBERS;
        match secret {
            true if out.ends_with('…') => {}
            true => out.push('…'),
            false if first.is_control() => out.push(' '),
            false => out.push_str(piece),
        }
    }
    match out.char_indices().nth(LONGEST) {
        Some((end, _)) => out[..end].to_owned(),
        None => out,
    }
}

fn is_of_a_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '+' | '/' | '=' | '_' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_developer_needs_stays() {
        let said = "android.security.KeyStoreException: Key user not authenticated (internal Keystore code: -26)\n\tat x.y(Z.kt:7)";
        assert_eq!(loggable(said), said.lines().next().unwrap_or_default());
        let said = "The operation couldn’t be completed. (OSStatus error -25308.)";
        assert_eq!(loggable(said), said);
        assert_eq!(loggable("  \n \nfailed\r\nmore"), "failed");
        assert_eq!(loggable(""), "");
    }

    #[test]
    fn what_could_be_a_key_does_not() {
        let key: Vec<u8> = (0..32).map(|n| n * 7).collect();
        let shapes = [
            data_encoding::BASE64.encode(&key),
            data_encoding::BASE64URL_NOPAD.encode(&key),
            data_encoding::HEXLOWER.encode(&key),
            data_encoding::BASE32_NOPAD.encode(&key),
            format!("{key:?}"),
            format!("{key:02x?}"),
        ];
        for shape in shapes {
            let told = loggable(&format!("cannot decode {shape} here"));
            let longest = told
                .split(|c: char| !is_of_a_word(c))
                .map(|word| word.len())
                .max();
            assert!(longest < Some(LONGEST_WORD), "{told}");
            assert!(told.starts_with("cannot decode "), "{told}");
        }
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        let told = loggable(&"ü ".repeat(300));
        assert_eq!(told.chars().count(), LONGEST);
    }
}
