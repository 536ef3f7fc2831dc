//! Leaving: with the portal's knowledge, or without.

use serde_json::json;

use crate::cli::Options;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{GOOD, Output};

pub(super) async fn run(
    options: &Options,
    tell_portal: bool,
    output: &Output,
) -> Result<(), Failure> {
    let context = Context::existing(options).await?;
    let account = context.any_account().await?;
    let id = account.id();
    if tell_portal {
        account.sign_out().await?;
        output.result(&json!({ "signed_out": id }));
        output.tell(format!(
            "{} Nothing of the account is left here; the session at the portal is ended now, or when the portal can \
             next be reached within a day.",
            output.paint(GOOD, "Signed out.")
        ));
    } else {
        account.forget().await?;
        output.result(&json!({ "forgotten": id }));
        output.tell(format!(
            "{} The account is removed from this device. The portal was not notified.",
            output.paint(GOOD, "Forgotten.")
        ));
    }
    context.close().await
}
