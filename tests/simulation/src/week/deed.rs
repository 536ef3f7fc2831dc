//! What a deed of the clinic is at the portal.

use super::*;

impl Week<'_> {
    /// What a deed is at the portal, as things stand there; nothing where there is nothing to do it to.
    pub(super) fn command(&mut self, event: u32, clinic: &Clinic) -> Option<Command> {
        let who = PEOPLE[clinic.who];
        let letters = self.world.letters(clinic.who);
        let mut texts: BTreeMap<&str, usize> = BTreeMap::new();
        for letter in &letters {
            *texts.entry(&letter.text).or_default() += 1;
        }
        let theirs = |hidden: bool| -> Vec<&Letter> {
            let is = |letter: &&Letter| {
                letter.hidden == hidden && !letter.outgoing && texts[letter.text.as_str()] == 1
            };
            letters.iter().filter(is).collect()
        };
        let one = |pick: u32| chosen(&theirs(false), pick).map(|letter| letter.text.clone());
        let change = |text: String, change: Change| Command::Change {
            who: who.to_owned(),
            text,
            change,
        };
        let now = self.world.time.millis();
        Some(match &clinic.deed {
            Deed::Write {
                thread,
                ago,
                kept_back,
            } => Command::NewMessage {
                who: who.to_owned(),
                thread: None,
                text: format!("The clinic tells {who} something, number {event}."),
                subject: Some(format!("News {event}")),
                beside: thread.and_then(one),
                ago: ago * 60,
                status: kept_back.map(|drafted| match drafted {
                    true => NotSent::Preparation,
                    false => NotSent::NotDone,
                }),
                file: None,
            },
            Deed::Edit(pick) => {
                let text = one(*pick)?;
                let to = format!("The clinic told {who} something else, number {event}.");
                self.once[clinic.who].insert(normal(&text), (now, normal(&to)));
                change(text, Change::Edited { to })
            }
            Deed::Touch(pick) => change(one(*pick)?, Change::Touched),
            Deed::Move(pick, to) => {
                let (text, beside) = (one(*pick)?, one(*to)?);
                change(text, Change::Moved { beside })
            }
            Deed::Redate {
                pick,
                hours,
                quietly,
            } => {
                let redated = Change::Redated {
                    seconds: hours * 3600,
                    quietly: *quietly,
                };
                change(one(*pick)?, redated)
            }
            Deed::Retract(pick) => change(one(*pick)?, Change::Retracted),
            Deed::Release(pick) => {
                let hidden = theirs(true);
                change(chosen(&hidden, *pick)?.text.clone(), Change::Released)
            }
            Deed::Delete(pick) => change(one(*pick)?, Change::Deleted),
            Deed::Readdress(pick) => {
                let to = PEOPLE[(clinic.who + 1) % PEOPLE.len()].to_owned();
                change(one(*pick)?, Change::Readdressed { to })
            }
            Deed::Merge => Command::MergeChart(who.to_owned()),
            Deed::Import(messages) => Command::Import {
                who: who.to_owned(),
                messages: *messages,
                text: format!("Import {event} for {who}"),
            },
        })
    }
}
