//! Chooses the scopes to request, in the portal's spelling (SMART App Launch 2.2, "Scopes and Launch Context").
//!
//! A server may refuse the whole request for one unknown scope (RFC 6749 §5.2, `invalid_scope`), so if it lists scopes,
//! only those are requested. [`plan`] understands the spellings of SMART 2 (`patient/Communication.rs`, also `.r` and
//! `.s` separately, any `.cruds`) and SMART 1 (`.read`, `.write`, `.*`) and wildcards. It requests no more than is
//! needed and reports what is missing.
//!
//! Features declare their needs as [`ResourceNeed`]s. If a server lists no scopes, or none for any resource, everything
//! is requested, since the list need not be complete.

use std::fmt;

use super::discovery::PortalEndpoints;

/// What a feature does with resources of one type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResourceNeed {
    /// The resource type.
    pub resource: &'static str,
    /// Reading one by its id.
    pub read: bool,
    /// Searching.
    pub search: bool,
    /// Creating.
    pub create: bool,
    /// It helps, and nothing depends on it: it is asked for only where the portal lists it, and is never missing.
    pub optional: bool,
}

impl ResourceNeed {
    /// Reading and searching.
    pub const fn reads(resource: &'static str) -> Self {
        Self {
            resource,
            read: true,
            search: true,
            create: false,
            optional: false,
        }
    }

    /// Creating as well, if `creates`.
    pub const fn and_creates(mut self, creates: bool) -> Self {
        self.create = creates;
        self
    }

    /// The same, if the portal lists it.
    pub const fn if_listed(mut self) -> Self {
        self.optional = true;
        self
    }

    fn interactions(self) -> Access {
        Access([self.create, self.read, false, false, self.search])
    }
}

/// The scopes to request, and what is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopePlan {
    /// Separated by spaces.
    pub scope: String,
    /// What is needed but not listed, in the order of the needs.
    pub missing: Vec<Missing>,
}

