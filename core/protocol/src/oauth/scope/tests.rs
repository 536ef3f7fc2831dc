#![allow(clippy::unwrap_used)]
use super::*;
use crate::base_url::Base;
use crate::oauth::discovery::SmartConfiguration;
use proptest::prelude::*;

const NEEDS: [ResourceNeed; 2] = [
    ResourceNeed::reads("Patient"),
    ResourceNeed::reads("Communication").and_creates(true),
];

fn portal(scopes: &[&str], capabilities: &[&str]) -> PortalEndpoints {
    let smart = serde_json::json!({
        "issuer": "https://a.example", "authorization_endpoint": "https://a.example/a",
        "token_endpoint": "https://a.example/t", "code_challenge_methods_supported": ["S256"],
        "scopes_supported": scopes, "capabilities": capabilities,
    });
    let smart = SmartConfiguration::parse(smart.to_string().as_bytes()).unwrap();
    let base = Base::parse("https://a.example/fhir", false).unwrap();
    PortalEndpoints::merge(&base, &smart, None, false).unwrap()
}

fn planned(resource_scopes: &[&str]) -> (String, Vec<String>) {
    let mut scopes = vec!["openid", "fhirUser", "launch/patient", "offline_access"];
    scopes.extend(resource_scopes);
    let plan = plan(&portal(&scopes, &[]), &NEEDS);
    let rest = plan
        .scope
        .strip_prefix("openid fhirUser launch/patient offline_access");
    let missing = plan.missing.iter().map(Missing::to_string).collect();
    (rest.unwrap().trim().to_owned(), missing)
}

#[test]
fn a_portal_that_lists_nothing_is_asked_for_everything() {
    let who = "openid fhirUser launch/patient offline_access";
    let all = plan(&portal(&[], &[]), &NEEDS);
    let scopes = "patient/Patient.rs patient/Communication.crs";
    assert_eq!(all.scope, format!("{who} {scopes}"));
    assert_eq!(all.missing, []);
    let one = plan(&portal(&[], &["permission-v1"]), &NEEDS);
    let scopes = "patient/Patient.read patient/Communication.read patient/Communication.write";
    assert_eq!(one.scope, format!("{who} {scopes}"));
    let both = plan(&portal(&[], &["permission-v1", "permission-v2"]), &NEEDS);
    assert!(both.scope.ends_with("patient/Communication.crs"));
    // A list without any resource is not complete.
    assert_eq!(
        planned(&[]).0,
        "patient/Patient.rs patient/Communication.crs"
    );
}

#[test]
fn only_what_is_listed_is_asked_for() {
    let fine: Vec<String> = Vec::new();
    for (listed, asked, missing) in [
        (
            &["patient/*.cruds"][..],
            "patient/Patient.rs patient/Communication.crs",
            &[][..],
        ),
        (
            &["patient/Patient.rs", "patient/Communication.cruds"],
            "patient/Patient.rs patient/Communication.crs",
            &[],
        ),
        (
            &["patient/*.rs"],
            "patient/Patient.rs patient/Communication.rs",
            &["creating Communication"],
        ),
        (
            &["patient/Patient.r", "patient/Communication.rs"],
            "patient/Patient.r patient/Communication.rs",
            &["searching Patient", "creating Communication"],
        ),
        (
            &["patient/*.rs", "patient/Communication.c"],
            "patient/Patient.rs patient/Communication.rs patient/Communication.c",
            &[],
        ),
        (
            &[
                "patient/Patient.r",
                "patient/Patient.s",
                "patient/Communication.crs",
            ],
            "patient/Patient.r patient/Patient.s patient/Communication.crs",
            &[],
        ),
        (
            &["patient/*.read"],
            "patient/Patient.read patient/Communication.read",
            &["creating Communication"],
        ),
        (
            &["patient/Patient.read", "patient/Communication.*"],
            "patient/Patient.read patient/Communication.read patient/Communication.write",
            &[],
        ),
        (
            &["patient/*.*"],
            "patient/Patient.read patient/Communication.read patient/Communication.write",
            &[],
        ),
        (
            &["patient/*.read", "patient/*.write", "patient/*.rs"],
            "patient/Patient.rs patient/Communication.read patient/Communication.write",
            &[],
        ),
        (
            &["patient/Patient.rs"],
            "patient/Patient.rs",
            &[
                "reading Communication",
                "searching Communication",
                "creating Communication",
            ],
        ),
        (
            &[
                "user/*.cruds",
                "patient/Communication.rs?category=x",
                "patient/Patient.rs",
            ],
            "patient/Patient.rs",
            &[
                "reading Communication",
                "searching Communication",
                "creating Communication",
            ],
        ),
    ] {
        let (scopes, left_out) = planned(listed);
        assert_eq!(scopes, asked, "{listed:?}");
        assert_eq!(left_out, missing, "{listed:?}");
    }
    let reading = plan(
        &portal(&["patient/*.cruds"], &[]),
        &[ResourceNeed::reads("Communication")],
    );
    assert!(reading.scope.ends_with("patient/Communication.rs"));
    assert_eq!(planned(&["patient/*.crs"]).1, fine);
}

