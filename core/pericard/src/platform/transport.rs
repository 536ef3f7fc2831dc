//! The network seam: one exchange of one request, without redirects, retries, cookies or cache.
//!
//! Above it lies `http`, which has the rules. Below it, outside tests, reqwest with rustls.
//!
//! Uses: `log`

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use pericard_protocol::base_url::is_loopback;
use pericard_protocol::limits;

use super::log::Coded;

/// The HTTP methods in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Safe and repeatable.
    Get,
    /// Neither.
    Post,
}

impl Coded for Method {
    fn code(&self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
        }
    }
}

/// A request as it goes out. Its parts may hold secrets, so it cannot be printed.
pub struct TransportRequest {
    /// The method.
    pub method: Method,
    /// The absolute URL.
    pub url: url::Url,
    /// Headers in order.
    pub headers: Vec<(&'static str, String)>,
    /// The body, for `Post`.
    pub body: Option<Bytes>,
    /// Roots (DER) that are trusted in addition to the system's, for this portal.
    pub roots: Arc<Vec<Vec<u8>>>,
}

/// The head of an answer, its body still to come.
pub struct TransportResponse {
    /// The status code.
    pub status: u16,
    /// Header names (lower case) and values in order.
    pub headers: Vec<(String, String)>,
    /// The body, already decompressed.
    pub body: Box<dyn Body>,
}

/// A body that arrives in pieces.
pub trait Body: Send {
    /// The next piece, or `None` at the end.
    fn chunk(&mut self) -> Exchange<'_, Option<Bytes>>;
}

/// An asynchronous network operation.
pub type Exchange<'a, T> = Pin<Box<dyn Future<Output = Result<T, TransportError>> + Send + 'a>>;

/// Why an exchange did not happen or did not end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// No connection: the request was not sent.
    #[error("unreachable")]
    Unreachable,
    /// The connection broke; the request may have had its effect.
    #[error("interrupted")]
    Interrupted,
    /// No answer in time; the request may have had its effect.
    #[error("timed out")]
    TimedOut,
    /// TLS failed: an untrusted or expired certificate, another name, no common protocol.
    #[error("certificate")]
    Certificate,
    /// The certificate is not valid yet: the device's clock is behind.
    #[error("clock")]
    Clock,
    /// A root in the portal's configuration cannot be read.
    #[error("root")]
    Root,
    /// The head of the answer is larger than anything that is accepted.
    #[error("too large")]
    TooLarge,
}

/// Sends requests.
pub trait Transport: Send + Sync + 'static {
    /// Sends `request` and waits for the head of the answer.
    fn exchange(&self, request: TransportRequest) -> Exchange<'static, TransportResponse>;
    /// Closes idle connections.
    fn close_idle(&self);
}

/// reqwest over rustls: TLS 1.2 and 1.3, HTTP/1.1, gzip, no redirects. HTTP/2 would cost 0.3 MB and save nothing: pages
/// come one after the other.
pub(super) struct Https {
    app: String,
    /// There are about as many as there are portals.
    pools: Mutex<HashMap<Pool, reqwest::Client>>,
}

/// A header field with its colon and its line end has at least this many bytes.
const SHORTEST_FIELD: usize = 8;

/// What requests must have in common to share connections.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Pool {
    roots: Arc<Vec<Vec<u8>>>,
    /// No proxy can reach this machine's own loopback, whatever the environment says.
    loopback: bool,
    /// A large body goes out: the wait for its answer begins with it, so its limit is the one above this seam.
    large: bool,
}

/// From this size on a body is large, in bytes.
const LARGE: usize = 256 * 1024;

impl Https {
    const CONNECT: Duration = Duration::from_secs(15);
    const READ: Duration = Duration::from_secs(30);

    pub(super) fn new(app: &str) -> Self {
        Self {
            app: app.to_owned(),
            pools: Mutex::default(),
        }
    }

    fn client(&self, pool: &Pool) -> Result<reqwest::Client, TransportError> {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = pools.get(pool) {
            return Ok(client.clone());
        }
        let mut builder = reqwest::Client::builder()
            .user_agent(format!("{} Pericard/{}", self.app, env!("CARGO_PKG_VERSION")).trim())
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(Self::CONNECT)
            .pool_idle_timeout(Duration::from_secs(30))
            // The limit of all fields together is kept above this seam; hyper's own of 100 would refuse what is below it.
            .http1_max_headers(limits::HEADERS / SHORTEST_FIELD)
            .retry(reqwest::retry::never());
        if !pool.large {
            builder = builder.read_timeout(Self::READ);
        }
        if pool.loopback {
            builder = builder.no_proxy();
        }
        let extra = pool
            .roots
            .iter()
            .map(|der| reqwest::Certificate::from_der(der))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| TransportError::Root)?;
        builder = trust(builder, extra)?;
        let client = builder.build().map_err(|_| TransportError::Root)?;
        pools.insert(pool.clone(), client.clone());
        Ok(client)
    }
}

