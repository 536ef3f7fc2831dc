//! What others change at the server while the account is on the device.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use serde_json::json;
use tokio::task::JoinSet;

use super::{Stage, synced};
use crate::app::{App, messages};
use crate::hapi::Letter;
use crate::http::Http;
use crate::people::ANA;
use crate::report::Report;
use crate::trouble::{Result, Trouble, expect, list};

/// After so long, what is here is compared with the server's list.
const A_DAY: i64 = 25 * 60 * 60;
/// Messages that are written at one time.
const STORM: usize = 50;

/// New messages: alone, in a thread, in answer, and dated long ago.
pub(super) async fn news(stage: &Stage, report: &mut Report, app: &App) -> Result {
    let account = app.account().await?;
    report
        .check("new messages arrive, each in its thread", async {
            let letter = |words: &str| Letter::to(&ANA, words);
            for letter in [
                letter("News: your card has arrived.").sent(2000),
                letter("News: in a known thread.")
                    .sent(2001)
                    .part_of("in-3"),
                letter("News: in answer to an answer.")
                    .sent(2002)
                    .answers("in-100"),
                letter("News: written long ago, entered today.")
                    .with("sent", "2019-05-01T10:00:00Z".into()),
            ] {
                stage.hapi.create(letter.json()).await?;
            }
            stage.caught_up(&account).await.map(drop)
        })
        .await;
    report
        .check("an answer that ties two threads makes one of them", async {
            let ties = json!([{ "reference": "Communication/in-1" }]);
            let letter = Letter::to(&ANA, "News: both matters are one.").sent(2003);
            let letter = letter.part_of("in-0").with("inResponseTo", ties);
            stage.hapi.create(letter.json()).await?;
            stage.caught_up(&account).await.map(drop)
        })
        .await;
    Ok(())
}

/// Messages that are written anew.
pub(super) async fn edits(stage: &Stage, report: &mut Report, app: &App) -> Result {
    let account = app.account().await?;
    report
        .check("an edited message says what it says now", async {
            let corrected = "Corrected: please come on Friday instead.";
            let change = |record: &mut serde_json::Value| {
                record["payload"][0]["contentString"] = corrected.into();
            };
            stage.hapi.change("in-42", change).await?;
            stage.caught_up(&account).await?;
            let hits = messages(&account)?
                .search("Friday instead".into(), None, 10)
                .await?;
            expect(hits.hits.len() == 1, || {
                format!("{} are found", hits.hits.len())
            })
        })
        .await;
    report
        .check("one that moves to another thread is shown there", async {
            let to = json!([{ "reference": "Communication/in-5" }]);
            stage.hapi.change("in-24", |it| it["partOf"] = to).await?;
            stage.caught_up(&account).await.map(drop)
        })
        .await;
    report
        .check(
            "one that was entered in error goes, one that is finished comes",
            async {
                let status = |name: &'static str| {
                    move |it: &mut serde_json::Value| it["status"] = name.into()
                };
                stage
                    .hapi
                    .change("in-50", status("entered-in-error"))
                    .await?;
                stage.hapi.change("odd-draft", status("completed")).await?;
                stage.caught_up(&account).await.map(drop)
            },
        )
        .await;
    report
        .check("one that turns out to be another patient's goes", async {
            let ben = json!({ "reference": "Patient/p-ben" });
            stage.hapi.change("in-53", |it| it["subject"] = ben).await?;
            // It is found by its recipient, no more by its subject.
            stage.caught_up(&account).await.map(drop)
        })
        .await;
    Ok(())
}

/// Messages that are deleted: the server has no list of these, and answers 410 for each.
pub(super) async fn removals(stage: &Stage, report: &mut Report, app: &App) -> Result {
    let account = app.account().await?;
    report
        .check("a deleted message goes within a day (410)", async {
            for id in ["in-56", "in-59", "odd-day"] {
                stage.hapi.delete(id).await?;
            }
            app.later(A_DAY);
            stage.gateway.passed();
            stage.caught_up(&account).await?;
            let passed = stage.gateway.passed();
            let gone = passed.iter().filter(|it| it.status == 410).count();
            expect(gone == 3, || {
                list(passed.iter().filter(|it| it.status >= 400))
            })
        })
        .await;
    report
        .check("one that is made again under its id comes back", async {
            let letter = Letter::to(&ANA, "Made again under the same id.")
                .id("in-56")
                .sent(2010);
            stage.hapi.put(letter.json()).await?;
            stage.caught_up(&account).await.map(drop)
        })
        .await;
    Ok(())
}

/// Others write while a sync reads its pages.
pub(super) async fn storm(stage: &Stage, report: &mut Report, app: &App) -> Result {
    let account = app.account().await?;
    let written = AtomicUsize::new(0);
    report
        .check("fifty writes during a sync cost nothing", async {
            app.later(A_DAY);
            let hold = stage.gateway.hold_page();
            let writing = async {
                hold.reached.notified().await;
                // Half of them while the first page is on its way, the others while the rest is read.
                write(stage, 0..STORM / 2, &written).await?;
                hold.release.notify_one();
                write(stage, STORM / 2..STORM, &written).await
            };
            let (synced, wrote) = tokio::join!(synced(&account), writing);
            wrote?;
            synced?;
            expect(written.load(SeqCst) == STORM, || {
                format!("{} were written", written.load(SeqCst))
            })?;
            stage.caught_up(&account).await.map(drop)
        })
        .await;
    Ok(())
}

/// New messages, edits and deletions, all at once.
async fn write(stage: &Stage, numbers: std::ops::Range<usize>, written: &AtomicUsize) -> Result {
    let mut all = JoinSet::new();
    for n in numbers {
        let (base, http) = (stage.hapi.base().to_owned(), Http::new()?);
        all.spawn(async move { one_of_the_storm(&http, &base, n).await });
    }
    while let Some(done) = all.join_next().await {
        done.map_err(|e| Trouble::new(e.to_string()))??;
        written.fetch_add(1, SeqCst);
    }
    Ok(())
}

async fn one_of_the_storm(http: &Http, base: &str, n: usize) -> Result {
    use reqwest::Method;
    let words = format!("Storm {n}: written while the device was reading.");
    let letter = Letter::to(&ANA, &words).sent(3000 + n);
    let (method, url, letter) = match n % 5 {
        0 | 1 => (Method::POST, format!("{base}/Communication"), letter),
        2 => (
            Method::POST,
            format!("{base}/Communication"),
            letter.part_of("in-7"),
        ),
        3 => {
            let id = format!("in-{}", 200 + n);
            (
                Method::PUT,
                format!("{base}/Communication/{id}"),
                letter.id(&id),
            )
        }
        _ => {
            let url = format!("{base}/Communication/in-{}", 250 + n / 5);
            return http
                .json(Method::DELETE, &url, None, &serde_json::Value::Null)
                .await
                .map(drop);
        }
    };
    http.json(method, &url, None, letter.json()).await.map(drop)
}
