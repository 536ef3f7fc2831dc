//! The failure that a step announces: a variant's name and any of its fields.

use pericard::PericardError;
use serde_json::{Map, Value, json};

use crate::keys::Problem;

pub(crate) fn check(announced: &Value, error: &PericardError) -> Result<(), Problem> {
    let (variant, fields) = described(error);
    let wanted = announced["error"]
        .as_str()
        .ok_or_else(|| Problem::new("`fails` names no `error`"))?;
    if wanted != variant {
        return Err(Problem(format!("failed with {error:?}, not with {wanted}")));
    }
    for (name, value) in announced
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| *name != "error")
    {
        let found = fields
            .get(name)
            .ok_or_else(|| Problem(format!("{variant} has no field `{name}`")))?;
        if found != value {
            return Err(Problem(format!(
                "failed with {error:?}, but `{name}` should be {value}"
            )));
        }
    }
    Ok(())
}

/// The variant's name and its fields as stories write them: durations in seconds, kinds by their names.
fn described(error: &PericardError) -> (&'static str, Map<String, Value>) {
    let kind = |kind: &dyn std::fmt::Debug| Value::String(format!("{kind:?}"));
    let (name, fields) = match error {
        PericardError::Offline => ("Offline", json!({})),
        PericardError::SignInRequired { reason } => {
            ("SignInRequired", json!({ "reason": kind(reason) }))
        }
        PericardError::StepUpRequired => ("StepUpRequired", json!({})),
        PericardError::LeaseEnded => ("LeaseEnded", json!({})),
        PericardError::Locked => ("Locked", json!({})),
        PericardError::WrongPin { attempts_left } => {
            ("WrongPin", json!({ "attempts_left": attempts_left }))
        }
        PericardError::SwitchedOff => ("SwitchedOff", json!({})),
        PericardError::UpdateRequired { minimum } => {
            ("UpdateRequired", json!({ "minimum": minimum }))
        }
        // The time itself is another in each run.
        PericardError::ClockWrong { .. } => ("ClockWrong", json!({})),
        PericardError::RateLimited { retry_after } => (
            "RateLimited",
            json!({ "retry_after": retry_after.as_secs() }),
        ),
        PericardError::WrongPassword { attempts_left } => {
            ("WrongPassword", json!({ "attempts_left": attempts_left }))
        }
        PericardError::WrongCode { attempts_left } => {
            ("WrongCode", json!({ "attempts_left": attempts_left }))
        }
        PericardError::InvalidInput { field, problem } => (
            "InvalidInput",
            json!({ "field": field, "problem": kind(problem) }),
        ),
        PericardError::NotFound => ("NotFound", json!({})),
        PericardError::InUse => ("InUse", json!({})),
        PericardError::Cancelled => ("Cancelled", json!({})),
        PericardError::Closed => ("Closed", json!({})),
        PericardError::Portal { problem, status } => (
            "Portal",
            json!({ "problem": kind(problem), "status": status }),
        ),
        PericardError::Integrity { incident } => ("Integrity", json!({ "incident": incident })),
        PericardError::Storage { kind: storage } => ("Storage", json!({ "kind": kind(storage) })),
        PericardError::Keystore { kind: keystore } => {
            ("Keystore", json!({ "kind": kind(keystore) }))
        }
        PericardError::Internal { id } => ("Internal", json!({ "id": id })),
        _ => ("another", json!({})),
    };
    (name, fields.as_object().cloned().unwrap_or_default())
}
