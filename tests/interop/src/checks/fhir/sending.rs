//! Messages from the device: each is at the server exactly once, whatever becomes of the answer.

use pericard::{Account, MessageId, MessageState, NewMessage};

use super::{Stage, synced};
use crate::app::{App, messages};
use crate::gateway::Mishap;
use crate::people::ANA;
use crate::report::Report;
use crate::trouble::{Result, Trouble, expect, list};

/// Longer than it takes until a look-up that finds nothing proves something.
const LATER: i64 = 10 * 60;

async fn queue(account: &Account, words: &str, thread_with: Option<&str>) -> Result<MessageId> {
    let messages = messages(account)?;
    let thread = match thread_with {
        None => None,
        Some(words) => {
            let found = messages.search(words.to_owned(), None, 10).await?;
            let hit = found.hits.into_iter().next();
            let hit = hit.ok_or_else(|| Trouble::new(format!("{words:?} is not found")))?;
            Some(hit.message.thread)
        }
    };
    // The same subject among the same people would be the same conversation.
    let subject = thread.is_none().then(|| format!("About: {words}"));
    let message = NewMessage {
        thread,
        subject,
        text: words.to_owned(),
        ..NewMessage::default()
    };
    Ok(messages.send(message).await?.id)
}

/// Fails unless the server holds one copy and the device shows it as sent.
async fn arrived(stage: &Stage, account: &Account, id: &MessageId, words: &str) -> Result {
    let copies = stage.hapi.copies(ANA.patient, words).await?;
    let state = messages(account)?.message(id.clone()).await?.state;
    expect(copies == 1 && state == MessageState::Sent, || {
        format!(
            "{copies} at the server, {state:?} on the device; passed: {}",
            list(stage.gateway.passed())
        )
    })
}

/// With answers as they should be.
pub(super) async fn plainly(stage: &Stage, report: &mut Report, app: &App) -> Result {
    let account = app.account().await?;
    for (name, words, thread) in [
        (
            "a message in a new thread is sent",
            "May I eat before the test?",
            None,
        ),
        (
            "an answer is sent into its thread",
            "Thank you, I shall come.",
            Some("Corrected Friday"),
        ),
        (
            "an answer into a thread without a head is sent",
            "And this is my answer.",
            Some("answer to an answer"),
        ),
    ] {
        report
            .check(name, async {
                stage.gateway.passed();
                let id = queue(&account, words, thread).await?;
                synced(&account).await?;
                arrived(stage, &account, &id, words).await?;
                stage.caught_up(&account).await.map(drop)
            })
            .await;
    }
    Ok(())
}

/// The server has it and the device cannot know.
pub(super) async fn without_an_answer(stage: &Stage, report: &mut Report, app: &App) -> Result {
    let account = app.account().await?;
    for (name, mishap, words) in [
        (
            "when the connection breaks before the answer, the server has one copy",
            Mishap::AnswerLost,
            "Sent into a broken connection.",
        ),
        (
            "when the gateway gives up waiting, the server has one copy",
            Mishap::GatewayTimeout,
            "Sent through a gateway in a hurry.",
        ),
    ] {
        report
            .check(name, async {
                stage.gateway.let_happen(mishap);
                stage.gateway.passed();
                let id = queue(&account, words, None).await?;
                synced(&account).await?;
                expect(stage.gateway.all_happened(), || {
                    "no answer was lost".to_owned()
                })?;
                synced(&account).await?;
                arrived(stage, &account, &id, words).await?;
                stage.caught_up(&account).await.map(drop)
            })
            .await;
    }
    report
        .check(
            "three lost answers in a row, each time the same message: one copy",
            async {
                let words = "Sent while nothing came back.";
                for _ in 0..3 {
                    stage.gateway.let_happen(Mishap::AnswerLost);
                }
                let ids = [
                    queue(&account, words, None).await?,
                    queue(&account, "The second of three.", None).await?,
                    queue(&account, "The third of three.", None).await?,
                ];
                for _ in 0..3 {
                    synced(&account).await?;
                    app.later(LATER);
                }
                let all = [words, "The second of three.", "The third of three."];
                for (id, words) in ids.iter().zip(all) {
                    arrived(stage, &account, id, words).await?;
                }
                stage.caught_up(&account).await.map(drop)
            },
        )
        .await;
    Ok(())
}

/// The request never came to the server, which the device cannot know either.
pub(super) async fn in_vain(stage: &Stage, report: &mut Report, app: &App) -> Result {
    let account = app.account().await?;
    report
        .check(
            "when the request is lost on its way, it is sent again, once",
            async {
                let words = "Sent to nobody at first.";
                stage.gateway.let_happen(Mishap::RequestLost);
                stage.gateway.passed();
                let id = queue(&account, words, None).await?;
                synced(&account).await?;
                let copies = stage.hapi.copies(ANA.patient, words).await?;
                expect(copies == 0, || format!("{copies} at the server already"))?;
                app.later(LATER);
                synced(&account).await?;
                arrived(stage, &account, &id, words).await?;
                stage.caught_up(&account).await.map(drop)
            },
        )
        .await;
    Ok(())
}
