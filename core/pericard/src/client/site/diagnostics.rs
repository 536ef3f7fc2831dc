//! What a portal has, lacks and gets wrong, and what that costs the person.

use pericard_protocol::oauth::discovery::protections::Protection;
use pericard_protocol::oauth::scope::Missing;

use super::{PortalPage, Site};
use crate::client::host::Host;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Finding {
    /// What was looked at, in a few words.
    pub subject: String,
    /// How it is.
    pub verdict: Verdict,
    /// What it means for the person.
    pub consequence: String,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Verdict {
    /// As it should be.
    Works,
    /// Not offered.
    Missing,
    /// Offered, and wrong.
    Wrong,
}

fn finding(subject: &str, verdict: Verdict, consequence: &str) -> Finding {
    Finding {
        subject: subject.to_owned(),
        verdict,
        consequence: consequence.to_owned(),
    }
}

/// What was looked at, how it is, and what it means when it works and when it does not.
type Row = (&'static str, Verdict, &'static str, &'static str);

fn offered(there: bool) -> Verdict {
    if there {
        Verdict::Works
    } else {
        Verdict::Missing
    }
}

/// The members of the documents that a row looks at; a wrong one of any other has a row of its own.
const MEMBERS: [(&str, &[&str]); 12] = [
    (
        "Issuer in redirects (RFC 9207)",
        &["authorization_response_iss_parameter_supported"],
    ),
    (
        "Pushed requests (RFC 9126)",
        &[
            "pushed_authorization_request_endpoint",
            "require_pushed_authorization_requests",
        ],
    ),
    (
        "Bound tokens (RFC 9449)",
        &["dpop_signing_alg_values_supported"],
    ),
    ("Signing keys (JWKS)", &["jwks_uri"]),
    ("Registration (RFC 7591)", &["registration_endpoint"]),
    ("Native sign-in", &["authorization_challenge_endpoint"]),
    ("Staying signed in", &["scopes_supported"]),
    ("Revocation (RFC 7009)", &["revocation_endpoint"]),
    ("Second factor in the app", &["totp_endpoint"]),
    ("Password reset page", &["password_reset_uri"]),
    ("Account page", &["account_uri"]),
    ("Sessions page", &["sessions_uri"]),
];

impl Site {
    pub(crate) fn findings(&self, host: &Host) -> Vec<Finding> {
        let broken = self.endpoints().broken;
        let say = |(subject, verdict, works, otherwise): Row| {
            let members = MEMBERS.iter().find(|(row, _)| *row == subject);
            let members = members.map(|(_, members)| *members).unwrap_or_default();
            let is_wrong = members.iter().any(|member| broken.contains(member));
            let verdict = match verdict {
                // There, and it cannot be read.
                Verdict::Missing if is_wrong => Verdict::Wrong,
                verdict => verdict,
            };
            let consequence = match verdict {
                Verdict::Works => works,
                Verdict::Missing | Verdict::Wrong => otherwise,
            };
            finding(subject, verdict, consequence)
        };
        let mut all: Vec<Finding> = self.authorization(host).into_iter().map(say).collect();
        self.mark_lost(&mut all);
        all.extend(self.missing_scopes(host));
        all.extend(self.plain_tokens());
        let listed = |member: &&str| MEMBERS.iter().any(|(_, listed)| listed.contains(member));
        all.extend(
            broken
                .iter()
                .filter(|member| !listed(member))
                .map(|member| {
                    let consequence = "it cannot be read, and counts as if it were not there";
                    finding(member, Verdict::Wrong, consequence)
                }),
        );
        all.extend(self.own_pages().into_iter().map(say));
        all.extend(self.records(host).into_iter().map(say));
        all
    }

    /// What the portal announced before and shows no longer.
    fn mark_lost(&self, findings: &mut Vec<Finding>) {
        let lost = self.documents().lost.clone();
        let lost = lost.map(|lost| lost.what).unwrap_or_default();
        let lost = Protection::ALL
            .into_iter()
            .filter(|one| lost.iter().any(|name| name == one.name()));
        for one in lost {
            let consequence = format!("announced before and no longer shown; {}", one.cost());
            let marked = finding(one.name(), Verdict::Wrong, &consequence);
            match findings.iter_mut().find(|row| row.subject == one.name()) {
                Some(row) => *row = marked,
                None => findings.push(marked),
            }
        }
    }

    /// What the portal does not list of what is asked for; staying signed in has its own row.
    fn missing_scopes(&self, host: &Host) -> Vec<Finding> {
        let missing = self.scope_plan(host).missing.into_iter();
        missing
            .filter(|one| *one != Missing::Offline)
            .map(|one| finding(&format!("Scope for {one}"), Verdict::Missing, one.cost()))
            .collect()
    }

    /// A portal that binds tokens, before records that take them plain.
    fn plain_tokens(&self) -> Option<Finding> {
        let plain = self.endpoints().offers_dpop() && self.http.takes_bearer();
        plain.then(|| {
            finding(
                "Bound tokens at the records (RFC 9449 §7.2)",
                Verdict::Missing,
                "the records take tokens without a proof: whoever steals one there can use it until it ends",
            )
        })
    }

    fn authorization(&self, host: &Host) -> Vec<Row> {
        let (endpoints, can) = (self.endpoints(), self.capabilities(host));
        let keys = match (&endpoints.jwks, &self.authority.known().keys) {
            (None, _) => Verdict::Missing,
            (Some(_), None) => Verdict::Wrong,
            (Some(_), Some(_)) => Verdict::Works,
        };
        let native = match (&endpoints.challenge, host.allows_native(&self.config.base)) {
            (None, _) => "the portal does not offer it; the browser is used",
            (Some(_), false) => {
                "offered, but this app's configuration does not allow it; the browser is used"
            }
            (Some(_), true) => "password and code on the app's own screens",
        };
        vec![
            (
                "SMART configuration",
                Verdict::Works,
                "sign-in addresses are known",
                "",
            ),
            (
                "PKCE with S256",
                Verdict::Works,
                "a stolen authorization code is worthless",
                "",
            ),
            (
                "Issuer in redirects (RFC 9207)",
                offered(endpoints.iss_parameter),
                "a mixed-up sign-in is noticed",
                "mix-ups between portals are noticed by state alone",
            ),
            (
                "Pushed requests (RFC 9126)",
                offered(can.pushed_requests),
                "what is asked for cannot be read or changed in the browser",
                "what is asked for passes through the browser, where it can be read",
            ),
            (
                "Bound tokens (RFC 9449)",
                offered(can.bound_tokens),
                "a stolen token is worthless without this device's key",
                "whoever steals a token can use it until it ends",
            ),
            (
                "Signing keys (JWKS)",
                keys,
                "who signed in is proved by the portal's signature",
                "who signed in rests on the connection alone, or cannot be proved",
            ),
            (
                "Registration (RFC 7591)",
                offered(can.registration),
                "an app that the portal does not know may ask to become its client",
                "only apps that the portal's makers registered can sign in",
            ),
            (
                "Native sign-in",
                offered(can.native_sign_in),
                native,
                native,
            ),
            (
                "Staying signed in",
                offered(!self.scope_plan(host).missing.contains(&Missing::Offline)),
                "one sign-in lasts until it is ended",
                "the person signs in anew whenever the access token ends",
            ),
            (
                "Revocation (RFC 7009)",
                offered(can.revocation),
                "signing out ends the session at the portal too",
                "after signing out here, the portal lets the session run out by itself",
            ),
        ]
    }

    fn own_pages(&self) -> Vec<Row> {
        let endpoints = self.endpoints();
        let page = |page| offered(self.page(page).is_some());
        vec![
            (
                "Second factor in the app",
                offered(endpoints.totp.is_some()),
                "codes can be set up, renewed and removed in the app",
                "the second factor is managed on the portal's own pages",
            ),
            (
                "Password reset page",
                page(PortalPage::PasswordReset),
                "a lost password is one tap away",
                "who lost the password has to find the portal's website",
            ),
            (
                "Account page",
                page(PortalPage::Account),
                "password and address are changed one tap away",
                "the account is managed on the portal's website, to be found there",
            ),
            (
                "Sessions page",
                page(PortalPage::Sessions),
                "a lost device can be signed out from here",
                "a lost device is signed out by calling the portal",
            ),
        ]
    }

    /// Whether the clinic can switch features off in this app.
    fn switching(&self, host: &Host) -> Row {
        let status = self.policy.status(&host.config.app);
        let (verdict, otherwise) = match (status.configured, status.problem) {
            (true, None) => (Verdict::Works, ""),
            (true, Some(_)) => (
                Verdict::Wrong,
                "what the clinic shows now is not followed; what was in force stays so",
            ),
            (false, _) => (
                Verdict::Missing,
                "this app has no keys of the clinic, which can stop messages by a new version alone",
            ),
        };
        let works = "the clinic can switch messages off, and on again, within one sync";
        ("Switching off (policy)", verdict, works, otherwise)
    }

    fn records(&self, host: &Host) -> Vec<Row> {
        let fhir = match self.capability() {
            None => Verdict::Missing,
            Some(statement) if statement.is_r4() => Verdict::Works,
            Some(_) => Verdict::Wrong,
        };
        let mut rows = vec![(
            "FHIR R4",
            fhir,
            "records are understood",
            "the CapabilityStatement is missing or of another version; records may not be understood",
        )];
        rows.push(self.switching(host));
        for feature in host.features {
            let can = feature.capability(&|kind| self.resource(kind));
            let findings = feature.findings(&can).into_iter();
            rows.extend(
                findings.map(|row| (row.subject, offered(row.offered), row.works, row.otherwise)),
            );
        }
        rows
    }
}
