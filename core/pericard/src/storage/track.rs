//! Whose cursor it is: a feature, and one of the resource types that it mirrors.

use crate::platform::log::Coded;

/// A part of the product that can stop without stopping the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, uniffi::Enum)]
pub enum Feature {
    /// Secure messages.
    Messages,
    /// Documents of the record.
    Documents,
    /// Lab results.
    Labs,
    /// A feature more, which tests bring.
    #[cfg(test)]
    Probe,
}

impl Feature {
    /// Its name in the databases.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::Documents => "documents",
            Self::Labs => "labs",
            #[cfg(test)]
            Self::Probe => "probe",
        }
    }
}

impl Coded for Feature {
    fn code(&self) -> &'static str {
        self.name()
    }
}

/// What a cursor, an incident and a held record belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Track {
    pub(crate) feature: Feature,
    pub(crate) resource_type: &'static str,
}

impl Track {
    /// Its name in the databases.
    pub(crate) fn name(self) -> String {
        format!("{}/{}", self.feature.name(), self.resource_type)
    }
}
