//! A person at the portal's login page, without a browser: the forms are sent as a browser would.

use crate::WorldError;

/// Follows `url` to the redirect that leads back to the app. Fails when the portal shows its form again.
pub(crate) async fn sign_in(
    http: &reqwest::Client,
    url: &str,
    issuer: &str,
    user: &str,
    password: &str,
    code: impl Future<Output = Result<String, WorldError>>,
) -> Result<String, WorldError> {
    let page = http.get(url).send().await?;
    let Page::Form(login) = read(page).await? else {
        return Err(WorldError::new("the portal shows no login page"));
    };
    let form = [
        ("login", login.as_str()),
        ("username", user),
        ("password", password),
    ];
    let login = match read(post(http, issuer, &form).await?).await? {
        Page::Redirect(to) => return Ok(to),
        Page::Form(login) => login,
    };
    let code = code.await?;
    match read(
        post(
            http,
            issuer,
            &[("login", login.as_str()), ("otp", code.as_str())],
        )
        .await?,
    )
    .await?
    {
        Page::Redirect(to) => Ok(to),
        Page::Form(_) => Err(WorldError::new("the portal asks again")),
    }
}

enum Page {
    Redirect(String),
    /// A form, by its hidden field.
    Form(String),
}

async fn post(
    http: &reqwest::Client,
    issuer: &str,
    form: &[(&str, &str)],
) -> Result<reqwest::Response, WorldError> {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let request = http
        .post(format!("{issuer}/login"))
        .header("content-type", "application/x-www-form-urlencoded");
    Ok(request.body(body).send().await?)
}

async fn read(answer: reqwest::Response) -> Result<Page, WorldError> {
    if let Some(to) = answer.headers().get("location") {
        let to = to
            .to_str()
            .map_err(|_| WorldError::new("a redirect that is no text"))?;
        return Ok(Page::Redirect(to.to_owned()));
    }
    let status = answer.status();
    let text = answer.text().await?;
    if !status.is_success() {
        return Err(WorldError::new(format!("the login page answered {status}")));
    }
    let field = text
        .split("name=\"login\"")
        .nth(1)
        .and_then(|rest| rest.split("value=\"").nth(1));
    let login = field.and_then(|rest| rest.split('"').next());
    Ok(Page::Form(
        login
            .ok_or_else(|| WorldError::new("the login page has no form"))?
            .to_owned(),
    ))
}
