//! Chooses one of several texts by what a person reads (RFC 4647 §3.4, lookup).

use std::collections::BTreeMap;

/// The text for the first of `wanted` that there is one for; each is shortened from its end, `fr-CA` to `fr`. Without one: the
/// text whose language is not said, the English one, or the first.
pub fn choose<'a>(texts: &'a BTreeMap<String, String>, wanted: &[String]) -> Option<&'a str> {
    let named = |tag: &str| {
        let mut all = texts.iter();
        all.find_map(|(known, text)| known.eq_ignore_ascii_case(tag).then_some(text))
    };
    let mut found = wanted
        .iter()
        .filter(|tag| !tag.is_empty())
        .flat_map(|tag| ranges(tag))
        .filter_map(named);
    let found = found.next();
    let found = found.or_else(|| named("")).or_else(|| named("en"));
    found.or_else(|| texts.values().next()).map(String::as_str)
}

/// A tag and what is left of it, subtag by subtag. A single letter goes with what follows it (§3.4).
fn ranges(tag: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(tag), |longer| {
        let shorter = longer.rsplit_once(['-', '_'])?.0;
        Some(match shorter.rsplit_once(['-', '_']) {
            Some((before, single)) if single.len() == 1 => before,
            _ => shorter,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(languages: &[&str], wanted: &[&str]) -> Option<String> {
        let texts = languages
            .iter()
            .map(|language| ((*language).to_owned(), format!("in {language}")))
            .collect();
        let wanted: Vec<String> = wanted.iter().map(|tag| (*tag).to_owned()).collect();
        choose(&texts, &wanted).map(str::to_owned)
    }

    #[test]
    fn the_first_language_of_the_person_that_is_there_is_taken() {
        for (languages, wanted, expected) in [
            (&["en", "fr"][..], &["fr-CA", "en"][..], Some("in fr")),
            (&["en", "fr"], &["de", "fr"], Some("in fr")),
            (&["en", "fr-CA"], &["FR-ca"], Some("in fr-CA")),
            (&["ar", "en"], &["fr_FR"], Some("in en")),
            (&["ar", "fr"], &["de"], Some("in ar")),
            (&["", "en"], &["de"], Some("in ")),
            (
                &["zh-Hant", "en"],
                &["zh-Hant-x-private"],
                Some("in zh-Hant"),
            ),
            (&["en"], &[""], Some("in en")),
            (&[], &["en"], None),
        ] {
            let found = chosen(languages, wanted);
            assert_eq!(found.as_deref(), expected, "{languages:?} {wanted:?}");
        }
    }
}
