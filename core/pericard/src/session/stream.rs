//! Asking for a file with a token, as [`Session::send`] asks for records.
//!
//! Uses: `tokens`

use std::sync::Arc;

use pericard_protocol::oauth::bearer::Refusal;
use pericard_protocol::session::Event;

use crate::http::{Opened, Request};

use super::{SendError, Session, is_worth_another, refusal, tokens};

impl Session {
    /// Sends `request` without a token, to wherever the caller has allowed.
    pub(crate) async fn open_elsewhere(&self, request: Request) -> Result<Opened, SendError> {
        // Whoever may not ask the portal may not ask elsewhere for its files either.
        self.readable().map_err(SendError::Stop)?;
        let opened = self.deps.http.open(request).await;
        opened.map_err(SendError::Http)
    }

    /// Sends `request` with a token; once more with a new one when the portal refuses the first.
    pub(crate) async fn open_stream(
        self: &Arc<Self>,
        request: Request,
    ) -> Result<Opened, SendError> {
        let credentials = self.token(Event::NeedToken { now: self.now() }).await?;
        let opened = self.open_once(&request, &credentials).await?;
        let Opened::Answer(answer) = &opened else {
            return Ok(opened);
        };
        if answer.status != 401 {
            return Ok(opened);
        }
        let refused = refusal(answer);
        if let Refusal::StepUp(asked) = refused {
            return Err(self.require_step_up(asked).await);
        }
        if !is_worth_another(&refused, credentials.refreshable) {
            return Ok(opened);
        }
        let credentials = self
            .token(Event::TokenRejected {
                generation: credentials.generation,
                now: self.now(),
            })
            .await?;
        let opened = self.open_once(&request, &credentials).await?;
        match &opened {
            Opened::Answer(answer) if answer.status == 401 => match refusal(answer) {
                Refusal::StepUp(asked) => Err(self.require_step_up(asked).await),
                _ => Ok(opened),
            },
            _ => Ok(opened),
        }
    }

    async fn open_once(
        &self,
        request: &Request,
        credentials: &tokens::Credentials,
    ) -> Result<Opened, SendError> {
        let (http, url) = (&self.deps.http, request.url().clone());
        let (token, key) = (&credentials.token, credentials.key.as_ref());
        let opened = http.open_authorized(request.clone(), token, key).await;
        let opened = opened.map_err(SendError::Http)?;
        if let Opened::Stream(_) = &opened {
            self.note_contact(http.estimated_time(&url)).await;
        }
        Ok(opened)
    }
}
