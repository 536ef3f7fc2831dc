//! The steps that need the portal: starting, signing in, fetching, and arriving in spite of a lost answer.

use std::sync::Arc;

use pericard::{
    Account, Client, Message, MessageState, MessageThread, Messages, SignInMethod, SignInStep,
};

use crate::failure::Failure;
use crate::output::Output;
use crate::tour::fixture::Fixture;
use crate::tour::report::Report;
use crate::tour::{ANSWER, Counts, promise};
use crate::{context, progress};

pub(super) async fn start(report: &mut Report<'_>) -> Result<Fixture, Failure> {
    report.step("A health portal of its own");
    let fixture = Fixture::set().await?;
    report.show(fixture.portal.base());
    report.done("Started on this machine, with TLS and two patients' letters.");
    Ok(fixture)
}

pub(super) async fn open(
    report: &mut Report<'_>,
    fixture: &Fixture,
) -> Result<Arc<Client>, Failure> {
    report.step("An empty device");
    let client = fixture.client().await?;
    promise(client.accounts().await?.is_empty(), || {
        "a new directory has accounts".into()
    })?;
    report.done("Encrypted keys, an encrypted database, nobody signed in.");
    Ok(client)
}

pub(super) async fn sign_in(
    report: &mut Report<'_>,
    fixture: &Fixture,
    client: &Client,
) -> Result<Arc<Account>, Failure> {
    report.step("Signing in, with a second factor");
    let ana = fixture.ana();
    let sign_in = client
        .portal(fixture.config())
        .await?
        .sign_in(SignInMethod::Native)
        .await?;
    let mut step = sign_in.step()?;
    report.show(format!("user {}, password {}", ana.user, "•".repeat(12)));
    if matches!(step, SignInStep::AskPassword { .. }) {
        step = sign_in
            .clone()
            .password(ana.user.clone(), ana.password.clone().into_bytes())
            .await?;
    }
    let asked = matches!(step, SignInStep::AskCode { .. });
    promise(asked, || {
        "the portal did not ask for the second factor".into()
    })?;
    let code = fixture.code()?;
    report.show(format!("code {} {}", &code[..3], &code[3..]));
    sign_in.clone().code(code).await?;
    let account = sign_in.finish().await?;
    let name = account
        .people()
        .first()
        .map(|person| person.name.clone())
        .unwrap_or_default();
    // What the line below says of tokens, the wire has heard.
    promise(fixture.wire.every_token_is_bound(), || {
        "the portal issued a token that is not bound to this device".into()
    })?;
    report.done(format!(
        "Signed in as {name}. The tokens are encrypted and bound to this device."
    ));
    Ok(account)
}

pub(super) async fn sync(
    report: &mut Report<'_>,
    output: &Output,
    account: &Account,
    messages: &Messages,
    counts: &mut Counts,
) -> Result<Vec<MessageThread>, Failure> {
    report.step("Fetching everything");
    let done = progress::sync(account, output, progress::Extent::Shown).await?;
    let threads = context::all_threads(messages).await?;
    counts.threads = threads.len() as u64;
    counts.messages = threads
        .iter()
        .map(|thread| u64::from(thread.messages))
        .sum();
    promise(counts.messages >= 500, || {
        format!("only {} messages arrived", counts.messages)
    })?;
    report.done(format!(
        "{} records received: {} messages in {} conversations.",
        done.progress.done, counts.messages, counts.threads
    ));
    Ok(threads)
}

pub(super) async fn arrive(
    report: &mut Report<'_>,
    output: &Output,
    fixture: &Fixture,
    account: &Account,
    messages: &Messages,
    queued: &Message,
    counts: &mut Counts,
) -> Result<(), Failure> {
    report.step("The network is back, and loses the portal's response");
    fixture.lose_an_answer()?;
    fixture.wire.mend();
    let lost = fixture.wire.lost();
    let done = progress::sync(account, output, progress::Extent::New).await?;
    counts.sent = done.progress.sent;
    promise(done.progress.sent == 1, || {
        format!("{} messages were sent, not one", done.progress.sent)
    })?;
    let lost = fixture.wire.lost() - lost;
    promise(lost == 1, || {
        format!("{lost} responses were lost, not one: this proves nothing")
    })?;
    counts.portal_copies = fixture.copies(ANSWER)?;
    promise(counts.portal_copies == 1, || {
        format!(
            "the portal has {} copies of one message",
            counts.portal_copies
        )
    })?;
    let message = messages.message(queued.id.clone()).await?;
    promise(message.state == MessageState::Sent, || {
        "the message arrived but is not shown as sent".into()
    })?;
    report.show(format!(
        "{lost:>6}  response lost after the portal stored the message"
    ));
    report.show(format!(
        "{:>6}  copy of the message at the portal",
        counts.portal_copies
    ));
    report.done("Found by its identifier instead of sent again; shown as sent.");
    Ok(())
}
