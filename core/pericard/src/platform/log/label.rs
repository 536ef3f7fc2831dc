//! Names for accounts and people in lines and reports: drawn anew whenever a client is opened, so that two reports cannot be
//! put together by them, and neither can a report and a device's files.

use std::fmt;

use aws_lc_rs::hmac;

use crate::platform::Platform;

/// What the labels of one open client are made with.
pub(crate) struct Labels(hmac::Key);

/// The label of one account or person, good while the client is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Label([u8; 3]);

impl Labels {
    pub(crate) fn draw(platform: &Platform) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &platform.random::<32>()))
    }

    /// The label of whom `id` names.
    pub(crate) fn of(&self, id: &str) -> Label {
        let tag = hmac::sign(&self.0, id.as_bytes());
        let mut label = [0; 3];
        label.copy_from_slice(&tag.as_ref()[..3]);
        Label(label)
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c] = self.0;
        write!(f, "{a:02x}{b:02x}{c:02x}")
    }
}
