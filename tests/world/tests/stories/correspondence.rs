//! What `expect` looks at beside the inbox itself: the archive, drafts, recipients, a message's surroundings and its past.

use pericard::{MessageId, Messages};

use crate::context::{Context, Halt, PAGE, broken};
use crate::expectations::same;
use crate::keys::Keys;

pub(crate) async fn expect(
    context: &Context,
    thing: &str,
    keys: &mut Keys<'_>,
) -> Result<(), Halt> {
    let inbox = context.inbox()?;
    match thing {
        "archived" => {
            let page = inbox.archived_threads(None, PAGE).await?;
            same("archived", keys.number("count")?, page.threads.len() as u64)
        }
        "drafts" => {
            let drafts = inbox.drafts().await?;
            same("drafts", keys.number("count")?, drafts.len() as u64)?;
            if let Some(text) = keys.text_or_none("text")? {
                let newest = drafts.into_iter().next().map(|draft| draft.text);
                same("the newest draft", text, newest.unwrap_or_default())?;
            }
            Ok(())
        }
        "recipients" => {
            let recipients = inbox.recipients().await?;
            same("recipients", keys.number("count")?, recipients.len() as u64)?;
            if let Some(name) = keys.text_or_none("name")?
                && !recipients.iter().any(|one| one.name == name)
            {
                return Err(broken(format!("nobody is called `{name}`")));
            }
            Ok(())
        }
        "around" => around(&inbox, keys).await,
        _ => {
            let message = found(&inbox, &keys.text("of")?).await?;
            let texts = inbox.former_texts(message).await?;
            same("former texts", keys.number("count")?, texts.len() as u64)?;
            if let Some(text) = keys.text_or_none("text")? {
                let newest = texts.into_iter().next().map(|former| former.text);
                same("what it said", text, newest.unwrap_or_default())?;
            }
            Ok(())
        }
    }
}

/// The first hit of a search.
async fn found(inbox: &Messages, text: &str) -> Result<MessageId, Halt> {
    let hits = inbox.search(text.to_owned(), None, 1).await?.hits;
    let hit = hits.into_iter().next();
    Ok(hit
        .ok_or_else(|| broken(format!("nothing is found for `{text}`")))?
        .message
        .id)
}

/// From a hit on, in both directions to the ends.
async fn around(inbox: &Messages, keys: &mut Keys<'_>) -> Result<(), Halt> {
    let message = found(inbox, &keys.text("text")?).await?;
    let page = inbox.messages_around(message.clone(), 3).await?;
    let at = page.messages.iter().position(|one| one.id == message);
    let at = at.ok_or_else(|| broken("the page is not around the message"))?;
    let thread = page.messages[at].thread.clone();
    let (mut newer, mut older) = (at, page.messages.len() - at - 1);
    let mut before = page.before;
    while let Some(position) = before {
        let page = inbox.newer_messages(thread.clone(), position, 2).await?;
        newer += page.messages.len();
        before = page.before;
    }
    let mut after = page.after;
    while after.is_some() {
        let page = inbox.messages(thread.clone(), after, 2).await?;
        older += page.messages.len();
        after = page.after;
    }
    same("newer messages", keys.number("newer")?, newer as u64)?;
    same("older messages", keys.number("older")?, older as u64)
}
