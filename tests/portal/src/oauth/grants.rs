//! What was issued: sign-ins under way, codes, and families of tokens.
//!
//! A family is everything that came from one code. Whatever shows that a part of it was stolen (a code
//! or a refresh token used twice) ends the whole family (RFC 9700 §4.14.2).

use std::collections::BTreeMap;

use super::Scopes;
use crate::clock::Millis;
use crate::entropy::Entropy;

pub(crate) const CODE_LIFE: Millis = 60_000;
pub(crate) const ACCESS_LIFE: Millis = 300_000;
pub(crate) const SESSION_LIFE: Millis = 600_000;

/// What a client asked for.
#[derive(Debug, Clone)]
pub(crate) struct Authorization {
    pub(crate) client: String,
    pub(crate) scopes: Scopes,
    pub(crate) nonce: Option<String>,
    pub(crate) code_challenge: String,
    /// None in the native challenge.
    pub(crate) redirect: Option<String>,
    pub(crate) state: Option<String>,
}

/// Somebody on the way to a code.
#[derive(Debug, Clone)]
pub(crate) struct SignIn {
    pub(crate) wanted: Authorization,
    pub(crate) started: Millis,
    /// Set once the password was right.
    pub(crate) person: Option<usize>,
    /// The user name last given: whose counter `attempts_left` speaks of.
    pub(crate) user: String,
    pub(crate) finished: bool,
}

#[derive(Debug, Clone)]
struct Code {
    wanted: Authorization,
    person: usize,
    auth_time: i64,
    otp: bool,
    issued: Millis,
    family: Option<usize>,
}

#[derive(Debug, Clone)]
pub(crate) struct Family {
    pub(crate) client: String,
    pub(crate) person: usize,
    pub(crate) scopes: Scopes,
    pub(crate) auth_time: i64,
    pub(crate) otp: bool,
    revoked: bool,
}

struct Access {
    family: usize,
    scopes: Scopes,
    expires: Millis,
}

struct Refresh {
    family: usize,
    used: bool,
}

#[derive(Default)]
pub(crate) struct Grants {
    sign_ins: Vec<SignIn>,
    /// Every `auth_session` and login id given out, to its sign-in.
    handles: BTreeMap<String, usize>,
    codes: BTreeMap<String, Code>,
    families: Vec<Family>,
    access: BTreeMap<String, Access>,
    refresh: BTreeMap<String, Refresh>,
}

/// What a token request gets.
pub(crate) struct Redeemed {
    pub(crate) family: usize,
    pub(crate) nonce: Option<String>,
}

impl Grants {
    pub(crate) fn begin(&mut self, wanted: Authorization, now: Millis) -> usize {
        self.sign_ins.push(SignIn {
            wanted,
            started: now,
            person: None,
            user: String::new(),
            finished: false,
        });
        self.sign_ins.len() - 1
    }

    /// A new name for a sign-in; earlier ones stay valid.
    pub(crate) fn handle(&mut self, sign_in: usize, entropy: &mut Entropy) -> String {
        let handle = entropy.token();
        self.handles.insert(handle.clone(), sign_in);
        handle
    }

    pub(crate) fn find(&self, handle: &str, now: Millis) -> Option<usize> {
        let &index = self.handles.get(handle)?;
        let sign_in = &self.sign_ins[index];
        (!sign_in.finished && now - sign_in.started < SESSION_LIFE).then_some(index)
    }

    pub(crate) fn sign_in(&mut self, index: usize) -> &mut SignIn {
        &mut self.sign_ins[index]
    }

    /// Ends a sign-in with a code.
    pub(crate) fn finish(
        &mut self,
        index: usize,
        person: usize,
        otp: bool,
        now: Millis,
        entropy: &mut Entropy,
    ) -> String {
        let sign_in = &mut self.sign_ins[index];
        sign_in.finished = true;
        let code = Code {
            wanted: sign_in.wanted.clone(),
            person,
            auth_time: now / 1000,
            otp,
            issued: now,
            family: None,
        };
        let text = entropy.token();
        self.codes.insert(text.clone(), code);
        text
    }

    /// Redeems a code, once.
    pub(crate) fn redeem(
        &mut self,
        code: &str,
        client: &str,
        redirect: Option<&str>,
        challenge: &str,
        now: Millis,
    ) -> Result<Redeemed, &'static str> {
        let Some(found) = self.codes.get_mut(code) else {
            return Err("the code is unknown");
        };
        if let Some(family) = found.family {
            self.families[family].revoked = true;
            return Err("the code was used before; its tokens are revoked");
        }
        if now - found.issued >= CODE_LIFE {
            return Err("the code has expired");
        }
        if found.wanted.client != client {
            return Err("the code is another client's");
        }
        if found.wanted.redirect.as_deref() != redirect {
            return Err("redirect_uri is not that of the authorization request");
        }
        if found.wanted.code_challenge != challenge {
            return Err("code_verifier does not match");
        }
        let family = self.families.len();
        found.family = Some(family);
        let nonce = found.wanted.nonce.clone();
        self.families.push(Family {
            client: client.to_owned(),
            person: found.person,
            scopes: found.wanted.scopes.clone(),
            auth_time: found.auth_time,
            otp: found.otp,
            revoked: false,
        });
        Ok(Redeemed { family, nonce })
    }

    /// Looks a refresh token up. `rotate` uses it up; a second use then ends its family.
    pub(crate) fn refresh(
        &mut self,
        token: &str,
        client: &str,
        rotate: bool,
    ) -> Result<Redeemed, &'static str> {
        let Some(found) = self.refresh.get_mut(token) else {
            return Err("the refresh token is unknown");
        };
        let family = &mut self.families[found.family];
        if family.client != client {
            return Err("the refresh token is another client's");
        }
        if family.revoked {
            return Err("the refresh token is revoked");
        }
        if found.used {
            family.revoked = true;
            return Err("the refresh token was used before; its family is revoked");
        }
        found.used = rotate;
        Ok(Redeemed {
            family: found.family,
            nonce: None,
        })
    }

    pub(crate) fn family(&self, family: usize) -> &Family {
        &self.families[family]
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
            expires: now + ACCESS_LIFE,
        };
        self.access.insert(token.clone(), access);
        token
    }

    pub(crate) fn issue_refresh(&mut self, family: usize, entropy: &mut Entropy) -> String {
        let token = entropy.token();
        let refresh = Refresh {
            family,
            used: false,
        };
        self.refresh.insert(token.clone(), refresh);
        token
    }

    /// Whose access token this is, and what it may do.
    pub(crate) fn access(&self, token: &str, now: Millis) -> Option<(usize, &Scopes)> {
        let access = self.access.get(token)?;
        let family = &self.families[access.family];
        (!family.revoked && access.expires > now).then_some((family.person, &access.scopes))
    }

    /// Revokes the family of either token of this client (RFC 7009 §2.1); others are left alone.
    pub(crate) fn revoke(&mut self, token: &str, client: &str) {
        let family = match (self.access.get(token), self.refresh.get(token)) {
            (Some(access), _) => access.family,
            (None, Some(refresh)) => refresh.family,
            (None, None) => return,
        };
        let family = &mut self.families[family];
        if family.client == client {
            family.revoked = true;
        }
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
