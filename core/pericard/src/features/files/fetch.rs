//! Fetching one file: carries out the machine of a download.
//!
//! Uses: `model`, `partial`, `table`
//!
//! What comes goes straight into encrypted storage. Where the file is, is the sender's claim; where that may lead is
//! `pericard_protocol::files::source`'s to say, for the first address and for every redirect.

use std::sync::Arc;

use pericard_protocol::admission::Owner;
use pericard_protocol::fhir::binary::{Binary, is_another_patients};
use pericard_protocol::fhir::document_reference::DocumentReference;
use pericard_protocol::fhir::page::Parse;
use pericard_protocol::fhir::reference::Reference;
use pericard_protocol::files::hash;
use pericard_protocol::files::source::{self, REDIRECTS, Source};
use pericard_protocol::files::transfer::{
    Described, Effect, Event, Head, Problem, Range, Transfer, strong,
};
use pericard_protocol::limits;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::features::{PersonContext, PersonPortal};
use crate::http::{HttpError, Opened, Request, Response, Stream};
use crate::platform::error::{PericardError, PortalProblem, Result};
use crate::platform::id::IncidentId;
use crate::platform::log;
use crate::session::SendError;
use crate::storage::{mirrored, random_id};

use super::model::{FileProblem, FileProgress};
use super::partial::{Partial, on_disk};
use super::table::{StoredFile, Table};

/// Bytes that are written at once.
const BATCH: usize = 128 * 1024;
const FHIR_JSON: &str = "application/fhir+json";

/// Fetches a file, unless it is here.
pub(super) async fn fetch(
    person: &Arc<dyn PersonContext>,
    table: Table,
    file: i64,
    cancelled: &CancellationToken,
    tell: impl Fn(FileProgress) + Send + Sync,
) -> Result<()> {
    let mut portal = person.portal()?;
    let stored = on_disk(person, move |partition| {
        partition.read(|c| {
            let aliases = mirrored::aliases(c)?;
            let stored = table.file(c, file)?.ok_or(PericardError::NotFound)?;
            Ok((stored, aliases))
        })
    });
    let (mut stored, aliases) = stored.await?;
    portal.owner.aliases = aliases.into_iter().collect();
    let mut fetch = Fetch {
        person,
        table,
        portal,
        cancelled,
        kind: String::new(),
        hash: None,
        partial: Partial::of(person, table, file),
        stream: None,
        at: None,
        cause: PericardError::Offline,
    };
    let outcome = fetch.run(&mut stored, &tell).await;
    if let Err(error) = &outcome
        && let Some(problem) = problem_of(error)
    {
        fetch.partial.note(problem).await?;
    }
    outcome
}

/// What is kept in the file's row of a failure that another try right now would not change.
fn problem_of(error: &PericardError) -> Option<FileProblem> {
    match error {
        PericardError::Portal { problem, status } => match (problem, status) {
            (PortalProblem::TooLarge, _) => Some(FileProblem::TooLarge),
            (PortalProblem::Mismatch, _) => Some(FileProblem::Mismatch),
            (PortalProblem::ForeignLink, _) => Some(FileProblem::NoSource),
            (PortalProblem::Refused, Some(404 | 410)) => Some(FileProblem::NotFound),
            (PortalProblem::Refused, Some(_)) => Some(FileProblem::Refused),
            _ => None,
        },
        PericardError::Integrity { .. } => Some(FileProblem::Foreign),
        _ => None,
    }
}

struct Fetch<'a> {
    person: &'a Arc<dyn PersonContext>,
    table: Table,
    portal: PersonPortal,
    cancelled: &'a CancellationToken,
    /// The type and the hash that the record gives.
    kind: String,
    hash: Option<hash::Sha1>,
    partial: Partial<'a>,
    stream: Option<Stream>,
    at: Option<Source>,
    /// Why the last answer broke off.
    cause: PericardError,
}

