//! Sign-in in the system's browser: a listener on loopback that the portal's page leads back to (RFC 8252 §7.3).
//!
//! It answers one path, `/callback` (and what is below it, for portals that need a redirect of their own), takes the
//! first redirect that belongs to this sign-in, and is gone. Nothing of an address is written anywhere: it carries
//! one-time values.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use pericard::{InputProblem, PericardError, SignIn, SignInStep};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::failure::Failure;
use crate::output::{OWN, Output};
use crate::settings::Folder;

/// How long a person may take on the portal's pages.
const PATIENCE: Duration = Duration::from_secs(300);
const LOOPBACK: &str = "127.0.0.1";
/// A request that is larger is no browser's redirect.
const LARGEST: usize = 16 * 1024;

/// A listener on a port of loopback: the one of the last time where that is free, so that a sign-in which was
/// interrupted while the browser was open can go on.
pub(crate) struct Callback {
    listener: TcpListener,
    port: u16,
    /// The port of the last time, if it was another.
    before: Option<u16>,
    file: Option<PathBuf>,
    /// What a sign-in that is interrupted goes on with.
    resume: String,
}

impl Callback {
    pub(crate) async fn listen(folder: Option<&Folder>, program: &str) -> Result<Self, Failure> {
        let file = folder.map(Folder::port);
        let before = file
            .as_ref()
            .and_then(|file| std::fs::read_to_string(file).ok()?.trim().parse().ok());
        let again = match before {
            Some(port) => TcpListener::bind((LOOPBACK, port)).await.ok(),
            None => None,
        };
        let listener = match again {
            Some(listener) => Ok(listener),
            None => TcpListener::bind((LOOPBACK, 0)).await,
        };
        let bound = listener.and_then(|listener| Ok((listener.local_addr()?.port(), listener)));
        let (port, listener) = bound.map_err(|error| Failure::io("listen on 127.0.0.1", error))?;
        Ok(Self {
            listener,
            port,
            before: before.filter(|before| *before != port),
            file,
            resume: format!("{program} signin --resume"),
        })
    }

