//! The tour: every promise of the product once, against a portal of its own, in front of everybody's eyes.
//!
//! Nothing is played back: each line is what the client, the portal or the disk said. A promise that does not hold
//! ends the tour with exit code 1. What it makes lies in a temporary directory and is gone afterwards.

mod canaries;
mod report;
mod stage;
mod wire;

use std::sync::Arc;

use pericard::{
    Account, Client, Message, MessageState, MessageThread, Messages, NewMessage, PericardError,
    SearchHit, SignInMethod, SignInStep,
};
use serde_json::json;

use crate::desk;
use crate::failure::Failure;
use crate::progress;
use crate::show;
use crate::voice::{OWN, QUIET, STRONG, Voice, short, wrap};

use canaries::Canaries;
use report::Report;
use stage::Stage;

const WORD: &str = "appointment";
const ANSWER: &str =
    "Thank you, the second time suits me. I am writing this in a lift without reception.";

/// What the tour counted.
#[derive(Default)]
struct Counts {
    threads: u64,
    messages: u64,
    offline_reads: u64,
    search_hits: u64,
    sent: u64,
    portal_copies: u64,
    disk_canaries: u64,
}

/// Takes the tour.
pub(crate) async fn run(voice: &Voice) -> Result<(), Failure> {
    let mut report = Report::begin(voice);
    let mut counts = Counts::default();
    let stage = start(&mut report).await?;
    let client = open(&mut report, &stage).await?;
    let account = sign_in(&mut report, &stage, &client).await?;
    let messages = desk::messages(&account)?;
    let threads = sync(&mut report, voice, &account, &messages, &mut counts).await?;

    cut(&mut report, &stage, &account).await?;
    let carried = stage.wire.carried();
    let everything = inbox(&mut report, voice, &messages, &threads, &mut counts).await?;
    let thread = read(&mut report, voice, &messages, &threads).await?;
    search(&mut report, voice, &messages, &threads, &mut counts).await?;
    let queued = write(&mut report, &messages, &thread).await?;
    promise(stage.wire.carried() == carried, || {
        "something went over a network that was cut".into()
    })?;
    arrive(
        &mut report,
        voice,
        &stage,
        &account,
        &messages,
        &queued,
        &mut counts,
    )
    .await?;
    disk(&mut report, &stage, &client, &everything, &mut counts).await?;

    end(voice, &report, &counts);
    Ok(())
}

/// The tour stops where the product does not do what it promises.
fn promise(holds: bool, what: impl FnOnce() -> String) -> Result<(), Failure> {
    if holds {
        Ok(())
    } else {
        Err(Failure::Promise(what()))
    }
}

/// The same voice inside the report's margin.
fn inner(voice: &Voice) -> Voice {
    Voice {
        width: voice.width.saturating_sub(4),
        ..*voice
    }
}

async fn start(report: &mut Report<'_>) -> Result<Stage, Failure> {
    report.step("A health portal of its own");
    let stage = Stage::set().await?;
    report.show(stage.portal.base());
    report.done("Started on this machine with TLS, two patients and their correspondence.");
    Ok(stage)
}

async fn open(report: &mut Report<'_>, stage: &Stage) -> Result<Arc<Client>, Failure> {
    report.step("An empty device");
    let client = stage.client().await?;
    promise(client.accounts().await?.is_empty(), || {
        "a new directory has accounts".into()
    })?;
    report.done("Keys in a file sealed by Argon2id, an encrypted database, nobody signed in.");
    Ok(client)
}

async fn sign_in(
    report: &mut Report<'_>,
    stage: &Stage,
    client: &Client,
) -> Result<Arc<Account>, Failure> {
    report.step("Signing in, with a second factor");
    let ana = stage.ana();
    let sign_in = client
        .portal(stage.config())
        .await?
        .sign_in(SignInMethod::Native)
        .await?;
    let mut step = sign_in.step()?;
    report.show(format!("user {}, password {}", ana.user, "•".repeat(12)));
    if step == SignInStep::AskPassword {
        step = sign_in
            .clone()
            .password(ana.user.clone(), ana.password.clone().into_bytes())
            .await?;
    }
    let asked = matches!(step, SignInStep::AskCode { .. });
    promise(asked, || {
        "the portal did not ask for the second factor".into()
    })?;
    let code = stage.code()?;
    report.show(format!("code {} {}", &code[..3], &code[3..]));
    sign_in.clone().code(code).await?;
    let account = sign_in.finish().await?;
    let name = account
        .people()
        .first()
        .map(|person| person.name.clone())
        .unwrap_or_default();
    report.done(format!(
        "Signed in as {name}. Tokens are sealed on this device."
    ));
    Ok(account)
}

async fn sync(
    report: &mut Report<'_>,
    voice: &Voice,
    account: &Account,
    messages: &Messages,
    counts: &mut Counts,
) -> Result<Vec<MessageThread>, Failure> {
    report.step("Fetching everything");
    let done = progress::sync(account, voice).await?;
    let threads = desk::all_threads(messages).await?;
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
        done.received, counts.messages, counts.threads
    ));
    Ok(threads)
}

