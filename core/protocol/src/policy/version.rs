//! Versions of an app, as numbers with dots between them.

/// A version such as `2.10.1`. Missing numbers are zero: `2` is `2.0`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(Vec<u64>);

impl Version {
    /// Reads a version. `None` for anything but one to six numbers with dots between.
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers: Vec<u64> = text
            .split('.')
            .map(|number| {
                let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
                digits.then(|| number.parse().ok()).flatten()
            })
            .collect::<Option<_>>()?;
        if numbers.len() > 6 {
            return None;
        }
        while numbers.last() == Some(&0) {
            numbers.pop();
        }
        Some(Self(numbers))
    }

    /// The version in an app's name for a portal's logs, `Clinic/1.2 (build 7)`: what follows the first slash, up to a blank.
    pub fn of_app(app: &str) -> Option<Self> {
        let (_, version) = app.split_once('/')?;
        Self::parse(version.split(' ').next()?)
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // `2` would be read as a year or a count.
        for at in 0..self.0.len().max(2) {
            let dot = if at == 0 { "" } else { "." };
            write!(f, "{dot}{}", self.0.get(at).unwrap_or(&0))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        for (older, newer) in [
            ("1.2", "1.10"),
            ("1", "1.0.1"),
            ("2.9.9", "3"),
            ("0", "0.0.1"),
        ] {
            assert!(version(older) < version(newer), "{older} {newer}");
        }
        assert_eq!(version("2"), version("2.0.0"));
        for odd in [
            "",
            "1.",
            ".1",
            "v1",
            "1.2-beta",
            "-1",
            "1.2.3.4.5.6.7",
            "99999999999999999999",
        ] {
            assert_eq!(Version::parse(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_version_is_shown_with_a_dot() {
        for (text, shown) in [
            ("2", "2.0"),
            ("2.0.0", "2.0"),
            ("1.10.3", "1.10.3"),
            ("0", "0.0"),
        ] {
            assert_eq!(version(text).to_string(), shown);
        }
    }

    #[test]
    fn an_app_tells_its_version_behind_its_name() {
        let known = Some(version("1.2"));
        for app in ["Clinic/1.2", "Clinic/1.2 (build 7)", "Clinic/1.2.0 iOS/17"] {
            assert_eq!(Version::of_app(app), known, "{app}");
        }
        for app in ["Clinic", "Clinic/", "Clinic/next"] {
            assert_eq!(Version::of_app(app), None, "{app}");
        }
    }
}