#[test]
fn what_only_helps_is_asked_for_where_it_is_listed() {
    let teams = [ResourceNeed::reads("CareTeam").if_listed()];
    let asked = |listed: &[&str]| plan(&portal(listed, &[]), &teams);
    for listed in [
        &[][..],
        &["openid", "launch/patient"],
        &["patient/Communication.rs"],
        &["patient/CareTeam.r"],
    ] {
        let plan = asked(listed);
        assert!(!plan.scope.contains("CareTeam"), "{listed:?}");
        assert!(!plan.missing.contains(&Missing::Read("CareTeam")));
    }
    for (listed, scope) in [
        (&["patient/CareTeam.rs"][..], "patient/CareTeam.rs"),
        (&["patient/*.read"], "patient/CareTeam.read"),
    ] {
        assert!(asked(listed).scope.ends_with(scope), "{listed:?}");
    }
}

#[test]
fn optional_scopes_that_are_not_listed_are_left_out() {
    let bare = plan(&portal(&["openid", "patient/*.crs"], &[]), &[]);
    assert_eq!(bare.scope, "openid");
    assert_eq!(
        bare.missing,
        [Missing::User, Missing::Patient, Missing::Offline]
    );
    // A capability says the same as the list.
    let capable = portal(
        &["patient/*.crs"],
        &[
            "sso-openid-connect",
            "context-standalone-patient",
            "permission-offline",
        ],
    );
    let capable = plan(&capable, &[]);
    assert_eq!(
        capable.scope,
        "openid fhirUser launch/patient offline_access"
    );
    assert_eq!(capable.missing, []);
    let older = plan(&portal(&["openid", "profile"], &[]), &[]);
    assert_eq!(older.scope, "openid profile launch/patient");
    for missing in bare.missing {
        assert!(!missing.cost().is_empty());
    }
}

proptest! {
    #[test]
    fn no_list_makes_planning_fail_loudly(scopes in prop::collection::vec("(patient/)?(\\*|Patient|Communication)?\\.?[cruds*]{0,3}|.*", 0..6)) {
        let scopes: Vec<_> = scopes.iter().map(String::as_str).collect();
        let plan = plan(&portal(&scopes, &[]), &NEEDS);
        prop_assert!(plan.scope.starts_with("openid"));
    }
}

#[test]
fn a_grant_that_names_resources_without_creating_is_for_reading() {
    for (granted, may) in [
        ("openid", true),
        ("", true),
        ("openid patient/Communication.rs", false),
        ("patient/Communication.read", false),
        ("patient/Communication.cruds", true),
        ("patient/Communication.rs patient/Communication.c", true),
        ("patient/*.write", true),
        ("user/Communication.*", true),
        ("user/*.rs", false),
        ("patient/Patient.cruds", false),
    ] {
        assert_eq!(may_create(granted, "Communication"), may, "{granted}");
    }
}