impl Fetch<'_> {
    async fn run(
        &mut self,
        stored: &mut StoredFile,
        tell: &(impl Fn(FileProgress) + Send + Sync),
    ) -> Result<()> {
        let inline = self.locate(stored).await?;
        self.kind.clone_from(&stored.described.kind);
        self.hash = stored.described.hash.as_deref().and_then(hash::read);
        let described = Described {
            size: stored.described.size,
            hashed: self.hash.is_some(),
        };
        let here = self.partial.take_up(stored).await?;
        let transfer = Transfer::new(described, here, stored.validator.clone());
        let (mut machine, mut effects) = transfer.on(Event::Begin);
        loop {
            let mut event = None;
            for effect in effects {
                match effect {
                    Effect::Ask { from, validator } => {
                        event = Some(match &inline {
                            Some(content) => Event::Head(Head {
                                status: 200,
                                length: Some(content.len() as u64),
                                ..Head::default()
                            }),
                            None => self.ask(from, validator).await?,
                        });
                    }
                    Effect::Discard => self.partial.discard().await?,
                    Effect::Take => {
                        let whole = match (&inline, self.stream.take()) {
                            (Some(content), _) => Some(content.clone()),
                            (None, Some(stream)) => match is_resource(&stream, &self.kind) {
                                true => Some(self.unwrap(stream).await?),
                                false => {
                                    self.stream = Some(stream);
                                    None
                                }
                            },
                            (None, None) => Some(Vec::new()),
                        };
                        (machine, event) = self.take(machine, whole, tell).await?;
                    }
                    Effect::Hash => {
                        let hash = self.partial.hash();
                        event = Some(Event::Hashed(Some(hash) == self.hash));
                    }
                    Effect::Keep => return self.partial.keep().await,
                    Effect::Pause(validator) => {
                        self.partial.pause(validator).await?;
                        return Err(self.cause.clone());
                    }
                    Effect::Refuse(problem) => {
                        self.partial.discard().await?;
                        return Err(refusal(problem));
                    }
                }
            }
            let Some(event) = event else {
                return Err(PericardError::internal("download"));
            };
            (machine, effects) = machine.on(event);
        }
    }

    /// Finds out where the file is. A document's attachment replaces what the record says of it; its content is given back
    /// if it came along.
    async fn locate(&mut self, stored: &mut StoredFile) -> Result<Option<Vec<u8>>> {
        let nowhere = || PericardError::portal(PortalProblem::ForeignLink);
        let said = stored.described.url.clone().ok_or_else(nowhere)?;
        let base = self.portal.owner.base.clone();
        let found = source::read(&said, &base).ok_or_else(nowhere)?;
        let Source::Document(id) = found else {
            self.at = Some(found);
            return Ok(None);
        };
        let url = base.join(&format!("DocumentReference/{id}"));
        let request = Request::get(url, limits::FHIR_BODY).header("accept", FHIR_JSON);
        let answer = self.portal.session.send(request).await?;
        if !answer.is_success() || answer.is_html() {
            return Err(answer.refusal());
        }
        let invalid = || PericardError::Portal {
            problem: PortalProblem::InvalidAnswer,
            status: Some(answer.status),
        };
        let document = DocumentReference::of_body(&answer.body).map_err(|_| invalid())?;
        if let Some(subject) = &document.subject {
            self.guarded_by(subject, "DocumentReference").await?;
        }
        let first = document.contents.into_iter().next();
        let attachment = first.ok_or_else(invalid)?.attachment;
        let described = &mut stored.described;
        described.size = attachment.size;
        described.hash = attachment.hash.clone();
        if described.kind.is_empty() {
            described.kind = attachment.content_type.clone().unwrap_or_default();
        }
        if let Some(content) = attachment.content() {
            return Ok(Some(content));
        }
        // One hop: a document that points to a document has no file.
        match attachment.url.and_then(|url| source::read(&url, &base)) {
            None | Some(Source::Document(_)) => Err(nowhere()),
            found => {
                self.at = found;
                Ok(None)
            }
        }
    }

    /// Asks for the file and waits for the head of the answer.
    async fn ask(&mut self, from: u64, validator: Option<String>) -> Result<Event> {
        self.stream = None;
        let (mut url, mut with_token) = match &self.at {
            Some(Source::Portal(url)) => (url.clone(), true),
            Some(Source::Elsewhere(url)) => (url.clone(), false),
            _ => return Err(PericardError::portal(PortalProblem::ForeignLink)),
        };
        for _ in 0..=REDIRECTS {
            let mut request = Request::get(url.clone(), limits::OAUTH_BODY)
                .header("accept", "application/octet-stream, */*;q=0.9")
                // Ranges and sizes count the bytes of the file, not of an encoding of it.
                .header("accept-encoding", "identity");
            if let Some(validator) = validator.as_ref().filter(|_| from > 0) {
                request = request
                    .header("range", format!("bytes={from}-"))
                    .header("if-range", validator.clone());
            }
            let session = self.portal.session.clone();
            let opening = async {
                match with_token {
                    true => session.open_stream(request).await,
                    false => session.open_elsewhere(request).await,
                }
            };
            let opened = tokio::select! {
                biased;
                () = self.cancelled.cancelled() => return Ok(self.cut(PericardError::Cancelled)),
                opened = opening => opened,
            };
            match opened {
                Ok(Opened::Stream(stream)) => {
                    if with_token && let Some(context) = stream.head.header("x-security-context") {
                        let context = Reference::literal(context.trim());
                        self.guarded_by(&context, "Binary").await?;
                    }
                    let mut head = head_of(&stream.head);
                    if is_resource(&stream, &self.kind) {
                        // They are those of the resource around the file.
                        (head.length, head.validator) = (None, None);
                    }
                    self.stream = Some(stream);
                    return Ok(Event::Head(head));
                }
                Ok(Opened::Answer(answer)) => match next_hop(&answer, &url, &self.portal.owner) {
                    Hop::To(next) => (url, with_token) = (next, false),
                    Hop::Nowhere => {
                        return Err(PericardError::portal(PortalProblem::ForeignLink));
                    }
                    Hop::None if matches!(answer.status, 401 | 429 | 503) => {
                        return Ok(self.cut(answer.refusal()));
                    }
                    Hop::None => return Ok(Event::Head(head_of(&answer))),
                },
                Err(SendError::Http(error @ (HttpError::ForeignLink | HttpError::TooLarge))) => {
                    return Err(error.into());
                }
                Err(error) => return Ok(self.cut(error.into())),
            }
        }
        Err(PericardError::portal(PortalProblem::Failing))
    }

    fn cut(&mut self, cause: PericardError) -> Event {
        self.cause = cause;
        Event::Cut
    }

    /// Fails where the file is another patient's, and notes the incident.
    async fn guarded_by(&mut self, context: &Reference, resource_type: &'static str) -> Result<()> {
        if !is_another_patients(context, &self.portal.owner) {
            return Ok(());
        }
        let platform = self.person.platform();
        let (incident, now) = (random_id(platform), platform.clock.now());
        let (noted, feature) = (incident.clone(), self.table.feature());
        on_disk(self.person, move |partition| {
            partition.note_foreign(feature, resource_type, &noted, now)
        })
        .await?;
        let incident = IncidentId::from(incident);
        log::event!(
            ERROR,
            "incident: a foreign file",
            incident = incident,
            resource = resource_type
        );
        Err(PericardError::Integrity { incident })
    }

    /// The content of a Binary that came as a resource.
    async fn unwrap(&mut self, stream: Stream) -> Result<Vec<u8>> {
        let answer = stream.whole(limits::FHIR_BODY).await?;
        let invalid = PericardError::Portal {
            problem: PortalProblem::InvalidAnswer,
            status: Some(answer.status),
        };
        let Ok(binary) = Binary::parse(&answer.body) else {
            return Err(invalid);
        };
        if let Some(context) = &binary.security_context {
            self.guarded_by(context, "Binary").await?;
        }
        binary.content().ok_or(invalid)
    }

    /// Takes a body in, or a content that is whole already, until it ends or breaks off.
    async fn take(
        &mut self,
        mut machine: Transfer,
        whole: Option<Vec<u8>>,
        tell: &(impl Fn(FileProgress) + Send + Sync),
    ) -> Result<(Transfer, Option<Event>)> {
        if let Some(content) = whole {
            let (next, effects) = machine.on(Event::Bytes(content.len() as u64));
            machine = next;
            if let Some(Effect::Refuse(problem)) = effects.first() {
                self.partial.discard().await?;
                return Err(refusal(*problem));
            }
            self.partial.write(content).await?;
            return Ok((machine, Some(Event::End)));
        }
        let mut batch = Vec::new();
        loop {
            let piece = match &mut self.stream {
                None => return Ok((machine, Some(Event::Cut))),
                Some(stream) => tokio::select! {
                    biased;
                    () = self.cancelled.cancelled() => Err(PericardError::Cancelled),
                    piece = stream.piece() => piece.map_err(PericardError::from),
                },
            };
            let over = match piece {
                Ok(Some(piece)) => {
                    let (next, effects) = machine.on(Event::Bytes(piece.len() as u64));
                    machine = next;
                    if let Some(Effect::Refuse(problem)) = effects.first() {
                        self.partial.discard().await?;
                        return Err(refusal(*problem));
                    }
                    batch.extend_from_slice(&piece);
                    None
                }
                Ok(None) => Some(Event::End),
                Err(cause) => Some(self.cut(cause)),
            };
            if over.is_some() || batch.len() >= BATCH {
                self.partial.write(std::mem::take(&mut batch)).await?;
                tell(FileProgress {
                    received: machine.received(),
                    total: machine.total(),
                });
                if over.is_none() && self.partial.is_to_be_saved() {
                    self.partial
                        .save(machine.validator().map(str::to_owned))
                        .await?;
                }
            }
            if over.is_some() {
                if over == Some(Event::Cut) && self.cause == PericardError::Cancelled {
                    self.partial
                        .save(machine.validator().map(str::to_owned))
                        .await?;
                    return Err(PericardError::Cancelled);
                }
                return Ok((machine, over));
            }
        }
    }
}

