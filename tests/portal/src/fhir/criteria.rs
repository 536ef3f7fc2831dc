//! What a search asks for.

use url::form_urlencoded;

use crate::clock::{Millis, parse_range};

pub(crate) const DEFAULT_COUNT: usize = 50;
pub(crate) const MAX_COUNT: usize = 1000;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Criteria {
    pub(crate) ids: Option<Vec<String>>,
    /// Bounds of the last change, both included.
    pub(crate) from: Option<Millis>,
    pub(crate) until: Option<Millis>,
    pub(crate) descending: bool,
    pub(crate) count: Option<usize>,
    pub(crate) summary_count: bool,
    pub(crate) patients: Option<Vec<String>>,
    pub(crate) headers: Option<Vec<String>>,
    pub(crate) identifiers: Option<Vec<(Option<String>, String)>>,
    pub(crate) recipients: Option<Vec<String>>,
    pub(crate) senders: Option<Vec<String>>,
    /// Only id and meta are wanted.
    pub(crate) bare: bool,
    /// Where a page of a live search begins.
    pub(crate) offset: usize,
    /// Nobody asks for an order.
    pub(crate) unsorted: bool,
    /// What was understood, for the `self` link.
    pub(crate) understood: Vec<(String, String)>,
}

/// Why a search cannot be done: which issue code, and a sentence.
pub(crate) type Unclear = (&'static str, String);

impl Criteria {
    /// Reads a query. Unknown parameters are an error with `strict`, and otherwise left out.
    pub(crate) fn parse(query: &[u8], strict: bool, base: &str) -> Result<Self, Unclear> {
        let mut criteria = Self::default();
        for (name, value) in form_urlencoded::parse(query) {
            let (name, value) = (name.as_ref(), value.as_ref());
            if value.is_empty() {
                continue;
            }
            if criteria.take(name, value, base)? {
                criteria.understood.push((name.into(), value.into()));
            } else if strict {
                let text = format!("the parameter {name} is not supported");
                return Err(("not-supported", text));
            }
        }
        Ok(criteria)
    }

    fn take(&mut self, name: &str, value: &str, base: &str) -> Result<bool, Unclear> {
        let wrong = || ("value", format!("{name}: this value is not understood"));
        let alternatives = || value.split(',').map(str::to_owned);
        match name {
            "_format" | "_pretty" | "_total" => {}
            "_id" => {
                if self.ids.replace(alternatives().collect()).is_some() {
                    return Err(wrong());
                }
            }
            "_lastUpdated" => self.bound(value).ok_or_else(wrong)?,
            "_sort" => match value {
                "_lastUpdated" => self.descending = false,
                "-_lastUpdated" => self.descending = true,
                _ => return Err(wrong()),
            },
            "_count" => {
                let count: usize = value.parse().map_err(|_| wrong())?;
                self.count = Some(count.min(MAX_COUNT));
                self.summary_count |= count == 0;
            }
            "_summary" => match value {
                "count" => self.summary_count = true,
                "false" => {}
                _ => return Err(wrong()),
            },
            "subject" | "patient" | "subject:Patient" => {
                let ids = alternatives().map(|one| reference(&one, "Patient", base));
                self.patients = Some(ids.collect());
            }
            "recipient" | "recipient:Patient" => {
                let ids = alternatives().map(|one| reference(&one, "Patient", base));
                self.recipients = Some(ids.collect());
            }
            "sender" | "sender:Patient" => {
                let ids = alternatives().map(|one| reference(&one, "Patient", base));
                self.senders = Some(ids.collect());
            }
            "_elements" => {
                self.bare = alternatives().all(|one| matches!(one.as_str(), "id" | "meta"));
            }
            "_include" => {
                if value != "Communication:sender" {
                    return Err(wrong());
                }
            }
            "_offset" => self.offset = value.parse().map_err(|_| wrong())?,
            "part-of" => {
                let ids = alternatives().map(|one| reference(&one, "Communication", base));
                self.headers = Some(ids.collect());
            }
            "identifier" => {
                let tokens = alternatives().map(|token| match token.split_once('|') {
                    Some((system, value)) => (Some(system.to_owned()), value.to_owned()),
                    None => (None, token),
                });
                self.identifiers = Some(tokens.collect());
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn bound(&mut self, value: &str) -> Option<()> {
        let (prefix, rest) = match value.get(..2) {
            Some(prefix @ ("ge" | "gt" | "le" | "lt" | "eq")) => (prefix, &value[2..]),
            _ => ("eq", value),
        };
        let (first, last) = parse_range(rest)?;
        let from = match prefix {
            "ge" | "eq" => Some(first),
            "gt" => Some(last + 1),
            _ => None,
        };
        let until = match prefix {
            "le" | "eq" => Some(last),
            "lt" => Some(first - 1),
            _ => None,
        };
        self.from = self.from.max(from);
        self.until = match (self.until, until) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Some(())
    }

    /// Forgets everything but the paging, as a server does that ignores its filters.
    pub(crate) fn ignore_filters(&mut self) {
        *self = Self {
            descending: self.descending,
            count: self.count,
            summary_count: self.summary_count,
            understood: std::mem::take(&mut self.understood),
            ..Self::default()
        };
    }
}

/// The id in `Type/id`, `{base}/Type/id` or a bare `id`. Another server's or type's reference matches
/// nothing here, which an id with slashes in it does too.
pub(super) fn reference(text: &str, kind: &str, base: &str) -> String {
    let relative = text
        .strip_prefix(base)
        .and_then(|rest| rest.strip_prefix('/'))
        .unwrap_or(text);
    let bare = relative
        .strip_prefix(kind)
        .and_then(|rest| rest.strip_prefix('/'));
    bare.unwrap_or(relative).to_owned()
}

/// `Prefer: handling=strict` (FHIR R4 §3.1.1.3).
pub(crate) fn strict(headers: &axum::http::HeaderMap) -> bool {
    prefers(headers, "handling=strict")
}

/// Whether one of the `Prefer` headers has this preference (RFC 7240).
pub(crate) fn prefers(headers: &axum::http::HeaderMap, preference: &str) -> bool {
    headers
        .get_all("prefer")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split([',', ';']))
        .any(|one| one.trim().eq_ignore_ascii_case(preference))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "https://portal.test/fhir";

    fn parse(query: &str) -> Result<Criteria, Unclear> {
        Criteria::parse(query.as_bytes(), true, BASE)
    }

    #[test]
    fn bounds_repeat_and_narrow() -> Result<(), Unclear> {
        let day = parse("_lastUpdated=2026-01-01")?;
        assert_eq!(
            day.until.zip(day.from).map(|(b, a)| b - a),
            Some(86_399_999)
        );
        let both = parse(
            "_lastUpdated=ge2026-01-01T00:00:00.500Z&_lastUpdated=lt2026-01-01T00:00:01.000Z&_lastUpdated=ge2025-01-01",
        )?;
        assert_eq!(both.until.zip(both.from).map(|(b, a)| b - a), Some(499));
        Ok(())
    }

    #[test]
    fn references_lose_type_and_base() -> Result<(), Unclear> {
        for given in ["abc", "Patient/abc", "https://portal.test/fhir/Patient/abc"] {
            let criteria = parse(&format!("subject={given}"))?;
            assert_eq!(criteria.patients, Some(vec!["abc".to_owned()]));
        }
        let other = parse("subject=https://other.test/fhir/Patient/abc")?;
        assert_ne!(other.patients, Some(vec!["abc".to_owned()]));
        Ok(())
    }

    #[test]
    fn what_is_unknown_is_refused_only_if_asked() {
        assert!(parse("color=red").is_err());
        assert!(Criteria::parse(b"color=red", false, BASE).is_ok());
        assert!(Criteria::parse(b"_lastUpdated=yesterday", false, BASE).is_err());
    }
}
