//! The verbs that write: messages and drafts.

use pericard::NewMessage;

use crate::context::{Context, Halt, broken};
use crate::files;
use crate::keys::Keys;

pub(crate) async fn carry_out(
    context: &mut Context,
    verb: &str,
    keys: &mut Keys<'_>,
) -> Result<(), Halt> {
    match verb {
        "send" => send(context, keys).await,
        "edit" => {
            let (of, text) = (keys.text("of")?, keys.text("text")?);
            let message = context.message(&of)?;
            context.inbox()?.edit(message, text).await?;
            Ok(())
        }
        "draft" => draft(context, keys).await,
        "send_draft" => {
            let (of, name) = (keys.text("of")?, keys.text_or_none("as")?);
            let message = context.inbox()?.send_draft(context.draft(&of)?).await?;
            if let Some(name) = name {
                context.messages.insert(name, message.id);
            }
            Ok(())
        }
        _ => {
            let of = keys.text("of")?;
            context.inbox()?.discard_draft(context.draft(&of)?).await?;
            Ok(())
        }
    }
}

/// What is written: `thread` or `to`, and `text`.
fn written(context: &Context, verb: &str, keys: &mut Keys<'_>) -> Result<NewMessage, Halt> {
    let subject = keys.text_or_none("to")?;
    let thread = keys
        .number_or_none("thread")?
        .map(|number| context.thread(number))
        .transpose()?;
    if subject.is_none() == thread.is_none() {
        return Err(broken(format!("{verb} takes `thread` or `to`")));
    }
    Ok(NewMessage {
        thread,
        subject,
        text: keys.text("text")?,
        ..NewMessage::default()
    })
}

async fn send(context: &mut Context, keys: &mut Keys<'_>) -> Result<(), Halt> {
    let mut message = written(context, "send", keys)?;
    let (name, recipient) = (keys.text_or_none("as")?, keys.text_or_none("recipient")?);
    let bytes = keys.number_or_none("bytes")?;
    let file_name = keys.text_or_none("file_name")?;
    keys.done()?;
    let file = bytes.map(|bytes| files::new_file(bytes, file_name));
    message.files.extend(file);
    let inbox = context.inbox()?;
    if let Some(recipient) = recipient {
        let mut known = inbox.recipients().await?.into_iter();
        let found = known.find(|one| one.name == recipient || one.role == recipient);
        let found = found.ok_or_else(|| broken(format!("nobody is called `{recipient}`")))?;
        message.recipients.push(found.id);
    }
    let message = inbox.send(message).await?;
    if let Some(name) = name {
        context.messages.insert(name, message.id);
    }
    Ok(())
}

async fn draft(context: &mut Context, keys: &mut Keys<'_>) -> Result<(), Halt> {
    let message = written(context, "draft", keys)?;
    let name = keys.text("as")?;
    keys.done()?;
    let known = context.drafts.get(&name).cloned();
    let saved = context.inbox()?.save_draft(known, message).await?;
    if let Some(draft) = saved {
        context.drafts.insert(name, draft.id);
    }
    Ok(())
}
