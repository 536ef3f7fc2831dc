//! Fetching one file: asked for from where it broke off, and kept only if it is what the record describes.
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> Asking: Begin, with what is here already
//!     Asking --> Taking: 200, or 206 that goes on where it broke off
//!     Asking --> Asking: 200 or 416 or another range, what is here is thrown away
//!     Asking --> [*]: refused
//!     Taking --> Taking: bytes
//!     Taking --> Asking: cut off, and more has come since the last time
//!     Taking --> [*]: cut off again and again, what came is kept for later
//!     Taking --> Checking: the end
//!     Taking --> [*]: more than there may be, nothing is kept
//!     Checking --> [*]: it is what was described, or nothing is kept
//! ```
//!
//! A part is only continued under a strong validator and `If-Range` (RFC 9110 §13.1.5): a file that has changed comes whole
//! and replaces what was here. Whatever the server claims about lengths, bytes are counted as they come.

use crate::limits;

/// Answers that break off before a download gives up until it is asked for again, if each has brought something.
const CUTS: u32 = 4;

/// What the record says of its file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Described {
    /// Its size in bytes.
    pub size: Option<u64>,
    /// Whether its hash is given.
    pub hashed: bool,
}

/// The head of an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// The status.
    pub status: u16,
    /// `Content-Range`.
    pub range: Option<Range>,
    /// `Content-Length`, where the body is not encoded.
    pub length: Option<u64>,
    /// `ETag`, if it is a strong one.
    pub validator: Option<String>,
}

/// `Content-Range: bytes first-last/total` (RFC 9110 §14.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The position of the first byte.
    pub first: u64,
    /// The size of the whole, where it is known.
    pub total: Option<u64>,
}

impl Range {
    /// Reads the field; `None` for what is none of bytes.
    pub fn parse(field: &str) -> Option<Self> {
        let (positions, total) = field.trim().strip_prefix("bytes ")?.split_once('/')?;
        let (first, last) = positions.split_once('-')?;
        let (first, last): (u64, u64) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        let total = match total.trim() {
            "*" => None,
            total => Some(total.parse().ok()?),
        };
        let sound = first <= last && total.is_none_or(|total| last < total);
        sound.then_some(Self { first, total })
    }
}

/// Reads an `ETag`; `None` for a weak one, which says nothing about bytes (RFC 9110 §8.8.1).
pub fn strong(etag: &str) -> Option<String> {
    let etag = etag.trim();
    let inner = etag.strip_prefix('"')?.strip_suffix('"')?;
    let sound = etag.len() <= 256 && inner.bytes().all(|b| b.is_ascii_graphic() && b != b'"');
    sound.then(|| etag.to_owned())
}

/// Why nothing is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Larger than [`limits::FILE`].
    TooLarge,
    /// Another size or another hash than the record gives.
    Mismatch,
    /// The server refused with this status.
    Refused(u16),
    /// The server failed, or answered something else than a file.
    Failing(u16),
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The download begins.
    Begin,
    /// The head of an answer has come.
    Head(Head),
    /// So many bytes of it have come.
    Bytes(u64),
    /// Its end has come.
    End,
    /// It broke off.
    Cut,
    /// The hash of the whole is the one in the record, or is not.
    Hashed(bool),
}

/// What has to be done, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Ask for the file, from a position on if it is still the one with this validator.
    Ask {
        /// Bytes that are here.
        from: u64,
        /// For `If-Range`; only beside a position.
        validator: Option<String>,
    },
    /// Throw away what is here.
    Discard,
    /// Take the body of the answer.
    Take,
    /// Compare the hash of the whole with the record's.
    Hash,
    /// It is complete: keep it.
    Keep,
    /// Keep what has come, with the validator, for another time.
    Pause(Option<String>),
    /// Nothing is kept.
    Refuse(Problem),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Idle,
    Asking,
    Taking,
    Checking,
    Ended,
}

/// One download.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    described: Described,
    phase: Phase,
    /// Bytes that are here.
    here: u64,
    validator: Option<String>,
    /// The size of the whole, as the server says it.
    total: Option<u64>,
    cuts: u32,
    /// Bytes that were here at the last cut.
    at_cut: u64,
    /// It was asked for from the beginning since what is here did not fit.
    anew: bool,
}

impl Transfer {
    /// A download of which `here` bytes are here from before, under `validator`.
    pub fn new(described: Described, here: u64, validator: Option<String>) -> Self {
        Self {
            described,
            phase: Phase::Idle,
            here,
            validator,
            total: None,
            cuts: 0,
            at_cut: here,
            anew: false,
        }
    }

    /// Bytes that are here.
    pub fn received(&self) -> u64 {
        self.here
    }

