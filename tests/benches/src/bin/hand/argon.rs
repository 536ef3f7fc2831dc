//! Argon2id alone, with the crate that Pericard uses for it: what nobody can spare who tries a PIN.

use std::hint::black_box;

use argon2::{Algorithm, Argon2, Params, Version};
use pericard_benches::{Broken, Figures, Meter, Spent, median, pin};

pub(crate) fn run() -> Result<Figures, Broken> {
    let mut figures = Figures::default();
    let mut tried: Vec<Spent> = Vec::with_capacity(pin::TIMES);
    for round in 0..pin::TIMES {
        let salt = [round as u8; 16];
        let mut key = [0; 32];
        let meter = Meter::start();
        let params = Params::new(pin::KIB, pin::PASSES, 1, Some(key.len()));
        let params = params.map_err(|error| error.to_string())?;
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(black_box(pin::PIN), &salt, &mut key)
            .map_err(|error| error.to_string())?;
        tried.push(meter.stop());
        black_box(key);
    }
    let part = |by: fn(&Spent) -> std::time::Duration| {
        median(&mut tried.iter().map(by).collect::<Vec<_>>())
    };
    figures.time("argon2_wall", part(|spent| spent.wall));
    figures.time("argon2_cpu", part(|spent| spent.cpu));
    figures.count("kib", pin::KIB.into());
    figures.count("passes", pin::PASSES.into());
    Ok(figures)
}
