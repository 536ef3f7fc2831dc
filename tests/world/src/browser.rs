//! A person at the portal's pages, without a browser: the forms are sent as a browser would.

use crate::WorldError;
use crate::people::People;

/// Who sits there, and what they type.
pub(crate) struct Visitor<'a> {
    pub(crate) people: &'a People,
    pub(crate) who: &'a str,
    pub(crate) user: &'a str,
    pub(crate) password: &'a str,
    /// As in [`People::code`].
    pub(crate) code: &'a str,
}

/// Follows `url` to the redirect that leads back to the app: password, code or recovery code, a second factor to be set up
/// if the portal insists, and oneself where the portal asks whose record it is for. Fails when the portal shows the same form again.
pub(crate) async fn sign_in(
    http: &reqwest::Client,
    url: &str,
    issuer: &str,
    visitor: Visitor<'_>,
) -> Result<String, WorldError> {
    let mut page = read(http.get(url).send().await?).await?;
    let mut seen = Vec::new();
    loop {
        let Page::Form { login, html } = page else {
            let Page::Redirect(to) = page else { continue };
            return Ok(to);
        };
        let asked = Asked::of(&html)?;
        if seen.contains(&asked) {
            return Err(WorldError::new("the portal asks again"));
        }
        let mut form = vec![("login", login)];
        match asked {
            Asked::Password => {
                form.push(("username", visitor.user.to_owned()));
                form.push(("password", visitor.password.to_owned()));
            }
            Asked::Code => {
                let recovery = visitor.code == "recovery";
                let field = if recovery { "recovery_code" } else { "otp" };
                let code = visitor.people.code(visitor.who, visitor.code).await?;
                form.push((field, code));
            }
            Asked::Enrolment => {
                visitor
                    .people
                    .enrol(visitor.who, &between(&html, "otpauth://", "<")?)?;
                form.push(("otp", visitor.people.code(visitor.who, "now").await?));
            }
            Asked::RecoveryCodes => {
                let codes = html.split("<li>").skip(1);
                let codes = codes.filter_map(|item| item.split('<').next());
                visitor
                    .people
                    .keep(visitor.who, codes.map(str::to_owned).collect());
            }
            Asked::Record => {
                let choice = html.split("name=\"patient\"").nth(1).unwrap_or_default();
                let oneself = between(choice, "value=\"", "\"")?;
                let oneself = oneself.trim_start_matches("value=\"");
                form.push(("patient", oneself.to_owned()));
            }
        }
        seen.push(asked);
        page = post(http, issuer, &form).await?;
    }
}

/// What a page asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Password,
    Code,
    Enrolment,
    RecoveryCodes,
    Record,
}

impl Asked {
    fn of(html: &str) -> Result<Self, WorldError> {
        let has = |text: &str| html.contains(text);
        if has("name=\"password\"") {
            Ok(Self::Password)
        } else if has("otpauth://") {
            Ok(Self::Enrolment)
        } else if has("id=\"recovery-codes\"") {
            Ok(Self::RecoveryCodes)
        } else if has("name=\"otp\"") {
            Ok(Self::Code)
        } else if has("name=\"patient\"") {
            Ok(Self::Record)
        } else {
            Err(WorldError::new("a page of the portal that nobody knows"))
        }
    }
}

enum Page {
    Redirect(String),
    /// A form, by its hidden field, and the page that it is on.
    Form {
        login: String,
        html: String,
    },
}

async fn post(
    http: &reqwest::Client,
    issuer: &str,
    form: &[(&str, String)],
) -> Result<Page, WorldError> {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let request = http
        .post(format!("{issuer}/login"))
        .header("content-type", "application/x-www-form-urlencoded");
    read(request.body(body).send().await?).await
}

async fn read(answer: reqwest::Response) -> Result<Page, WorldError> {
    if let Some(to) = answer.headers().get("location") {
        let to = to
            .to_str()
            .map_err(|_| WorldError::new("a redirect that is no text"))?;
        return Ok(Page::Redirect(to.to_owned()));
    }
    let status = answer.status();
    let html = answer.text().await?;
    if !status.is_success() {
        return Err(WorldError::new(format!("the login page answered {status}")));
    }
    let field = html.split("name=\"login\"").nth(1).unwrap_or_default();
    let login = between(field, "value=\"", "\"")?;
    let login = login.trim_start_matches("value=\"").to_owned();
    Ok(Page::Form { login, html })
}

/// From `start`, with it, to `end`, without it; HTML's ampersands as they are meant.
fn between(html: &str, start: &str, end: &str) -> Result<String, WorldError> {
    let at = html.find(start);
    let rest = at.map(|at| &html[at..]);
    let found = rest.and_then(|rest| {
        let (head, tail) = rest.split_at(start.len());
        Some(format!("{head}{}", tail.split(end).next()?))
    });
    found
        .map(|found| found.replace("&amp;", "&"))
        .ok_or_else(|| WorldError::new("a page of the portal lacks what it should have"))
}
