//! A complete response, read within its limits.

use std::time::Duration;

use pericard_protocol::{limits, retry_after};

use crate::platform::error::{PericardError, PortalProblem};
use crate::platform::{Clock, TransportResponse};

use super::{HttpError, concluded};

/// What a header field takes besides its name and its value: colon, blank, line end.
const FIELD: usize = 4;

/// Status, headers and body.
pub(crate) struct Response {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    retry_after: Option<Duration>,
}

impl Response {
    /// Reads `response` while its header fields stay within [`limits::HEADERS`] and its body within `limit` bytes.
    pub(super) async fn read(
        mut response: TransportResponse,
        limit: usize,
        clock: &dyn Clock,
    ) -> Result<Self, HttpError> {
        limit_head(&response.headers)?;
        let mut body = Vec::new();
        let began = clock.uptime();
        while let Some(piece) = response
            .body
            .chunk()
            .await
            .map_err(|e| match concluded(e) {
                // The head has arrived, so the request had its effect.
                HttpError::Offline => HttpError::AnswerLost,
                other => other,
            })?
        {
            if body.len() + piece.len() > limit {
                return Err(HttpError::TooLarge);
            }
            body.extend_from_slice(&piece);
            let took = clock.uptime().saturating_sub(began);
            if took > limits::SLOW_START && (body.len() as u64) < limits::SLOWEST * took.as_secs() {
                return Err(HttpError::AnswerLost);
            }
        }
        Ok(Self::of(response.status, response.headers, body, clock))
    }

    /// The response whose body is `body`.
    pub(super) fn of(
        status: u16,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
        clock: &dyn Clock,
    ) -> Self {
        let mut response = Self {
            status,
            headers,
            body,
            retry_after: None,
        };
        let now = jiff::Timestamp::try_from(clock.now()).unwrap_or_default();
        response.retry_after = response
            .header("retry-after")
            .and_then(|field| retry_after::parse(field, now));
        response
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    /// All fields of a name as one, which their grammar allows (RFC 9110 §5.3).
    pub(crate) fn joined(&self, name: &str) -> Option<String> {
        let fields = self.headers.iter().filter(|(n, _)| n == name);
        let values: Vec<&str> = fields.map(|(_, value)| value.as_str()).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// `Retry-After`, as parsed when the response arrived.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Whether this is a web page: a captive portal, or no portal at all.
    pub(crate) fn is_html(&self) -> bool {
        self.header("content-type")
            .is_some_and(|t| t.trim_start().to_ascii_lowercase().starts_with("text/html"))
    }

    /// The error for a response that is not the expected one.
    pub(crate) fn refusal(&self) -> PericardError {
        let problem = match self.status {
            429 => {
                let retry_after = self.retry_after().unwrap_or(limits::RETRY_AFTER_UNSAID);
                return PericardError::RateLimited { retry_after };
            }
            _ if self.is_html() => PortalProblem::NotAPortal,
            200..300 => PortalProblem::InvalidAnswer,
            400..500 => PortalProblem::Refused,
            _ => PortalProblem::Failing,
        };
        PericardError::Portal {
            problem,
            status: Some(self.status),
        }
    }
}

/// Fails where the header fields are larger than anything that is accepted.
pub(super) fn limit_head(headers: &[(String, String)]) -> Result<(), HttpError> {
    let fields = headers.iter();
    let head: usize = fields
        .map(|(name, value)| name.len() + value.len() + FIELD)
        .sum();
    match head > limits::HEADERS {
        true => Err(HttpError::TooLarge),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::Platform;
    use crate::platform::{Body, Exchange};

    struct Nothing;

    impl Body for Nothing {
        fn chunk(&mut self) -> Exchange<'_, Option<bytes::Bytes>> {
            Box::pin(async { Ok(None) })
        }
    }

    /// A response whose header fields take so many bytes together.
    async fn with_head_of(bytes: usize) -> Result<Response, HttpError> {
        let field = |n: usize| (format!("x-{n:06}"), "a".repeat(100 - 8 - FIELD));
        let headers = (0..bytes / 100).map(field).collect();
        let response = TransportResponse {
            status: 200,
            headers,
            body: Box::new(Nothing),
        };
        Response::read(response, 0, &*Platform::real("test").clock).await
    }

    #[tokio::test]
    async fn the_head_of_an_answer_has_its_limit() {
        let most = limits::HEADERS / 100 * 100;
        assert!(with_head_of(most).await.is_ok());
        let over = with_head_of(most + 100).await.err();
        assert_eq!(over, Some(HttpError::TooLarge));
    }
}
