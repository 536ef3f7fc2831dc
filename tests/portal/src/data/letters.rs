//! Conversations between patients and their clinic.

use super::Person;
use crate::clock::{self, Millis};
use crate::entropy::Entropy;

/// What a person and the clinic write in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    German,
}

impl Language {
    pub(crate) const ALL: &[Self] = &[Self::English, Self::German];

    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    pub(crate) fn families(self) -> &'static [&'static str] {
        match self {
            Self::English => &["Ferreira", "Okafor", "Bennett", "Novak"],
            Self::German => &["Brandt", "Lindner", "Yilmaz", "Vogel"],
        }
    }
}

pub(crate) struct Letter {
    pub(crate) by_patient: bool,
    pub(crate) text: String,
}

pub(crate) struct Conversation {
    pub(crate) category: &'static str,
    pub(crate) topic: String,
    pub(crate) correspondent: String,
    pub(crate) letters: Vec<Letter>,
}

/// A conversation of so many letters that begins on a day.
pub(crate) fn conversation(
    entropy: &mut Entropy,
    person: &Person,
    letters: usize,
    begin: Millis,
) -> Conversation {
    let day = clock::date(begin);
    let letters = (0..letters).map(|n| Letter {
        by_patient: n % 2 == 1,
        text: format!(
            "Dear {}, this is letter {} of the correspondence begun on {day}. Reference {}.",
            person.name.full(),
            n + 1,
            entropy.between(100_000, 999_999)
        ),
    });
    Conversation {
        category: "notification",
        topic: format!("Your appointment on {day}"),
        correspondent: "Dr. Helena Vogt".into(),
        letters: letters.collect(),
    }
}
