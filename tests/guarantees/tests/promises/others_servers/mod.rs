//! Other vendors' servers: what one of them does differently costs that and no more.

mod documents;
mod sessions;
mod sign_ins;

use std::sync::Arc;

use pericard::{Account, PericardError, PortalProblem, SignInMethod, Verdict};
use pericard_guarantees::Harness;
use serde_json::{Value, json};

/// Longer than an access token lives.
const AFTER_ITS_LIFE: u64 = 600;
const DAY: u64 = 24 * 60 * 60;

async fn fault(harness: &Harness, fault: Value) {
    harness.portal(fault).await;
}

async fn none(harness: &Harness) {
    harness.portal(json!({ "fault": "none" })).await;
}

async fn browsed(harness: &Harness) -> Result<Arc<Account>, PericardError> {
    let sign_in = harness.begin(SignInMethod::Browser).await?;
    harness.answer("ana", sign_in).await
}

async fn verdict(harness: &Harness, subject: &str) -> Option<Verdict> {
    let config = harness.client.portals().remove(0);
    let findings = harness.client.portal(config).await.unwrap().findings();
    let mut findings = findings.into_iter();
    let found = findings.find(|finding| finding.subject.starts_with(subject));
    found.map(|finding| finding.verdict)
}

fn problem(error: Option<PericardError>) -> PortalProblem {
    match error {
        Some(PericardError::Portal { problem, .. }) => problem,
        other => panic!("{other:?}"),
    }
}

/// Requests since the last such question.
async fn count(harness: &Harness, path: &str) -> u64 {
    let asked = json!({ "requests": { "path": path } });
    harness.portal(asked).await["count"].as_u64().unwrap()
}
