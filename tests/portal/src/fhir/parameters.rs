//! Search parameters that this portal is told not to support.

use url::form_urlencoded;

use crate::fault::{FaultKind, Parameter, Unsupported};
use crate::instance::State;
use crate::reply::{Reply, outcome};

/// What is left of a query.
pub(super) struct Supported {
    pub(super) query: String,
    /// What is ignored although `self` repeats it.
    pub(super) pretended: Vec<(String, String)>,
    /// Results come in no order that anybody asked for.
    pub(super) unsorted: bool,
}

/// The query without what is ignored, or why it is refused.
pub(super) fn supported(state: &State, query: &[u8], strict: bool) -> Result<Supported, Reply> {
    let mut left = form_urlencoded::Serializer::new(String::new());
    let mut pretended = Vec::new();
    for (name, value) in form_urlencoded::parse(query) {
        match odd(state, &name) {
            Some(Unsupported::Refused) => return Err(refused(&name)),
            Some(Unsupported::StrictlyRefused) if strict => return Err(refused(&name)),
            Some(Unsupported::IgnoredSilently) => {
                pretended.push((name.into_owned(), value.into_owned()));
            }
            Some(Unsupported::Ignored | Unsupported::StrictlyRefused) => {}
            None => {
                left.append_pair(&name, &value);
            }
        }
    }
    Ok(Supported {
        query: left.finish(),
        pretended,
        unsorted: odd(state, Parameter::Sort.name()).is_some(),
    })
}

fn odd(state: &State, wanted: &str) -> Option<Unsupported> {
    state.faults.find(|kind| match kind {
        FaultKind::Parameter { name, how } if name.name() == wanted => Some(how),
        _ => None,
    })
}

fn refused(name: &str) -> Reply {
    let text = format!("the parameter {name} is not supported");
    outcome(400, "not-supported", &text)
}
