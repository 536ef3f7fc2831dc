//! Conversations between patients and their clinic, as they might have been.
//!
//! A conversation has a kind (an appointment, laboratory results, a prescription…) and a language. It
//! opens with the clinic's letter or the patient's question, goes on in questions and the answers to
//! them, and ends in thanks; a long one takes up further matters on the way. Sentences come from the
//! language's [`Lexicon`]; names, medicines, values, days and times from the seed. Both sides of an
//! exchange speak of the same day, time and value.

mod ar;
mod de;
mod en;
mod es;
mod fr;
mod lexicon;
mod pl;

use super::Person;
use crate::clock::Millis;
use crate::entropy::Entropy;
use lexicon::{DOCTORS, Kind, LABS, Lexicon, MEDICINES};

/// What a person and the clinic write in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    German,
    French,
    Spanish,
    Polish,
    Arabic,
}

/// Who treats at this clinic.
pub(crate) fn doctors() -> &'static [&'static str] {
    DOCTORS
}

impl Language {
    pub(crate) const ALL: &[Self] = &[
        Self::English,
        Self::German,
        Self::French,
        Self::Spanish,
        Self::Polish,
        Self::Arabic,
    ];

    fn lexicon(self) -> &'static Lexicon {
        match self {
            Self::English => &en::LEXICON,
            Self::German => &de::LEXICON,
            Self::French => &fr::LEXICON,
            Self::Spanish => &es::LEXICON,
            Self::Polish => &pl::LEXICON,
            Self::Arabic => &ar::LEXICON,
        }
    }

    pub(crate) fn tag(self) -> &'static str {
        self.lexicon().tag
    }

    pub(crate) fn families(self) -> &'static [&'static str] {
        self.lexicon().families
    }
}

pub(crate) struct Letter {
    pub(crate) by_patient: bool,
    pub(crate) sent: Millis,
    pub(crate) text: String,
}

pub(crate) struct Conversation {
    pub(crate) category: &'static str,
    pub(crate) topic: String,
    pub(crate) correspondent: String,
    pub(crate) letters: Vec<Letter>,
}

const DAY: Millis = 86_400_000;

/// What the slots of a template are filled with: fixed for a conversation, but for the last six,
/// which are those of one exchange.
struct Slots {
    name: String,
    doctor: String,
    medicine: &'static str,
    dose: &'static str,
    lab: &'static str,
    unit: &'static str,
    phone: String,
    /// A few days before the conversation.
    past: String,
    day: String,
    time: String,
    value: String,
    amount: String,
    reference: String,
    count: String,
}

impl Slots {
    /// Draws the slots of the next exchange.
    fn next(&mut self, entropy: &mut Entropy, lexicon: &Lexicon, at: Millis, lab: usize) {
        self.day = lexicon.day(at + entropy.between(8, 30) * DAY);
        self.time = format!(
            "{}:{:02}",
            entropy.between(8, 17),
            entropy.between(0, 11) * 5
        );
        let (_, _, low, high) = LABS[lab];
        let tenths = entropy.between(low * 10, high * 10);
        self.value = format!("{}{}{}", tenths / 10, lexicon.decimal, tenths % 10);
        let cents = entropy.between(800, 24_000);
        self.amount = format!("{}{}{:02}", cents / 100, lexicon.decimal, cents % 100);
        let letter = (b'A' + entropy.below(26) as u8) as char;
        self.reference = format!("{letter}{}", entropy.between(100_000, 999_999));
        self.count = entropy.between(2, 9).to_string();
    }

    fn get(&self, name: &str) -> &str {
        match name {
            "name" => &self.name,
            "doctor" => &self.doctor,
            "medicine" => self.medicine,
            "dose" => self.dose,
            "lab" => self.lab,
            "unit" => self.unit,
            "phone" => &self.phone,
            "past" => &self.past,
            "day" => &self.day,
            "time" => &self.time,
            "value" => &self.value,
            "amount" => &self.amount,
            "ref" => &self.reference,
            "count" => &self.count,
            _ => "",
        }
    }

    fn fill(&self, template: &str) -> String {
        let mut out = String::with_capacity(template.len() + 48);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let (slot, tail) = after.split_once('}').unwrap_or((after, ""));
            out.push_str(self.get(slot));
            rest = tail;
        }
        out.push_str(rest);
        out
    }
}

