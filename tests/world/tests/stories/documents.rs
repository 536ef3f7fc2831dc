//! The verbs and expectations of documents.

use std::sync::Arc;

use pericard::{ActiveContent, Document, DocumentView, Documents, PericardError};

use crate::context::{Context, Halt, PAGE, broken};
use crate::files::word;
use crate::keys::Keys;

fn documents(context: &Context) -> Result<Arc<Documents>, Halt> {
    let account = context.account()?;
    let person = account.people().into_iter().find(|person| person.is_self);
    Ok(account.documents(person.ok_or(PericardError::NotFound)?.id)?)
}

async fn all(context: &Context) -> Result<Vec<Document>, Halt> {
    let documents = documents(context)?;
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = documents.documents(None, after, PAGE).await?;
        all.extend(page.documents);
        after = page.after;
        if after.is_none() {
            return Ok(all);
        }
    }
}

/// The document that a step is about: the n-th of the list.
async fn one(context: &Context, keys: &mut Keys<'_>) -> Result<Document, Halt> {
    let number = keys.number("document")?;
    let found = all(context).await?.into_iter().nth(number as usize);
    found.ok_or_else(|| broken(format!("there is no document {number}")))
}

pub(crate) async fn carry_out(
    context: &Context,
    verb: &str,
    keys: &mut Keys<'_>,
) -> Result<(), Halt> {
    let documents = documents(context)?;
    let document = one(context, keys).await?;
    let file = document.files.into_iter().next();
    let file = file.ok_or_else(|| broken("it has no file"))?.id;
    match verb {
        "fetch_document" => {
            let download = documents.download(file).await?;
            while download.next().await?.is_some() {}
        }
        "view_document" => {
            let shown = documents.view(file).await?;
            let views = ["pdf", "image", "page", "text", "save_only", "another_type"];
            let wanted = keys.word("as", &views, false)?;
            if wanted != name(&shown) {
                let found = name(&shown);
                return Err(broken(format!(
                    "shown as: expected {wanted}, found {found}"
                )));
            }
            let text = match &shown {
                DocumentView::Page { html, .. } => html.as_str(),
                DocumentView::Text { text } => text.as_str(),
                _ => "",
            };
            if let Some(has) = keys.text_or_none("has")?
                && !text.contains(&has)
            {
                return Err(broken(format!("{has:?} is not in it")));
            }
            if let Some(lacks) = keys.text_or_none("lacks")?
                && text.contains(&lacks)
            {
                return Err(broken(format!("{lacks:?} is in it")));
            }
            let script = matches!(&shown, DocumentView::Pdf { active_content, .. }
                if active_content.contains(&ActiveContent::Script));
            is("a script", yes_or_no(keys, "script")?, script)?;
        }
        _ => documents.remove_download(file).await?,
    }
    Ok(())
}

pub(crate) async fn expect(
    context: &Context,
    thing: &str,
    keys: &mut Keys<'_>,
) -> Result<(), Halt> {
    if thing == "documents" {
        let wanted = keys.number("count")?;
        let found = all(context).await?.len() as u64;
        return match wanted == found {
            true => Ok(()),
            false => Err(broken(format!(
                "documents: expected {wanted}, found {found}"
            ))),
        };
    }
    let document = one(context, keys).await?;
    if let Some(wanted) = keys.text_or_none("title")?
        && wanted != document.title
    {
        let found = document.title;
        return Err(broken(format!("title: expected {wanted}, found {found}")));
    }
    is(
        "superseded",
        yes_or_no(keys, "superseded")?,
        document.superseded,
    )?;
    if let Some(wanted) = keys.text_or_none("state")? {
        let file = document.files.first();
        let found = word(file.ok_or_else(|| broken("it has no file"))?.state);
        if wanted != found {
            return Err(broken(format!("state: expected {wanted}, found {found}")));
        }
    }
    Ok(())
}

pub(crate) fn yes_or_no(keys: &mut Keys<'_>, name: &str) -> Result<Option<bool>, Halt> {
    match keys.text_or_none(name)?.as_deref() {
        None => Ok(None),
        Some("yes") => Ok(Some(true)),
        Some("no") => Ok(Some(false)),
        Some(_) => Err(broken(format!("`{name}` is yes or no"))),
    }
}

fn is(what: &str, wanted: Option<bool>, found: bool) -> Result<(), Halt> {
    match wanted {
        Some(wanted) if wanted != found => Err(broken(format!("{what}: found {found}"))),
        _ => Ok(()),
    }
}

fn name(view: &DocumentView) -> &'static str {
    match view {
        DocumentView::Pdf { .. } => "pdf",
        DocumentView::Image { .. } => "image",
        DocumentView::Page { .. } => "page",
        DocumentView::Text { .. } => "text",
        DocumentView::SaveOnly { .. } => "save_only",
        DocumentView::AnotherType { .. } => "another_type",
    }
}
