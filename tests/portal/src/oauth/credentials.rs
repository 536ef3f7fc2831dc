//! Passwords and codes, with limits on guessing. One counter for each user name and factor, whichever
//! way somebody signs in, so that the browser gives no second set of attempts.

use std::collections::BTreeMap;

use totp_rs::Totp;

use crate::clock::Millis;
use crate::data::{Person, second_factor};
use crate::secret;

/// Wrong ones in a row until it waits.
pub(crate) const ATTEMPTS: u32 = 5;
/// How long it waits, in milliseconds.
const WAIT: Millis = 60_000;

#[derive(Default)]
pub(crate) struct Credentials {
    counters: BTreeMap<(Factor, String), Counter>,
    /// The last TOTP step accepted, by user name.
    last_step: BTreeMap<String, u64>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Factor {
    Password,
    /// A code of the secret that is enrolled, or a recovery code instead.
    Code,
    /// The first code of a secret that is to be enrolled.
    Enrolment,
}

#[derive(Default)]
struct Counter {
    wrong: u32,
    wait_until: Millis,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Right,
    Wrong { left: u32 },
    Wait { seconds: u64 },
}

impl Credentials {
    /// Attempts left before a wait, or the wait that is on.
    pub(crate) fn left(&mut self, factor: Factor, user: &str, now: Millis) -> Verdict {
        let counter = self.counters.entry((factor, user.to_owned())).or_default();
        if counter.wait_until > now {
            let seconds = (counter.wait_until - now + 999) / 1000;
            return Verdict::Wait {
                seconds: seconds as u64,
            };
        }
        if counter.wrong >= ATTEMPTS {
            *counter = Counter::default();
        }
        Verdict::Wrong {
            left: ATTEMPTS - counter.wrong,
        }
    }

    fn settle(&mut self, factor: Factor, user: &str, right: bool, now: Millis) -> Verdict {
        let counter = self.counters.entry((factor, user.to_owned())).or_default();
        if right {
            *counter = Counter::default();
            return Verdict::Right;
        }
        counter.wrong += 1;
        if counter.wrong >= ATTEMPTS {
            counter.wait_until = now + WAIT;
        }
        self.left(factor, user, now)
    }

    /// Checks a password. A user name that nobody has is counted like any other, and compared with
    /// something, so that it cannot be told from one that somebody has.
    pub(crate) fn password(
        &mut self,
        people: &[Person],
        user: &str,
        password: &str,
        now: Millis,
    ) -> (Verdict, Option<usize>) {
        if let wait @ Verdict::Wait { .. } = self.left(Factor::Password, user, now) {
            return (wait, None);
        }
        let known = find(people, user);
        let expected = known.map_or("", |person| people[person].password.as_str());
        let right = secret::same(expected, password);
        let person = known.filter(|_| right);
        let verdict = self.settle(Factor::Password, user, person.is_some(), now);
        (verdict, person)
    }

    /// Checks a code. Each is accepted once, and none from a step at or before one that was
    /// (RFC 6238 §5.2).
    pub(crate) fn code(&mut self, person: &Person, code: &str, now: Millis) -> Verdict {
        if let wait @ Verdict::Wait { .. } = self.left(Factor::Code, &person.user, now) {
            return wait;
        }
        let factor = person.factor.as_ref();
        let step = factor.and_then(|factor| step_of(&factor.totp, code, now));
        let fresh = step.filter(|step| {
            let last = self.last_step.get(&person.user);
            last.is_none_or(|last| step > last)
        });
        if let Some(step) = fresh {
            self.last_step.insert(person.user.clone(), step);
        }
        self.settle(Factor::Code, &person.user, fresh.is_some(), now)
    }

    /// Checks a recovery code, and uses it up.
    pub(crate) fn recovery_code(
        &mut self,
        person: &mut Person,
        code: &str,
        now: Millis,
    ) -> Verdict {
        if let wait @ Verdict::Wait { .. } = self.left(Factor::Code, &person.user, now) {
            return wait;
        }
        let factor = person.factor.as_mut();
        let right = factor.is_some_and(|factor| factor.recover(code));
        self.settle(Factor::Code, &person.user, right, now)
    }

    /// Checks the first code of a new secret. It counts as used.
    pub(crate) fn first_code(
        &mut self,
        user: &str,
        totp: &Totp,
        code: &str,
        now: Millis,
    ) -> Verdict {
        if let wait @ Verdict::Wait { .. } = self.left(Factor::Enrolment, user, now) {
            return wait;
        }
        let step = step_of(totp, code, now);
        if let Some(step) = step {
            self.last_step.insert(user.to_owned(), step);
        }
        self.settle(Factor::Enrolment, user, step.is_some(), now)
    }

    /// Counts a guess at the second factor of somebody whom nobody knows.
    pub(crate) fn nobody(&mut self, user: &str, now: Millis) -> Verdict {
        match self.left(Factor::Code, user, now) {
            wait @ Verdict::Wait { .. } => wait,
            _ => self.settle(Factor::Code, user, false, now),
        }
    }
}

/// Who has this user name and an account.
pub(crate) fn find(people: &[Person], user: &str) -> Option<usize> {
    people
        .iter()
        .position(|person| person.signs_in() && person.user == user)
}

fn step_of(totp: &Totp, code: &str, now: Millis) -> Option<u64> {
    second_factor::step_of(totp, code, (now / 1000) as u64)
}
