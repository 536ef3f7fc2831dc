//! What was issued: codes, and families of tokens.
//!
//! A family is everything that came from one code. Whatever shows that a part of it was stolen (a code
//! or a refresh token used twice) ends the whole family (RFC 9700 §4.14.2). What is bound to a key is
//! of no use without it (RFC 9449 §5, §10).

use std::collections::BTreeMap;

use super::Scopes;
use super::sign_in::{Authorization, Second};
use crate::Acr;
use crate::clock::Millis;
use crate::entropy::Entropy;
use crate::secret::{Fingerprint, same};

pub(crate) const CODE_LIFE: Millis = 60_000;
pub(crate) const ACCESS_LIFE: Millis = 300_000;

#[derive(Clone)]
struct Code {
    wanted: Authorization,
    person: usize,
    patient: usize,
    auth_time: i64,
    second: Option<Second>,
    issued: Millis,
    family: Option<usize>,
}

#[derive(Clone)]
pub(crate) struct Family {
    pub(crate) client: String,
    /// Who signed in.
    pub(crate) person: usize,
    /// Whose record it is for.
    pub(crate) patient: usize,
    pub(crate) scopes: Scopes,
    pub(crate) auth_time: i64,
    pub(crate) second: Option<Second>,
    /// The key that its refresh tokens are bound to.
    pub(crate) thumbprint: Option<String>,
    pub(crate) started: Millis,
    pub(crate) last_used: Millis,
    pub(crate) revoked: bool,
}

impl Family {
    pub(crate) fn acr(&self) -> Acr {
        match self.second {
            Some(_) => Acr::Mfa,
            None => Acr::Pwd,
        }
    }
}

struct Access {
    family: usize,
    scopes: Scopes,
    thumbprint: Option<String>,
    expires: Millis,
}

struct Refresh {
    family: usize,
    used: bool,
}

/// A live access token.
pub(crate) struct Held {
    pub(crate) family: usize,
    /// Who signed in.
    pub(crate) person: usize,
    /// Whose record it is for.
    pub(crate) patient: usize,
    pub(crate) scopes: Scopes,
    pub(crate) thumbprint: Option<String>,
}

#[derive(Default)]
pub(crate) struct Grants {
    codes: BTreeMap<Fingerprint, Code>,
    families: Vec<Family>,
    access: BTreeMap<Fingerprint, Access>,
    refresh: BTreeMap<Fingerprint, Refresh>,
}

/// What a token request gets.
pub(crate) struct Redeemed {
    pub(crate) family: usize,
    pub(crate) nonce: Option<String>,
}

