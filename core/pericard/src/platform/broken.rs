//! What a test may break on purpose, to see that the simulation catches it. Nothing of it is in a shipped library.

/// A protection that is left out.
#[cfg_attr(not(feature = "test-support"), allow(dead_code))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// Admission: whose a record is, is not looked at.
    Guard,
    /// The outbox: each try is sent under an identifier of its own.
    Identifier,
    /// The watermark moves to the newest record of each page, whatever came before.
    Cursor,
    /// An item whose answer was lost counts as sent.
    Outbox,
    /// A record replaces what is there, also where it is older.
    Version,
    /// No listing is compared, and nothing that vanished is asked for.
    Reconcile,
}

#[cfg(feature = "test-support")]
impl Break {
    /// All of them, by the names of the command line.
    pub const ALL: [(&str, Self); 6] = [
        ("guard", Self::Guard),
        ("identifier", Self::Identifier),
        ("cursor", Self::Cursor),
        ("outbox", Self::Outbox),
        ("version", Self::Version),
        ("reconcile", Self::Reconcile),
    ];
}
