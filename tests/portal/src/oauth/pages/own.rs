//! The portal's own pages beside signing in: a forgotten password, the account, its sessions.

use super::sign_in::code_field;
use super::{Form, alert, described, escape};
use crate::reply::Reply;

/// The way back to whoever sent somebody here.
fn back(link: Option<&str>) -> String {
    link.map_or_else(String::new, |link| {
        let link = escape(link);
        format!("<p><a id=\"back\" href=\"{link}\">Back to the app</a></p>\n")
    })
}

/// Who somebody is, by user name and second factor.
pub(crate) fn who(
    code: u16,
    form: &Form<'_>,
    user: &str,
    error: Option<&str>,
    link: Option<&str>,
) -> Reply {
    let (described, user) = (described(error), escape(user));
    let name = format!(
        "<label for=\"username\">User name</label>\n<input id=\"username\" name=\"username\" autocomplete=\"username\" autocapitalize=\"none\" spellcheck=\"false\" required value=\"{user}\"{described}>\n"
    );
    let by_code = form.html(
        &format!(
            "{name}{}",
            code_field(error, "From your authenticator app.")
        ),
        "Continue",
    );
    let fields = "<label for=\"username-2\">User name</label>\n<input id=\"username-2\" name=\"username\" autocomplete=\"username\" autocapitalize=\"none\" spellcheck=\"false\" required>\n<label for=\"recovery_code\">Recovery code</label>\n<input id=\"recovery_code\" name=\"recovery_code\" autocomplete=\"off\" autocapitalize=\"none\" spellcheck=\"false\" required>\n";
    let by_recovery = form.html(fields, "Continue with it");
    let rest = format!(
        "{}{by_code}<details>\n<summary>Use a recovery code</summary>\n{by_recovery}</details>\n{}",
        alert(error),
        back(link)
    );
    form.page(
        code,
        "Forgotten password",
        "Prove who you are with your second factor. Without one, call the clinic.",
        &rest,
    )
}

/// A password in the place of the forgotten one.
pub(crate) fn new_password(code: u16, form: &Form<'_>, error: Option<&str>) -> Reply {
    let described = described(error);
    let fields = format!(
        "<label for=\"new_password\">New password</label>\n<input id=\"new_password\" name=\"new_password\" type=\"password\" autocomplete=\"new-password\" minlength=\"10\" required{described}>\n<p class=\"hint\">At least ten characters. Every session ends; sign in again with it.</p>\n"
    );
    let rest = format!("{}{}", alert(error), form.html(&fields, "Change it"));
    form.page(code, "New password", "Linden Clinic, patient portal", &rest)
}

pub(crate) fn password_changed(form: &Form<'_>, link: Option<&str>) -> Reply {
    let rest = format!(
        "<p role=\"status\">Every session has ended.</p>\n{}",
        back(link)
    );
    form.page(
        200,
        "Your password is changed",
        "Sign in again with the new one.",
        &rest,
    )
}

/// What the account page shows.
pub(crate) struct Account<'a> {
    pub(crate) name: &'a str,
    pub(crate) user: &'a str,
    pub(crate) enrolled: bool,
    pub(crate) recovery_codes_left: usize,
}

pub(crate) fn account(form: &Form<'_>, account: &Account<'_>, link: Option<&str>) -> Reply {
    let factor = match account.enrolled {
        true => format!("on, {} recovery codes left", account.recovery_codes_left),
        false => "off".to_owned(),
    };
    let rest = format!(
        "<dl>\n<dt>Name</dt>\n<dd id=\"name\">{}</dd>\n<dt>User name</dt>\n<dd>{}</dd>\n<dt>Second factor</dt>\n<dd id=\"second-factor\">{factor}</dd>\n</dl>\n{}",
        escape(account.name),
        escape(account.user),
        back(link)
    );
    form.page(200, "Your account", "Linden Clinic, patient portal", &rest)
}

/// One line of the sessions page.
pub(crate) struct Session {
    pub(crate) number: usize,
    pub(crate) client: String,
    /// For whose record, if it is somebody else's.
    pub(crate) patient: Option<String>,
    pub(crate) started: String,
    pub(crate) last_used: String,
}

/// The one used last comes first.
pub(crate) fn sessions(form: &Form<'_>, sessions: &[Session], link: Option<&str>) -> Reply {
    let list: String = sessions
        .iter()
        .map(|session| {
            let field = format!(
                "<input type=\"hidden\" name=\"end\" value=\"{}\">\n",
                session.number
            );
            format!(
                "<li>{}{}, since {}, last used {}\n{}</li>\n",
                escape(&session.client),
                session
                    .patient
                    .as_ref()
                    .map_or_else(String::new, |patient| {
                        format!(" for {}", escape(patient))
                    }),
                session.started,
                session.last_used,
                form.html(&field, "End this one")
            )
        })
        .collect();
    let others = match sessions.len() {
        0 | 1 => String::new(),
        _ => form.html(
            "<input type=\"hidden\" name=\"end\" value=\"others\">\n",
            "End all but the one used last",
        ),
    };
    let rest = format!("<ul id=\"sessions\">\n{list}</ul>\n{others}{}", back(link));
    let lead = match sessions.len() {
        0 => "No app is signed in.".to_owned(),
        1 => "One app is signed in.".to_owned(),
        n => format!("{n} apps are signed in."),
    };
    form.page(200, "Your sessions", &lead, &rest)
}
