//! The network between client and portal: the portal's router is called in process, and what becomes of a request and
//! of its answer comes from the seed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body as HttpBody;
use axum::http::Request;
use bytes::Bytes;
use http_body_util::BodyExt;
use pericard::test_support::{
    Body, Exchange, Method, Transport, TransportError, TransportRequest, TransportResponse,
};
use pericard_portal::{Command, Hangup, Portal};
use tokio::sync::Notify;
use tower::ServiceExt;

use crate::chance::Chance;
use crate::process::{Death, Process};
use crate::time::Time;
use crate::trace::Trace;

/// How the network is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weather {
    /// Everything arrives, within a fifth of a second.
    Good,
    /// Much is lost, before or after its effect; bodies are cut; gateways give up.
    Lossy,
    /// Everything takes seconds.
    Slow,
    /// Nothing is sent.
    Down,
    /// The portal turns most away: 429, 500, 503.
    Busy,
}

/// More exchanges than any run needs: from there on nothing is answered.
const MOST: u32 = 3_000;

/// The network, and the portal at its end.
pub(crate) struct Network {
    portal: Arc<Portal>,
    router: Router,
    time: Arc<Time>,
    trace: Arc<Trace>,
    state: Mutex<State>,
    /// Wakes who waits for an exchange.
    sent: Notify,
}

struct State {
    chance: Chance,
    weather: Weather,
    exchanges: u32,
    creates: u32,
    /// What creates have said since the week began.
    created: Vec<String>,
    /// What happens at the portal while the n-th exchange is under way.
    meanwhile: Option<(u32, Command)>,
}

/// What becomes of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Answered,
    /// It is not sent.
    Unreachable,
    /// It breaks before it has its effect.
    LostBefore,
    /// It breaks after it had its effect.
    LostAfter,
    /// No answer comes, after it had its effect.
    TimedOut,
    /// Somebody in between answers in the portal's place, without its effect.
    Refused(u16),
    /// The same, after its effect.
    GivenUp(u16),
    /// The answer ends in the middle.
    Cut,
}

/// What was drawn for an exchange.
struct Drawn {
    n: u32,
    /// Which create it is, if it is one.
    create: Option<u32>,
    fate: Fate,
    there: Duration,
    back: Duration,
    pieces: u64,
    wait: u64,
}

