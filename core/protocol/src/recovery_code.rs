//! Recovery codes, each of which signs a person in once if their second factor is lost.
//!
//! There is no standard format. Portals show letters and digits in groups, and a person types them with other spaces,
//! dashes and case. A [`RecoveryCode`] has only the letters and digits; it is cleared when dropped and never printed.

use std::fmt;

use zeroize::Zeroizing;

use crate::limits;
use crate::secret::Secret;
use crate::typed;

/// A recovery code as it is sent: 8 to 64 lower-case letters and digits.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode(Secret);

/// Why a text is not a recovery code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecoveryCodeError {
    /// Nothing was typed.
    #[error("the recovery code is empty")]
    Empty,
    /// Something else than letters, digits and what separates them.
    #[error("the recovery code has other characters than letters and digits")]
    OtherCharacters,
    /// Not 8 to 64 letters and digits.
    #[error("the recovery code does not have 8 to 64 letters and digits")]
    WrongLength,
}

const SHORTEST: usize = 8;
const LONGEST: usize = 64;

impl RecoveryCode {
    /// Reads what a person typed or pasted: letters in either case and digits of any script. Spaces,
    /// line ends, dashes and what has no width are dropped, and nothing else is.
    pub fn normalize(text: &str) -> Result<Self, RecoveryCodeError> {
        let mut code = Zeroizing::new(String::with_capacity(LONGEST));
        for c in text.chars() {
            match typed::digit(c).or_else(|| typed::letter(c)) {
                Some(_) if code.len() == LONGEST => return Err(RecoveryCodeError::WrongLength),
                Some(plain) => code.push(plain.to_ascii_lowercase()),
                None if typed::is_between(c) => {}
                None => return Err(RecoveryCodeError::OtherCharacters),
            }
        }
        match code.len() {
            0 => Err(RecoveryCodeError::Empty),
            SHORTEST.. => Ok(Self(Secret::new(std::mem::take(&mut *code)))),
            _ => Err(RecoveryCodeError::WrongLength),
        }
    }

    /// The letters and digits.
    pub fn as_str(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(..)")
    }
}

/// Filters new codes from a portal for display, unchanged. Keeps at most [`limits::RECOVERY_CODES`] codes of at most
/// [`limits::RECOVERY_CODE`] octets that [`RecoveryCode::normalize`] accepts; others could never be used.
pub(crate) fn shown(codes: Vec<Secret>) -> Vec<Secret> {
    let usable = |code: &Secret| {
        code.expose().len() <= limits::RECOVERY_CODE
            && RecoveryCode::normalize(code.expose()).is_ok()
    };
    codes
        .into_iter()
        .filter(usable)
        .take(limits::RECOVERY_CODES)
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn groups_and_case_do_not_matter() {
        for text in [
            "abcd-efgh-ijkl-mn7p",
            "ABCD EFGH IJKL MN7P",
            " abcdefgh - ijklmn7P ",
            "abcd\u{2013}efgh\u{a0}ijkl\u{202f}mn7p\r\n",
            "ａｂｃｄ－ＥＦＧＨ－ijkl-mn７p",
            "abcd-efgh-ijkl-mn\u{200b}\u{667}p",
        ] {
            let code = RecoveryCode::normalize(text).unwrap();
            assert_eq!(code.as_str(), "abcdefghijklmn7p");
            assert_eq!(format!("{code:?}"), "RecoveryCode(..)");
        }
    }

    #[test]
    fn what_is_no_code_is_said_to_be_none() {
        use RecoveryCodeError as E;
        let read = |text: &str| RecoveryCode::normalize(text).map(|code| code.as_str().len());
        for text in ["", " ", "--"] {
            assert_eq!(read(text), Err(E::Empty));
        }
        assert_eq!(read("abcd-efg"), Err(E::WrongLength));
        assert_eq!(read("abcd-efgh"), Ok(8));
        assert_eq!(read(&"x".repeat(64)), Ok(64));
        assert_eq!(read(&"x".repeat(65)), Err(E::WrongLength));
        for text in ["abcd_efgh", "abcdefg\u{e4}", "abcd.efgh"] {
            assert_eq!(read(text), Err(E::OtherCharacters), "{text}");
        }
    }

    #[test]
    fn codes_to_show_are_those_that_can_be_used() {
        let secret = |text: &str| Secret::new(text.into());
        let good = secret("ABCD-efgh");
        let codes = shown(vec![good.clone(), secret("short"), secret("<b>abcdefgh")]);
        assert_eq!(codes, std::slice::from_ref(&good));
        assert_eq!(
            shown(vec![secret(&format!("abcdefgh{}", " ".repeat(999)))]),
            []
        );
        assert_eq!(shown(vec![good; 1000]).len(), limits::RECOVERY_CODES);
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_what_was_typed(text in "[0-9a-zA-Z -]{0,80}|.*") {
            if let Ok(code) = RecoveryCode::normalize(&text) {
                let kept = text.chars().filter(|c| !typed::is_between(*c));
                let kept = kept.map(|c| typed::digit(c).or_else(|| typed::letter(c)));
                let kept: Option<String> = kept.collect();
                prop_assert_eq!(Some(code.as_str().to_owned()), kept.map(|kept| kept.to_ascii_lowercase()));
                prop_assert_eq!(RecoveryCode::normalize(code.as_str()).unwrap(), code);
            }
        }
    }
}
