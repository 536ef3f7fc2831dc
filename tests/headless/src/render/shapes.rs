//! The JSON of each record. Names and types here are kept: scripts rely on them.

use pericard::{
    Account, AccountProblem, Draft, FileProblem, FileState, IncompleteReason, Message, MessageFile,
    MessageState, MessageThread, MessagesState, Person, QrCode, Recipient, RecipientKind,
    SealReason, SearchHit, SessionState, TotpSecret,
};
use serde_json::{Value, json};

use crate::time_format::{self, written};

pub(crate) fn account(account: &Account, number: usize) -> Value {
    let people = account.people();
    json!({ "number": number, "id": account.id(), "portal": account.portal(), "session": session(account.session()),
        "sealed_by": sealed_by(account.session()), "problem": problem(account.session()),
        "people": people.iter().map(person).collect::<Vec<_>>() })
}

pub(crate) fn person(person: &Person) -> Value {
    json!({ "id": person.id, "name": person.name, "self": person.is_self,
        "session": session(person.session), "may_write": person.may_write })
}

pub(crate) fn session(state: SessionState) -> &'static str {
    match state {
        SessionState::Active => "active",
        SessionState::StepUp => "step_up",
        SessionState::SignIn { .. } => "sign_in",
        SessionState::Locked => "locked",
        SessionState::Sealed { .. } => "sealed",
        SessionState::Unusable { .. } => "unusable",
        SessionState::SignedOut => "signed_out",
    }
}

/// What sealed a session.
pub(crate) fn sealed_by(state: SessionState) -> Option<&'static str> {
    match state {
        SessionState::Sealed { reason } => Some(match reason {
            SealReason::Refused => "portal",
            SealReason::IdentityChanged => "identity",
            SealReason::Lease => "lease",
            SealReason::Destroyed => "pins",
        }),
        _ => None,
    }
}

/// Why an account cannot be used.
fn problem(state: SessionState) -> Option<&'static str> {
    match state {
        SessionState::Unusable { problem } => Some(match problem {
            AccountProblem::KeyLost => "key_lost",
            AccountProblem::Damaged => "damaged",
            AccountProblem::Configuration => "configuration",
            AccountProblem::Unavailable => "unavailable",
        }),
        _ => None,
    }
}

/// What an authenticator needs, with a QR code of it to show elsewhere.
pub(crate) fn totp(totp: &TotpSecret) -> Value {
    let svg = QrCode::new(totp.uri.clone()).ok().map(|code| code.svg());
    json!({ "uri": totp.uri, "secret": totp.secret, "issuer": totp.issuer, "account": totp.account,
        "algorithm": totp.algorithm, "digits": totp.digits, "period": totp.period.as_secs(), "svg": svg })
}

pub(crate) fn thread(thread: &MessageThread, number: Option<usize>) -> Value {
    json!({ "number": number, "id": thread.id, "subject": thread.subject, "participants": thread.participants,
        "last_from": thread.last_from, "last_outgoing": thread.last_outgoing, "last_text": thread.last_text,
        "last_at": written(thread.last_at, thread.last_precision), "unread": thread.unread, "messages": thread.messages,
        "archived": thread.archived })
}

pub(crate) fn message(message: &Message) -> Value {
    let status = match message.state {
        MessageState::Failed { status } => Some(status),
        _ => None,
    };
    json!({ "id": message.id, "thread": message.thread, "from": message.from, "outgoing": message.outgoing,
        "text": message.text, "at": written(message.at, message.precision), "state": state(message.state),
        "status": status, "unread": message.unread, "edited": message.edited, "category": message.category,
        "urgent": message.urgent, "files": message.files.iter().map(file).collect::<Vec<_>>() })
}

pub(crate) fn draft(draft: &Draft) -> Value {
    json!({ "id": draft.id, "thread": draft.thread, "subject": draft.subject, "text": draft.text,
        "changed_at": time_format::instant(draft.changed_at) })
}

pub(crate) fn recipient(recipient: &Recipient) -> Value {
    let kind = match recipient.kind {
        RecipientKind::Person => "person",
        RecipientKind::Team => "team",
        RecipientKind::Organization => "organization",
    };
    json!({ "id": recipient.id, "name": recipient.name, "role": recipient.role, "kind": kind })
}

pub(crate) fn file(file: &MessageFile) -> Value {
    let (state, reason) = match file.state {
        FileState::Remote { .. } => ("remote", None),
        FileState::Downloading => ("downloading", None),
        FileState::Stored => ("stored", None),
        FileState::Unavailable { reason } => ("unavailable", Some(file_problem(reason))),
    };
    json!({ "id": file.id, "name": file.name, "file_name": file.file_name, "content_type": file.content_type,
        "size": file.size, "state": state, "reason": reason })
}

/// Why a file cannot be fetched, in a word.
fn file_problem(problem: FileProblem) -> &'static str {
    match problem {
        FileProblem::NoSource => "no_source",
        FileProblem::TooLarge => "too_large",
        FileProblem::Mismatch => "mismatch",
        FileProblem::NotFound => "not_found",
        FileProblem::Refused => "refused",
        FileProblem::Foreign => "foreign",
    }
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

/// How far the messages here are those at the portal.
pub(crate) fn messages_state(state: &MessagesState) -> Value {
    json!({ "synced_at": state.synced_at.map(time_format::instant),
        "complete_at": state.complete_at.map(time_format::instant),
        "incomplete": state.incomplete.map(incomplete), "held": state.held, "unreadable": state.unreadable })
}

pub(crate) fn incomplete(reason: IncompleteReason) -> &'static str {
    match reason {
        IncompleteReason::PortalSaysSo => "portal_says_so",
        IncompleteReason::PagesMissing => "pages_missing",
        IncompleteReason::UnreadablePage => "unreadable_page",
        IncompleteReason::ManyVanished => "many_vanished",
        IncompleteReason::Unanswered => "unanswered",
        IncompleteReason::MoreToFetch => "more_to_fetch",
        IncompleteReason::Storage => "storage",
        IncompleteReason::Locked => "locked",
        IncompleteReason::SwitchedOff => "switched_off",
        IncompleteReason::SignIn => "sign_in",
        IncompleteReason::Interrupted => "interrupted",
    }
}
