//! Whose records an account shows, and whom one may act for.

use comfy_table::CellAlignment::{Left, Right};
use pericard::{Account, FoundPerson, PersonId};
use serde_json::json;

use super::{accounts, sign_in};
use crate::cli::{Options, People};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{GOOD, Output, one_line};
use crate::prompts::{self, Answers};
use crate::render::{Look, shapes, table};

pub(super) async fn run(options: &Options, how: &People, output: &Output) -> Result<(), Failure> {
    if how.add.is_some() {
        return add(options, how, output).await;
    }
    let context = Context::existing(options).await?;
    if how.find {
        let account = context.any_account().await?;
        found(&account.find_people().await?, output);
    } else {
        list(&*context.account().await?, output);
    }
    context.close().await
}

fn list(account: &Account, output: &Output) {
    let people = account.people();
    let all: Vec<_> = people.iter().map(shapes::person).collect();
    output.result(&json!({ "people": all }));
    if output.json {
        return;
    }
    let head = [
        ("", Some(5), Right),
        ("who", None, Left),
        ("session", Some(18), Left),
        ("", Some(14), Left),
    ];
    let rows = people.iter().enumerate().map(|(n, person)| {
        let (session, look) = accounts::session(person.session);
        let remark = match (person.is_self, person.may_write) {
            (true, _) => "you",
            (false, true) => "",
            (false, false) => "reading only",
        };
        vec![
            (format!("{}", n + 1), Look::Plain),
            (one_line(&person.name), Look::Strong),
            (session.to_owned(), look),
            (remark.to_owned(), Look::Quiet),
        ]
    });
    output.say(table(output, 1, &head, rows));
}

fn found(found: &[FoundPerson], output: &Output) {
    let shape = |person: &FoundPerson| json!({ "patient": person.patient, "name": person.name, "relationship": person.relationship });
    let all: Vec<_> = found.iter().map(shape).collect();
    output.result(&json!({ "found": all }));
    if output.json {
        return;
    }
    if found.is_empty() {
        output.say("The portal names nobody else. You may still find them on its own page: pericard people --add 1 --browser");
        return;
    }
    for (n, person) in found.iter().enumerate() {
        let relationship = person.relationship.as_deref().unwrap_or_default();
        output.say(format!(
            "{:>3}  {}  {}",
            n + 1,
            one_line(&person.name),
            one_line(relationship)
        ));
    }
    output.say("To add one: pericard people --add 1");
}

async fn add(options: &Options, how: &People, output: &Output) -> Result<(), Failure> {
    let answers = Answers::of(&how.answering, false)?;
    let (context, callback) = Context::with_browser(options).await?;
    let account = context.account().await?;
    let before = account.people();
    let found = account.find_people().await?;
    let chosen = how.add.and_then(|n| found.get(n.checked_sub(1)?));
    if chosen.is_none() && !found.is_empty() {
        let hint = "List them: pericard people --find";
        return Err(Failure::usage("there is no such person", hint));
    }
    let patient = chosen.map(|person| person.patient.clone());
    callback.keep()?;
    let native = context.is_native(&account.portal());
    let begun = sign_in::by(&how.answering, native, async |method| {
        account.add_person(method, patient.clone()).await
    });
    let signed = prompts::ask(&begun.await?, answers, &callback, output).await?;
    let people = signed.account.people();
    let is_new = |id: &PersonId| before.iter().all(|it| it.id != *id);
    let added = people.iter().find(|person| is_new(&person.id));
    output.result(&json!({ "added": added.map(shapes::person) }));
    match added {
        Some(person) => output.tell(format!(
            "{} Next: pericard sync, then pericard --person {} inbox",
            output.paint(GOOD, format!("{} is here, too.", one_line(&person.name))),
            people
                .iter()
                .position(|it| it.id == person.id)
                .unwrap_or_default()
                + 1
        )),
        None => output.tell("The portal granted nobody new."),
    }
    context.close().await
}

/// Removes one person from this device.
pub(super) async fn forget(options: &Options, output: &Output) -> Result<(), Failure> {
    let context = Context::existing(options).await?;
    let account = context.account().await?;
    let person = context.person(&account)?;
    account.forget_person(person.id.clone()).await?;
    output.result(&json!({ "forgotten": person.id }));
    output.tell(format!(
        "{} was removed from this device.",
        one_line(&person.name)
    ));
    context.close().await
}
