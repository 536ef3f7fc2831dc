//! The login pages: plain HTML that works without scripts, with a keyboard, with a screen reader, in
//! light and dark, at any text size. Labels stay visible; an error is announced and says what to do.

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
#otp { letter-spacing: .3em; font-variant-numeric: tabular-nums; }
button { width: 100%; margin-top: 1.5rem; padding: .75rem; font: inherit; font-weight: 600; cursor: pointer;
  color: var(--on-accent); background: var(--accent); border: 0; border-radius: .5rem; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
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

/// User name and password.
pub(crate) fn password(
    code: u16,
    login: &str,
    user: &str,
    error: Option<&str>,
    form_action: &str,
) -> Reply {
    let (alert, described, user) = (alert(error), described(error), escape(user));
    let form = format!(
        "{alert}<form method=\"post\" action=\"/auth/login\">\n<input type=\"hidden\" name=\"login\" value=\"{login}\">\n<label for=\"username\">User name</label>\n<input id=\"username\" name=\"username\" autocomplete=\"username\" autocapitalize=\"none\" spellcheck=\"false\" required value=\"{user}\"{described}>\n<label for=\"password\">Password</label>\n<input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\" required{described}>\n<button>Sign in</button>\n</form>\n"
    );
    let html = shell("Sign in", "Linden Clinic, patient portal", &form);
    reply::page(code, html, form_action)
}

/// The code of an authenticator app.
pub(crate) fn code(code: u16, login: &str, error: Option<&str>, form_action: &str) -> Reply {
    let alert = alert(error);
    let (invalid, describe) = match error {
        Some(_) => (" aria-invalid=\"true\"", "error hint"),
        None => ("", "hint"),
    };
    let form = format!(
        "{alert}<form method=\"post\" action=\"/auth/login\">\n<input type=\"hidden\" name=\"login\" value=\"{login}\">\n<label for=\"otp\">Six-digit code</label>\n<input id=\"otp\" name=\"otp\" inputmode=\"numeric\" autocomplete=\"one-time-code\" pattern=\"[0-9]{{6}}\" maxlength=\"6\" required aria-describedby=\"{describe}\"{invalid}>\n<p class=\"hint\" id=\"hint\">It changes every 30 seconds, and each one works once.</p>\n<button>Continue</button>\n</form>\n"
    );
    let html = shell(
        "Enter your code",
        "Open your authenticator app and type the code it shows for Linden Clinic.",
        &form,
    );
    reply::page(code, html, form_action)
}

/// When there is nothing to go on with, and nowhere to return to.
pub(crate) fn refused(text: &str) -> Reply {
    let html = shell("This did not work", &escape(text), "");
    reply::page(400, html, "")
}
