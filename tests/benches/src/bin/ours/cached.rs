//! A cold sync, and what can be done with the cache that it leaves.

use std::path::Path;

use pericard::Client;
use pericard_benches::{Broken, Figures, Meter, Spent, median, memory, percentile, queries};
use pericard_world::TestWorld;

const OPENINGS: usize = 15;
const SEARCHES: usize = 1000;
/// An inbox's first screen, and a page of hits.
const PAGE: u32 = 50;

/// A cold sync alone.
pub(crate) async fn sync(count: usize) -> Result<Figures, Broken> {
    let mut figures = Figures::default();
    let (_world, _client, account) = crate::signed_in(count).await?;
    let meter = Meter::start();
    crate::sync(&account).await?;
    figures.spent("sync", meter.stop());
    Ok(figures)
}

/// One round.
pub(crate) async fn run(count: usize) -> Result<Figures, Broken> {
    let mut figures = Figures::default();
    let (world, client, account) = crate::signed_in(count).await?;

    world.portal_requests(None).await?;
    memory::forget_peak();
    let idle = memory::held();
    let meter = Meter::start();
    crate::sync(&account).await?;
    figures.spent("sync", meter.stop());
    if let (Some(idle), Some(peak)) = (idle, memory::peak()) {
        figures.count("sync_memory", peak.saturating_sub(idle));
    }
    figures.count("sync_requests", world.portal_requests(None).await?);

    let inbox = crate::messages(&account)?;
    let asked = queries(texts(&inbox).await?.iter().map(String::as_str), SEARCHES);
    let mut searches = Vec::with_capacity(SEARCHES);
    let mut hits = 0;
    for query in asked {
        let meter = Meter::start();
        let page = inbox.search(query, None, PAGE).await?;
        searches.push(meter.stop().wall);
        hits += page.hits.len() as u64;
    }
    figures.time("search_p50", median(&mut searches));
    figures.time("search_p99", percentile(&mut searches, 99));
    figures.count("search_hits", hits);

    let mut pages = Vec::new();
    for _ in 0..SEARCHES {
        let meter = Meter::start();
        inbox.threads(None, PAGE).await?;
        pages.push(meter.stop().wall);
    }
    figures.time("page", median(&mut pages));
    count_all(&inbox, &mut figures).await?;
    drop((inbox, account));
    client.shut_down().await?;
    drop(client);
    figures.count("bytes", largest(world.path())?);

    let mut opened: [Vec<Spent>; 2] = Default::default();
    for _ in 0..OPENINGS {
        let [client, page] = open(&world).await?;
        opened[0].push(client);
        opened[1].push(page);
    }
    let sum = |by: fn(&Spent) -> std::time::Duration| {
        let pairs = opened[0].iter().zip(&opened[1]);
        median(
            &mut pairs
                .map(|(one, other)| by(one) + by(other))
                .collect::<Vec<_>>(),
        )
    };
    figures.time("open_wall", sum(|spent| spent.wall));
    figures.time("open_cpu", sum(|spent| spent.cpu));
    let part = |part: usize| median(&mut opened[part].iter().map(|s| s.wall).collect::<Vec<_>>());
    figures.time("open_client", part(0));
    figures.time("open_first_page", part(1));
    Ok(figures)
}

/// From a closed directory to the account, and from there to the first screen.
async fn open(world: &TestWorld) -> Result<[Spent; 2], Broken> {
    let keystore = world.keystore();
    let meter = Meter::start();
    let client: std::sync::Arc<Client> = world.open(keystore).await?;
    let account = client
        .accounts()
        .await?
        .pop()
        .ok_or("the account is gone")?;
    let opened = meter.stop();
    let meter = Meter::start();
    let page = crate::messages(&account)?.threads(None, PAGE).await?;
    let first = meter.stop();
    if page.threads.len() != PAGE as usize {
        return Err("the first screen is not full".into());
    }
    client.shut_down().await?;
    Ok([opened, first])
}

/// The messages of the newest threads, oldest thread last.
async fn texts(inbox: &pericard::Messages) -> Result<Vec<String>, Broken> {
    let mut texts = Vec::new();
    for thread in inbox.threads(None, PAGE).await?.threads {
        let page = inbox.messages(thread.id, None, 500).await?;
        texts.extend(page.messages.into_iter().map(|message| message.text));
    }
    Ok(texts)
}

async fn count_all(inbox: &pericard::Messages, figures: &mut Figures) -> Result<(), Broken> {
    let (mut threads, mut messages, mut after) = (0, 0, None);
    loop {
        let page = inbox.threads(after, 500).await?;
        threads += page.threads.len() as u64;
        messages += page
            .threads
            .iter()
            .map(|t| u64::from(t.messages))
            .sum::<u64>();
        after = page.after;
        if after.is_none() {
            break;
        }
    }
    figures.count("threads", threads);
    figures.count("messages", messages);
    Ok(())
}

/// The size of the largest file, which is the person's database.
fn largest(folder: &Path) -> Result<u64, Broken> {
    let mut most = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        most = most.max(if entry.file_type()?.is_dir() {
            largest(&entry.path())?
        } else {
            entry.metadata()?.len()
        });
    }
    Ok(most)
}
