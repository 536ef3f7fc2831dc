//! What can go wrong with the portal itself, as opposed to what it does wrong on purpose.

/// A sentence for whoever wrote the story or the command line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PortalError {
    /// The description of the people, the seed or the faults.
    #[error("{0}")]
    Spec(String),
    /// A control command.
    #[error("{0}")]
    Command(String),
    /// No listener, or no file.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// No certificate.
    #[error("certificate: {0}")]
    Certificate(String),
}

impl From<serde_json::Error> for PortalError {
    fn from(error: serde_json::Error) -> Self {
        Self::Spec(error.to_string())
    }
}
