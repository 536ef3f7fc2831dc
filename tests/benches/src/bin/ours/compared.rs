//! The daily comparison of an inbox in which nothing changed with the portal's list.

use pericard_benches::{Broken, Figures, Meter};

/// Longer than a day, after which what is here is compared.
const A_DAY: u64 = 25 * 60 * 60;

/// A cold sync, and a sync a day later, beside each other.
pub(crate) async fn run(count: usize) -> Result<Figures, Broken> {
    let mut figures = Figures::default();
    let (world, _client, account) = crate::signed_in(count).await?;
    let meter = Meter::start();
    crate::sync(&account).await?;
    figures.spent("cold", meter.stop());
    world.advance(A_DAY).await?;
    let of_records = Some("/Communication".to_owned());
    world.portal_requests(of_records.clone()).await?;
    let meter = Meter::start();
    crate::sync(&account).await?;
    figures.spent("compared", meter.stop());
    let requests = world.portal_requests(of_records).await?;
    figures.count("compared_requests", requests);
    Ok(figures)
}
