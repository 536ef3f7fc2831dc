//! The portal's pages: plain HTML that works without scripts, with a keyboard, with a screen reader, in
//! light and dark, at any text size. Labels stay visible; an error is announced and says what to do.

pub(crate) mod own;
pub(crate) mod sign_in;

use super::clients;
use crate::reply::{self, Reply};

const STYLE: &str = "
:root { color-scheme: light dark; --bg: #f3f6f8; --card: #fff; --text: #16232d; --soft: #4a5b67;
  --line: #71828e; --accent: #0b5c75; --on-accent: #fff; --error: #9b1c1c; --error-bg: #fdeeee; }
@media (prefers-color-scheme: dark) { :root { --bg: #0f171d; --card: #18232b; --text: #edf3f6;
  --soft: #b3c2cc; --line: #8fa3b0; --accent: #7fd1e8; --on-accent: #06222c; --error: #ffb4ab; --error-bg: #3a1a1a; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  background: var(--bg); color: var(--text); font: 1.0625rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 25rem; background: var(--card); padding: 2rem; border-radius: 1rem;
  box-shadow: 0 1px 2px rgb(0 0 0 / .12), 0 8px 24px rgb(0 0 0 / .08); }
h1 { margin: 0 0 .25rem; font-size: 1.5rem; line-height: 1.25; }
.where { margin: 0 0 1.5rem; color: var(--soft); }
label { display: block; font-weight: 600; margin: 1rem 0 .375rem; }
.hint { margin: .375rem 0 0; color: var(--soft); font-size: .9375rem; }
input { width: 100%; font: inherit; color: inherit; background: transparent; padding: .6875rem .875rem;
  border: 1px solid var(--line); border-radius: .5rem; }
fieldset { margin: 0; padding: 0; border: 0; } legend { font-weight: 600; padding: 0; }
.choice { display: flex; align-items: center; gap: .75rem; font-weight: 400; margin: .5rem 0; padding: .6875rem .875rem;
  border: 1px solid var(--line); border-radius: .5rem; cursor: pointer; }
.choice input { width: auto; margin: 0; accent-color: var(--accent); }
#otp { letter-spacing: .3em; font-variant-numeric: tabular-nums; }
button { width: 100%; margin-top: 1.5rem; padding: .75rem; font: inherit; font-weight: 600; cursor: pointer;
  color: var(--on-accent); background: var(--accent); border: 0; border-radius: .5rem; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
details { margin-top: 1.5rem; } summary { cursor: pointer; color: var(--accent); }
.qr { display: block; width: 100%; max-width: 14rem; height: auto; margin: 0 auto 1rem; background: #fff; border-radius: .5rem; }
code, .codes { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
ul { padding: 0; list-style: none; } li { margin: .75rem 0; } dt { font-weight: 600; } dd { margin: 0 0 .75rem; }
a { color: var(--accent); }
.error { margin: 0 0 .5rem; padding: .75rem .875rem; border-radius: .5rem; color: var(--error);
  background: var(--error-bg); border-inline-start: 4px solid var(--error); }
";

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn shell(title: &str, lead: &str, rest: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title} · Linden Clinic</title>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n<p class=\"where\">{lead}</p>\n{rest}</main>\n</body>\n</html>\n"
    )
}

fn alert(error: Option<&str>) -> String {
    error.map_or_else(String::new, |text| {
        let text = escape(text);
        format!("<p class=\"error\" role=\"alert\" id=\"error\">{text}</p>\n")
    })
}

/// An input with an error points to it, so that a screen reader says why the form is back.
fn described(error: Option<&str>) -> &'static str {
    match error {
        Some(_) => " aria-invalid=\"true\" aria-describedby=\"error\"",
        None => "",
    }
}

/// Where a page's forms go, and what they carry so that nobody else's form can speak for them.
pub(crate) struct Form<'a> {
    action: &'a str,
    /// `login` of a sign-in, `visit` of a page of the portal's own.
    name: &'a str,
    handle: &'a str,
    /// What else a form may lead to: the app.
    policy: String,
}

impl<'a> Form<'a> {
    pub(crate) fn login(handle: &'a str, redirect: &str) -> Self {
        Self {
            action: "/auth/login",
            name: "login",
            handle,
            policy: clients::form_action(redirect),
        }
    }

    pub(crate) fn visit(action: &'a str, handle: &'a str) -> Self {
        Self {
            action,
            name: "visit",
            handle,
            policy: String::new(),
        }
    }

    /// A form with these fields and a button.
    fn html(&self, fields: &str, button: &str) -> String {
        let Self {
            action,
            name,
            handle,
            ..
        } = self;
        let handle = escape(handle);
        format!(
            "<form method=\"post\" action=\"{action}\">\n<input type=\"hidden\" name=\"{name}\" value=\"{handle}\">\n{fields}<button>{button}</button>\n</form>\n"
        )
    }

    fn page(&self, code: u16, title: &str, lead: &str, rest: &str) -> Reply {
        reply::page(code, shell(title, lead, rest), &self.policy)
    }
}

/// When there is nothing to go on with, and nowhere to return to.
pub(crate) fn refused(text: &str) -> Reply {
    let html = shell("This did not work", &escape(text), "");
    reply::page(400, html, "")
}
