//! What the clinic has switched, as the person sees it.

use pericard::{Feature, FeatureState, Notice, PolicyProblem};

use crate::context::{Context, Halt, broken};
use crate::expectations::same;
use crate::keys::Keys;

pub(crate) async fn feature(context: &Context, keys: &mut Keys<'_>) -> Result<(), Halt> {
    let feature = match keys
        .word("name", &["messages", "documents", "labs"], false)?
        .as_str()
    {
        "messages" => Feature::Messages,
        "documents" => Feature::Documents,
        _ => Feature::Labs,
    };
    let states = ["on", "read_only", "off", "stopped"];
    let wanted = keys.word("state", &states, false)?;
    let language = keys.text_or_none("language")?;
    let account = context.account()?;
    let features = account.features(language.into_iter().collect()).await?;
    let mut features = features.into_iter();
    let found = features.find(|status| status.feature == feature);
    let found = found.ok_or_else(|| broken("there is no such feature"))?;
    let (state, notice): (_, Option<Notice>) = match found.state {
        FeatureState::On => ("on", None),
        FeatureState::ReadOnly { notice } => ("read_only", Some(notice)),
        FeatureState::Off { notice, .. } => ("off", Some(notice)),
        FeatureState::Stopped { .. } => ("stopped", None),
    };
    same("the feature", wanted.as_str(), state)?;
    match keys.text_or_none("notice")? {
        Some(wanted) => {
            let text = notice.and_then(|notice| notice.text);
            same("the notice", wanted, text.unwrap_or_default())
        }
        None => Ok(()),
    }
}

pub(crate) fn policy(context: &Context, keys: &mut Keys<'_>) -> Result<(), Halt> {
    let status = context.account()?.policy()?;
    if let Some(wanted) = keys.number_or_none("seq")? {
        same(
            "the policy's number",
            wanted,
            status.seq.unwrap_or_default(),
        )?;
    }
    let wanted = keys.text("problem")?;
    let found = match status.problem {
        None => "none",
        Some(PolicyProblem::Missing) => "missing",
        Some(PolicyProblem::Unreadable) => "unreadable",
        Some(PolicyProblem::Unsigned) => "unsigned",
        Some(PolicyProblem::UnknownKey) => "unknown_key",
        Some(PolicyProblem::WrongSignature) => "wrong_signature",
        Some(PolicyProblem::AnotherPortal) => "another_portal",
        Some(PolicyProblem::Expired) => "expired",
        Some(PolicyProblem::FromTheFuture) => "from_the_future",
        Some(PolicyProblem::Older) => "older",
        Some(PolicyProblem::Withheld) => "withheld",
    };
    same("the policy's problem", wanted.as_str(), found)
}
