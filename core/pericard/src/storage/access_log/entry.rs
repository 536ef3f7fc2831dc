//! An entry: what it says, how it is written, and how it is chained to the one before.

use std::time::SystemTime;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;

use crate::storage::access_action::AccessAction;
use crate::storage::device::{instant, millis};

const MAC: usize = 32;
/// In place of the length of what is missing.
const MISSING: u8 = u8::MAX;

/// What is to be noted. Nothing of it is content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewLogEntry {
    pub(crate) at: SystemTime,
    pub(crate) action: AccessAction,
    pub(crate) person: Option<String>,
    /// An opaque id.
    pub(crate) record: Option<String>,
}

/// An entry as it was noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogEntryRow {
    pub(crate) n: i64,
    pub(crate) at: SystemTime,
    pub(crate) action: String,
    pub(crate) person: Option<String>,
    pub(crate) record: Option<String>,
    pub(super) mac: Vec<u8>,
}

impl LogEntryRow {
    /// The entry that follows the one with the MAC `before`.
    pub(super) fn next(chain: &hmac::Key, n: i64, before: &[u8], entry: &NewLogEntry) -> Self {
        let mut row = Self {
            n,
            at: entry.at,
            action: entry.action.name().to_owned(),
            person: entry.person.clone(),
            record: entry.record.clone(),
            mac: Vec::new(),
        };
        row.mac = hmac::sign(chain, &row.input(before)).as_ref().to_vec();
        row
    }

    /// Whether it follows the one with the MAC `before`.
    pub(super) fn follows(&self, chain: &hmac::Key, before: &[u8]) -> bool {
        hmac::verify(chain, &self.input(before), &self.mac).is_ok()
    }

    pub(super) fn has_mac(&self, mac: &[u8]) -> bool {
        verify_slices_are_equal(&self.mac, mac).is_ok()
    }

    /// What the MAC covers: every part with its length, so that none can be taken for the next.
    fn input(&self, before: &[u8]) -> Vec<u8> {
        let mut input = Vec::with_capacity(256);
        input.push(before.len() as u8);
        input.extend(before);
        input.extend(self.n.to_be_bytes());
        self.write(&mut input);
        input
    }

    /// As it is written, but for its number, which is its place.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(256);
        bytes.extend(&self.mac);
        self.write(&mut bytes);
        bytes
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend(millis(self.at).to_be_bytes());
        for text in [
            Some(&self.action),
            self.person.as_ref(),
            self.record.as_ref(),
        ] {
            // What is missing differs from what is empty.
            match text {
                None => out.push(MISSING),
                Some(text) => {
                    // What is too long for a byte is too long for its place, too.
                    out.push(u8::try_from(text.len()).unwrap_or(MISSING));
                    out.extend(text.as_bytes());
                }
            }
        }
    }

    /// Reads what [`Self::bytes`] has written; nothing of what it has not.
    pub(super) fn read(n: i64, bytes: &[u8]) -> Option<Self> {
        let (mac, rest) = bytes.split_at_checked(MAC)?;
        let (at, mut rest) = rest.split_first_chunk()?;
        let mut text = || {
            let (length, behind) = rest.split_first()?;
            if *length == MISSING {
                rest = behind;
                return Some(None);
            }
            let (text, behind) = behind.split_at_checked(usize::from(*length))?;
            rest = behind;
            Some(Some(String::from_utf8(text.to_vec()).ok()?))
        };
        Some(Self {
            n,
            at: instant(i64::from_be_bytes(*at)),
            action: text()??,
            person: text()?,
            record: text()?,
            mac: mac.to_vec(),
        })
    }
}
