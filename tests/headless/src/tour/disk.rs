//! The last step: what somebody finds who has the disk and not the keys.

use pericard::{Client, Message};

use crate::failure::Failure;
use crate::tour::canaries::Canaries;
use crate::tour::fixture::Fixture;
use crate::tour::report::Report;
use crate::tour::{ANSWER, Counts, WORD, promise};

pub(super) async fn look(
    report: &mut Report<'_>,
    fixture: &Fixture,
    client: &Client,
    everything: &[Message],
    counts: &mut Counts,
) -> Result<(), Failure> {
    report.step("Looking for plain text on the disk");
    let canaries = canaries_of(fixture, everything)?;
    let search = |canaries: &Canaries| {
        canaries
            .search(&fixture.path())
            .map_err(|error| Failure::io("search the tour's directory", error))
    };
    // Once with everything open, where journals and temporary files are, and once closed.
    let open = search(&canaries)?;
    client.shut_down().await?;
    let closed = search(&canaries)?;
    counts.disk_canaries = open.times + closed.times;

    let control = fixture.path().join("control.txt");
    let written = std::fs::write(&control, canaries.in_plain());
    let seen = written
        .map_err(|error| Failure::io("write the control", error))
        .and_then(|()| search(&canaries));
    std::fs::remove_file(&control).map_err(|error| Failure::io("remove the control", error))?;
    let seen = seen?.times;
    promise(seen >= canaries.len() as u64, || {
        "the search missed the control, so it proves nothing".into()
    })?;
    promise(counts.disk_canaries == 0, || {
        format!(
            "plain text was found on the disk, {} times",
            counts.disk_canaries
        )
    })?;
    report.show(format!(
        "{:>6}  words, names, tokens, secrets, the password",
        canaries.len()
    ));
    report.show(format!(
        "{:>6}  files, {:.1} MB",
        open.files,
        open.bytes as f64 / 1e6
    ));
    report.show(format!("{:>6}  found in them", counts.disk_canaries));
    report.show(format!(
        "{seen:>6}  found in an unencrypted file, as a control"
    ));
    report.done("Without the keys, nothing on this disk can be read.");
    Ok(())
}

/// Everything that somebody with the disk must not find.
fn canaries_of(fixture: &Fixture, everything: &[Message]) -> Result<Canaries, Failure> {
    let ana = fixture.ana();
    let mut canaries = Canaries::default();
    for message in everything {
        canaries.add_letter(&message.text);
        canaries.add(&message.from);
    }
    canaries.add(ANSWER);
    canaries.add(WORD);
    for text in [&ana.password, &ana.patient, &ana.name] {
        canaries.add(text);
    }
    canaries.add(ana.totp_secret.as_deref().unwrap_or_default());
    canaries.add(&*fixture.passphrase);
    let tokens = fixture.wire.tokens();
    promise(!tokens.is_empty(), || {
        "no token was seen, so there was none to look for".into()
    })?;
    tokens.iter().for_each(|token| canaries.add(&**token));
    Ok(canaries)
}