impl Network {
    pub(crate) fn new(portal: Arc<Portal>, time: Arc<Time>, trace: Arc<Trace>) -> Self {
        Self {
            router: portal.router(),
            portal,
            time,
            trace,
            state: Mutex::new(State {
                chance: Chance::new(0, "network"),
                weather: Weather::Good,
                exchanges: 0,
                creates: 0,
                created: Vec::new(),
                meanwhile: None,
            }),
            sent: Notify::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set(&self, weather: Weather) {
        self.state().weather = weather;
    }

    /// Begins to count anew, with luck of its own.
    pub(crate) fn begin(&self, chance: Chance, meanwhile: Option<(u32, Command)>) {
        let mut state = self.state();
        state.chance = chance;
        state.exchanges = 0;
        state.creates = 0;
        state.meanwhile = meanwhile;
    }

    /// How many creates have had this text.
    pub(crate) fn created(&self, text: &str) -> u32 {
        let state = self.state();
        let said = state.created.iter().filter(|body| body.contains(text));
        u32::try_from(said.count()).unwrap_or(u32::MAX)
    }

    /// Returns when the n-th exchange is under way.
    pub(crate) async fn reached(&self, n: u32) {
        loop {
            let sent = self.sent.notified();
            if self.state().exchanges >= n {
                return;
            }
            sent.await;
        }
    }

    fn draw(&self, creates: bool) -> Drawn {
        let mut state = self.state();
        state.exchanges += 1;
        let n = state.exchanges;
        state.creates += u32::from(creates);
        let create = creates.then_some(state.creates);
        let weather = state.weather;
        let chance = &mut state.chance;
        // What creates is what can be doubled: it is lost more often than the rest, which has to come through before it.
        let rare = if creates { 1 } else { 3 };
        let fate = match (weather, chance.below(100) * rare) {
            (Weather::Down, _) => Fate::Unreachable,
            (Weather::Lossy, 0..6) => Fate::Unreachable,
            (Weather::Lossy, 6..14) => Fate::LostBefore,
            (Weather::Lossy, 14..30) => Fate::LostAfter,
            (Weather::Lossy, 30..36) => Fate::TimedOut,
            (Weather::Lossy, 36..42) => Fate::Cut,
            (Weather::Lossy, 42..46) => Fate::Refused(503),
            (Weather::Lossy, 46..52) => Fate::GivenUp(502),
            (Weather::Lossy, 52..58) => Fate::GivenUp(504),
            (Weather::Busy, 0..30) => Fate::Refused(429),
            (Weather::Busy, 30..45) => Fate::Refused(503),
            (Weather::Busy, 45..60) => Fate::Refused(500),
            _ => Fate::Answered,
        };
        let (least, most) = match weather {
            Weather::Slow => (500, 9_000),
            Weather::Lossy => (20, 2_500),
            _ => (5, 100),
        };
        Drawn {
            n,
            create,
            fate,
            there: Duration::from_millis(chance.between(least, most)),
            back: Duration::from_millis(chance.between(least, most)),
            pieces: chance.between(1, 3),
            wait: chance.between(1, 30),
        }
    }

    /// Carries out what is to happen at the portal while the n-th exchange is under way.
    fn meanwhile(&self, n: u32) {
        let command = {
            let mut state = self.state();
            state.meanwhile.take_if(|(at, _)| *at == n)
        };
        if let Some((_, command)) = command {
            let done = self.portal.control(command);
            self.trace.note(format!("  meanwhile: {}", done.is_ok()));
        }
        self.sent.notify_waiters();
    }

    async fn exchange(
        &self,
        process: &Process,
        request: TransportRequest,
    ) -> Result<TransportResponse, TransportError> {
        let creates =
            request.method == Method::Post && request.url.path().ends_with("/Communication");
        let drawn = self.draw(creates);
        if let Some(body) = request.body.as_ref().filter(|_| creates) {
            let said = String::from_utf8_lossy(body).into_owned();
            self.state().created.push(said);
        }
        let n = drawn.n;
        let passes = |done: bool| {
            let create = drawn.create.map(|n| Death::Create { n, done });
            create.is_none_or(|create| process.passes(create))
                && process.passes(Death::Exchange { n, done })
        };
        let what = format!("{} {}", method(&request), told(&request.url));
        if n > MOST || !passes(false) {
            return std::future::pending().await;
        }
        self.meanwhile(n);
        tokio::time::sleep(drawn.there).await;
        if !process.is_alive() {
            return std::future::pending().await;
        }
        let note = |outcome: &str| {
            let line = format!("{} #{n} {what} -> {outcome}", self.time.stamp());
            self.trace.note(line);
        };
        match drawn.fate {
            Fate::Unreachable => {
                note("unreachable");
                return Err(TransportError::Unreachable);
            }
            Fate::LostBefore => {
                note("lost before");
                return Err(TransportError::Interrupted);
            }
            Fate::Refused(status) => {
                note(&format!("{status} in between"));
                return Ok(refusal(status, drawn.wait));
            }
            _ => {}
        }
        let answer = self.ask(request).await;
        let status = answer.as_ref().map_or(0, |answer| answer.status);
        note(&format!("{status} {:?}", drawn.fate));
        if !passes(true) {
            return std::future::pending().await;
        }
        tokio::time::sleep(drawn.back).await;
        match drawn.fate {
            Fate::LostAfter => Err(TransportError::Interrupted),
            Fate::TimedOut => {
                tokio::time::sleep(Duration::from_secs(30)).await;
                Err(TransportError::TimedOut)
            }
            Fate::GivenUp(status) => Ok(refusal(status, 0)),
            fate => answer.map(|answer| answer.into_response(drawn.pieces, fate == Fate::Cut)),
        }
    }

    async fn ask(&self, request: TransportRequest) -> Result<Answer, TransportError> {
        let mut asked = Request::builder()
            .method(method(&request))
            .uri(request.url.as_str());
        for (name, value) in &request.headers {
            asked = asked.header(*name, value);
        }
        let body = request.body.map_or_else(HttpBody::empty, HttpBody::from);
        let asked = asked.body(body).map_err(|_| TransportError::Interrupted)?;
        let response = match self.router.clone().oneshot(asked).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let (parts, mut rest) = response.into_parts();
        if parts.extensions.get::<Hangup>().is_some() {
            return Err(TransportError::Interrupted);
        }
        let mut body = Vec::new();
        let mut cut = false;
        while let Some(frame) = rest.frame().await {
            match frame {
                Ok(frame) => body.extend(frame.into_data().unwrap_or_default()),
                Err(_) => cut = true,
            }
        }
        let headers = parts.headers.iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (name.to_string(), value.into_owned())
        });
        Ok(Answer {
            status: parts.status.as_u16(),
            headers: headers.collect(),
            body: body.into(),
            cut,
        })
    }
}

