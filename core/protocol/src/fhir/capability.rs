//! What a server says it can do: `CapabilityStatement`
//! (<https://hl7.org/fhir/R4/capabilitystatement.html>).
//!
//! A statement is what the server's makers wrote, not a proof. It decides what is offered; whether
//! a parameter is honoured is found out by probing.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::Deserializer;

use super::FhirError;
use crate::bounded::{self, Object};
use crate::display_text;
use crate::limits::{CAPABILITIES, CODINGS};

/// Roles of one server that are read: it is one, and perhaps a client too.
const ROLES: usize = 8;

/// What a server says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapabilityStatement {
    /// Such as `4.0.1`.
    pub fhir_version: String,
    /// The product's name, if given.
    pub software: Option<String>,
    resources: BTreeMap<String, ResourceCapability>,
}

/// What a server says of one resource type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResourceCapability {
    /// Codes such as `read`, `search-type`, `create`.
    pub interactions: Vec<String>,
    /// Names of search parameters.
    pub search_params: Vec<String>,
    /// Whether `If-None-Exist` is honoured.
    pub conditional_create: bool,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Raw {
    #[serde(default, deserialize_with = "bounded::text")]
    resource_type: Option<String>,
    #[serde(default, deserialize_with = "bounded::text")]
    fhir_version: Option<String>,
    #[serde(default, deserialize_with = "bounded::object")]
    software: Option<Named>,
    #[serde(default, deserialize_with = "bounded::first_objects::<_, _, ROLES>")]
    rest: Vec<RawRest>,
}

#[derive(Deserialize)]
struct RawRest {
    #[serde(default, deserialize_with = "bounded::text")]
    mode: Option<String>,
    #[serde(default, deserialize_with = "resources")]
    resource: Vec<RawResource>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct RawResource {
    #[serde(default, rename = "type", deserialize_with = "bounded::text")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "codes")]
    interaction: Vec<String>,
    #[serde(default, deserialize_with = "names")]
    search_param: Vec<String>,
    #[serde(default, deserialize_with = "bounded::flag")]
    conditional_create: bool,
}

#[derive(Deserialize)]
struct Named {
    #[serde(default, deserialize_with = "bounded::text")]
    name: Option<String>,
}

#[derive(Deserialize)]
struct Coded {
    #[serde(default, deserialize_with = "bounded::text")]
    code: Option<String>,
}

/// Resource types that have a name; the others take no memory.
fn resources<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<RawResource>, D::Error> {
    let named = |it: Object<RawResource>| it.ok().filter(|it| it.kind.is_some());
    bounded::list::<D, _, _, CAPABILITIES>(deserializer, named).map(|list| list.items)
}

fn codes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let code = |it: Object<Coded>| it.ok().and_then(|it| it.code);
    bounded::list::<D, _, _, CODINGS>(deserializer, code).map(|list| list.items)
}

fn names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let name = |it: Object<Named>| it.ok().and_then(|it| it.name);
    bounded::list::<D, _, _, CAPABILITIES>(deserializer, name).map(|list| list.items)
}

impl CapabilityStatement {
    /// Reads the statement that a response's body is.
    pub fn parse(body: &[u8]) -> Result<Self, FhirError> {
        super::read_body(body, Self::of)
    }

    fn of(text: &str) -> Result<Self, FhirError> {
        let raw: Raw = super::read(text)?;
        if raw.resource_type.as_deref() != Some("CapabilityStatement") {
            return Err(FhirError::WrongResource);
        }
        let version = raw.fhir_version.ok_or(FhirError::Invalid {
            field: "fhirVersion",
        })?;
        let servers = raw
            .rest
            .into_iter()
            .filter(|rest| rest.mode.as_deref() != Some("client"));
        let mut resources: BTreeMap<String, ResourceCapability> = BTreeMap::new();
        for resource in servers.flat_map(|rest| rest.resource) {
            let Some(kind) = resource.kind else { continue };
            let known = resources.entry(kind).or_default();
            known.interactions.extend(resource.interaction);
            known.search_params.extend(resource.search_param);
            known.conditional_create |= resource.conditional_create;
        }
        Ok(Self {
            fhir_version: display_text::line(&version),
            software: raw
                .software
                .and_then(|software| software.name)
                .map(|name| display_text::line(&name)),
            resources,
        })
    }

    /// Whether it is a version that this crate reads: 4.0 and its successor with the same messages,
    /// 4.3 (R4B).
    pub fn is_r4(&self) -> bool {
        let mut parts = self.fhir_version.split('.');
        matches!((parts.next(), parts.next()), (Some("4"), Some("0" | "3")))
    }

