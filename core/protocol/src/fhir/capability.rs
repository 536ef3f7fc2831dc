//! What a server says it can do: `CapabilityStatement`
//! (<https://hl7.org/fhir/R4/capabilitystatement.html>).
//!
//! A statement is what the server's makers wrote, not a proof. It decides what is offered; whether
//! a parameter is honoured is found out by probing.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::FhirError;
use crate::json::{Flag, Member, Object, Objects, Text};

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
    resource_type: Member<Text>,
    fhir_version: Member<Text>,
    software: Member<Object<RawSoftware>>,
    rest: Member<Objects<RawRest>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawSoftware {
    name: Member<Text>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawRest {
    mode: Member<Text>,
    resource: Member<Objects<RawResource>>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct RawResource {
    #[serde(rename = "type")]
    kind: Member<Text>,
    interaction: Member<Objects<RawInteraction>>,
    search_param: Member<Objects<RawSearchParam>>,
    conditional_create: Member<Flag>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawInteraction {
    code: Member<Text>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawSearchParam {
    name: Member<Text>,
}

impl CapabilityStatement {
    /// Reads a statement.
    pub fn parse(json: &[u8]) -> Result<Self, FhirError> {
        let raw: Raw = super::read(json)?;
        if raw.resource_type.get().as_deref() != Some("CapabilityStatement") {
            return Err(FhirError::WrongResource);
        }
        let version = raw.fhir_version.get().ok_or(FhirError::Invalid {
            field: "fhirVersion",
        })?;
        let mut resources: BTreeMap<String, ResourceCapability> = BTreeMap::new();
        for rest in raw.rest.get().unwrap_or_default() {
            if rest.mode.get().as_deref() == Some("client") {
                continue;
            }
            for resource in rest.resource.get().unwrap_or_default() {
                let Some(kind) = resource.kind.get() else {
                    continue;
                };
                let known = resources.entry(kind).or_default();
                let interactions = resource.interaction.get().unwrap_or_default();
                let codes = interactions.into_iter().filter_map(|it| it.code.get());
                known.interactions.extend(codes);
                let parameters = resource.search_param.get().unwrap_or_default();
                let names = parameters.into_iter().filter_map(|it| it.name.get());
                known.search_params.extend(names);
                known.conditional_create |= resource.conditional_create.get().unwrap_or(false);
            }
        }
        Ok(Self {
            fhir_version: version,
            software: raw.software.get().and_then(|software| software.name.get()),
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
