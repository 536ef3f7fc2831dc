//! The client beside the portal's truth: what is missing, what is too much, what is shown as it is not.

use std::collections::{BTreeMap, BTreeSet};
use std::time::UNIX_EPOCH;

use pericard::{Message, MessageState, MessageThread};
use pericard_portal::Letter;

use crate::finding::{Finding, Kind};
use crate::ledger::{Ledger, Withdrawn, Written};
use crate::switches::Excuse;

/// How long a late or quietly changed record may take: a day, and the hours until the next sync.
const A_DAY: i64 = 26 * 3_600_000;
/// How often a message is tried before the client gives up.
const TRIES: u32 = 3;

/// What is compared.
pub(crate) struct Comparison<'a> {
    pub(crate) who: usize,
    /// The portal's time.
    pub(crate) now: i64,
    pub(crate) letters: &'a [Letter],
    pub(crate) threads: &'a [MessageThread],
    /// Thread by thread, as they are shown.
    pub(crate) shown: &'a [Message],
    pub(crate) outbox: &'a [Message],
    /// Letters of everybody else, and records that only look like this person's.
    pub(crate) others: &'a BTreeSet<String>,
    /// What letters once said, until when, and what they said then.
    pub(crate) once: &'a BTreeMap<String, (i64, String)>,
    pub(crate) ledger: &'a Ledger,
    /// How often a text was on its way, at most.
    pub(crate) tries: &'a dyn Fn(&str) -> u32,
    pub(crate) excuses: &'a BTreeSet<Excuse>,
    /// Nothing may be under way any more.
    pub(crate) last: bool,
}

/// What the portal holds and the client shows of one text.
#[derive(Default)]
struct Side<'a> {
    /// Must be shown.
    due: Vec<&'a Letter>,
    /// May be shown.
    open: usize,
    /// Was withdrawn, deleted or changed.
    gone: usize,
    shown: Vec<&'a Message>,
}