/// When the n-th letter is sent, given who sends it. Never more than a few days after the one before:
/// the days that letters speak of are still to come.
pub(crate) type Pace<'a> = &'a mut dyn FnMut(&mut Entropy, usize, bool) -> Millis;

/// Writes letters of one conversation.
struct Writer<'a> {
    lexicon: &'static Lexicon,
    kind: &'static Kind,
    entropy: &'a mut Entropy,
    slots: Slots,
    pace: Pace<'a>,
    letters: Vec<Letter>,
}

impl Writer<'_> {
    /// Greeting, the matter, so many remarks, and a close.
    fn letter(&mut self, by_patient: bool, matter: &str, remarks: usize) {
        let lexicon = self.lexicon;
        let treats = self.kind.desk.is_none();
        let (greetings, pools, closes) = if by_patient {
            let pools = [lexicon.patient_remarks, &[]];
            (lexicon.patient_greetings, pools, lexicon.patient_closes)
        } else {
            let medical = if treats { lexicon.medical_remarks } else { &[] };
            let pools = [lexicon.office_remarks, medical];
            (lexicon.clinic_greetings, pools, lexicon.clinic_closes)
        };
        let pool = pools.concat();
        // A doctor signs what a doctor wrote.
        let closes: Vec<&str> = closes
            .iter()
            .copied()
            .filter(|close| by_patient || close.contains("{doctor}") == treats)
            .collect();
        let mut text = self.slots.fill(self.entropy.pick(greetings));
        text.push_str("\n\n");
        text.push_str(&self.slots.fill(matter));
        let first = self.entropy.below(pool.len());
        for n in 0..remarks.min(pool.len()) {
            // New paragraphs now and then; never the same remark twice.
            let gap = if n % 3 == 2 { "\n\n" } else { " " };
            text.push_str(gap);
            text.push_str(&self.slots.fill(pool[(first + n) % pool.len()]));
        }
        text.push_str("\n\n");
        let close = self.entropy.pick(&closes);
        text.push_str(&self.slots.fill(close));
        let sent = (self.pace)(self.entropy, self.letters.len(), by_patient);
        self.letters.push(Letter {
            by_patient,
            sent,
            text,
        });
    }

    /// At least so many letters.
    fn converse(&mut self, wanted: usize, lab: usize) {
        let lexicon = self.lexicon;
        if self.entropy.chance(65) {
            let opener = self.entropy.pick(self.kind.openers);
            let remarks = 1 + self.remarks(false);
            self.letter(false, opener, remarks);
        }
        let mut matters = self.kind.exchanges;
        let mut turn = self.entropy.below(matters.len());
        let mut asked = 0;
        while self.letters.len() < wanted {
            if asked > 0 {
                let last = self.letters.last().map_or(0, |letter| letter.sent);
                self.slots.next(self.entropy, lexicon, last, lab);
            }
            let left = wanted - self.letters.len();
            // Thanks end a conversation, and now and then a matter within it.
            let thanks = asked > 0 && (left <= 2 || (asked % 3 == 0 && self.entropy.chance(50)));
            let (theirs, ours) = if thanks {
                lexicon.thanks[self.entropy.below(lexicon.thanks.len())]
            } else {
                matters[turn % matters.len()]
            };
            let remarks = self.remarks(true);
            self.letter(true, theirs, if thanks { 0 } else { remarks });
            let remarks = self.remarks(false);
            self.letter(false, ours, if thanks { remarks.min(1) } else { remarks });
            turn += 1;
            asked += 1;
            if asked % matters.len() == 0 && self.kind.desk.is_none() {
                // All has been asked about this: on to something else.
                matters = a_doctors(self.entropy, lexicon).exchanges;
            }
        }
    }

    fn remarks(&mut self, by_patient: bool) -> usize {
        match (by_patient, self.entropy.below(10)) {
            (true, 0..=5) => 0,
            (true, 6..=8) => 1,
            (true, _) => 2,
            (false, 0..=2) => 0,
            (false, 3..=5) => 1,
            (false, 6..=7) => 2,
            (false, 8) => 4,
            (false, _) => 8,
        }
    }
}

/// More letters than this only a doctor exchanges.
const LONG: usize = 8;

