//! The words: `design/strings.json`, and what is wrong with them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The languages, with the plural forms that each needs. Arabic may also have `zero`, which is else said with `other`.
pub(super) const LANGUAGES: [(&str, &[&str]); 3] = [
    ("en", &["one", "other"]),
    ("fr", &["one", "other"]),
    ("ar", &["one", "two", "few", "many", "other"]),
];

/// Placeholders that hold a number; all others hold text.
const NUMBERS: [&str; 3] = ["n", "total", "digits"];

/// All words by key, sorted.
pub(super) struct Strings(pub(super) BTreeMap<String, Word>);

/// One word in all its languages.
pub(super) struct Word {
    pub(super) texts: BTreeMap<String, Text>,
}

/// A word in one language.
#[derive(Clone)]
pub(super) enum Text {
    One(String),
    Plural(BTreeMap<String, String>),
}

impl Text {
    pub(super) fn forms(&self) -> Vec<&str> {
        match self {
            Self::One(text) => vec![text],
            Self::Plural(forms) => forms.values().map(String::as_str).collect(),
        }
    }

    fn placeholders(&self) -> BTreeSet<String> {
        self.forms().into_iter().flat_map(placeholders).collect()
    }
}

impl Word {
    pub(super) fn text(&self, language: &str) -> Text {
        self.texts
            .get(language)
            .cloned()
            .unwrap_or_else(|| Text::One(String::new()))
    }

    /// The placeholders in the order of the English text.
    pub(super) fn placeholders(&self) -> Vec<String> {
        let text = self.text("en");
        let longest = match &text {
            Text::One(text) => text.as_str(),
            Text::Plural(forms) => forms.get("other").map_or("", String::as_str),
        };
        let mut seen = Vec::new();
        for name in placeholders(longest) {
            if !seen.contains(&name) {
                seen.push(name);
            }
        }
        seen
    }

    /// What an app passes in, in order: the placeholders, and the count that chooses a plural.
    pub(super) fn parameters(&self) -> Vec<String> {
        let mut names = self.placeholders();
        let plural = matches!(self.text("en"), Text::Plural(_));
        if plural && !names.iter().any(|name| name == "n") {
            names.insert(0, "n".to_owned());
        }
        names
    }
}

pub(super) fn is_number(placeholder: &str) -> bool {
    NUMBERS.contains(&placeholder)
}

/// The names in braces, in order.
fn placeholders(text: &str) -> Vec<String> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name.to_owned())
        .collect()
}

impl Strings {
    pub(super) fn read(json: &str) -> Result<Self, String> {
        let root: Value = serde_json::from_str(json).map_err(|e| format!("strings.json: {e}"))?;
        let all = root["strings"]
            .as_object()
            .ok_or("strings.json: no strings")?;
        let mut words = BTreeMap::new();
        for (key, value) in all {
            let mut texts = BTreeMap::new();
            for (language, _) in LANGUAGES {
                match &value[language] {
                    Value::String(text) => {
                        texts.insert(language.to_owned(), Text::One(text.clone()))
                    }
                    Value::Object(forms) => {
                        let forms = forms
                            .iter()
                            .map(|(form, text)| {
                                (form.clone(), text.as_str().unwrap_or_default().to_owned())
                            })
                            .collect();
                        texts.insert(language.to_owned(), Text::Plural(forms))
                    }
                    _ => None,
                };
            }
            words.insert(key.clone(), Word { texts });
        }
        Ok(Self(words))
    }

    /// What a translator or a programmer forgot, a line each.
    pub(super) fn faults(&self) -> Vec<String> {
        self.0
            .iter()
            .flat_map(|(key, word)| word.faults(key))
            .collect()
    }
}

impl Word {
    fn faults(&self, key: &str) -> Vec<String> {
        let mut faults = Vec::new();
        let english = self.text("en");
        for (language, needed) in LANGUAGES {
            let Some(text) = self.texts.get(language) else {
                faults.push(format!("{key}: no {language}"));
                continue;
            };
            if text.forms().iter().any(|form| form.trim().is_empty()) {
                faults.push(format!("{key}: {language} is empty"));
            }
            match (text, &english) {
                (Text::Plural(forms), Text::Plural(_)) => {
                    for form in needed.iter().filter(|form| !forms.contains_key(**form)) {
                        faults.push(format!("{key}: {language} lacks the plural form {form}"));
                    }
                    for form in forms.keys().filter(|form| {
                        !needed.contains(&form.as_str())
                            && (language, form.as_str()) != ("ar", "zero")
                    }) {
                        faults.push(format!("{key}: {language} has no plural form {form}"));
                    }
                }
                (Text::One(_), Text::One(_)) => {}
                _ => faults.push(format!("{key}: {language} and en differ in having plurals")),
            }
            let (own, wanted) = (text.placeholders(), english.placeholders());
            // A form for exactly one or two may say the number in words.
            let own: BTreeSet<_> = if matches!(text, Text::Plural(_)) {
                own.into_iter().chain(["n".to_owned()]).collect()
            } else {
                own
            };
            let wanted: BTreeSet<_> = if matches!(english, Text::Plural(_)) {
                wanted.into_iter().chain(["n".to_owned()]).collect()
            } else {
                wanted
            };
            if own != wanted {
                faults.push(format!(
                    "{key}: the placeholders of {language} and en differ"
                ));
            }
            if let Text::Plural(forms) = text {
                for (form, text) in forms {
                    let spelled =
                        matches!(form.as_str(), "zero" | "one" | "two") || wanted.len() == 1;
                    let names: BTreeSet<_> = placeholders(text).into_iter().collect();
                    if wanted
                        .iter()
                        .any(|name| !(names.contains(name) || name == "n" && spelled))
                    {
                        faults.push(format!("{key}: {form} of {language} lacks a placeholder"));
                    }
                }
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(word: &str) -> Vec<String> {
        let json = format!(r#"{{"strings":{{"k":{word}}}}}"#);
        Strings::read(&json)
            .map(|strings| strings.faults())
            .unwrap_or_default()
    }

    #[test]
    fn a_language_that_lacks_a_key_is_named() {
        assert_eq!(faults(r#"{"en":"a","fr":"b"}"#), ["k: no ar"]);
    }

    #[test]
    fn a_missing_plural_form_is_named() {
        let word = r#"{"en":{"one":"{n} a","other":"{n} b"},"fr":{"one":"{n} a","other":"{n} b"},
                       "ar":{"one":"x","two":"y","few":"{n} z","other":"{n} z"}}"#;
        assert_eq!(faults(word), ["k: ar lacks the plural form many"]);
    }

    #[test]
    fn placeholders_must_be_the_same_everywhere() {
        let word = r#"{"en":"{a} {b}","fr":"{b} {a}","ar":"{a}"}"#;
        assert_eq!(faults(word), ["k: the placeholders of ar and en differ"]);
        let word = r#"{"en":{"one":"{n} {c}","other":"{n} {c}"},"fr":{"one":"{c}","other":"{c} {n}"},
                       "ar":{"one":"{c}","two":"{c}","few":"{n}","many":"{n} {c}","other":"{n} {c}"}}"#;
        assert_eq!(faults(word), ["k: few of ar lacks a placeholder"]);
    }

    #[test]
    fn placeholders_keep_the_order_of_the_english_text() {
        let strings = Strings::read(
            r#"{"strings":{"k":{"en":"{b} of {a}, {b}","fr":"{a}{b}","ar":"{a}{b}"}}}"#,
        );
        let names = strings.map(|strings| strings.0["k"].placeholders());
        assert_eq!(names.unwrap_or_default(), ["b", "a"]);
    }
}
