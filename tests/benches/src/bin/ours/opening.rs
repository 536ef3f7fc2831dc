//! Opening a conversation, with its entry in the access log and without: the same one opened twice is one entry.

use pericard_benches::{Broken, Figures, Meter, Spent, median};

const TIMES: usize = 500;
const PAGE: u32 = 50;

/// One round.
pub(crate) async fn run(count: usize) -> Result<Figures, Broken> {
    let mut figures = Figures::default();
    let (_world, _client, account) = crate::signed_in(count).await?;
    crate::sync(&account).await?;
    let inbox = crate::messages(&account)?;
    let threads = inbox.threads(None, PAGE).await?.threads;
    for thread in &threads {
        inbox.messages(thread.id.clone(), None, PAGE).await?;
    }
    let before = account.access_log(None, 1).await?.entries;
    let newest = before.first().ok_or("nothing is noted")?.number;

    let mut opened: [Vec<Spent>; 2] = Default::default();
    for thread in threads.iter().cycle().take(TIMES) {
        for spent in &mut opened {
            let meter = Meter::start();
            inbox.messages(thread.id.clone(), None, PAGE).await?;
            spent.push(meter.stop());
        }
    }
    let noted = account.access_log(None, 1).await?.entries[0].number - newest;
    if noted != TIMES as u64 {
        return Err(format!("{noted} of {TIMES} openings are noted").into());
    }
    let [first, again] = opened.map(|spent| {
        let mut cpu: Vec<_> = spent.iter().map(|spent| spent.cpu).collect();
        median(&mut cpu)
    });
    figures.time("opening_cpu", first);
    figures.time("opening_again_cpu", again);
    Ok(figures)
}
