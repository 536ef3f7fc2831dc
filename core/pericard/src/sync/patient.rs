//! Other ids of the person at this portal: records of patients that were merged.
//!
//! A link counts only from both sides ([`same_person`]): one from one side alone may be a slip of a clerk, and would open
//! one patient's records to another.
//!
//! Uses: `pages`

use std::collections::{BTreeMap, BTreeSet};

use pericard_protocol::fhir::patient::{Patient, same_person};
use pericard_protocol::limits;
use url::Url;

use crate::http::Request;
use crate::platform::error::Result;
use crate::storage::mirrored;

use super::FeatureSync;

/// Linked records that are asked for at most.
const MOST: usize = 8;

/// The other ids of the person, as far as the portal says.
pub(super) struct Aliases {
    pub(super) ids: BTreeSet<String>,
    /// The portal did not answer about one of them, or about the person: there may be more.
    pub(super) unanswered: bool,
}

/// Asks the portal which other ids the person has, and stores them. What the portal does not answer changes nothing.
pub(super) async fn find_aliases(feature: &FeatureSync) -> Result<Aliases> {
    let before = feature
        .on_disk(|feature| feature.partition.read(mirrored::aliases))
        .await?;
    let base = &feature.owner.base;
    let mut unanswered = false;
    let person = match fetch(feature, &feature.owner.patient).await? {
        Read::Record(person) => *person,
        unread => {
            return Ok(Aliases {
                ids: before.into_iter().collect(),
                unanswered: matches!(unread, Read::NoAnswer),
            });
        }
    };
    let mut confirmed = BTreeSet::new();
    let mut asked: BTreeMap<String, Option<Patient>> = BTreeMap::new();
    // Who was merged twice is confirmed step by step.
    let mut waiting = vec![person];
    while let Some(one) = waiting.pop() {
        for id in one.linked(base) {
            if id == feature.owner.patient || confirmed.contains(&id) {
                continue;
            }
            if !asked.contains_key(&id) && asked.len() < MOST {
                let other = match fetch(feature, &id).await? {
                    Read::Record(other) => Some(*other),
                    Read::Nothing => None,
                    Read::NoAnswer => {
                        unanswered = true;
                        None
                    }
                };
                asked.insert(id.clone(), other);
            }
            match asked.get(&id) {
                Some(Some(other)) if same_person(&one, other, base) => {
                    waiting.push(other.clone());
                    confirmed.insert(id);
                }
                Some(Some(_)) => {}
                // No answer takes nothing back.
                Some(None) | None if before.contains(&id) => {
                    confirmed.insert(id);
                }
                Some(None) | None => {}
            }
        }
    }
    let aliases = confirmed.clone();
    feature
        .on_disk(move |feature| {
            feature
                .partition
                .note(|c| mirrored::save_aliases(c, aliases.into_iter()))
        })
        .await?;
    Ok(Aliases {
        ids: confirmed,
        unanswered,
    })
}

/// What came of reading a patient.
enum Read {
    Record(Box<Patient>),
    /// The portal does not show it.
    Nothing,
    /// The portal does not say now.
    NoAnswer,
}

async fn fetch(feature: &FeatureSync, id: &str) -> Result<Read> {
    let url = format!("{}/{id}", feature.owner.base.join("Patient"));
    let Ok(url) = Url::parse(&url) else {
        return Ok(Read::Nothing);
    };
    let request = Request::get(url, limits::FHIR_BODY).header("accept", super::pages::FHIR_JSON);
    let response = feature.session.send(request).await?;
    // Whoever answers 501 never reads patients.
    let answers = !matches!(response.status, 429 | 500 | 502..) && !response.is_html();
    if !response.is_success() || !answers {
        return Ok(match answers {
            true => Read::Nothing,
            false => Read::NoAnswer,
        });
    }
    let patient = Patient::parse(&response.body).ok();
    let patient = patient.filter(|patient| patient.id == id);
    Ok(patient.map_or(Read::Nothing, |patient| Read::Record(Box::new(patient))))
}
