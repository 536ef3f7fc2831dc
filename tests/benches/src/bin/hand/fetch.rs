//! The portal by hand: signing in, and pages with the settings that Pericard's transport has.

use std::time::Duration;

use pericard_benches::{Broken, portal_spec};
use serde_json::Value;

use crate::page::Page;
use crate::store::Store;

/// As large as Pericard asks for once it knows that the portal is quick.
const COUNT: u32 = 500;
/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A portal of the control's process, with Ana signed in.
pub(crate) struct Portal {
    http: reqwest::Client,
    token: String,
    first: String,
    root: String,
}

impl Portal {
    pub(crate) async fn start(messages: usize) -> Result<Self, Broken> {
        let control = std::env::var("PERICARD_PORTAL_CONTROL")
            .map_err(|_| "PERICARD_PORTAL_CONTROL is not set: run `cargo xtask bench`")?;
        let made = reqwest::Client::builder()
            .no_proxy()
            .build()?
            .post(format!("{control}/portals"))
            .header("content-type", "application/json")
            .body(portal_spec(messages))
            .send()
            .await?
            .error_for_status()?;
        let portal: Value = serde_json::from_slice(&made.bytes().await?)?;
        let text = |value: &Value| value.as_str().map(str::to_owned).ok_or("not a text");
        let pem = text(&portal["ca_pem"])?;
        let root = reqwest::Certificate::from_pem(pem.as_bytes())?;
        let http = reqwest::Client::builder()
            .user_agent("ByHand/1")
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(Duration::from_secs(15))
            .read_timeout(Duration::from_secs(30))
            .pool_idle_timeout(Duration::from_secs(30))
            .retry(reqwest::retry::never())
            .tls_certs_merge([root])
            .build()?;
        let ana = &portal["people"]["ana"];
        let (base, issuer) = (text(&portal["base"])?, text(&portal["issuer"])?);
        let token = sign_in(
            &http,
            &issuer,
            &text(&ana["user"])?,
            &text(&ana["password"])?,
        )
        .await?;
        let patient = text(&ana["patient"])?;
        Ok(Self {
            http,
            token,
            root: pem,
            first: format!(
                "{base}/Communication?subject=Patient%2F{patient}&_sort=_lastUpdated&_count={COUNT}"
            ),
        })
    }

    /// What a program in another language needs: the first page, the token, and the certificate to trust, as JSON.
    pub(crate) fn ticket(&self) -> Value {
        serde_json::json!({ "first": self.first, "token": self.token, "root": self.root })
    }

    async fn page(&self, url: &str) -> Result<Vec<u8>, Broken> {
        let answer = self
            .http
            .get(url)
            .header("accept", "application/fhir+json")
            .bearer_auth(&self.token)
            .send()
            .await?
            .error_for_status()?;
        Ok(answer.bytes().await?.into())
    }

    /// Fetches every page; the next one is on its way while one is written.
    #[allow(clippy::disallowed_methods)] // there is no world here to spawn in
    pub(crate) async fn fetch_all(&self, store: Store) -> Result<Store, Broken> {
        let mut store = store;
        let mut body = self.page(&self.first).await?;
        loop {
            let (tell, told) = tokio::sync::oneshot::channel();
            let writing = tokio::task::spawn_blocking(move || -> Result<Store, Broken> {
                let page: Page<'_> = serde_json::from_slice(&body)?;
                let _ = tell.send(page.next());
                store.write(&page)?;
                Ok(store)
            });
            let next = match told.await {
                Ok(Some(url)) => Some(self.page(&url).await?),
                Ok(None) | Err(_) => None,
            };
            store = writing.await??;
            match next {
                Some(next) => body = next,
                None => break,
            }
        }
        store.finish()?;
        Ok(store)
    }
}

/// The native challenge and the token endpoint: two requests.
async fn sign_in(
    http: &reqwest::Client,
    issuer: &str,
    user: &str,
    password: &str,
) -> Result<String, Broken> {
    let form = |pairs: &[(&str, &str)]| {
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish()
    };
    let ask = async |path: &str, body: String| -> Result<Value, Broken> {
        let answer = http
            .post(format!("{issuer}/{path}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await?
            .error_for_status()?;
        Ok(serde_json::from_slice(&answer.bytes().await?)?)
    };
    let scope = "openid launch/patient patient/Communication.rs";
    let begun = [
        ("client_id", "pericard"),
        ("response_type", "code"),
        ("scope", scope),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("username", user),
        ("password", password),
    ];
    let challenged = ask("challenge", form(&begun)).await?;
    let code = challenged["authorization_code"].as_str().ok_or("no code")?;
    let redeemed = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("client_id", "pericard"),
        ("code_verifier", VERIFIER),
    ];
    let answer = ask("token", form(&redeemed)).await?;
    Ok(answer["access_token"]
        .as_str()
        .ok_or("no token")?
        .to_owned())
}
