//! The verbs about who somebody is: signing in, leaving in the middle of it, proving more, second factors.

use std::sync::Arc;

use pericard::{Account, SignIn, SignInMethod, SignInStep};

use crate::keys::Keys;
use crate::stage::{Halt, Stage, broken};

/// What a person types.
struct Typed {
    who: String,
    right: bool,
    code: String,
    method: SignInMethod,
}

impl Typed {
    fn read(keys: &mut Keys<'_>, who: String) -> Result<Self, Halt> {
        let right = keys.word("password", &["right", "wrong"], true)? == "right";
        let code = code(keys)?;
        let browser = keys.word("via", &["native", "browser"], true)? == "browser";
        keys.done()?;
        if browser && code == "recovery_spent" {
            return Err(broken("`recovery_spent` is for native sign-in"));
        }
        let method = if browser {
            SignInMethod::Browser
        } else {
            SignInMethod::Native
        };
        Ok(Self {
            who,
            right,
            code,
            method,
        })
    }
}

fn code(keys: &mut Keys<'_>) -> Result<String, Halt> {
    let code = keys.text_or_none("code")?.unwrap_or_else(|| "now".into());
    let known = ["now", "wrong", "replayed", "recovery", "recovery_spent"].contains(&code.as_str());
    if !known && !code.contains(|c: char| c.is_ascii_digit()) {
        return Err(broken(format!("`code` is `{code}`")));
    }
    Ok(code)
}

pub(crate) async fn sign_in(stage: &mut Stage, keys: &mut Keys<'_>) -> Result<(), Halt> {
    let who = keys.text("who")?;
    let typed = Typed::read(keys, who)?;
    let begun = begun(stage, &typed).await?;
    answer(stage, &typed, begun).await?;
    if stage.leaving.is_some() {
        return Err(broken("the sign-in never came to where it should be left"));
    }
    Ok(())
}

pub(crate) async fn step_up(stage: &mut Stage, keys: &mut Keys<'_>) -> Result<(), Halt> {
    let typed = Typed::read(keys, stage.person()?)?;
    let begun = stage.account()?.step_up(typed.method).await?;
    answer(stage, &typed, begun).await.map(|_| ())
}

pub(crate) async fn enrol_totp(stage: &mut Stage) -> Result<(), Halt> {
    let enrolment = stage.account()?.two_factor().enrol().await?;
    stage.enrolment = Some((enrolment.id, enrolment.totp.uri));
    Ok(())
}

pub(crate) async fn confirm_totp(stage: &mut Stage, keys: &mut Keys<'_>) -> Result<(), Halt> {
    let (code, who) = (code(keys)?, stage.person()?);
    let (id, uri) = stage
        .enrolment
        .clone()
        .ok_or_else(|| broken("nothing is being enrolled"))?;
    stage.world.enrol(who.clone(), uri)?;
    let code = stage.world.clone().code(who.clone(), code).await?;
    let codes = stage.account()?.two_factor().confirm(id, code).await?;
    keep(stage, who, codes).await;
    stage.enrolment = None;
    Ok(())
}

pub(crate) async fn new_recovery_codes(stage: &mut Stage) -> Result<(), Halt> {
    let (account, who) = (stage.account()?, stage.person()?);
    let codes = account.two_factor().new_recovery_codes().await?;
    keep(stage, who, codes).await;
    Ok(())
}

/// The person keeps new recovery codes; one of those that they replace is spent.
async fn keep(stage: &mut Stage, who: String, codes: Vec<String>) {
    let replaced = stage.world.clone().code(who.clone(), "recovery".into());
    stage.spent = replaced.await.ok().or(stage.spent.take());
    stage.world.keep_recovery_codes(who, codes);
}

/// Answers every question until the sign-in is done.
async fn answer(
    stage: &mut Stage,
    typed: &Typed,
    mut sign_in: Arc<SignIn>,
) -> Result<Arc<Account>, Halt> {
    let who = &typed.who;
    let mut step = sign_in.step()?;
    loop {
        stage.signing_in = Some((who.clone(), sign_in.clone()));
        let code = stage.world.clone().code(who.clone(), typed.code.clone());
        step = match step {
            SignInStep::OpenBrowser => {
                let url = sign_in.clone().authorization_url().await?;
                let browser = stage.world.clone();
                let redirect = browser
                    .browser(url, who.clone(), typed.right, typed.code.clone())
                    .await?;
                sign_in = left(stage, who, "browser").await?;
                sign_in.clone().redirected(redirect).await?
            }
            SignInStep::AskPassword { .. } => {
                sign_in = left(stage, who, "password").await?;
                let (user, password) = (
                    stage.world.user(who.clone())?,
                    stage.world.password(who.clone(), typed.right)?,
                );
                sign_in.clone().password(user, password).await?
            }
            SignInStep::AskCode { .. } if typed.code.starts_with("recovery") => {
                sign_in = left(stage, who, "code").await?;
                if typed.code == "recovery" {
                    stage.spent = Some(code.await?);
                }
                let code = stage.spent.clone();
                let code = code.ok_or_else(|| broken("no recovery code is spent yet"))?;
                sign_in.clone().recovery_code(code).await?
            }
            SignInStep::AskCode { .. } => {
                sign_in = left(stage, who, "code").await?;
                sign_in.clone().code(code.await?).await?
            }
            SignInStep::Enrol { totp, .. } => {
                sign_in = left(stage, who, "enrol").await?;
                stage.world.enrol(who.clone(), totp.uri)?;
                sign_in.clone().code(code.await?).await?
            }
            SignInStep::ShowRecoveryCodes { codes } => {
                sign_in = left(stage, who, "recovery_codes").await?;
                keep(stage, who.clone(), codes).await;
                break;
            }
            SignInStep::Wait { .. } => return Err(broken("the portal asks to wait")),
            SignInStep::Ready { .. } => break,
        };
    }
    let account = sign_in.finish().await?;
    stage.signing_in = None;
    stage.signed_in(who, account.clone())?;
    Ok(account)
}

/// The sign-in that is open for this person, else a new one; a sealed account is reopened.
async fn begun(stage: &Stage, typed: &Typed) -> Result<Arc<SignIn>, Halt> {
    let (who, method) = (typed.who.as_str(), typed.method);
    if let Some((whose, open)) = &stage.signing_in
        && whose == who
        && open.step().is_ok()
    {
        return Ok(open.clone());
    }
    match stage.account_or_none() {
        Some(known) if stage.who.as_deref() == Some(who) && stage.session() != "signed_out" => {
            Ok(known.sign_in_again(method).await?)
        }
        _ => {
            let portal = stage
                .client
                .portals()
                .into_iter()
                .next()
                .ok_or_else(|| broken("no portal"))?;
            Ok(stage.client.portal(portal).await?.sign_in(method).await?)
        }
    }
}

/// Goes away if that was announced for this place, and comes back; the sign-in as it is then.
async fn left(stage: &mut Stage, who: &str, place: &str) -> Result<Arc<SignIn>, Halt> {
    if let Some((_, kind)) = stage.leaving.take_if(|(at, _)| at == place) {
        if kind == "process" {
            stage.restart().await?;
        } else {
            stage.client.pause().await?;
            stage.client.resume().await?;
        }
    }
    let open = stage.signing_in.as_ref().filter(|(whose, _)| whose == who);
    open.map(|(_, sign_in)| sign_in.clone())
        .ok_or_else(|| broken("the sign-in did not survive"))
}
