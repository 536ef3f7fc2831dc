//! The verbs about who somebody is: signing in, leaving in the middle of it, proving more, second factors.

use std::sync::Arc;

use pericard::{Account, SignIn, SignInMethod, SignInStep};

use crate::context::{Context, Halt, broken};
use crate::keys::Keys;
use crate::people;

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

pub(crate) async fn sign_in(context: &mut Context, keys: &mut Keys<'_>) -> Result<(), Halt> {
    let who = keys.text("who")?;
    let patient = keys.text_or_none("for")?;
    let typed = Typed::read(keys, who)?;
    let begun = begun(context, &typed, patient.as_deref()).await?;
    answer(context, &typed, begun).await?;
    context.name_people(&typed.who, patient.as_deref())?;
    context.acting = patient;
    if context.leaving.is_some() {
        return Err(broken("the sign-in never came to where it should be left"));
    }
    Ok(())
}

pub(crate) async fn step_up(context: &mut Context, keys: &mut Keys<'_>) -> Result<(), Halt> {
    let typed = Typed::read(keys, context.person()?)?;
    let begun = context.account()?.step_up(typed.method).await?;
    answer(context, &typed, begun).await.map(|_| ())
}

pub(crate) async fn enrol_totp(context: &mut Context) -> Result<(), Halt> {
    let enrolment = context.account()?.two_factor().enrol().await?;
    context.enrolment = Some((enrolment.id, enrolment.totp.uri));
    Ok(())
}

pub(crate) async fn confirm_totp(context: &mut Context, keys: &mut Keys<'_>) -> Result<(), Halt> {
    let (code, who) = (code(keys)?, context.person()?);
    let (id, uri) = context
        .enrolment
        .clone()
        .ok_or_else(|| broken("nothing is being enrolled"))?;
    context.world.enrol(who.clone(), uri)?;
    let code = context.world.clone().code(who.clone(), code).await?;
    let codes = context.account()?.two_factor().confirm(id, code).await?;
    keep(context, who, codes).await;
    context.enrolment = None;
    Ok(())
}

pub(crate) async fn new_recovery_codes(context: &mut Context) -> Result<(), Halt> {
    let (account, who) = (context.account()?, context.person()?);
    let codes = account.two_factor().new_recovery_codes().await?;
    keep(context, who, codes).await;
    Ok(())
}

/// The person keeps new recovery codes; one of those that they replace is spent.
async fn keep(context: &mut Context, who: String, codes: Vec<String>) {
    let replaced = context.world.clone().code(who.clone(), "recovery".into());
    context.spent = replaced.await.ok().or(context.spent.take());
    context.world.keep_recovery_codes(who, codes);
}

/// Answers every question until the sign-in is done.
async fn answer(
    context: &mut Context,
    typed: &Typed,
    mut sign_in: Arc<SignIn>,
) -> Result<Arc<Account>, Halt> {
    let who = &typed.who;
    let mut step = sign_in.step()?;
    loop {
        context.signing_in = Some((who.clone(), sign_in.clone()));
        let code = context.world.clone().code(who.clone(), typed.code.clone());
        step = match step {
            SignInStep::OpenBrowser => {
                let url = sign_in.clone().authorization_url().await?;
                let browser = context.world.clone();
                let redirect = browser
                    .browser(url, who.clone(), typed.right, typed.code.clone())
                    .await?;
                sign_in = left(context, who, "browser").await?;
                sign_in.clone().redirected(redirect).await?
            }
            SignInStep::AskPassword { .. } => {
                sign_in = left(context, who, "password").await?;
                let (user, password) = (
                    context.world.user(who.clone())?,
                    context.world.password(who.clone(), typed.right)?,
                );
                sign_in.clone().password(user, password).await?
            }
            SignInStep::AskCode { .. } if typed.code.starts_with("recovery") => {
                sign_in = left(context, who, "code").await?;
                if typed.code == "recovery" {
                    context.spent = Some(code.await?);
                }
                let code = context.spent.clone();
                let code = code.ok_or_else(|| broken("no recovery code is spent yet"))?;
                sign_in.clone().recovery_code(code).await?
            }
            SignInStep::AskCode { .. } => {
                sign_in = left(context, who, "code").await?;
                sign_in.clone().code(code.await?).await?
            }
            SignInStep::Enrol { totp, .. } => {
                sign_in = left(context, who, "enrol").await?;
                context.world.enrol(who.clone(), totp.uri)?;
                sign_in.clone().code(code.await?).await?
            }
            SignInStep::ShowRecoveryCodes { codes } => {
                sign_in = left(context, who, "recovery_codes").await?;
                keep(context, who.clone(), codes).await;
                break;
            }
            SignInStep::Wait { .. } => return Err(broken("the portal asks to wait")),
            SignInStep::Ready { .. } => break,
        };
    }
    let account = sign_in.finish().await?;
    context.signing_in = None;
    context.signed_in(who, account.clone())?;
    Ok(account)
}

/// The sign-in that is open for this person, else a new one; a sealed account is reopened.
async fn begun(
    context: &Context,
    typed: &Typed,
    patient: Option<&str>,
) -> Result<Arc<SignIn>, Halt> {
    let (who, method) = (typed.who.as_str(), typed.method);
    if let Some((whose, open)) = &context.signing_in
        && whose == who
        && open.step().is_ok()
    {
        return Ok(open.clone());
    }
    match context.account_or_none() {
        Some(known) if context.who.as_deref() == Some(who) && context.session() != "signed_out" => {
            match patient {
                Some(patient) => people::begun(context, &known, method, patient).await,
                None => Ok(known.sign_in_again(method, context.known(who)?).await?),
            }
        }
        _ => {
            let portal = context
                .client
                .portals()
                .into_iter()
                .next()
                .ok_or_else(|| broken("no portal"))?;
            Ok(context.client.portal(portal).await?.sign_in(method).await?)
        }
    }
}

/// Goes away if that was announced for this place, and comes back; the sign-in as it is then.
async fn left(context: &mut Context, who: &str, place: &str) -> Result<Arc<SignIn>, Halt> {
    if let Some((_, kind)) = context.leaving.take_if(|(at, _)| at == place) {
        if kind == "process" {
            context.restart().await?;
        } else {
            context.client.pause().await?;
            context.client.resume().await?;
        }
    }
    let open = context
        .signing_in
        .as_ref()
        .filter(|(whose, _)| whose == who);
    open.map(|(_, sign_in)| sign_in.clone())
        .ok_or_else(|| broken("the sign-in did not survive"))
}
