//! A browser without a window, in which a person signs in on the server's own pages.
//!
//! Debian's Chromium is driven through its WebDriver. Each visit has a profile of its own unless it is said to go on in
//! the last one, where the server may remember the person.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;

use crate::people::Person;
use crate::process::Process;
use crate::trouble::{Result, Trouble};

/// How long a page may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// The key that submits a form.
const ENTER: char = '\u{e007}';
/// What the page says that the redirect leads to.
pub(crate) const BACK: &str = "back-in-the-app";

/// A WebDriver, which starts browsers.
pub(crate) struct Browser {
    _driver: Process,
    address: String,
    chromium: String,
}

/// What a person saw on the way.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Pages {
    pub(crate) password: bool,
    /// The server asked for a code.
    pub(crate) code: bool,
    /// The server asked again after a wrong one.
    pub(crate) code_again: bool,
}

/// What a person does on the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doing {
    /// Types everything rightly.
    Right,
    /// Types a wrong code first.
    WrongCodeFirst,
    /// Follows the link that cancels.
    Cancel,
}

impl Browser {
    pub(crate) async fn start(driver: &Path, chromium: &Path, logs: &Path) -> Result<Self> {
        let mut command = Command::new(driver);
        command.arg("--port=0");
        let mut process = Process::start("chromedriver", &command, logs)?;
        let port = process
            .wait_for(PATIENCE, |line| {
                let (_, rest) = line.split_once("successfully on port ")?;
                rest.trim_end_matches('.').parse::<u16>().ok()
            })
            .await?;
        Ok(Self {
            _driver: process,
            address: format!("http://127.0.0.1:{port}"),
            chromium: chromium.to_string_lossy().into_owned(),
        })
    }

    /// A browser with an empty profile.
    pub(crate) async fn open(&self) -> Result<Window> {
        let mut capabilities = Capabilities::new();
        let arguments = json!([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-proxy-server",
        ]);
        let options = json!({ "binary": self.chromium, "args": arguments });
        capabilities.insert("goog:chromeOptions".to_owned(), options);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&self.address)
            .await?;
        Ok(Window { client })
    }
}

/// An open browser.
pub(crate) struct Window {
    client: Client,
}

impl Window {
    /// Opens `url` and does what a person would until the browser is back in the app.
    pub(crate) async fn sign_in(&self, url: &str, person: &Person, doing: Doing) -> Result<Pages> {
        self.client.goto(url).await?;
        let mut pages = Pages::default();
        let back = format!("#{BACK}");
        let any = format!("#{BACK}, #allow, input[name=password], input[name=otp]");
        // A page for the password, one for the code, one after a wrong code, one for leave, and the last; more is a loop.
        for _ in 0..6 {
            let found = self
                .client
                .wait()
                .at_most(PATIENCE)
                .for_element(Locator::Css(&any))
                .await;
            if let Err(error) = found {
                return Err(self.lost(&error.to_string()).await);
            }
            if self.client.find(Locator::Css(&back)).await.is_ok() {
                return Ok(pages);
            }
            if doing == Doing::Cancel {
                self.client
                    .find(Locator::Css("#cancel"))
                    .await?
                    .click()
                    .await?;
                continue;
            }
            if let Ok(allow) = self.client.find(Locator::Css("#allow")).await {
                allow.click().await?;
                self.left(&allow).await?;
                continue;
            }
            let field = if let Ok(password) =
                self.client.find(Locator::Css("input[name=password]")).await
            {
                pages.password = true;
                // Who is known already is asked for the password alone.
                let user = Locator::Css("input[name=username]:not([type=hidden])");
                if let Ok(user) = self.client.find(user).await {
                    user.clear().await?;
                    user.send_keys(person.user).await?;
                }
                password
                    .send_keys(&format!("{}{ENTER}", person.password))
                    .await?;
                password
            } else {
                let code = if doing == Doing::WrongCodeFirst && !pages.code {
                    person.wrong_code()?
                } else {
                    person.code()?
                };
                pages.code_again = pages.code;
                pages.code = true;
                let field = self.client.find(Locator::Css("input[name=otp]")).await?;
                field.send_keys(&format!("{code}{ENTER}")).await?;
                field
            };
            self.left(&field).await?;
        }
        Err(self.lost("too many pages").await)
    }

    /// Opens a page and does nothing there.
    pub(crate) async fn glance(&self, url: &str) -> Result {
        Ok(self.client.goto(url).await?)
    }

    /// Waits until the page of `field` is gone.
    async fn left(&self, field: &fantoccini::elements::Element) -> Result {
        let gone = async {
            while field.is_enabled().await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await
            }
        };
        let waited = tokio::time::timeout(PATIENCE, gone).await;
        waited.map_err(|_| Trouble::new("the page stayed after its form was sent"))
    }

    async fn lost(&self, why: &str) -> Trouble {
        let url = self
            .client
            .current_url()
            .await
            .map(String::from)
            .unwrap_or_default();
        let source = self.client.source().await.unwrap_or_default();
        let text: String = source.chars().take(2_000).collect();
        Trouble::new(format!("{why}: the browser is at {url}:\n{text}"))
    }

    pub(crate) async fn close(self) -> Result {
        Ok(self.client.close().await?)
    }
}