/// Something that a portal does not list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// `fhirUser`.
    User,
    /// `launch/patient`.
    Patient,
    /// `offline_access`.
    Offline,
    /// Reading resources of a type.
    Read(&'static str),
    /// Searching them.
    Search(&'static str),
    /// Creating them.
    Create(&'static str),
}

impl Missing {
    /// Returns what the person loses without it.
    pub fn cost(self) -> &'static str {
        match self {
            Self::User => "whether the record is the person's own is not known",
            Self::Patient => "the portal does not let the person choose whose record it is",
            Self::Offline => "the person signs in anew whenever the access token ends",
            Self::Read(_) => "records of this kind cannot be opened",
            Self::Search(_) => "records of this kind cannot be listed",
            Self::Create(_) => "nothing of this kind can be sent",
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User => f.write_str("fhirUser"),
            Self::Patient => f.write_str("launch/patient"),
            Self::Offline => f.write_str("offline_access"),
            Self::Read(kind) => write!(f, "reading {kind}"),
            Self::Search(kind) => write!(f, "searching {kind}"),
            Self::Create(kind) => write!(f, "creating {kind}"),
        }
    }
}

/// Plans the scopes for a set of needs at a portal.
pub fn plan(endpoints: &PortalEndpoints, needs: &[ResourceNeed]) -> ScopePlan {
    let listed = Listed::of(endpoints);
    // Without it there is no `id_token`, so the person would not be identified.
    let mut scopes = vec!["openid".to_owned()];
    let mut missing = Vec::new();
    let mut optional = |scopes: &mut Vec<String>, names: [&str; 2], capability, cost| {
        let named = names.into_iter().find(|name| listed.has(name));
        let supported = listed.is_silent() || endpoints.is_capable(capability);
        match named.or(supported.then_some(names[0])) {
            Some(name) => scopes.push(name.to_owned()),
            None => missing.push(cost),
        }
    };
    // SMART 1 called it `profile` at first.
    let user = ["fhirUser", "profile"];
    optional(&mut scopes, user, "sso-openid-connect", Missing::User);
    if listed.is_about_people_only() {
        scopes.push("launch/patient".to_owned());
    } else {
        let patient = ["launch/patient", "launch/patient"];
        let capability = "context-standalone-patient";
        optional(&mut scopes, patient, capability, Missing::Patient);
    }
    let offline = ["offline_access", "offline_access"];
    optional(&mut scopes, offline, "permission-offline", Missing::Offline);
    for need in needs {
        listed.ask(*need, endpoints, &mut scopes, &mut missing);
    }
    ScopePlan {
        scope: scopes.join(" "),
        missing,
    }
}

/// Whether a grant lets somebody create resources of a type. One that names no resources does not say, and so does not forbid.
pub fn may_create(granted: &str, kind: &str) -> bool {
    let scopes = granted.split_ascii_whitespace();
    let all: Vec<_> = scopes.filter_map(OfResource::granted).collect();
    let creates = |one: &OfResource<'_>| one.is_for(kind) && one.access.0[0];
    all.is_empty() || all.iter().any(creates)
}

/// Whether a grant lets somebody search resources of a type. One that names no resources does not say, and so does not forbid.
pub fn may_search(granted: &str, kind: &str) -> bool {
    let scopes = granted.split_ascii_whitespace();
    let all: Vec<_> = scopes.filter_map(OfResource::granted).collect();
    let searches = |one: &OfResource<'_>| one.is_for(kind) && one.access.0[4];
    all.is_empty() || all.iter().any(searches)
}

/// Interactions, as SMART 2 orders them: c, r, u, d, s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Access([bool; 5]);

const LETTERS: [char; 5] = ['c', 'r', 'u', 'd', 's'];

impl Access {
    fn parse_2(text: &str) -> Option<Self> {
        let mut access = Self::default();
        for c in text.chars() {
            let at = LETTERS.iter().position(|letter| *letter == c)?;
            access.0[at] = true;
        }
        (!text.is_empty()).then_some(access)
    }

    fn parse_1(text: &str) -> Option<Self> {
        Some(Self(match text {
            "read" => [false, true, false, false, true],
            "write" => [true, false, true, true, false],
            "*" => [true; 5],
            _ => return None,
        }))
    }

    fn and(self, other: Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at] && other.0[at]))
    }

    fn or(self, other: Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at] || other.0[at]))
    }

    fn covers(self, other: Self) -> bool {
        self.and(other) == other
    }

    fn is_empty(self) -> bool {
        self == Self::default()
    }

    fn letters(self) -> String {
        let letters = LETTERS.iter().zip(self.0);
        letters
            .filter_map(|(c, there)| there.then_some(c))
            .collect()
    }
}

/// A listed scope of patients' resources.
struct OfResource<'a> {
    text: &'a str,
    kind: &'a str,
    access: Access,
    is_version_1: bool,
}

impl<'a> OfResource<'a> {
    /// Nothing for those that are limited to some resources of a type (`?category=…`).
    fn parse(text: &'a str) -> Option<Self> {
        Self::of(text, "patient/")
    }

    fn of(text: &'a str, whose: &str) -> Option<Self> {
        let (kind, access) = text.strip_prefix(whose)?.rsplit_once('.')?;
        let version_2 = Access::parse_2(access).map(|access| (access, false));
        let (access, is_version_1) =
            version_2.or_else(|| Some((Access::parse_1(access)?, true)))?;
        Some(Self {
            text,
            kind,
            access,
            is_version_1,
        })
    }

    /// The same of what was granted, which may be for the user instead of the patient.
    fn granted(text: &'a str) -> Option<Self> {
        Self::parse(text).or_else(|| Self::of(text, "user/"))
    }

    fn is_for(&self, kind: &str) -> bool {
        self.kind == kind || self.kind == "*"
    }
}

