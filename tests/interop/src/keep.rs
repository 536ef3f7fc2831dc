//! A server to try things out on, until Ctrl-C.

use crate::checks::fhir::Stage;
use crate::fixture::Fixture;
use crate::issuer::Issuer;
use crate::people::{ANA, CLIENT};
use crate::trouble::Result;

/// Tells how to sign in, gives a code whenever Enter is pressed, and waits.
pub(crate) async fn keep(clinic: &Fixture, issuer: &Issuer) -> Result {
    println!(
        "issuer    {}\nFHIR      {base}\n\nIn another terminal:\n\n  \
         cargo run -- --allow-loopback-http --client-id {CLIENT} signin {base}\n  \
         cargo run -- --allow-loopback-http sync\n  \
         cargo run -- --allow-loopback-http inbox\n\n\
         user      {}\npassword  {}\nsecret    {}\n\n\
         Codes come from an authenticator app with that secret, or from here: press\n\
         Enter for the one of now. Ctrl-C ends the server.",
        issuer.name(),
        ANA.user,
        ANA.password,
        ANA.secret_in_base32(),
        base = clinic.base(),
    );
    // A thread of its own: a read of the terminal cannot be called off, and must not hold up the end.
    std::thread::spawn(|| {
        for _ in std::io::stdin().lines().map_while(std::io::Result::ok) {
            match ANA.code() {
                Ok(code) => println!("code      {code}"),
                Err(error) => eprintln!("no code: {error}"),
            }
        }
    });
    tokio::signal::ctrl_c().await?;
    Ok(())
}

/// The same for the FHIR server: whoever comes is signed in.
pub(crate) async fn keep_records(stage: &Stage) -> Result {
    println!(
        "server    {}\nFHIR      {base}\n\nIn another terminal:\n\n  \
         cargo run -- --allow-loopback-http --client-id {CLIENT} signin {base}\n  \
         cargo run -- --allow-loopback-http sync\n  \
         cargo run -- --allow-loopback-http inbox\n\n\
         The browser comes back at once, signed in as {}. Ctrl-C ends the server.",
        stage.hapi.base(),
        ANA.user,
        base = stage.gateway.base(),
    );
    tokio::signal::ctrl_c().await?;
    Ok(())
}
