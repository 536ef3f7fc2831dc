//! Ids, each kind a type of its own: a thread's id where a message's is asked for does not compile.
//!
//! They cross to Swift and Kotlin as text. Inside, the floors below `api` and `features` pass them on as they lie in a
//! database; they become typed where they leave, and text again where they come in.

use std::fmt;

/// Makes a kind of id.
macro_rules! id {
    ($(#[doc = $doc:literal])* $name:ident) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        uniffi::custom_type!(
            $(#[doc = $doc])*
            $name,
            String,
            { lower: |id| id.0, try_lift: |text| Ok($name(text)) }
        );

        impl $name {
            /// The id as text, to keep or to pass on.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id)
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

id! {
    /// Names an account on this device. Opaque, stable on this device, unknown to the portal.
    AccountId
}
id! {
    /// Names a person whose records an account shows. Opaque, stable on this device, unknown to the portal.
    PersonId
}
id! {
    /// Names a conversation. Opaque, stable on this device, unknown to the portal.
    ThreadId
}
id! {
    /// Names a message. Opaque, stable on this device, unknown to the portal; survives sending.
    MessageId
}
id! {
    /// Names a document. Opaque, stable on this device, unknown to the portal.
    DocumentId
}
id! {
    /// Names a draft. Opaque, stable on this device.
    DraftId
}
id! {
    /// Names a file of a message. Opaque, stable on this device, unknown to the portal.
    FileId
}
id! {
    /// Names somebody whom a message can be written to. Opaque, stable on this device.
    RecipientId
}
id! {
    /// Names a report of a laboratory. Opaque, stable on this device, unknown to the portal.
    LabReportId
}
id! {
    /// Names a result of a laboratory. Opaque, stable on this device, unknown to the portal.
    LabResultId
}
id! {
    /// Names an incident. Opaque, stable on this device.
    IncidentId
}
id! {
    /// Names an enrolment of a second factor that waits for its first code. The portal's, good for about ten minutes.
    EnrolmentId
}
id! {
    /// A position in a list, which a page gives for the next one. Opaque; it stays valid while records come and go, for
    /// the same list.
    PagePosition
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_its_text() {
        let id = ThreadId::from("abc");
        assert_eq!(id.to_string(), "abc");
        assert_eq!((id.as_str(), id.as_ref()), ("abc", "abc"));
        assert_eq!(ThreadId::from(String::from(id.clone())), id);
        assert_ne!(ThreadId::from("abd"), id);
    }
}