impl Comparison<'_> {
    /// Everything that is wrong.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut sides: BTreeMap<String, Side<'_>> = BTreeMap::new();
        for letter in self.letters {
            let side = sides.entry(normal(&letter.text)).or_default();
            let fresh = self.is_fresh(letter);
            let kept = letter.hidden && !letter.foreign && self.excuses(Excuse::LeftOut);
            match (letter.hidden, letter.optional || fresh || kept) {
                (true, false) => side.gone += 1,
                (_, true) => side.open += 1,
                (false, false) => side.due.push(letter),
            }
        }
        for message in self.shown {
            sides
                .entry(normal(&message.text))
                .or_default()
                .shown
                .push(message);
        }
        let mut pairs = Vec::new();
        for (text, side) in &mut sides {
            if self.ledger.wrote(self.who, text) {
                continue;
            }
            self.count(text, side, &mut findings);
            side.due.sort_by_key(|letter| letter.sent);
            side.shown.sort_by_key(|message| message.at);
            if side.due.len() == side.shown.len() {
                pairs.extend(side.due.iter().copied().zip(side.shown.iter().copied()));
            }
        }
        for written in self.ledger.of(self.who) {
            let empty = Side::default();
            let side = sides.get(&normal(&written.text)).unwrap_or(&empty);
            self.written(written, side, &mut findings);
            if let ([letter], [message]) = (side.due.as_slice(), side.shown.as_slice()) {
                pairs.push((letter, message));
            }
        }
        for (letter, message) in &pairs {
            self.alike(letter, message, &mut findings);
        }
        self.conversations(&pairs, &mut findings);
        self.order(&pairs, &mut findings);
        self.summaries(&mut findings);
        findings
    }

    /// Both sides in full: what a finding is looked up in.
    pub(crate) fn table(&self) -> Vec<String> {
        let at_portal = self.letters.iter().map(|letter| {
            let state = match (letter.hidden, letter.optional) {
                (true, _) => "hidden",
                (false, true) => "optional",
                (false, false) => "due",
            };
            let (id, conversation) = (&letter.id, letter.conversation);
            let text = quoted(&letter.text);
            format!("portal: {id} {state} in {conversation} {text}")
        });
        let here = self.shown.iter().map(|message| {
            let (thread, state, text) = (&message.thread, message.state, quoted(&message.text));
            format!("client: in {thread} {state:?} {text}")
        });
        at_portal.chain(here).collect()
    }

    fn excuses(&self, excuse: Excuse) -> bool {
        self.excuses.contains(&excuse)
    }

    /// Whether what it is now may not have been heard of yet.
    fn is_fresh(&self, letter: &Letter) -> bool {
        let slow = letter.quiet || self.excuses(Excuse::ADay) || self.is_first(letter);
        (slow && self.now - letter.since < A_DAY) || self.now - letter.found_from < A_DAY
    }

    /// Whether nobody knows yet that messages without a subject have to be searched for in another way.
    fn is_first(&self, letter: &Letter) -> bool {
        let shown = |other: &Letter| {
            let text = normal(&other.text);
            self.shown
                .iter()
                .any(|message| normal(&message.text) == text)
        };
        let mut others = self.letters.iter();
        letter.subjectless && !others.any(|other| other.subjectless && shown(other))
    }

    fn count(&self, text: &str, side: &Side<'_>, findings: &mut Vec<Finding>) {
        let (due, shown) = (side.due.len(), side.shown.len());
        let known = due + side.open;
        for _ in shown..due {
            findings.push(Finding::new(Kind::Lost, quoted(text)));
        }
        if shown <= known {
            return;
        }
        // A head whose messages are all gone is a message without text: it says nothing that is not so.
        if text.is_empty() {
            return;
        }
        let kind = match known {
            0 if side.gone > 0 && !self.others.contains(text) => Kind::Stale,
            0 if self.others.contains(text) => Kind::Foreign,
            0 if self.may_still_say(text) => return,
            0 => Kind::Stale,
            _ => Kind::Doubled,
        };
        for _ in known..shown {
            findings.push(Finding::new(kind, quoted(text)));
        }
    }

    /// Whether somebody may not have heard yet that a letter says something else, or what became of it since.
    fn may_still_say(&self, text: &str) -> bool {
        let Some((until, mut now)) = self.once.get(text).map(|(until, now)| (*until, now)) else {
            return false;
        };
        while let Some((_, later)) = self.once.get(now) {
            now = later;
        }
        let mut letters = self.letters.iter();
        let letter = letters.find(|letter| normal(&letter.text) == *now);
        self.excuses(Excuse::ADay) && self.now - until < A_DAY
            || letter.is_some_and(|letter| letter.hidden && self.is_fresh(letter))
    }

    /// The law of the outbox for one message.
    fn written(&self, written: &Written, side: &Side<'_>, findings: &mut Vec<Finding>) {
        let mut find = |kind, what: &str| {
            findings.push(Finding::new(
                kind,
                format!("{} {what}", quoted(&written.text)),
            ));
        };
        let at_portal = side.due.len() + side.open + side.gone;
        let queued = self.outbox.iter().filter(|one| one.text == written.text);
        let queued: Vec<MessageState> = queued.map(|one| one.state).collect();
        let shown = side.shown.len();
        let unproved = self.excuses(Excuse::Unproved) || written.again > 0;
        // Where nothing is proved, what the person tried again may have arrived each time.
        if at_portal > 1 + written.again {
            find(Kind::Doubled, "is at the portal more than once");
        }
        match written.withdrawn {
            Withdrawn::Yes if at_portal > 0 => {
                find(Kind::Doubled, "went out although it was withdrawn");
            }
            Withdrawn::Yes if shown > 0 => find(Kind::Stale, "is shown although it was withdrawn"),
            Withdrawn::No if written.accepted && shown == 0 && side.gone == 0 && side.open == 0 => {
                find(Kind::Lost, "was accepted and is not shown");
            }
            _ if at_portal == 0 && shown > 0 && queued.is_empty() => {
                find(Kind::Lost, "is shown as sent and is not at the portal");
            }
            _ => {}
        }
        let most = if unproved { 2 + written.again } else { 1 };
        if shown > most {
            find(Kind::Doubled, "is shown more than once");
        }
        if shown < side.due.len() && written.withdrawn != Withdrawn::No {
            find(Kind::Lost, "is at the portal and not shown");
        }
        if self.last && !written.refused && written.withdrawn == Withdrawn::No {
            let waits = |state: &MessageState| {
                matches!(state, MessageState::Queued | MessageState::Sending)
            };
            if queued.iter().any(waits) && !self.is_behind_undecided(written) {
                find(Kind::Lost, "waits for ever in the outbox");
            }
            // After so many tries that came to nothing, it is the person's to say whether there are more.
            let given_up = (self.tries)(&written.text) >= TRIES && at_portal == 0;
            let failed = |state: &MessageState| match state {
                MessageState::Failed { status } => *status != 0 || !given_up,
                _ => false,
            };
            if queued.iter().any(failed) {
                find(Kind::Lost, "failed although nothing refuses it");
            }
            if queued.contains(&MessageState::Unknown) && at_portal > 0 && !unproved {
                find(Kind::Stale, "is in doubt although the portal shows it");
            }
        }
    }

    /// Whether it waits behind one in its thread that the portal refuses, or about which the person has to decide.
    fn is_behind_undecided(&self, written: &Written) -> bool {
        let own = self.outbox.iter().find(|one| one.text == written.text);
        let undecided = |one: &Message| {
            let refused = |w: &Written| w.refused && w.text == one.text;
            one.state == MessageState::Unknown
                || matches!(one.state, MessageState::Failed { .. })
                || self.ledger.of(self.who).any(refused)
        };
        let before = |one: &Message| own.is_some_and(|own| own.thread == one.thread);
        let mut others = self.outbox.iter();
        others.any(|one| one.text != written.text && before(one) && undecided(one))
    }

    /// Whether a message is shown as it is.
    fn alike(&self, letter: &Letter, message: &Message, findings: &mut Vec<Finding>) {
        let mut stale = |what: String| {
            findings.push(Finding::new(
                Kind::Stale,
                format!("{} {what}", quoted(&letter.text)),
            ));
        };
        if letter.outgoing != message.outgoing {
            stale("is shown as the other side's".to_owned());
        }
        if !letter.outgoing && letter.from != message.from {
            stale(format!("is shown as from {:?}", message.from));
        }
        let at = message.at.duration_since(UNIX_EPOCH).unwrap_or_default();
        let at = i64::try_from(at.as_millis()).unwrap_or(i64::MAX);
        if at != letter.sent && !self.excuses(Excuse::Dates) {
            stale(format!("is shown {} s late", (at - letter.sent) / 1000));
        }
    }

    /// Whether what is one conversation is one thread, and what is two is two.
    fn conversations(&self, pairs: &[(&Letter, &Message)], findings: &mut Vec<Finding>) {
        let mut threads: BTreeMap<u32, BTreeSet<&str>> = BTreeMap::new();
        let mut conversations: BTreeMap<&str, BTreeMap<u32, &str>> = BTreeMap::new();
        for (letter, message) in pairs {
            let conversation = letter.conversation;
            let together = threads.entry(conversation).or_default();
            if !letter.loose {
                together.insert(message.thread.as_str());
            }
            let inside = conversations.entry(message.thread.as_str()).or_default();
            inside.insert(conversation, &letter.text);
        }
        for (conversation, threads) in &threads {
            if threads.len() > 1 {
                let of = pairs
                    .iter()
                    .find(|(letter, _)| letter.conversation == *conversation);
                let topic = of.map_or("", |(letter, _)| letter.topic.as_str());
                let what = format!(
                    "the conversation {} is in {} threads",
                    quoted(topic),
                    threads.len()
                );
                findings.push(Finding::new(Kind::Stale, what));
            }
        }
        let headed = self.letters.iter().filter(|letter| letter.headed);
        let headed: BTreeSet<u32> = headed.map(|letter| letter.conversation).collect();
        // An answer says no topic.
        let mut topics: BTreeMap<u32, &str> = BTreeMap::new();
        for letter in self.letters.iter().filter(|it| !it.topic.is_empty()) {
            topics.entry(letter.conversation).or_insert(&letter.topic);
        }
        for inside in conversations.values() {
            let by_topic = |conversation: &&u32| {
                self.excuses(Excuse::Topics) || !headed.contains(conversation)
            };
            let topic = |conversation: &u32| topics.get(conversation).copied().unwrap_or_default();
            let (loose, fixed): (Vec<&u32>, Vec<&u32>) = inside.keys().partition(by_topic);
            // What begins with a message, and not with a head, is told apart by its topic alone.
            let mut apart: BTreeSet<&str> = loose.into_iter().map(topic).collect();
            for conversation in &fixed {
                apart.remove(topic(conversation));
            }
            if apart.len() + fixed.len() > 1 {
                let texts: Vec<String> = inside.values().map(|text| quoted(text)).collect();
                let what = format!("one thread has {}", texts.join(" and "));
                findings.push(Finding::new(Kind::Stale, what));
            }
        }
    }

    /// Whether the messages of each thread come newest first, by when they were sent in truth.
    fn order(&self, pairs: &[(&Letter, &Message)], findings: &mut Vec<Finding>) {
        if self.excuses(Excuse::Dates) {
            return;
        }
        let sent = pairs
            .iter()
            .map(|(letter, message)| (message.id.as_str(), *letter));
        let sent: BTreeMap<&str, &Letter> = sent.collect();
        let known = self
            .shown
            .iter()
            .filter_map(|message| Some((message.thread.as_str(), *sent.get(message.id.as_str())?)));
        let known: Vec<(&str, &Letter)> = known.collect();
        for two in known.windows(2) {
            let [(thread, newer), (same, older)] = two else {
                continue;
            };
            if thread == same && newer.sent < older.sent {
                let (newer, older) = (quoted(&newer.text), quoted(&older.text));
                let what = format!("{newer} is shown as newer than {older}");
                findings.push(Finding::new(Kind::Stale, what));
            }
        }
    }

    /// Whether each thread says of itself what is in it.
    fn summaries(&self, findings: &mut Vec<Finding>) {
        for thread in self.threads {
            let mut inside = self.shown.iter().filter(|one| one.thread == thread.id);
            let newest = inside.next();
            let count = inside.count() + usize::from(newest.is_some());
            let agrees = usize::try_from(thread.messages) == Ok(count)
                && newest.is_some_and(|newest| newest.at == thread.last_at);
            if !agrees {
                let subject = quoted(&thread.subject);
                let what = format!(
                    "the thread {subject} says {} of its {count}",
                    thread.messages
                );
                findings.push(Finding::new(Kind::Stale, what));
            }
        }
    }
}

/// A text by its words: where lines end is another matter.
pub(crate) fn normal(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn quoted(text: &str) -> String {
    let short: String = text.chars().take(48).collect();
    format!("{short:?}")
}