fn method(request: &TransportRequest) -> &'static str {
    match request.method {
        Method::Get => "GET",
        Method::Post => "POST",
    }
}

/// Path and query of an address. Everything in it comes from the seed.
fn told(url: &impl AsRef<str>) -> String {
    let url = url.as_ref();
    let path = url.split_once("://").map_or(url, |(_, rest)| rest);
    path.split_once('/').map_or("", |(_, rest)| rest).to_owned()
}

fn refusal(status: u16, wait: u64) -> TransportResponse {
    let mut headers = vec![("content-type".to_owned(), "text/html".to_owned())];
    if wait > 0 && status != 500 {
        headers.push(("retry-after".to_owned(), wait.to_string()));
    }
    TransportResponse {
        status,
        headers,
        body: Box::new(Pieces {
            left: vec![Bytes::from_static(b"<p>Please try again</p>")],
            cut: false,
        }),
    }
}

/// What the portal answered.
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Bytes,
    cut: bool,
}

impl Answer {
    fn into_response(self, pieces: u64, cut: bool) -> TransportResponse {
        let mut body = self.body;
        if cut {
            body.truncate(body.len() / 2);
        }
        let size = body.len() / usize::try_from(pieces).unwrap_or(1) + 1;
        let mut left = Vec::new();
        while !body.is_empty() {
            let piece = body.split_to(size.min(body.len()));
            left.push(piece);
        }
        left.reverse();
        TransportResponse {
            status: self.status,
            headers: self.headers,
            body: Box::new(Pieces {
                left,
                cut: cut || self.cut,
            }),
        }
    }
}

/// A body in pieces, the last first.
struct Pieces {
    left: Vec<Bytes>,
    cut: bool,
}

impl Body for Pieces {
    fn chunk(&mut self) -> Exchange<'_, Option<Bytes>> {
        let piece = self.left.pop();
        let cut = piece.is_none() && self.cut;
        Box::pin(async move {
            match piece {
                _ if cut => Err(TransportError::Interrupted),
                None => Ok(None),
                piece => {
                    tokio::time::sleep(Duration::from_millis(3)).await;
                    Ok(piece)
                }
            }
        })
    }
}

/// The network as one process sees it.
pub(crate) struct Line {
    pub(crate) network: Arc<Network>,
    pub(crate) process: Arc<Process>,
}

impl Transport for Line {
    fn exchange(&self, request: TransportRequest) -> Exchange<'static, TransportResponse> {
        let (network, process) = (self.network.clone(), self.process.clone());
        Box::pin(async move { network.exchange(&process, request).await })
    }

    fn close_idle(&self) {}
}
