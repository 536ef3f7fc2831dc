//! What the access log notes.

use crate::platform::log::Coded;

/// What was done on this device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessAction {
    /// Somebody signed in, with password or browser.
    SignedIn,
    /// The lock was opened with the PIN.
    Unlocked,
    /// The lock was opened with the key that the shell keeps behind biometry.
    UnlockedWithKey,
    /// A PIN was wrong.
    WrongPin,
    /// A PIN was chosen or changed.
    PinSet,
    /// The PIN was removed.
    PinRemoved,
    /// Ten wrong PINs destroyed what was here.
    Destroyed,
    /// The portal or the end of a lease closed what is here.
    Sealed,
    /// A conversation was opened, or a message of it.
    ConversationOpened,
    /// A report of a laboratory was opened, or a result.
    LabResultOpened,
    /// Messages were searched.
    Searched,
    /// A file was opened.
    FileOpened,
    /// A document was opened.
    DocumentOpened,
    /// Something was written and queued.
    Written,
    /// A copy of what is here was made for the person.
    Exported,
    /// The clinic's policy changed.
    PolicyChanged,
    /// Something was detected and rejected (`Account.incidents`).
    Incident,
    /// What is here of a person was removed, by somebody at this device.
    PersonForgotten,
    /// The clinic ended the access to a person; what was here of them was removed.
    AccessEnded,
    /// Something that a later version has noted.
    Other,
}

impl Coded for AccessAction {
    fn code(&self) -> &'static str {
        self.name()
    }
}

impl AccessAction {
    const ALL: [Self; 19] = [
        Self::SignedIn,
        Self::Unlocked,
        Self::UnlockedWithKey,
        Self::WrongPin,
        Self::PinSet,
        Self::PinRemoved,
        Self::Destroyed,
        Self::Sealed,
        Self::ConversationOpened,
        Self::LabResultOpened,
        Self::Searched,
        Self::FileOpened,
        Self::DocumentOpened,
        Self::Written,
        Self::Exported,
        Self::PolicyChanged,
        Self::Incident,
        Self::PersonForgotten,
        Self::AccessEnded,
    ];

    /// Its name in the database and in an export.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SignedIn => "signed_in",
            Self::Unlocked => "unlocked",
            Self::UnlockedWithKey => "unlocked_with_key",
            Self::WrongPin => "wrong_pin",
            Self::PinSet => "pin_set",
            Self::PinRemoved => "pin_removed",
            Self::Destroyed => "destroyed",
            Self::Sealed => "sealed",
            Self::ConversationOpened => "conversation_opened",
            Self::LabResultOpened => "lab_result_opened",
            Self::Searched => "searched",
            Self::FileOpened => "file_opened",
            Self::DocumentOpened => "document_opened",
            Self::Written => "written",
            Self::Exported => "exported",
            Self::PolicyChanged => "policy_changed",
            Self::Incident => "incident",
            Self::PersonForgotten => "person_forgotten",
            Self::AccessEnded => "access_ended",
            Self::Other => "other",
        }
    }

    pub(crate) fn named(name: &str) -> Self {
        let mut known = Self::ALL.into_iter();
        known
            .find(|action| action.name() == name)
            .unwrap_or(Self::Other)
    }

    /// Whether it is rare, and worth telling the keystore at once.
    pub(crate) fn is_weighty(self) -> bool {
        !matches!(
            self,
            Self::ConversationOpened
                | Self::LabResultOpened
                | Self::Searched
                | Self::FileOpened
                | Self::DocumentOpened
                | Self::Written
        )
    }

    /// Whether doing it again at once is no news: a conversation is read in pages, and a search goes on as one types.
    pub(crate) fn repeats(self) -> bool {
        matches!(
            self,
            Self::ConversationOpened
                | Self::LabResultOpened
                | Self::Searched
                | Self::FileOpened
                | Self::DocumentOpened
        )
    }
}
