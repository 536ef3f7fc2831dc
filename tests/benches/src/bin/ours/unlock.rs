//! Opening a lock with its PIN.

use pericard::Keystore;
use pericard_benches::{Broken, Figures, Meter, Spent, median, pin};

/// One round.
pub(crate) async fn run() -> Result<Figures, Broken> {
    let mut figures = Figures::default();
    let (world, _client, account) = crate::signed_in(1).await?;
    let lock = account.lock();
    lock.set_pin(None, pin::PIN.to_vec()).await?;
    let mut opened: Vec<Spent> = Vec::with_capacity(pin::TIMES);
    for _ in 0..pin::TIMES {
        lock.lock().await?;
        let meter = Meter::start();
        lock.unlock(pin::PIN.to_vec()).await?;
        opened.push(meter.stop());
    }
    let part = |by: fn(&Spent) -> std::time::Duration| {
        median(&mut opened.iter().map(by).collect::<Vec<_>>())
    };
    figures.time("unlock_wall", part(|spent| spent.wall));
    figures.time("unlock_cpu", part(|spent| spent.cpu));

    // What it cost stands in the keystore, beside what the PIN opens: version, KiB, passes.
    let directory = std::path::PathBuf::from(world.config().directory);
    let id = std::fs::read_to_string(directory.join("id"))?;
    let name = format!("{}.content.{}", id.trim(), account.id());
    let keystore: std::sync::Arc<dyn Keystore> = world.keystore();
    let kept = keystore.load(name)?.ok_or("the keystore has no lock")?;
    let (kib, rest) = kept[1..].split_first_chunk().ok_or("no lock")?;
    let (passes, _) = rest.split_first_chunk().ok_or("no lock")?;
    figures.count("kib", u32::from_be_bytes(*kib).into());
    figures.count("passes", u32::from_be_bytes(*passes).into());
    Ok(figures)
}
