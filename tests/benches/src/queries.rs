//! What is searched for: words that are there, as one types them.

use std::collections::BTreeSet;

const SHORTEST: usize = 4;

/// `count` queries made of the words of `texts`: whole words, beginnings of words, and two words of one text. The
/// same texts give the same queries.
pub fn queries<'a>(texts: impl IntoIterator<Item = &'a str>, count: usize) -> Vec<String> {
    let mut words = BTreeSet::new();
    let mut pairs = BTreeSet::new();
    for text in texts {
        let long: Vec<&str> = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.chars().count() >= SHORTEST)
            .collect();
        words.extend(long.iter().copied());
        pairs.extend(long.windows(2).map(|pair| (pair[0], pair[1])));
    }
    let (words, pairs): (Vec<_>, Vec<_>) = (Vec::from_iter(words), Vec::from_iter(pairs));
    if words.is_empty() || pairs.is_empty() {
        return Vec::new();
    }
    // A step that shares no factor with most lengths spreads the picks over the whole alphabet.
    let pick = |n: usize| n / 3 * 7919;
    (0..count)
        .map(|n| {
            let word = words[pick(n) % words.len()];
            match n % 3 {
                0 => word.to_owned(),
                1 => word.chars().take(SHORTEST - 1).collect(),
                _ => {
                    let (first, second) = pairs[pick(n) % pairs.len()];
                    format!("{first} {second}")
                }
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_words_beginnings_and_pairs_of_the_texts() {
        let asked = queries(["Please take penicillin daily", "of no use"], 30);
        assert_eq!(asked.len(), 30);
        assert!(asked.iter().any(|q| q == "penicillin"));
        assert!(asked.iter().any(|q| q == "pen"));
        assert!(asked.iter().any(|q| q == "take penicillin"));
        assert!(asked.iter().all(|q| !q.contains("use")));
        assert!(queries(["a b"], 3).is_empty());
    }
}
