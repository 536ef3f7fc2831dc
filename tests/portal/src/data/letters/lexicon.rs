//! What a language needs to correspond in, and what all of them share.

use crate::clock::{self, Millis};

pub(super) struct Lexicon {
    pub(super) tag: &'static str,
    pub(super) families: &'static [&'static str],
    /// In the form that follows a day's number.
    pub(super) months: [&'static str; 12],
    /// What follows the number itself.
    pub(super) ordinal: &'static str,
    pub(super) decimal: char,
    pub(super) specialties: &'static [&'static str],
    pub(super) patient_greetings: &'static [&'static str],
    pub(super) clinic_greetings: &'static [&'static str],
    pub(super) patient_remarks: &'static [&'static str],
    /// What anybody at the clinic may add.
    pub(super) office_remarks: &'static [&'static str],
    /// What only somebody who treats would add.
    pub(super) medical_remarks: &'static [&'static str],
    pub(super) patient_closes: &'static [&'static str],
    pub(super) clinic_closes: &'static [&'static str],
    /// Thanks, and what is said to them.
    pub(super) thanks: &'static [(&'static str, &'static str)],
    pub(super) kinds: &'static [Kind],
}

impl Lexicon {
    /// A day as it stands in a letter.
    pub(super) fn day(&self, at: Millis) -> String {
        let date = clock::date(at);
        let month = self.months[date.month() as usize - 1];
        format!("{}{} {month}", date.day(), self.ordinal)
    }
}

/// A kind of conversation.
pub(super) struct Kind {
    pub(super) category: &'static str,
    /// Who writes for the clinic; a doctor if nobody is named.
    pub(super) desk: Option<&'static str>,
    pub(super) topics: &'static [&'static str],
    /// How the clinic begins.
    pub(super) openers: &'static [&'static str],
    /// A patient's question and its answer.
    pub(super) exchanges: &'static [(&'static str, &'static str)],
}

pub(super) const DOCTORS: &[&str] = &[
    "Helena Vogt",
    "Samuel Adeyemi",
    "Priya Raman",
    "Tomasz Zieliński",
    "Claire Moreau",
    "Javier Ortega",
    "Nadia Haddad",
    "Erik Sandberg",
    "Mei-Lin Chen",
    "Aoife Byrne",
    "Björn Köster",
    "Lucía Ferrer",
    "Anaïs Lefèvre",
    "Hassan El-Amin",
    "Ingrid Solberg",
    "Rafael Almeida",
];

pub(super) const MEDICINES: &[(&str, &str)] = &[
    ("Metformin", "850 mg"),
    ("Ramipril", "5 mg"),
    ("Atorvastatin", "20 mg"),
    ("Levothyroxine", "75 µg"),
    ("Amlodipine", "10 mg"),
    ("Sertraline", "50 mg"),
    ("Pantoprazole", "40 mg"),
    ("Salbutamol", "100 µg"),
    ("Apixaban", "5 mg"),
    ("Bisoprolol", "2.5 mg"),
    ("Amoxicillin", "500 mg"),
    ("Prednisolone", "10 mg"),
    ("Empagliflozin", "10 mg"),
    ("Candesartan", "8 mg"),
];

/// Name, unit, and the range that values are drawn from.
pub(super) const LABS: &[(&str, &str, i64, i64)] = &[
    ("HbA1c", "%", 5, 9),
    ("TSH", "mIU/L", 1, 7),
    ("LDL", "mg/dL", 70, 190),
    ("Ferritin", "ng/mL", 8, 180),
    ("25-OH-Vitamin D", "ng/mL", 12, 60),
    ("Creatinine", "µmol/L", 55, 140),
    ("CRP", "mg/L", 1, 40),
    ("INR", "", 1, 4),
    ("K⁺", "mmol/L", 3, 6),
    ("Hb", "g/dL", 9, 17),
];