    /// The size of the whole, where server or record tell it.
    pub fn total(&self) -> Option<u64> {
        self.total.or(self.described.size)
    }

    /// The validator of what is here.
    pub fn validator(&self) -> Option<&str> {
        self.validator.as_deref()
    }

    /// The next state, and what to do. After `Keep`, `Pause` and `Refuse` nothing more is heard.
    pub fn on(mut self, event: Event) -> (Self, Vec<Effect>) {
        let effects = match (self.phase, event) {
            (Phase::Idle, Event::Begin) => match self.described.size {
                Some(size) if size > limits::FILE => self.refuse(Problem::TooLarge),
                _ => self.ask(),
            },
            (Phase::Asking, Event::Head(head)) => self.answered(head),
            // Nothing of this answer has come: it counts as cut off.
            (Phase::Asking | Phase::Taking, Event::Cut) => self.cut(),
            (Phase::Taking, Event::Bytes(count)) => {
                self.here = self.here.saturating_add(count);
                let promised = self.total.or(self.described.size);
                match promised {
                    _ if self.here > limits::FILE => self.refuse(Problem::TooLarge),
                    Some(size) if self.here > size => self.refuse(Problem::Mismatch),
                    _ => Vec::new(),
                }
            }
            (Phase::Taking, Event::End) => match (self.total, self.described.size) {
                (Some(total), _) if self.here < total => self.cut(),
                (_, Some(size)) if self.here != size => self.refuse(Problem::Mismatch),
                _ if self.described.hashed => {
                    self.phase = Phase::Checking;
                    vec![Effect::Hash]
                }
                _ => self.end(Effect::Keep),
            },
            (Phase::Checking, Event::Hashed(true)) => self.end(Effect::Keep),
            (Phase::Checking, Event::Hashed(false)) => self.refuse(Problem::Mismatch),
            _ => Vec::new(),
        };
        (self, effects)
    }

    fn answered(&mut self, head: Head) -> Vec<Effect> {
        match (head.status, head.range) {
            (200, _) => {
                let total = head.length;
                let mut effects = self.begin_anew();
                self.take(total, head.validator, &mut effects);
                effects
            }
            (206, Some(range)) if range.first == self.here => {
                let mut effects = Vec::new();
                let validator = head.validator.or(self.validator.take());
                self.take(range.total, validator, &mut effects);
                effects
            }
            // Nothing more is to come, or something that does not fit: once from the beginning.
            (206 | 416, _) if !self.anew => {
                self.anew = true;
                let mut effects = self.begin_anew();
                effects.extend(self.ask());
                effects
            }
            (status @ (206 | 416), _) => self.refuse(Problem::Failing(status)),
            (status @ 400..500, _) => self.refuse(Problem::Refused(status)),
            (status, _) => self.refuse(Problem::Failing(status)),
        }
    }

    /// Takes the body, unless it is known to be of a wrong size.
    fn take(&mut self, total: Option<u64>, validator: Option<String>, effects: &mut Vec<Effect>) {
        self.phase = Phase::Taking;
        self.total = total;
        self.validator = validator;
        let refused = match (total, self.described.size) {
            (Some(total), _) if total > limits::FILE => Some(Problem::TooLarge),
            (Some(total), Some(size)) if total != size => Some(Problem::Mismatch),
            _ => None,
        };
        match refused {
            Some(problem) => effects.extend(self.refuse(problem)),
            None => effects.push(Effect::Take),
        }
    }

    fn begin_anew(&mut self) -> Vec<Effect> {
        self.validator = None;
        self.total = None;
        match std::mem::take(&mut self.here) {
            0 => Vec::new(),
            _ => vec![Effect::Discard],
        }
    }

    fn ask(&mut self) -> Vec<Effect> {
        self.phase = Phase::Asking;
        let mut effects = Vec::new();
        if self.validator.is_none() {
            // Whether it is still the same file could not be known.
            effects = self.begin_anew();
        }
        let validator = self.validator.clone().filter(|_| self.here > 0);
        effects.push(Effect::Ask {
            from: self.here,
            validator,
        });
        effects
    }

    fn cut(&mut self) -> Vec<Effect> {
        let more = self.here > self.at_cut;
        self.at_cut = self.here;
        self.cuts += 1;
        if more && self.cuts < CUTS && self.validator.is_some() {
            return self.ask();
        }
        let validator = self.validator.clone();
        self.end(Effect::Pause(validator))
    }

    fn refuse(&mut self, problem: Problem) -> Vec<Effect> {
        self.end(Effect::Refuse(problem))
    }

    fn end(&mut self, effect: Effect) -> Vec<Effect> {
        self.phase = Phase::Ended;
        vec![effect]
    }
}

#[cfg(test)]
mod tests;