struct Listed<'a> {
    all: &'a [String],
    of_resources: Vec<OfResource<'a>>,
}

impl<'a> Listed<'a> {
    fn of(endpoints: &'a PortalEndpoints) -> Self {
        let all = &endpoints.scopes;
        let of_resources = all.iter().filter_map(|text| OfResource::parse(text));
        Self {
            of_resources: of_resources.collect(),
            all,
        }
    }

    fn is_silent(&self) -> bool {
        self.all.is_empty()
    }

    /// A list of OpenID Connect alone, from a server that knows nothing of records.
    fn is_about_people_only(&self) -> bool {
        let about_records = ["launch", "patient/", "user/"];
        !self
            .all
            .iter()
            .any(|scope| about_records.iter().any(|start| scope.starts_with(start)))
    }

    fn has(&self, name: &str) -> bool {
        self.all.iter().any(|scope| scope == name)
    }

    fn ask(
        &self,
        need: ResourceNeed,
        endpoints: &PortalEndpoints,
        scopes: &mut Vec<String>,
        missing: &mut Vec<Missing>,
    ) {
        let (kind, wanted) = (need.resource, need.interactions());
        if self.of_resources.is_empty() {
            if need.optional {
                return;
            }
            let only_1 =
                endpoints.is_capable("permission-v1") && !endpoints.is_capable("permission-v2");
            scopes.extend(spelled(kind, wanted, only_1));
            return;
        }
        let offered = |is_version_1| {
            let ours = self.of_resources.iter();
            let ours = ours.filter(|one| one.is_version_1 == is_version_1 && one.is_for(kind));
            ours.fold(Access::default(), |all, one| all.or(one.access))
                .and(wanted)
        };
        // SMART 2 says more exactly what is wanted.
        let (of_1, of_2) = (offered(true), offered(false));
        let is_version_1 = !of_2.covers(of_1);
        let granted = if is_version_1 { of_1 } else { of_2 };
        if need.optional && !(granted.0[4] && granted.0[1]) {
            return;
        }
        scopes.extend(self.spelled(kind, granted, is_version_1));
        for (there, needed, what) in [
            (granted.0[1], need.read, Missing::Read(kind)),
            (granted.0[4], need.search, Missing::Search(kind)),
            (granted.0[0], need.create, Missing::Create(kind)),
        ] {
            if needed && !there {
                missing.push(what);
            }
        }
    }

    /// One scope if a listed one covers it, else those that do so together, each as far as needed.
    fn spelled(&self, kind: &str, granted: Access, is_version_1: bool) -> Vec<String> {
        let ours = || {
            let ours = self.of_resources.iter();
            ours.filter(|one| one.is_version_1 == is_version_1 && one.is_for(kind))
        };
        if is_version_1 || granted.is_empty() || ours().any(|one| one.access.covers(granted)) {
            return spelled(kind, granted, is_version_1);
        }
        let mut so_far = Access::default();
        let mut scopes = Vec::new();
        for one in ours() {
            let more = one.access.and(granted);
            if so_far.covers(more) {
                continue;
            }
            so_far = so_far.or(more);
            scopes.push(match one.kind == kind && one.access == more {
                true => one.text.to_owned(),
                false => format!("patient/{kind}.{}", more.letters()),
            });
        }
        scopes
    }
}

fn spelled(kind: &str, access: Access, is_version_1: bool) -> Vec<String> {
    if access.is_empty() {
        return Vec::new();
    }
    if !is_version_1 {
        return vec![format!("patient/{kind}.{}", access.letters())];
    }
    let [create, read, update, delete, search] = access.0;
    [
        ("read", read || search),
        ("write", create || update || delete),
    ]
    .into_iter()
    .filter(|(_, needed)| *needed)
    .map(|(word, _)| format!("patient/{kind}.{word}"))
    .collect()
}

#[cfg(test)]
mod tests;
