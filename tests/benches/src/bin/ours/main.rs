//! Pericard's side: the public API, in a process that wipes memory as the shipped library does.
//!
//! `bench-ours sync MESSAGES` measures a cold sync and nothing else, for a profiler; `bench-ours cached MESSAGES` measures a cold sync, then opening and searching what it left;
//! `bench-ours compared MESSAGES` measures a cold sync beside the comparison a day later;
//! `bench-ours opening MESSAGES` measures opening conversations, with an entry in the access log and without;
//! `bench-ours news FEW MANY` measures syncs of an inbox with few and with many messages. All need a reference
//! portal (`PERICARD_PORTAL_CONTROL`), and so does `bench-ours unlock`, which opens a lock. `bench-ours auth` measures what signing in computes, and needs none.

mod auth;
mod cached;
mod compared;
mod news;
mod opening;
mod unlock;

use std::process::ExitCode;
use std::sync::Arc;

use pericard::{Account, Client, Messages, SignInMethod};
use pericard_benches::{Broken, Figures};
use pericard_world::TestWorld;

#[global_allocator]
static ALLOCATOR: pericard_zeroalloc::Zeroing = pericard_zeroalloc::Zeroing;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let result = runtime
        .map_err(Broken::from)
        .and_then(|runtime| match arguments[..] {
            ["cached", messages] => Ok(vec![runtime.block_on(cached::run(messages.parse()?))?]),
            ["sync", messages] => Ok(vec![runtime.block_on(cached::sync(messages.parse()?))?]),
            ["compared", messages] => Ok(vec![runtime.block_on(compared::run(messages.parse()?))?]),
            ["news", few, many] => runtime.block_on(news::run(few.parse()?, many.parse()?)),
            ["opening", messages] => Ok(vec![runtime.block_on(opening::run(messages.parse()?))?]),
            ["unlock"] => Ok(vec![runtime.block_on(unlock::run())?]),
            ["auth"] => Ok(vec![auth::run()?]),
            _ => Err(
                "bench-ours (sync|cached|compared|opening) MESSAGES | bench-ours news FEW MANY | bench-ours (unlock|auth)"
                    .into(),
            ),
        });
    match result {
        Ok(rounds) => {
            rounds.into_iter().for_each(Figures::print);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// A portal with Ana's messages, and Ana signed in.
async fn signed_in(messages: usize) -> Result<(Arc<TestWorld>, Arc<Client>, Arc<Account>), Broken> {
    let world = TestWorld::start(pericard_benches::portal_spec(messages)).await?;
    let client = world.open(world.keystore()).await?;
    let config = client
        .portals()
        .into_iter()
        .next()
        .ok_or("the world has no portal")?;
    let sign_in = client
        .portal(config)
        .await?
        .sign_in(SignInMethod::Native)
        .await?;
    let (user, password) = (
        world.user("ana".into())?,
        world.password("ana".into(), true)?,
    );
    sign_in.clone().password(user, password).await?;
    let account = sign_in.finish().await?;
    Ok((world, client, account))
}

/// Syncs to the end, watching as an app does.
async fn sync(account: &Account) -> Result<(), Broken> {
    let run = account.start_sync(None, false)?;
    while run.next().await?.is_some() {}
    Ok(())
}

/// Ana's own messages.
fn messages(account: &Account) -> Result<Arc<Messages>, Broken> {
    let own = account.people().into_iter().find(|person| person.is_self);
    Ok(account.messages(own.ok_or("the account has nobody")?.id)?)
}
