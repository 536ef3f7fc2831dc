//! A server to try things out on, until Ctrl-C.

use crate::clinic::Clinic;
use crate::issuer::Issuer;
use crate::people::{ANA, CLIENT};
use crate::trouble::Result;

/// Tells how to sign in, and waits.
pub(crate) async fn keep(clinic: &Clinic, issuer: &Issuer) -> Result {
    let secret = ANA.secret_in_base32();
    println!(
        "issuer    {}\nFHIR      {base}\n\nSign in from another terminal:\n\n  \
         cargo run -- --allow-loopback-http --client-id {CLIENT} signin {base}\n\n\
         user      {}\npassword  {}\ncode      {} now; later: an authenticator app with the secret {secret},\n          \
         or `oathtool --totp --base32 {secret}`\n\nCtrl-C ends it.",
        issuer.name(),
        ANA.user,
        ANA.password,
        ANA.code()?,
        base = clinic.base(),
    );
    tokio::signal::ctrl_c().await?;
    Ok(())
}