    /// What it says of a resource type; nothing said is nothing offered.
    pub fn resource(&self, kind: &str) -> Option<&ResourceCapability> {
        self.resources.get(kind)
    }
}

impl ResourceCapability {
    /// Whether resources of this type can be searched.
    pub fn searches(&self) -> bool {
        self.does("search-type")
    }

    /// Whether resources of this type can be created.
    pub fn creates(&self) -> bool {
        self.does("create")
    }

    /// Whether an interaction is offered.
    pub fn does(&self, interaction: &str) -> bool {
        self.interactions.iter().any(|code| code == interaction)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_a_server_offers_is_read() {
        let statement = CapabilityStatement::parse(
            br#"{"resourceType":"CapabilityStatement","fhirVersion":"4.0.1","software":{"name":"Reference"},
            "rest":[
              {"mode":"client","resource":[{"type":"Task","interaction":[{"code":"create"}]}]},
              {"mode":"server","resource":[
                {"type":"Communication","conditionalCreate":true,
                 "interaction":[{"code":"read"},{"code":"search-type"},{"code":"create"}],
                 "searchParam":[{"name":"identifier","type":"token"},{"name":"_lastUpdated","type":"date"}]},
                {"type":"Patient","interaction":[{"code":"read"}]}]}]}"#,
        )
        .unwrap();
        assert!(statement.is_r4());
        assert_eq!(statement.software.as_deref(), Some("Reference"));
        let messages = statement.resource("Communication").unwrap();
        assert!(messages.searches() && messages.creates() && messages.conditional_create);
        assert_eq!(messages.search_params, ["identifier", "_lastUpdated"]);
        let patients = statement.resource("Patient").unwrap();
        assert!(!patients.searches() && !patients.creates() && !patients.conditional_create);
        assert_eq!(statement.resource("Task"), None);
    }

    #[test]
    fn an_odd_member_costs_itself() {
        let statement = CapabilityStatement::parse(
            br#"{"resourceType":"CapabilityStatement","fhirVersion":"4.0.1","software":"x","rest":[7,
              {"mode":null,"resource":[null,{"type":7},
                {"type":"Communication","conditionalCreate":null,"searchParam":null,
                 "interaction":[{"code":"read"},{"code":null},"create",{"code":"search-type"}]},
                {"type":"Patient","interaction":{"code":"read"},"searchParam":[{"name":7},{"name":"_id"}]}]}]}"#,
        )
        .unwrap();
        assert_eq!(statement.software, None);
        let messages = statement.resource("Communication").unwrap();
        assert_eq!(messages.interactions, ["read", "search-type"]);
        let patients = statement.resource("Patient").unwrap();
        assert!(patients.does("read") && patients.search_params == ["_id"]);
        let empty = br#"{"resourceType":"CapabilityStatement","fhirVersion":"4.0.1","rest":null}"#;
        assert!(CapabilityStatement::parse(empty).is_ok());
    }

    #[test]
    fn a_statement_is_bounded_and_tolerant() {
        let many = vec!["{}"; 200_000].join(",");
        let json = format!(
            r#"{{"resourceType":"CapabilityStatement","fhirVersion":"4.0.1\u2029y","software":{{"name":"clinic\nx"}},
            "rest":[7,{{"resource":[null,{{"type":"Communication","interaction":[null,{{"code":"read"}}],
              "searchParam":"x","conditionalCreate":"yes"}}]}},{many}]}}"#
        );
        let statement = CapabilityStatement::parse(json.as_bytes()).unwrap();
        assert_eq!(statement.software.as_deref(), Some("clinic x"));
        assert_eq!(statement.fhir_version, "4.0.1 y");
        let messages = statement.resource("Communication").unwrap();
        assert!(messages.does("read") && !messages.conditional_create);
    }

    #[test]
    fn other_versions_are_told_apart() {
        let is_r4 = |version: &str| {
            let json =
                format!(r#"{{"resourceType":"CapabilityStatement","fhirVersion":"{version}"}}"#);
            CapabilityStatement::parse(json.as_bytes()).unwrap().is_r4()
        };
        assert!(is_r4("4.0.0") && is_r4("4.0.1") && is_r4("4.3.0"));
        assert!(!is_r4("3.0.2") && !is_r4("5.0.0") && !is_r4("4.1.0") && !is_r4("40.0.1"));
        assert_eq!(
            CapabilityStatement::parse(br#"{"resourceType":"CapabilityStatement"}"#),
            Err(FhirError::Invalid {
                field: "fhirVersion"
            })
        );
    }
}
