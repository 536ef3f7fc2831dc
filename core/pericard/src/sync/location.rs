//! The id of a record that the portal has just created, in the address that its answer gives.

/// The record that an address leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Located {
    pub(super) id: String,
    /// The address is this portal's.
    pub(super) here: bool,
}

/// The id in the address of a record, with or without its version.
pub(super) fn id_in(location: &str, kind: &str, base: &str) -> Option<Located> {
    let (path, here) = match location.strip_prefix(base) {
        Some(rest) => (rest, true),
        None => (location, !location.contains("://")),
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let segments: Vec<&str> = path.split('/').collect();
    let id = match segments.as_slice() {
        [.., of, id] | [.., of, id, "_history", _] if *of == kind => *id,
        _ => return None,
    };
    pericard_protocol::fhir::is_id(id).then(|| Located {
        id: id.to_owned(),
        here,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_location_is_believed_on_this_portal_only() {
        const BASE: &str = "https://portal.example/fhir";
        let id = |location| id_in(location, "Communication", BASE).map(|it| (it.id, it.here));
        for (location, here) in [
            (
                "https://portal.example/fhir/Communication/9/_history/1",
                true,
            ),
            ("https://portal.example/fhir/Communication/9", true),
            ("Communication/9/_history/1", true),
            ("/fhir/Communication/9", true),
            ("http://10.20.0.7:8080/fhir/Communication/9", false),
            (
                "https://elsewhere.example/Communication/9/_history/1",
                false,
            ),
        ] {
            assert_eq!(id(location), Some(("9".to_owned(), here)), "{location}");
        }
        for location in [
            "https://portal.example/fhir/Patient/9",
            "https://portal.example/fhir/Communication/9/more",
            "https://elsewhere.example/fhir/Communication/a b",
            "Communication/",
            "",
        ] {
            assert_eq!(id(location), None, "{location}");
        }
    }
}