/// A kind of conversation with a doctor.
fn a_doctors(entropy: &mut Entropy, lexicon: &'static Lexicon) -> &'static Kind {
    let kinds: Vec<&Kind> = lexicon.kinds.iter().filter(|k| k.desk.is_none()).collect();
    kinds[entropy.below(kinds.len())]
}

/// A conversation of so many letters that begins on a day.
pub(crate) fn conversation(
    entropy: &mut Entropy,
    person: &Person,
    wanted: usize,
    begin: Millis,
    pace: Pace<'_>,
) -> Conversation {
    // Most of an inbox is in the person's language; some doctors write in another.
    let language = match entropy.below(5) {
        0 => Language::ALL[entropy.below(Language::ALL.len())],
        _ => person.language,
    };
    let lexicon = language.lexicon();
    // Desks are asked once or twice; with a doctor one writes for months.
    let kind = match wanted {
        0..=LONG => &lexicon.kinds[entropy.below(lexicon.kinds.len())],
        _ => a_doctors(entropy, lexicon),
    };
    let lab = entropy.below(LABS.len());
    let (medicine, dose) = MEDICINES[entropy.below(MEDICINES.len())];
    let doctor = format!("Dr. {}", entropy.pick(DOCTORS));
    let slots = Slots {
        name: person.name.full(),
        doctor: doctor.clone(),
        medicine,
        dose,
        lab: LABS[lab].0,
        unit: LABS[lab].1,
        phone: format!(
            "0{} {} {}",
            entropy.between(20, 99),
            entropy.between(200, 999),
            entropy.between(1000, 9999)
        ),
        past: lexicon.day(begin - entropy.between(1, 4) * DAY),
        day: String::new(),
        time: String::new(),
        value: String::new(),
        amount: String::new(),
        reference: String::new(),
        count: String::new(),
    };
    let correspondent = match kind.desk {
        Some(desk) => desk.to_owned(),
        None => format!("{doctor}, {}", entropy.pick(lexicon.specialties)),
    };
    let mut writer = Writer {
        lexicon,
        kind,
        entropy,
        slots,
        pace,
        letters: Vec::with_capacity(wanted + 1),
    };
    writer.slots.next(writer.entropy, lexicon, begin, lab);
    let topic = writer.entropy.pick(kind.topics);
    let topic = writer.slots.fill(topic);
    writer.converse(wanted, lab);
    writer.letters.truncate(wanted);
    Conversation {
        category: kind.category,
        topic,
        correspondent,
        letters: writer.letters,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_template(lexicon: &'static Lexicon) -> Vec<&'static str> {
        let mut all = Vec::new();
        for pool in [
            lexicon.patient_greetings,
            lexicon.clinic_greetings,
            lexicon.patient_remarks,
            lexicon.office_remarks,
            lexicon.medical_remarks,
            lexicon.patient_closes,
            lexicon.clinic_closes,
        ] {
            assert!(!pool.is_empty());
            all.extend_from_slice(pool);
        }
        all.extend(lexicon.thanks.iter().flat_map(|&(a, b)| [a, b]));
        for doctor in [true, false] {
            let closes = |close: &&&str| close.contains("{doctor}") == doctor;
            assert!(lexicon.clinic_closes.iter().any(|close| closes(&close)));
            let of_doctor = |kind: &&Kind| kind.desk.is_none() == doctor;
            assert!(lexicon.kinds.iter().any(|kind| of_doctor(&kind)));
        }
        for kind in lexicon.kinds {
            assert!(kind.exchanges.len() >= 3, "{}", kind.category);
            all.extend_from_slice(kind.topics);
            all.extend_from_slice(kind.openers);
            all.extend(kind.exchanges.iter().flat_map(|&(a, b)| [a, b]));
        }
        all
    }

    #[test]
    fn every_slot_of_every_template_is_known() {
        const SLOTS: &[&str] = &[
            "name", "doctor", "medicine", "dose", "lab", "unit", "phone", "past", "day", "time",
            "value", "amount", "ref", "count",
        ];
        for language in Language::ALL {
            for template in every_template(language.lexicon()) {
                let mut rest = template;
                while let Some((_, after)) = rest.split_once('{') {
                    let (slot, tail) = after.split_once('}').unwrap_or(("unclosed", ""));
                    assert!(SLOTS.contains(&slot), "{slot} in {template:?}");
                    rest = tail;
                }
                assert!(!rest.contains('}'), "{template:?}");
            }
        }
    }
}