/// Whether the answer is the resource around the file instead of the file.
fn is_resource(stream: &Stream, described: &str) -> bool {
    let kind = stream.head.header("content-type").unwrap_or_default();
    kind.contains("fhir+json") && !described.contains("fhir+json")
}

fn head_of(answer: &Response) -> Head {
    Head {
        status: answer.status,
        range: answer.header("content-range").and_then(Range::parse),
        length: answer
            .header("content-length")
            .filter(|_| answer.header("content-encoding").is_none())
            .and_then(|length| length.trim().parse().ok()),
        validator: answer.header("etag").and_then(strong),
    }
}

/// Where an answer that is no file leads.
enum Hop {
    To(Url),
    /// Away, to where nothing may be fetched.
    Nowhere,
    /// It is no redirect.
    None,
}

fn next_hop(answer: &Response, from: &Url, owner: &Owner) -> Hop {
    if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return Hop::None;
    }
    let location = answer.header("location").unwrap_or_default();
    source::redirect(from, location, &owner.base).map_or(Hop::Nowhere, Hop::To)
}

fn refusal(problem: Problem) -> PericardError {
    let (problem, status) = match problem {
        Problem::TooLarge => (PortalProblem::TooLarge, None),
        Problem::Mismatch => (PortalProblem::Mismatch, None),
        Problem::Refused(status) => (PortalProblem::Refused, Some(status)),
        Problem::Failing(status) => (PortalProblem::Failing, Some(status)),
    };
    PericardError::Portal { problem, status }
}
