//! What a portal has, lacks and gets wrong, and what that costs the person.

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

/// What was looked at, how it is, and what it means when it works and when it does not.
type Row = (&'static str, Verdict, &'static str, &'static str);

fn offered(there: bool) -> Verdict {
    if there {
        Verdict::Works
    } else {
        Verdict::Missing
    }
}

impl Site {
    pub(crate) fn findings(&self, host: &Host) -> Vec<Finding> {
        let rows = [
            self.authorization(host),
            self.own_pages(),
            self.records(host),
        ]
        .concat();
        rows.into_iter()
            .map(|(subject, verdict, works, otherwise)| Finding {
                subject: subject.to_owned(),
                verdict,
                consequence: match verdict {
                    Verdict::Works => works,
                    Verdict::Missing | Verdict::Wrong => otherwise,
                }
                .to_owned(),
            })
            .collect()
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
                offered(
                    endpoints.scopes.is_empty()
                        || endpoints
                            .scopes
                            .iter()
                            .any(|scope| scope == "offline_access"),
                ),
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
        let of = |there: bool, member: &str| {
            if endpoints.broken.contains(&member) {
                Verdict::Wrong
            } else {
                offered(there)
            }
        };
        let page = |page, member| of(self.page(page).is_some(), member);
        vec![
            (
                "Second factor in the app",
                of(endpoints.totp.is_some(), "totp_endpoint"),
                "codes can be set up, renewed and removed in the app",
                "the second factor is managed on the portal's own pages",
            ),
            (
                "Password reset page",
                page(PortalPage::PasswordReset, "password_reset_uri"),
                "a lost password is one tap away",
                "who lost the password has to find the portal's website",
            ),
            (
                "Account page",
                page(PortalPage::Account, "account_uri"),
                "password and address are changed one tap away",
                "the account is managed on the portal's website, to be found there",
            ),
            (
                "Sessions page",
                page(PortalPage::Sessions, "sessions_uri"),
                "a lost device can be signed out from here",
                "a lost device is signed out by calling the portal",
            ),
        ]
    }

    fn records(&self, host: &Host) -> Vec<Row> {
        let can = self.capabilities(host);
        let fhir = match self.capability() {
            None => Verdict::Missing,
            Some(statement) if statement.is_r4() => Verdict::Works,
            Some(_) => Verdict::Wrong,
        };
        vec![
            (
                "FHIR R4",
                fhir,
                "records are understood",
                "the CapabilityStatement is missing or of another version; records may not be understood",
            ),
            (
                "Messages",
                offered(can.messages),
                "the inbox works",
                "there is no inbox at this portal",
            ),
            (
                "Sending",
                offered(can.send),
                "answers can be sent",
                "messages can be read, not sent",
            ),
            (
                "Conditional create",
                offered(can.proven_send),
                "a message whose response got lost arrives once",
                "a message whose response got lost may have to be checked by the person",
            ),
        ]
    }
}
