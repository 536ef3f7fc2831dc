//! Whom one can write to.

use pericard::{Messages, Recipient, RecipientId};
use serde_json::json;

use crate::cli::Options;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::Output;
use crate::render::{self, shapes};

pub(super) async fn run(options: &Options, output: &Output) -> Result<(), Failure> {
    let context = Context::existing(options).await?;
    let recipients = context.messages().await?.recipients().await?;
    output.result(
        &json!({ "recipients": recipients.iter().map(shapes::recipient).collect::<Vec<_>>() }),
    );
    if recipients.is_empty() {
        output.tell("The portal names nobody: it decides itself who reads what you write.");
    } else if !output.json {
        output.say(render::recipients(output, &recipients));
    }
    context.close().await
}

/// The recipients that `names` mean: each a number of the list, an id, a name or a role, or a part of one
/// name alone.
pub(super) async fn chosen(
    messages: &Messages,
    names: &[String],
) -> Result<Vec<RecipientId>, Failure> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let known = messages.recipients().await?;
    names.iter().map(|name| one(&known, name)).collect()
}

fn one(known: &[Recipient], name: &str) -> Result<RecipientId, Failure> {
    let number = name.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    let exact = number.and_then(|n| known.get(n)).or_else(|| {
        known
            .iter()
            .find(|one| [one.id.as_str(), &one.name, &one.role].contains(&name))
    });
    let wanted = name.to_lowercase();
    let part = || {
        let mut fitting = known
            .iter()
            .filter(|one| one.name.to_lowercase().contains(&wanted));
        fitting.next().filter(|_| fitting.next().is_none())
    };
    exact
        .or_else(part)
        .map(|one| one.id.clone())
        .ok_or_else(|| {
            Failure::usage(
                format!("nobody, or more than one, is meant by {name}"),
                "List whom you can write to: pericard recipients",
            )
        })
}
