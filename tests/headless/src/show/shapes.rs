//! The JSON of each record. Names and types here are kept: scripts rely on them.

use pericard::{Account, Message, MessageState, MessageThread, SearchHit, SessionState};
use serde_json::{Value, json};

use crate::moment::instant;

pub(crate) fn account(account: &Account, number: usize) -> Value {
    let people = account.people();
    json!({ "number": number, "id": account.id(), "portal": account.portal(), "session": session(account.session()),
        "people": people.iter().map(|person| json!({ "id": person.id, "name": person.name, "self": person.is_self }))
            .collect::<Vec<_>>() })
}

pub(crate) fn session(state: SessionState) -> &'static str {
    match state {
        SessionState::Active => "active",
        SessionState::Sealed { .. } => "sealed",
        SessionState::SignedOut => "signed_out",
    }
}

pub(crate) fn thread(thread: &MessageThread, number: Option<usize>) -> Value {
    json!({ "number": number, "id": thread.id, "subject": thread.subject, "participants": thread.participants,
        "last_from": thread.last_from, "last_outgoing": thread.last_outgoing, "last_text": thread.last_text,
        "last_at": instant(thread.last_at), "unread": thread.unread, "messages": thread.messages })
}

pub(crate) fn message(message: &Message) -> Value {
    let status = match message.state {
        MessageState::Failed { status } => Some(status),
        _ => None,
    };
    json!({ "id": message.id, "thread": message.thread, "from": message.from, "outgoing": message.outgoing,
        "text": message.text, "at": instant(message.at), "state": state(message.state), "status": status,
        "unread": message.unread })
}

pub(crate) fn state(state: MessageState) -> &'static str {
    match state {
        MessageState::Received => "received",
        MessageState::Queued => "queued",
        MessageState::Sending => "sending",
        MessageState::Sent => "sent",
        MessageState::Failed { .. } => "failed",
        MessageState::Unknown => "unknown",
    }
}

pub(crate) fn hit(hit: &SearchHit, number: Option<usize>) -> Value {
    let snippet = hit
        .snippet
        .iter()
        .map(|part| json!({ "text": part.text, "hit": part.hit }));
    json!({ "thread_number": number, "subject": hit.subject, "message": message(&hit.message),
        "snippet": snippet.collect::<Vec<_>>() })
}
