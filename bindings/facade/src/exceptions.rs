//! What no rule can tell from the metadata.

use crate::api::{Api, Method};

/// What each language's façade writes by hand, and the member that stands in its place. A type without a member is
/// hidden whole.
pub(crate) const BY_HAND: &[(&str, &str)] = &[
    // Streams are a `Flow` in Kotlin and an `AsyncSequence` in Swift.
    ("Changes", ""),
    ("Account.changes", "changes"),
    ("SyncRun.next", "progress"),
    ("FileDownload.next", "progress"),
    // What a person is typing may end in half an emoji.
    ("Messages.search", "search"),
];

/// The same for Swift alone: web addresses are `URL`s there.
pub(crate) const BY_HAND_IN_SWIFT: &[&str] = &[
    "SignIn.authorization_url",
    "SignIn.redirected",
    "Portal.page",
];

/// What a person types and nobody keeps: text for the app, bytes that are wiped for the core.
const SECRETS: &[(&str, &[&str])] = &[
    ("SignIn.password", &["password"]),
    ("AccountLock.unlock", &["pin"]),
    ("AccountLock.set_pin", &["current", "pin"]),
    ("AccountLock.remove_pin", &["current"]),
    ("AccountLock.add_key", &["current"]),
    ("Account.export", &["current"]),
];

/// Records whose texts are the app's or the standard's and say nothing of a patient: they print whole.
const PLAIN: &[&str] = &[
    "Config",
    "PortalConfig",
    "PortalCapabilities",
    "FeatureCapability",
    "Finding",
    "Incident",
];

/// What is no text and says something of a patient all the same: a number that was measured, how it is judged. It is not
/// printed.
const CLINICAL: &[(&str, &[&str])] = &[
    ("Document", &["kind", "restricted"]),
    ("LabInterpretation", &["flag"]),
    ("LabPoint", &["value", "comparator", "low", "high"]),
    ("LabQuantity", &["comparator", "number"]),
    ("LabValue", &["value"]),
];

/// Defaults of records that apps make for previews and tests, where uniffi has no words for them: a variant of an enum.
const DEFAULTS: &[(&str, &str, &str)] = &[("Person", "session", "Active")];

/// Objects whose files are closed by closing them, and the method that does so at once.
const CLOSED_BY: &[(&str, Option<&str>)] = &[("Client", Some("shut_down")), ("FileReader", None)];

/// Functions that belong to a type, for which uniffi has no place there.
const OF_TYPES: &[(&str, &str)] = &[("erase", "Client"), ("start_logging", "Client")];

/// How the codes of an error's reasons begin, where that is not the name of the variant.
const CODES: &[(&str, &str)] = &[("SignInRequired", "sign_in"), ("InvalidInput", "input")];

/// What the core is told when what an app implements fails with something that is no answer.
const UNEXPECTED: &[(&str, &str)] = &[
    ("KeystoreError", "Unexpected"),
    ("FileSourceError", "Unreadable"),
];

/// The member that stands in for `of.member`, where a hand writes it.
pub(crate) fn by_hand(of: &str, member: &str) -> Option<&'static str> {
    let name = format!("{of}.{member}");
    BY_HAND
        .iter()
        .find(|(hidden, _)| *hidden == name)
        .map(|(_, instead)| *instead)
}

/// Whether an argument of `of.member` is a secret that a person types.
pub(crate) fn is_secret(of: &str, member: &str, argument: &str) -> bool {
    let name = format!("{of}.{member}");
    SECRETS
        .iter()
        .any(|(secret, arguments)| *secret == name && arguments.contains(&argument))
}

/// Whether a hand writes a member in Swift alone.
pub(crate) fn by_hand_in_swift(of: &str, member: &str) -> bool {
    BY_HAND_IN_SWIFT.contains(&format!("{of}.{member}").as_str())
}

/// Whether a type is hidden whole.
pub(crate) fn is_hidden(of: &str) -> bool {
    BY_HAND.contains(&(of, ""))
}

/// Whether the texts of a record may be printed.
pub(crate) fn is_plain(record: &str) -> bool {
    PLAIN.contains(&record)
}

/// Whether a field of a record, or of an enum's variants, says something of a patient though it is no text.
pub(crate) fn is_clinical(of: &str, field: &str) -> bool {
    CLINICAL
        .iter()
        .any(|(name, fields)| *name == of && fields.contains(&field))
}

/// The variant that a field of a record has where nothing else is given.
pub(crate) fn default_of(record: &str, field: &str) -> Option<&'static str> {
    let mut defaults = DEFAULTS.iter();
    let found = defaults.find(|(of, name, _)| *of == record && *name == field);
    found.map(|(.., variant)| *variant)
}

/// How an object is closed, if it is one that is.
pub(crate) fn closed_by(object: &str) -> Option<Option<&'static str>> {
    CLOSED_BY
        .iter()
        .find(|(name, _)| *name == object)
        .map(|(_, method)| *method)
}

/// The variant of an error that stands for everything that an app throws beside it.
pub(crate) fn unexpected(error: &str) -> &'static str {
    UNEXPECTED
        .iter()
        .find(|(name, _)| *name == error)
        .map_or("Unexpected", |(_, variant)| *variant)
}

/// The functions that belong to this type.
pub(crate) fn functions_of<'a>(api: &'a Api, of: &'a str) -> impl Iterator<Item = &'a Method> {
    let belongs = move |function: &&Method| OF_TYPES.contains(&(function.name.as_str(), of));
    api.functions.iter().filter(belongs)
}

/// The functions that belong to no type.
pub(crate) fn free_functions(api: &Api) -> impl Iterator<Item = &Method> {
    let is_free = |function: &&Method| !OF_TYPES.iter().any(|(name, _)| *name == function.name);
    api.functions.iter().filter(is_free)
}

/// How the codes of what this variant carries begin.
pub(crate) fn code_prefix(variant: &str) -> Option<&'static str> {
    CODES
        .iter()
        .find(|(name, _)| *name == variant)
        .map(|(_, prefix)| *prefix)
}
