//! Whose records somebody sees: themselves, and those for whom they act.

use std::sync::Arc;

use pericard::{Account, Person, PersonId, SessionState, SignIn, SignInMethod};

use crate::context::{Context, Halt, broken};
use crate::expectations::same;
use crate::keys::Keys;

/// Begins a sign-in of somebody for `patient`: anew for who is here already, else for whom the portal names.
pub(crate) async fn begun(
    context: &Context,
    account: &Arc<Account>,
    method: SignInMethod,
    patient: &str,
) -> Result<Arc<SignIn>, Halt> {
    if let Some(known) = context.known(patient)? {
        return Ok(account.sign_in_again(method, Some(known)).await?);
    }
    let id = context.world.patient(patient.to_owned())?;
    let found = account.find_people().await?;
    if found.iter().all(|person| person.patient != id) {
        return Err(broken(format!("the portal does not name {patient}")));
    }
    Ok(account.add_person(method, Some(id)).await?)
}

/// The state of a session in a word.
fn word(state: SessionState) -> &'static str {
    match state {
        SessionState::Active => "active",
        SessionState::StepUp => "step_up",
        SessionState::SignIn { .. } => "sign_in",
        SessionState::Sealed { .. } => "sealed",
        SessionState::Locked => "locked",
        SessionState::Unusable { .. } => "unusable",
        SessionState::SignedOut => "signed_out",
    }
}

impl Context {
    /// Names whom a sign-in has brought.
    pub(crate) fn name_people(&mut self, who: &str, patient: Option<&str>) -> Result<(), Halt> {
        let people = self.account()?.people();
        let named =
            |id: &PersonId, context: &Self| context.people.values().any(|known| known == id);
        for person in people {
            let name = if person.is_self { Some(who) } else { patient };
            if let (Some(name), false) = (name, named(&person.id, self)) {
                self.people
                    .insert((who.to_owned(), name.to_owned()), person.id);
            }
        }
        Ok(())
    }

    /// The id of a person of the account whose turn it is.
    pub(crate) fn known(&self, patient: &str) -> Result<Option<PersonId>, Halt> {
        let id = self
            .people
            .get(&(self.person()?, patient.to_owned()))
            .cloned();
        let here = self.account()?.people();
        Ok(id.filter(|id| here.iter().any(|person| person.id == *id)))
    }

    /// The same; a story that names nobody is wrong.
    pub(crate) fn known_person(&self, patient: &str) -> Result<Person, Halt> {
        let id = self.known(patient)?;
        let here = self.account()?.people();
        let found = here
            .into_iter()
            .find(|person| Some(&person.id) == id.as_ref());
        found.ok_or_else(|| broken(format!("{patient} is not here")))
    }

    fn name_of(&self, id: &PersonId) -> String {
        let mut people = self.people.iter();
        let found = people.find(|(_, known)| *known == id);
        found.map_or_else(|| "somebody".to_owned(), |((_, name), _)| name.clone())
    }
}

/// What is expected of the people of an account.
pub(crate) async fn expect(
    context: &Context,
    thing: &str,
    keys: &mut Keys<'_>,
) -> Result<(), Halt> {
    let account = context.account()?;
    match thing {
        "people" => {
            let here = account.people();
            let here = here.iter().map(|person| context.name_of(&person.id));
            same_names("people", texts(keys, "names")?, here.collect())
        }
        "found_people" => {
            let found = account.find_people().await?;
            let found = found
                .iter()
                .map(|person| context.world.who(person.patient.clone()));
            same_names("found people", texts(keys, "names")?, found.collect())
        }
        _ => {
            let person = context.known_person(&keys.text("who")?)?;
            if let Some(session) = keys.text_or_none("session")? {
                same("session", session.as_str(), word(person.session))?;
            }
            if let Some(may_write) = keys.flag_or_none("may_write")? {
                same("may write", may_write, person.may_write)?;
            }
            Ok(())
        }
    }
}

fn same_names(what: &str, mut expected: Vec<String>, mut found: Vec<String>) -> Result<(), Halt> {
    expected.sort();
    found.sort();
    same(what, expected.join(", "), found.join(", "))
}

fn texts(keys: &mut Keys<'_>, name: &str) -> Result<Vec<String>, Halt> {
    let list = keys.list(name)?;
    let texts = list.iter().map(|text| text.as_str().map(str::to_owned));
    let texts: Option<Vec<_>> = texts.collect();
    texts.ok_or_else(|| broken(format!("`{name}` is a list of names")))
}
