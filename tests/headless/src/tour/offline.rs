//! The steps without a network: everything that the cache and the outbox promise.

use pericard::{
    Account, Message, MessageState, MessageThread, Messages, NewMessage, PericardError, SearchHit,
};

use crate::failure::Failure;
use crate::output::{Output, STRONG, short, wrap};
use crate::render;
use crate::tour::fixture::Fixture;
use crate::tour::report::Report;
use crate::tour::{ANSWER, Counts, WORD, promise};

/// The same voice inside the report's margin.
fn inner(output: &Output) -> Output {
    Output {
        width: output.width.saturating_sub(4),
        ..*output
    }
}

pub(super) async fn cut(
    report: &mut Report<'_>,
    fixture: &Fixture,
    account: &Account,
) -> Result<(), Failure> {
    report.step("No network from here on");
    fixture.wire.cut();
    let tried = account.start_sync(None, false)?;
    let ended = loop {
        match tried.next().await {
            Ok(Some(_)) => {}
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    let offline = matches!(ended, Some(PericardError::Offline)) && fixture.wire.refused() > 0;
    promise(offline, || {
        "a sync without a network did not end as offline".into()
    })?;
    report.done("A sync reports that it is offline. Everything else works.");
    Ok(())
}

pub(super) async fn inbox(
    report: &mut Report<'_>,
    output: &Output,
    messages: &Messages,
    threads: &[MessageThread],
    counts: &mut Counts,
) -> Result<Vec<Message>, Failure> {
    report.step("The inbox, offline");
    let page = messages.threads(None, 6).await?;
    promise(page.threads.len() == 6, || {
        "the first page of the inbox is not full".into()
    })?;
    for line in render::inbox(&inner(output), &page.threads, Some(1)).lines() {
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

pub(super) async fn read(
    report: &mut Report<'_>,
    output: &Output,
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
        output.width.saturating_sub(4),
    );
    report.show(output.paint(STRONG, head));
    report.show("");
    let oldest_first: Vec<_> = page.messages.into_iter().rev().collect();
    for line in render::talk(&inner(output), &oldest_first, 6, &render::Marks::default()) {
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

pub(super) async fn search(
    report: &mut Report<'_>,
    output: &Output,
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
            .position(|thread| thread.id.as_str() == id)
            .map(|n| n + 1)
    };
    for line in render::hits(&inner(output), &hits[..hits.len().min(2)], number) {
        report.show(line);
    }
    report.done(format!(
        "{} messages, found in the encrypted index on this device.",
        hits.len()
    ));
    Ok(())
}

pub(super) async fn write(
    report: &mut Report<'_>,
    messages: &Messages,
    thread: &MessageThread,
) -> Result<Message, Failure> {
    report.step("An answer, still offline");
    let answer = NewMessage {
        thread: Some(thread.id.clone()),
        subject: None,
        text: ANSWER.into(),
        ..NewMessage::default()
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
    report.done("Queued, shown in its conversation, and found by search.");
    Ok(queued)
}