async fn cut(report: &mut Report<'_>, stage: &Stage, account: &Account) -> Result<(), Failure> {
    report.step("No network from here on");
    stage.wire.cut();
    let tried = account.start_sync(None)?;
    let ended = loop {
        match tried.next().await {
            Ok(Some(_)) => {}
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    let offline = matches!(ended, Some(PericardError::Offline)) && stage.wire.refused() > 0;
    promise(offline, || {
        "a sync without a network did not end as offline".into()
    })?;
    report.done("A sync says that it is offline. Everything else goes on.");
    Ok(())
}

async fn inbox(
    report: &mut Report<'_>,
    voice: &Voice,
    messages: &Messages,
    threads: &[MessageThread],
    counts: &mut Counts,
) -> Result<Vec<Message>, Failure> {
    report.step("The inbox, offline");
    let page = messages.threads(None, 6).await?;
    promise(page.threads.len() == 6, || {
        "the first page of the inbox is not full".into()
    })?;
    for line in show::inbox(&inner(voice), &page.threads, 1).lines() {
        report.show(line);
    }
    // Not only the first page: every message of every conversation.
    let mut all = Vec::new();
    for thread in threads {
        let mut after = None;
        loop {
            let page = messages.messages(thread.id.clone(), after, 500).await?;
            all.extend(page.messages);
            after = page.after;
            if after.is_none() {
                break;
            }
        }
    }
    counts.offline_reads = all.len() as u64;
    promise(counts.offline_reads == counts.messages, || {
        format!(
            "{} of {} messages can be read offline",
            counts.offline_reads, counts.messages
        )
    })?;
    report.done(format!(
        "The first six; all {} messages were read from the encrypted cache.",
        all.len()
    ));
    Ok(all)
}

async fn read(
    report: &mut Report<'_>,
    voice: &Voice,
    messages: &Messages,
    threads: &[MessageThread],
) -> Result<MessageThread, Failure> {
    report.step("A conversation");
    // One with something said on both sides.
    let mut chosen = None;
    for thread in threads {
        let page = messages.messages(thread.id.clone(), None, 3).await?;
        let own = page
            .messages
            .iter()
            .filter(|message| message.outgoing)
            .count();
        if own > 0 && own < page.messages.len() {
            chosen = Some((thread.clone(), page));
            break;
        }
    }
    let (thread, page) =
        chosen.ok_or_else(|| Failure::Promise("no conversation has two sides".into()))?;
    messages.mark_read(thread.id.clone()).await?;
    let others = thread.participants.join(", ");
    let head = short(
        &format!("{} · {others}", thread.subject),
        voice.width.saturating_sub(4),
    );
    report.show(voice.paint(STRONG, head));
    report.show("");
    let oldest_first: Vec<_> = page.messages.into_iter().rev().collect();
    for line in show::talk(&inner(voice), &oldest_first, 6) {
        report.show(line);
    }
    report.show("");
    report.done(format!(
        "The last {} of {} messages.",
        oldest_first.len(),
        thread.messages
    ));
    Ok(thread)
}

async fn search(
    report: &mut Report<'_>,
    voice: &Voice,
    messages: &Messages,
    threads: &[MessageThread],
    counts: &mut Counts,
) -> Result<(), Failure> {
    report.step(&format!("Searching for “{WORD}”"));
    let mut hits: Vec<SearchHit> = Vec::new();
    let mut after = None;
    loop {
        let page = messages.search(WORD.into(), after, 500).await?;
        hits.extend(page.hits);
        after = page.after;
        if after.is_none() {
            break;
        }
    }
    counts.search_hits = hits.len() as u64;
    let marked = |hit: &SearchHit| {
        hit.snippet
            .iter()
            .any(|part| part.hit && part.text.to_lowercase().starts_with(WORD))
    };
    promise(!hits.is_empty() && hits.iter().all(marked), || {
        format!("a search for {WORD} marks no hits")
    })?;
    let number = |id: &str| {
        threads
            .iter()
            .position(|thread| thread.id == id)
            .map(|n| n + 1)
    };
    for line in show::hits(&inner(voice), &hits[..hits.len().min(2)], number) {
        report.show(line);
    }
    report.done(format!(
        "{} messages, found in the encrypted index on this device.",
        hits.len()
    ));
    Ok(())
}

async fn write(
    report: &mut Report<'_>,
    messages: &Messages,
    thread: &MessageThread,
) -> Result<Message, Failure> {
    report.step("An answer, still offline");
    let answer = NewMessage {
        thread: Some(thread.id.clone()),
        subject: None,
        text: ANSWER.into(),
    };
    let queued = messages.send(answer).await?;
    promise(queued.state == MessageState::Queued, || {
        "a message written offline is not queued".into()
    })?;
    let found = messages
        .search("lift without reception".into(), None, 5)
        .await?
        .hits;
    promise(found.iter().any(|hit| hit.message.id == queued.id), || {
        "a queued message is not found".into()
    })?;
    let waiting = messages.outbox().await?;
    promise(waiting.len() == 1 && waiting[0].id == queued.id, || {
        "the outbox does not hold the message".into()
    })?;
    for line in wrap(ANSWER, 66) {
        report.show(format!("┃ {line}"));
    }
    report.done("Queued on this device, in its conversation, and found by a search already.");
    Ok(queued)
}

async fn arrive(
    report: &mut Report<'_>,
    voice: &Voice,
    stage: &Stage,
    account: &Account,
    messages: &Messages,
    queued: &Message,
    counts: &mut Counts,
) -> Result<(), Failure> {
    report.step("The network is back, and loses the portal's answer");
    stage.lose_an_answer()?;
    stage.wire.mend();
    let lost = stage.wire.lost();
    let done = progress::sync(account, voice).await?;
    counts.sent = done.sent;
    let lost = stage.wire.lost() - lost;
    promise(lost == 1, || {
        format!("{lost} answers were lost, not one: nothing is proved")
    })?;
    counts.portal_copies = stage.copies(ANSWER)?;
    promise(counts.portal_copies == 1, || {
        format!(
            "the portal has {} copies of one message",
            counts.portal_copies
        )
    })?;
    let message = messages.message(queued.id.clone()).await?;
    promise(message.state == MessageState::Sent, || {
        "the message has arrived and is not shown as sent".into()
    })?;
    report.show(format!(
        "{lost:>6}  answer lost after the portal had stored the message"
    ));
    report.show(format!(
        "{:>6}  copy of the message at the portal",
        counts.portal_copies
    ));
    report.done("Looked up by its identifier instead of sent again; shown as sent.");
    Ok(())
}

async fn disk(
    report: &mut Report<'_>,
    stage: &Stage,
    client: &Client,
    everything: &[Message],
    counts: &mut Counts,
) -> Result<(), Failure> {
    report.step("Looking for plain text on the disk");
    let canaries = canaries_of(stage, everything);
    let look = |canaries: &Canaries| {
        canaries
            .search(&stage.path())
            .map_err(|error| Failure::io("search the tour's directory", error))
    };
    // Once with everything open, where journals and temporary files are, and once closed.
    let open = look(&canaries)?;
    client.shut_down().await?;
    let closed = look(&canaries)?;
    counts.disk_canaries = open.times + closed.times;

    let control = stage.path().join("control.txt");
    let written = std::fs::write(&control, canaries.in_plain());
    let seen = written
        .map_err(|error| Failure::io("write the control", error))
        .and_then(|()| look(&canaries));
    std::fs::remove_file(&control).map_err(|error| Failure::io("remove the control", error))?;
    let seen = seen?.times;
    promise(seen >= canaries.len() as u64, || {
        "the search overlooks what is there, so it proves nothing".into()
    })?;
    promise(counts.disk_canaries == 0, || {
        format!("plain text is on the disk, {} times", counts.disk_canaries)
    })?;
    report.show(format!(
        "{:>6}  words, names, tokens, secrets, the password",
        canaries.len()
    ));
    report.show(format!(
        "{:>6}  files, {:.1} MB",
        open.files,
        open.bytes as f64 / 1e6
    ));
    report.show(format!("{:>6}  found in them", counts.disk_canaries));
    report.show(format!(
        "{seen:>6}  found in an unencrypted file, as a control"
    ));
    report.done("Nothing can be read without the keys.");
    Ok(())
}

/// Everything that somebody with the disk must not find.
fn canaries_of(stage: &Stage, everything: &[Message]) -> Canaries {
    let ana = stage.ana();
    let mut canaries = Canaries::default();
    for message in everything {
        canaries.add_letter(&message.text);
        canaries.add(&message.from);
    }
    canaries.add(ANSWER);
    canaries.add(WORD);
    for text in [&ana.password, &ana.patient, &ana.name] {
        canaries.add(text);
    }
    canaries.add(ana.totp_secret.as_deref().unwrap_or_default());
    canaries.add(&*stage.passphrase);
    for token in stage.wire.tokens() {
        canaries.add(&*token);
    }
    canaries
}

fn end(voice: &Voice, report: &Report<'_>, counts: &Counts) {
    voice.result(&json!({
        "threads": counts.threads, "messages": counts.messages, "offline_reads": counts.offline_reads,
        "search_hits": counts.search_hits, "sent": counts.sent, "portal_copies": counts.portal_copies,
        "disk_canaries": counts.disk_canaries, "seconds": (report.seconds() * 1000.0).round() / 1000.0,
    }));
    voice.say(format!(
        "\n    {} {}",
        voice.paint(STRONG, "Everything held."),
        voice.paint(
            QUIET,
            format!(
                "{:.1} seconds; nothing of it is left on this machine.",
                report.seconds()
            )
        )
    ));
    voice.say(format!("\n    {}", voice.paint(STRONG, "Try it yourself")));
    for (command, what) in [
        ("cargo run -p pericard-portal", "in another terminal"),
        (
            "cargo run -- --config pericard-portal.json signin",
            "sign in to it",
        ),
        ("cargo run -- sync", "then inbox, read, send"),
        ("cargo run -- --help", "everything else"),
    ] {
        let command = voice.paint(OWN, format!("{command:<51}"));
        voice.say(format!("      {command}{}", voice.paint(QUIET, what)));
    }
    voice.say("");
}
