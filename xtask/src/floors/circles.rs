//! Circles of imports: modules that need each other, so that none can be read or tested without the rest.
//!
//! A node is a module of a floor, such as `api/account`. One circle is inherent and listed in [`INHERENT`]: a step-up
//! leads from an account to a sign-in, and a sign-in ends in an account. Any other is a breach.

use std::collections::{BTreeMap, BTreeSet};

use super::{Source, floor_of};

/// The circles that the API itself has.
pub(super) const INHERENT: [&[&str]; 1] = [&["api/account", "api/sign_in"]];

/// Who imports whom.
type Edges = BTreeMap<String, BTreeSet<String>>;

/// Every group of modules that need each other, each in alphabetical order.
pub(super) fn circles(house: &[Source]) -> Vec<Vec<String>> {
    let edges = edges(house);
    let reaches: BTreeMap<&String, BTreeSet<String>> = edges
        .keys()
        .map(|from| (from, reachable(&edges, from)))
        .collect();
    let mut found = BTreeSet::new();
    for (from, there) in &reaches {
        let circle: Vec<String> = there
            .iter()
            .filter(|to| reaches.get(to).is_some_and(|back| back.contains(*from)))
            .cloned()
            .collect();
        if circle.len() > 1 {
            found.insert(circle);
        }
    }
    found.into_iter().collect()
}

fn edges(house: &[Source]) -> Edges {
    let nodes: BTreeSet<String> = house
        .iter()
        .filter_map(|source| node(&source.module))
        .collect();
    let mut edges = Edges::new();
    for source in house.iter().filter(|source| !source.is_test()) {
        let Some(from) = node(&source.module) else {
            continue;
        };
        let named = source.named.iter().filter(|named| named.0[0] == "crate");
        let to = named
            .filter_map(|named| node(&named.0[1..]))
            .filter(|to| *to != from && nodes.contains(to));
        edges.entry(from.clone()).or_default().extend(to);
    }
    edges
}

/// The module of a floor that a path lies in; nothing for a floor's own mod.rs and for `lib.rs`.
fn node(path: &[String]) -> Option<String> {
    match path {
        [floor, module, ..] if floor_of(floor).is_some() => Some(format!("{floor}/{module}")),
        _ => None,
    }
}

fn reachable(edges: &Edges, from: &String) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![from];
    while let Some(next) = open.pop() {
        for to in edges.get(next).into_iter().flatten() {
            if found.insert(to.clone()) {
                open.push(to);
            }
        }
    }
    found
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::Path;

    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<Vec<String>> {
        let house: Vec<Source> = files
            .iter()
            .map(|(path, text)| Source::parse(Path::new(path), text).unwrap())
            .collect();
        circles(&house)
    }

    #[test]
    fn a_circle_is_found_however_long_and_a_line_is_none() {
        let line = [
            ("api/a.rs", "use crate::api::b::B;"),
            ("api/b.rs", "use crate::api::c::C;"),
            ("api/c.rs", ""),
        ];
        assert_eq!(found(&line), Vec::<Vec<String>>::new());
        let mut circle = line;
        circle[2].1 = "use super::a::A;";
        assert_eq!(found(&circle), [["api/a", "api/b", "api/c"]]);
    }
}
