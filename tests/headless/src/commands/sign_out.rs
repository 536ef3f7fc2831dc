//! Leaving: with the portal's knowledge, or without.

use serde_json::json;

use crate::cli::Options;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::voice::{GOOD, Voice};

pub(super) async fn run(
    options: &Options,
    tell_portal: bool,
    voice: &Voice,
) -> Result<(), Failure> {
    let desk = Desk::existing(options).await?;
    let account = desk.account().await?;
    let id = account.id();
    if tell_portal {
        account.sign_out().await?;
        voice.result(&json!({ "signed_out": id }));
        voice.tell(format!(
            "{} Nothing of the account is left here; the session at the portal is ended now, or when the portal can \
             next be reached within a day.",
            voice.paint(GOOD, "Signed out.")
        ));
    } else {
        account.forget().await?;
        voice.result(&json!({ "forgotten": id }));
        voice.tell(format!(
            "{} Nothing of the account is left here. The portal was not told.",
            voice.paint(GOOD, "Forgotten.")
        ));
    }
    desk.close().await
}
