//! What a portal can do.

use pericard::{Feature, FeatureCapability, Portal, PortalCapabilities, PortalPage};
use serde_json::{Value, json};

use super::page;
use crate::cli::Options;
use crate::context::Glance;
use crate::failure::Failure;
use crate::output::{BAD, GOOD, Output, QUIET, STRONG, one_line};
use crate::settings;

/// `pericard portal`.
pub(super) async fn look(
    options: &Options,
    base: Option<&str>,
    output: &Output,
) -> Result<(), Failure> {
    let config = settings::portal(options, base)?;
    let glance = Glance::open(options, &config).await?;
    let portal = glance.client.portal(config).await?;
    let can = portal.capabilities();
    output.result(&json!({ "portal": capabilities(&portal, &can) }));
    if !output.json {
        output.say(output.paint(STRONG, portal.base()));
        let software = can.software.as_deref().map_or("not said".into(), one_line);
        let version = if can.fhir_version.is_empty() {
            "not said"
        } else {
            &can.fhir_version
        };
        for (name, value) in [
            ("software", software.as_str()),
            ("FHIR", version),
            ("sign-in server", &can.issuer),
        ] {
            output.say(format!("  {name:<18} {}", one_line(value)));
        }
        let yes_no = |there: bool| {
            if there {
                output.paint(GOOD, "yes")
            } else {
                output.paint(BAD, "no")
            }
        };
        for (name, there) in abilities(&can) {
            output.say(format!("  {name:<18} {}", yes_no(there)));
        }
        output.say(output.paint(QUIET, "\nWhat that means: pericard doctor"));
    }
    Ok(glance.client.shut_down().await?)
}

fn abilities(can: &PortalCapabilities) -> Vec<(String, bool)> {
    let page = |page| can.pages.contains(&page);
    let signing_in = [
        ("browser", can.browser_sign_in),
        ("password here", can.native_sign_in),
        ("any app", can.registration),
        ("private requests", can.pushed_requests),
        ("bound tokens", can.bound_tokens),
        ("signed identity", can.signed_identity),
        ("second factor", can.two_factor),
        ("password reset", page(PortalPage::PasswordReset)),
        ("account page", page(PortalPage::Account)),
        ("sessions page", page(PortalPage::Sessions)),
        ("ending sessions", can.revocation),
    ];
    let signing_in = signing_in.map(|(what, there)| (what.to_owned(), there));
    let features = can.features.iter().flat_map(|can| {
        let name = name(can.feature);
        [
            (name.to_owned(), can.readable),
            (format!("sending {name}"), can.sendable),
            (format!("{name} sent once"), can.sends_exactly_once),
        ]
    });
    signing_in.into_iter().chain(features).collect()
}

fn name(feature: Feature) -> &'static str {
    match feature {
        Feature::Messages => "messages",
        Feature::Documents => "documents",
        Feature::Labs => "lab results",
    }
}

fn feature(can: &FeatureCapability) -> Value {
    json!({ "feature": name(can.feature), "readable": can.readable, "sendable": can.sendable,
        "sends_exactly_once": can.sends_exactly_once })
}

fn capabilities(portal: &Portal, can: &PortalCapabilities) -> Value {
    let pages: Vec<_> = can.pages.iter().map(|page| page::name(*page)).collect();
    let features: Vec<_> = can.features.iter().map(feature).collect();
    json!({ "base": portal.base(), "issuer": can.issuer, "browser_sign_in": can.browser_sign_in,
        "native_sign_in": can.native_sign_in, "pushed_requests": can.pushed_requests,
        "bound_tokens": can.bound_tokens, "signed_identity": can.signed_identity, "registration": can.registration,
        "two_factor": can.two_factor, "pages": pages, "features": features,
        "revocation": can.revocation, "fhir_version": can.fhir_version, "software": can.software })
}