/// The platform's verifier, and the portal's own roots.
#[cfg(not(target_os = "android"))]
fn trust(
    builder: reqwest::ClientBuilder,
    extra: Vec<reqwest::Certificate>,
) -> Result<reqwest::ClientBuilder, TransportError> {
    Ok(builder.tls_certs_merge(extra))
}

/// On Android the system's certificate directories are read directly: the platform verifier wants a
/// JNI set-up that panics where it is missing, and classes that no Maven repository serves.
#[cfg(target_os = "android")]
fn trust(
    builder: reqwest::ClientBuilder,
    mut roots: Vec<reqwest::Certificate>,
) -> Result<reqwest::ClientBuilder, TransportError> {
    // The first directory is the updatable one (Android 14 on); each file is one PEM certificate.
    for directory in [
        "/apex/com.android.conscrypt/cacerts",
        "/system/etc/security/cacerts",
    ] {
        let Ok(files) = std::fs::read_dir(directory) else {
            continue;
        };
        let before = roots.len();
        roots.extend(files.flatten().filter_map(|file| {
            reqwest::Certificate::from_pem(&std::fs::read(file.path()).ok()?).ok()
        }));
        if roots.len() > before {
            return Ok(builder.tls_certs_only(roots));
        }
    }
    Err(TransportError::Certificate)
}

impl Transport for Https {
    fn exchange(&self, request: TransportRequest) -> Exchange<'static, TransportResponse> {
        let client = self.client(&Pool {
            roots: request.roots.clone(),
            loopback: is_loopback(&request.url),
            large: request.body.as_ref().is_some_and(|body| body.len() > LARGE),
        });
        Box::pin(async move {
            let method = match request.method {
                Method::Get => reqwest::Method::GET,
                Method::Post => reqwest::Method::POST,
            };
            let mut outgoing = client?.request(method, request.url);
            for (name, value) in request.headers {
                outgoing = outgoing.header(name, value);
            }
            if let Some(body) = request.body {
                outgoing = outgoing.body(body);
            }
            let response = outgoing.send().await.map_err(|e| failure(&e))?;
            let headers = response
                .headers()
                .iter()
                .map(|(name, value)| {
                    let value = String::from_utf8_lossy(value.as_bytes());
                    (name.to_string(), value.into_owned())
                })
                .collect();
            Ok(TransportResponse {
                status: response.status().as_u16(),
                headers,
                body: Box::new(Incoming(response)),
            })
        })
    }

    fn close_idle(&self) {
        self.pools
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

struct Incoming(reqwest::Response);

impl Body for Incoming {
    fn chunk(&mut self) -> Exchange<'_, Option<Bytes>> {
        Box::pin(async { self.0.chunk().await.map_err(|e| failure(&e)) })
    }
}

/// reqwest's error names the URL, so nothing of it goes further than this.
fn failure(error: &reqwest::Error) -> TransportError {
    if let Some(error) = tls(error) {
        judged(error)
    } else if error.is_connect() {
        TransportError::Unreachable
    } else if error.is_timeout() {
        TransportError::TimedOut
    } else if is_head_too_large(error) {
        TransportError::TooLarge
    } else {
        TransportError::Interrupted
    }
}

/// Whether hyper gave up on the head of the answer, which it reads up to 408 kB and as many fields as are allowed.
fn is_head_too_large(error: &reqwest::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        let hyper = error.downcast_ref::<hyper::Error>();
        if hyper.is_some_and(hyper::Error::is_parse_too_large) {
            return true;
        }
        cause = error.source();
    }
    false
}

/// rustls's own error, if it is somewhere among the causes. An `io::Error` leaves out what it wraps when it is asked for
/// its source, so it is asked for both.
fn tls<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e rustls::Error> {
    let wrapped = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    error
        .downcast_ref::<rustls::Error>()
        .or_else(|| wrapped.and_then(|inner| tls(inner)))
        .or_else(|| error.source().and_then(tls))
}

/// A certificate from the future has one likely cause. One that has expired has two, and the portal's is the likelier.
fn judged(error: &rustls::Error) -> TransportError {
    use rustls::CertificateError::{NotValidYet, NotValidYetContext};
    match error {
        rustls::Error::InvalidCertificate(NotValidYet | NotValidYetContext { .. }) => {
            TransportError::Clock
        }
        _ => TransportError::Certificate,
    }
}

#[cfg(test)]
mod tests {
    use rustls::CertificateError::{Expired, NotValidYet, UnknownIssuer};

    use super::*;

    #[test]
    fn only_a_certificate_from_the_future_speaks_of_the_clock() {
        let of = |error| {
            let wrapped = std::io::Error::other(rustls::Error::InvalidCertificate(error));
            tls(&wrapped).map(judged)
        };
        assert_eq!(of(NotValidYet), Some(TransportError::Clock));
        assert_eq!(of(Expired), Some(TransportError::Certificate));
        assert_eq!(of(UnknownIssuer), Some(TransportError::Certificate));
        assert!(tls(&std::io::Error::other("a wire was cut")).is_none());
    }
}
