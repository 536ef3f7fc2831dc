//! Becoming a client of a portal that has never heard of this app (RFC 7591).
//!
//! Once per base, issuer and redirect; the client is kept. A portal that has forgotten it says `invalid_client` to a
//! pushed request: then the app registers anew.

use std::sync::Arc;

use pericard_protocol::base_url::is_loopback;
use pericard_protocol::limits;
use pericard_protocol::oauth::registration::{self, Registration};
use url::Url;

use crate::client::host::Host;
use crate::http::Request;
use crate::platform::error::{PericardError, PortalProblem, Result};

use crate::client::config::ClientId;

use super::Site;

impl Site {
    /// Which client this app is here, without asking the portal. Blocks.
    pub(crate) fn known_client(&self, host: &Arc<Host>) -> Result<Option<String>> {
        match &self.config.client {
            ClientId::Registered { client_id } => Ok(Some(client_id.clone())),
            ClientId::Dynamic => {
                host.device
                    .registration(&self.config.base, &self.issuer(), &self.redirect())
            }
        }
    }

    /// Which client this app is here. One that can register does so when it never has, or when the portal has forgotten
    /// the client `gone`.
    pub(crate) async fn client(
        self: &Arc<Self>,
        host: &Arc<Host>,
        scope: &str,
        gone: Option<&str>,
    ) -> Result<String> {
        let this = self.clone();
        let known = host.on_disk(move |host| this.known_client(host)).await?;
        if let Some(known) = known.filter(|known| Some(known.as_str()) != gone) {
            return Ok(known);
        }
        let unsupported = PericardError::portal(PortalProblem::Unsupported);
        let endpoints = self.endpoints();
        let (ClientId::Dynamic, Some(url)) = (&self.config.client, endpoints.registration.clone())
        else {
            return Err(unsupported);
        };
        let redirect = self.redirect();
        let body = Registration {
            client_name: host.config.app.split('/').next().unwrap_or_default(),
            redirect: &redirect,
            scope,
            dpop: endpoints.offers_dpop(),
        }
        .json();
        let request = Request::post(
            url,
            "application/json",
            body.into_bytes(),
            limits::OAUTH_BODY,
        );
        let response = self
            .http
            .send(request.header("accept", "application/json"))
            .await?;
        let client = registration::parse(response.status, &response.body, &redirect)
            .map_err(|_| response.refusal())?;
        let (this, kept) = (self.clone(), client.clone());
        host.on_disk(move |host| {
            host.device
                .save_registration(&this.config.base, &this.issuer(), &redirect, &kept)
        })
        .await?;
        Ok(client)
    }

    /// The redirect as it is registered: for loopback without the port, which is another each time (RFC 8252 §7.3).
    fn redirect(&self) -> String {
        match Url::parse(&self.config.redirect) {
            Ok(mut url) if url.scheme() == "http" && is_loopback(&url) => {
                let _ = url.set_port(None);
                url.into()
            }
            _ => self.config.redirect.clone(),
        }
    }
}
