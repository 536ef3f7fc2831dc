//! What a person types as a PIN.

use zeroize::Zeroizing;

use crate::typed;

/// Digits of a PIN.
pub const LENGTH: std::ops::RangeInclusive<usize> = 6..=12;

/// Six to twelve digits, in ASCII whatever they were typed in. Wiped when dropped, and not printed.
pub struct Pin(Zeroizing<Vec<u8>>);

/// Why something typed cannot be a PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinProblem {
    /// There is no digit.
    Empty,
    /// Something in it is neither a digit nor between digits.
    NotDigits,
    /// Fewer digits than six.
    TooShort,
    /// More digits than twelve.
    TooLong,
    /// One digit over and over, or digits that count up or down: what everybody tries first.
    TooSimple,
}

impl Pin {
    /// Reads a PIN to try.
    pub fn read(typed: &[u8]) -> Result<Self, PinProblem> {
        let text = std::str::from_utf8(typed).map_err(|_| PinProblem::NotDigits)?;
        // Never grown: what it outgrew would not be wiped.
        let mut digits = Zeroizing::new(Vec::with_capacity(*LENGTH.end()));
        for character in text.chars().filter(|c| !typed::is_between(*c)) {
            let digit = typed::digit(character).ok_or(PinProblem::NotDigits)?;
            if digits.len() == *LENGTH.end() {
                return Err(PinProblem::TooLong);
            }
            // ASCII by now.
            digits.push(digit as u8);
        }
        match digits.len() {
            0 => Err(PinProblem::Empty),
            len if len < *LENGTH.start() => Err(PinProblem::TooShort),
            _ => Ok(Self(digits)),
        }
    }

    /// Reads a PIN to choose.
    pub fn choose(typed: &[u8]) -> Result<Self, PinProblem> {
        let pin = Self::read(typed)?;
        if pin.is_simple() {
            return Err(PinProblem::TooSimple);
        }
        Ok(pin)
    }

    /// The digits, in ASCII.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    fn is_simple(&self) -> bool {
        let steps = self.0.iter().zip(self.0.iter().skip(1));
        let mut steps = steps.map(|(one, next)| (10 + next - one) % 10);
        let first = steps.next();
        matches!(first, Some(0 | 1 | 9)) && steps.all(|step| Some(step) == first)
    }
}

impl std::fmt::Debug for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pin(…)")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn problem(typed: &str) -> PinProblem {
        Pin::choose(typed.as_bytes()).unwrap_err()
    }

    #[test]
    fn digits_of_any_script_and_grouping_are_the_same_pin() {
        for typed in ["270419", " 270 419\n", "٢٧٠٤١٩", "२७०४१९", "２７０-４１９"]
        {
            assert_eq!(Pin::choose(typed.as_bytes()).unwrap().expose(), b"270419");
        }
    }

    #[test]
    fn what_cannot_be_a_pin_is_refused_with_its_reason() {
        assert_eq!(problem(""), PinProblem::Empty);
        assert_eq!(problem("  "), PinProblem::Empty);
        assert_eq!(problem("27041"), PinProblem::TooShort);
        assert_eq!(problem("2704192704192"), PinProblem::TooLong);
        assert_eq!(problem("27041a"), PinProblem::NotDigits);
        assert_eq!(Pin::read(&[0xff; 6]).unwrap_err(), PinProblem::NotDigits);
    }

    #[test]
    fn the_first_that_everybody_tries_are_not_chosen_but_read() {
        for typed in ["000000", "777777", "123456", "654321", "890123", "210987"] {
            assert_eq!(problem(typed), PinProblem::TooSimple, "{typed}");
            assert!(Pin::read(typed.as_bytes()).is_ok());
        }
        for typed in ["112233", "135791", "123457", "989898"] {
            assert!(Pin::choose(typed.as_bytes()).is_ok(), "{typed}");
        }
    }

    #[test]
    fn it_does_not_print() {
        let pin = Pin::read(b"270419").unwrap();
        assert_eq!(format!("{pin:?}"), "Pin(…)");
    }
}
