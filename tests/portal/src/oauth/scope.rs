//! Scopes: the OpenID ones and SMART's `patient/…`, in both of its notations.

/// What was granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scopes(Vec<String>);

/// What discovery lists.
pub(crate) const SUPPORTED: &[&str] = &[
    "openid",
    "fhirUser",
    "profile",
    "offline_access",
    "launch/patient",
    "patient/*.rs",
    "patient/Patient.r",
    "patient/Patient.rs",
    "patient/Communication.rs",
    "patient/Communication.crs",
    "patient/Communication.c",
    "patient/Binary.r",
    "patient/CareTeam.rs",
    "patient/DiagnosticReport.rs",
    "patient/Observation.rs",
    "patient/RelatedPerson.rs",
    "patient/Person.rs",
    "patient/Binary.c",
    "patient/Binary.cr",
];

const PLAIN: &[&str] = &[
    "openid",
    "fhirUser",
    "profile",
    "offline_access",
    "launch/patient",
];

/// The types of resource scopes.
const KINDS: &[&str] = &[
    "*",
    "Patient",
    "Communication",
    "Binary",
    "CareTeam",
    "DiagnosticReport",
    "DocumentReference",
    "Observation",
    "RelatedPerson",
    "Person",
];

/// Type and actions of a resource scope, if it is one this portal knows.
fn resource(scope: &str) -> Option<(&str, &str)> {
    let (kind, actions) = scope.strip_prefix("patient/")?.split_once('.')?;
    let known = KINDS.contains(&kind);
    let actions = match actions {
        "read" => "rs",
        "write" => "cud",
        "*" => "cruds",
        // SMART App Launch 2.2 §3.0.2.1: in this order, each at most once.
        _ => {
            let mut rest = "cruds".chars();
            let ordered = actions
                .chars()
                .all(|action| rest.any(|next| next == action));
            if actions.is_empty() || !ordered {
                return None;
            }
            actions
        }
    };
    known.then_some((kind, actions))
}

impl Scopes {
    /// What of a request can be granted; `None` if nothing can.
    pub(crate) fn grant(requested: &str) -> Option<Self> {
        let mut granted: Vec<String> = Vec::new();
        for scope in requested.split(' ').filter(|scope| !scope.is_empty()) {
            let known = PLAIN.contains(&scope) || resource(scope).is_some();
            if known && !granted.iter().any(|other| other == scope) {
                granted.push(scope.to_owned());
            }
        }
        (!granted.is_empty()).then_some(Self(granted))
    }

    /// A narrower set for a refresh (RFC 6749 §6); `None` if it holds more than this.
    pub(crate) fn narrow(&self, requested: &str) -> Option<Self> {
        let narrower = Self::grant(requested)?;
        let within = requested
            .split(' ')
            .filter(|scope| !scope.is_empty())
            .all(|scope| self.has(scope));
        within.then_some(narrower)
    }

    /// What is left of it without changing anything, each scope in its own notation.
    pub(crate) fn read_only(&self) -> Self {
        let mut left: Vec<String> = Vec::new();
        for scope in &self.0 {
            let Some((kind, actions)) = resource(scope) else {
                left.push(scope.clone());
                continue;
            };
            let reads: String = actions
                .chars()
                .filter(|action| "rs".contains(*action))
                .collect();
            let older = [".read", ".write", ".*"]
                .iter()
                .any(|end| scope.ends_with(end));
            let narrower = match older {
                _ if reads.is_empty() => continue,
                true => format!("patient/{kind}.read"),
                false => format!("patient/{kind}.{reads}"),
            };
            if !left.contains(&narrower) {
                left.push(narrower);
            }
        }
        Self(left)
    }

    pub(crate) fn has(&self, scope: &str) -> bool {
        self.0.iter().any(|held| held == scope)
    }

    /// Whether an action (`c`, `r`, `u`, `d`, `s`) on a resource type is granted.
    pub(crate) fn allows(&self, kind: &str, action: char) -> bool {
        self.0
            .iter()
            .filter_map(|scope| resource(scope))
            .any(|(held, actions)| (held == "*" || held == kind) && actions.contains(action))
    }

    pub(crate) fn text(&self) -> String {
        self.0.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_scopes_are_left_out() {
        let granted = Scopes::grant("openid patient/Nothing.rs patient/Communication.crs user/*.*");
        let text = granted.map(|scopes| scopes.text());
        assert_eq!(text.as_deref(), Some("openid patient/Communication.crs"));
        assert_eq!(Scopes::grant("patient/Communication.sr"), None);
    }

    #[test]
    fn what_only_reads_keeps_its_notation() {
        let narrowed = |scopes| Scopes::grant(scopes).map(|scopes| scopes.read_only().text());
        let asked =
            "openid patient/Communication.cruds patient/Binary.c patient/Binary.r patient/*.rs";
        let left = "openid patient/Communication.rs patient/Binary.r patient/*.rs";
        assert_eq!(narrowed(asked).as_deref(), Some(left));
        let older = "patient/Patient.* patient/Binary.write patient/Patient.read";
        assert_eq!(narrowed(older).as_deref(), Some("patient/Patient.read"));
    }

    #[test]
    fn actions_are_checked_by_type() {
        let Some(scopes) = Scopes::grant("patient/*.rs patient/Communication.c") else {
            panic!("nothing granted")
        };
        assert!(scopes.allows("Binary", 'r'));
        assert!(scopes.allows("Communication", 'c'));
        assert!(!scopes.allows("Patient", 'c'));
        assert!(scopes.narrow("patient/*.rs").is_some());
        assert!(scopes.narrow("patient/*.cruds").is_none());
    }
}