    /// Remembers the port; the directory has to be this process's by now.
    pub(crate) fn keep(&self) -> Result<(), Failure> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        if self.before.is_none() && file.exists() {
            return Ok(());
        }
        std::fs::write(file, self.port.to_string())
            .map_err(|error| Failure::io("remember the port", error))
    }

    /// Fails when a sign-in of an earlier run would lead its browser elsewhere.
    pub(crate) fn is_as_before(&self) -> Result<(), Failure> {
        match self.before {
            Some(port) => Err(Failure::usage(
                format!("another program uses port {port}, which the browser returns to"),
                "Close it and try again, or start again: pericard signin",
            )),
            None => Ok(()),
        }
    }

    /// What the portal is told to lead back to.
    pub(crate) fn redirect(&self) -> String {
        format!("http://{LOOPBACK}:{}/callback", self.port)
    }

    /// The same for a portal that needs a redirect of its own, since it does not say in redirects who it is (RFC 9207).
    pub(crate) fn redirect_of(&self, base: &str) -> String {
        let (_, place) = base.split_once("://").unwrap_or_default();
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let place: String = place.chars().map(plain).take(80).collect();
        format!("{}/{place}", self.redirect())
    }

    /// Sends the person to the portal's pages and passes on what comes back, until the sign-in goes on.
    pub(crate) async fn follow(
        &self,
        sign_in: &Arc<SignIn>,
        open: bool,
        output: &Output,
    ) -> Result<SignInStep, Failure> {
        let url = sign_in.clone().authorization_url().await?;
        show(&url, open, output);
        // A pushed request (RFC 9126 §2.2) does not wait for long.
        if url.contains("request_uri=") {
            output.aside(format!(
                "It is valid for about a minute. For a new one, press Ctrl-C, then run\n  {}",
                self.resume
            ));
        }
        let come_back = self.wait(sign_in);
        tokio::time::timeout(PATIENCE, come_back)
            .await
            .map_err(|_| Failure::NoBrowser)?
    }

    /// Waits until one of the portal's own pages leads back; false when none did.
    pub(crate) async fn returned(&self) -> Result<bool, Failure> {
        let come_back = async {
            loop {
                let (mut stream, target) = self.visit().await?;
                if target.starts_with("/callback?page=") {
                    let text = "You can close this page and go back to the terminal.";
                    answer(&mut stream, "200 OK", "Done", text).await;
                    return Ok(true);
                }
                nothing(&mut stream).await;
            }
        };
        let ended = tokio::time::timeout(PATIENCE, come_back).await;
        ended.unwrap_or(Ok(false))
    }

    /// The next request and what it asks for.
    async fn visit(&self) -> Result<(TcpStream, String), Failure> {
        loop {
            let accepted = self.listener.accept().await;
            let (mut stream, _) =
                accepted.map_err(|error| Failure::io("listen on 127.0.0.1", error))?;
            // A connection that says nothing, as browsers open them ahead of time, must not hold up the others.
            let target = tokio::time::timeout(Duration::from_secs(5), target(&mut stream)).await;
            if let Some(target) = target.ok().flatten() {
                return Ok((stream, target));
            }
        }
    }

    async fn wait(&self, sign_in: &Arc<SignIn>) -> Result<SignInStep, Failure> {
        loop {
            let (mut stream, target) = self.visit().await?;
            // `/callback`, or below it where a portal has a redirect of its own.
            let rest = target.strip_prefix("/callback");
            let Some(rest) = rest.filter(|rest| rest.starts_with(['?', '/'])) else {
                nothing(&mut stream).await;
                continue;
            };
            let come_back = format!("{}{rest}", self.redirect());
            let result = sign_in.clone().redirected(come_back).await;
            match &result {
                Ok(_) => {
                    answer(
                        &mut stream,
                        "200 OK",
                        "You are signed in",
                        "You can close this page and go back to the terminal.",
                    )
                    .await;
                }
                Err(PericardError::InvalidInput {
                    problem: InputProblem::NotThisSignIn,
                    ..
                }) => {
                    answer(
                        &mut stream,
                        "400 Bad Request",
                        "Not this sign-in",
                        "This page belongs to a different sign-in.",
                    )
                    .await;
                    continue;
                }
                Err(PericardError::Cancelled) => {
                    answer(
                        &mut stream,
                        "200 OK",
                        "You are not signed in",
                        "The sign-in was cancelled or denied at the portal. You can close this page.",
                    )
                    .await;
                }
                Err(_) => {
                    answer(
                        &mut stream,
                        "200 OK",
                        "You are not signed in",
                        "The terminal says what happened. You can close this page.",
                    )
                    .await;
                }
            }
            return Ok(result?);
        }
    }
}

/// Shows an address of the portal, and opens it where there is a browser.
pub(crate) fn show(url: &str, open: bool, output: &Output) {
    let open = open && webbrowser::Browser::is_available();
    output.aside(if open {
        "The portal's page opens in your browser. If it does not, open this address:"
    } else {
        "Open this address in a browser on this machine:"
    });
    output.aside(format!("\n  {}\n", output.paint(OWN, url)));
    if open {
        let url = url.to_owned();
        // A browser that runs in the terminal ends when the person closes it.
        std::thread::spawn(move || webbrowser::open(&url));
    }
}

async fn nothing(stream: &mut TcpStream) {
    let text = "This address is not part of the sign-in.";
    answer(stream, "404 Not Found", "Nothing here", text).await;
}

/// The request's target (RFC 9112 §3.2), once its head has come.
async fn target(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut buffer = [0; 2048];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut buffer).await.ok()? {
            0 => return None,
            n => head.extend_from_slice(&buffer[..n]),
        }
        if head.len() > LARGEST {
            return None;
        }
    }
    let line = head.split(|&byte| byte == b'\r').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    (words.next() == Some("GET")).then(|| words.next().map(str::to_owned))?
}

/// A page of its own: nothing is loaded, nothing is kept, and it stays readable in the dark.
async fn answer(stream: &mut TcpStream, status: &str, title: &str, text: &str) {
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title} – Pericard</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>:root{{color-scheme:light dark}}\
         body{{font:18px/1.5 system-ui,sans-serif;display:grid;place-content:center;min-height:90vh;text-align:center}}\
         h1{{font-size:1.6rem;margin:0}}p{{opacity:.75}}</style><main><h1>{title}</h1><p>{text}</p></main></html>"
    );
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         Referrer-Policy: no-referrer\r\nContent-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n\
         Connection: close\r\n\r\n",
        page.len()
    );
    // Whether the browser shows the page makes no difference to the sign-in.
    let _ = stream.write_all((head + &page).as_bytes()).await;
    let _ = stream.shutdown().await;
}