/// Why it gets nothing.
pub(crate) enum Denied {
    Grant(&'static str),
    Proof(&'static str),
}

const OTHER_KEY: &str = "this was given to another key";

impl Grants {
    /// A code for somebody who proved who they are, and the patient whose record it is for.
    pub(crate) fn issue_code(
        &mut self,
        wanted: Authorization,
        (person, patient): (usize, usize),
        second: Option<Second>,
        now: Millis,
        entropy: &mut Entropy,
    ) -> String {
        let code = Code {
            wanted,
            person,
            patient,
            auth_time: now / 1000,
            second,
            issued: now,
            family: None,
        };
        let text = entropy.token();
        self.codes.insert(Fingerprint::of(&text), code);
        text
    }

    /// Redeems a code, once.
    pub(crate) fn redeem(
        &mut self,
        code: &str,
        client: &str,
        redirect: Option<&str>,
        challenge: &str,
        thumbprint: Option<&str>,
        now: Millis,
    ) -> Result<Redeemed, Denied> {
        let Some(found) = self.codes.get_mut(&Fingerprint::of(code)) else {
            return Err(Denied::Grant("the code is unknown"));
        };
        if let Some(family) = found.family {
            self.families[family].revoked = true;
            let why = "the code was used before; its tokens are revoked";
            return Err(Denied::Grant(why));
        }
        if now - found.issued >= CODE_LIFE {
            return Err(Denied::Grant("the code has expired"));
        }
        if found.wanted.client != client {
            return Err(Denied::Grant("the code is another client's"));
        }
        if found.wanted.redirect.as_deref() != redirect {
            let why = "redirect_uri is not that of the authorization request";
            return Err(Denied::Grant(why));
        }
        let expected = found.wanted.code_challenge.as_deref();
        if !expected.is_some_and(|expected| same(expected, challenge)) {
            return Err(Denied::Grant("code_verifier does not match"));
        }
        let bound = found.wanted.thumbprint.as_deref();
        if bound.is_some() && bound != thumbprint {
            return Err(Denied::Proof(OTHER_KEY));
        }
        let family = self.families.len();
        found.family = Some(family);
        let nonce = found.wanted.nonce.clone();
        self.families.push(Family {
            client: client.to_owned(),
            person: found.person,
            patient: found.patient,
            scopes: found.wanted.scopes.clone(),
            auth_time: found.auth_time,
            second: found.second,
            thumbprint: thumbprint.map(str::to_owned),
            started: now,
            last_used: now,
            revoked: false,
        });
        Ok(Redeemed { family, nonce })
    }

    /// The family of a live refresh token, without using it.
    pub(crate) fn family_of(&self, token: &str, client: &str) -> Option<usize> {
        let found = self.refresh.get(&Fingerprint::of(token))?;
        let family = &self.families[found.family];
        let live = !found.used && !family.revoked && family.client == client;
        live.then_some(found.family)
    }

    /// Looks a refresh token up. `rotate` uses it up; a second use then ends its family. One that was
    /// given without a key is bound to the first that comes with it.
    pub(crate) fn refresh(
        &mut self,
        token: &str,
        client: &str,
        thumbprint: Option<&str>,
        rotate: bool,
        now: Millis,
    ) -> Result<Redeemed, Denied> {
        let Some(found) = self.refresh.get_mut(&Fingerprint::of(token)) else {
            return Err(Denied::Grant("the refresh token is unknown"));
        };
        let family = &mut self.families[found.family];
        if family.client != client {
            return Err(Denied::Grant("the refresh token is another client's"));
        }
        // Before everything that changes something: a thief without the key ends nothing either.
        if family.thumbprint.is_some() && family.thumbprint.as_deref() != thumbprint {
            return Err(Denied::Proof(OTHER_KEY));
        }
        if family.revoked {
            return Err(Denied::Grant("the refresh token is revoked"));
        }
        if found.used {
            family.revoked = true;
            let why = "the refresh token was used before; its family is revoked";
            return Err(Denied::Grant(why));
        }
        found.used = rotate;
        family.thumbprint = thumbprint.map(str::to_owned);
        family.last_used = now;
        Ok(Redeemed {
            family: found.family,
            nonce: None,
        })
    }

    pub(crate) fn family(&self, family: usize) -> &Family {
        &self.families[family]
    }

    /// How many families there ever were: the number of the next one.
    pub(crate) fn families(&self) -> usize {
        self.families.len()
    }

    pub(crate) fn issue_access(
        &mut self,
        family: usize,
        scopes: Scopes,
        now: Millis,
        entropy: &mut Entropy,
    ) -> String {
        // Dead ones are of no use to anybody.
        self.access.retain(|_, access| access.expires > now);
        let token = entropy.token();
        let access = Access {
            family,
            scopes,
            thumbprint: self.families[family].thumbprint.clone(),
            expires: now + ACCESS_LIFE,
        };
        self.access.insert(Fingerprint::of(&token), access);
        token
    }

    pub(crate) fn issue_refresh(&mut self, family: usize, entropy: &mut Entropy) -> String {
        let token = entropy.token();
        let refresh = Refresh {
            family,
            used: false,
        };
        self.refresh.insert(Fingerprint::of(&token), refresh);
        token
    }

    /// Whose access token this is, and what it may do.
    pub(crate) fn access(&self, token: &str, now: Millis) -> Option<Held> {
        let access = self.access.get(&Fingerprint::of(token))?;
        let family = &self.families[access.family];
        (!family.revoked && access.expires > now).then(|| Held {
            family: access.family,
            person: family.person,
            patient: family.patient,
            scopes: access.scopes.clone(),
            thumbprint: access.thumbprint.clone(),
        })
    }

    /// Revokes the family of either token of this client (RFC 7009 §2.1); others are left alone.
    pub(crate) fn revoke(&mut self, token: &str, client: &str) {
        let token = Fingerprint::of(token);
        let family = match (self.access.get(&token), self.refresh.get(&token)) {
            (Some(access), _) => access.family,
            (None, Some(refresh)) => refresh.family,
            (None, None) => return,
        };
        let family = &mut self.families[family];
        if family.client == client {
            family.revoked = true;
        }
    }

    /// The families of somebody that could still be used, the one used last first.
    pub(crate) fn live(&self, person: usize, now: Millis) -> Vec<usize> {
        let refreshable = |index| {
            let mut all = self.refresh.values();
            all.any(|refresh| refresh.family == index && !refresh.used)
        };
        let readable = |index| {
            let mut all = self.access.values();
            all.any(|access| access.family == index && access.expires > now)
        };
        let mut live: Vec<usize> = (0..self.families.len())
            .filter(|&index| {
                let family = &self.families[index];
                family.person == person
                    && !family.revoked
                    && (refreshable(index) || readable(index))
            })
            .collect();
        live.sort_by_key(|&index| std::cmp::Reverse((self.families[index].last_used, index)));
        live
    }

    pub(crate) fn end(&mut self, family: usize) {
        self.families[family].revoked = true;
    }

    /// Ends what somebody has for the record of a patient.
    pub(crate) fn revoke_proxy(&mut self, person: usize, patient: usize) {
        for family in &mut self.families {
            family.revoked |= (family.person, family.patient) == (person, patient);
        }
        self.codes.retain(|_, code| {
            (code.person, code.patient) != (person, patient) || code.family.is_some()
        });
    }

    pub(crate) fn revoke_person(&mut self, person: usize) {
        for family in &mut self.families {
            if family.person == person {
                family.revoked = true;
            }
        }
        // Codes not redeemed yet would bring the person back in.
        self.codes
            .retain(|_, code| code.person != person || code.family.is_some());
    }
}
