//! The pages of a sign-in: password, code, setting up a second factor, and whose record it is for.

use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use super::{Form, alert, described, escape};
use crate::reply::Reply;

/// User name and password.
pub(crate) fn password(code: u16, form: &Form<'_>, user: &str, error: Option<&str>) -> Reply {
    let (alert, described, user) = (alert(error), described(error), escape(user));
    let fields = format!(
        "<label for=\"username\">User name</label>\n<input id=\"username\" name=\"username\" autocomplete=\"username\" autocapitalize=\"none\" spellcheck=\"false\" required value=\"{user}\"{described}>\n<label for=\"password\">Password</label>\n<input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\" required{described}>\n"
    );
    let rest = format!("{alert}{}", form.html(&fields, "Sign in"));
    form.page(code, "Sign in", "Linden Clinic, patient portal", &rest)
}

/// The field for a code, with what is wrong pointed to.
pub(super) fn code_field(error: Option<&str>, hint: &str) -> String {
    let (invalid, describe) = match error {
        Some(_) => (" aria-invalid=\"true\"", "error hint"),
        None => ("", "hint"),
    };
    format!(
        "<label for=\"otp\">Code</label>\n<input id=\"otp\" name=\"otp\" inputmode=\"numeric\" autocomplete=\"one-time-code\" pattern=\"[0-9]{{6,8}}\" maxlength=\"8\" required aria-describedby=\"{describe}\"{invalid}>\n<p class=\"hint\" id=\"hint\">{hint}</p>\n"
    )
}

/// The code of an authenticator app, or, folded away, a recovery code.
pub(crate) fn code(code: u16, form: &Form<'_>, recovery_codes: bool, error: Option<&str>) -> Reply {
    let hint = "It changes every few seconds, and each one works once.";
    let first = form.html(&code_field(error, hint), "Continue");
    let second = if recovery_codes {
        let fields = "<label for=\"recovery_code\">Recovery code</label>\n<input id=\"recovery_code\" name=\"recovery_code\" autocomplete=\"off\" autocapitalize=\"none\" spellcheck=\"false\" required>\n";
        let form = form.html(fields, "Continue with it");
        format!("<details>\n<summary>Use a recovery code</summary>\n{form}</details>\n")
    } else {
        String::new()
    };
    form.page(
        code,
        "Enter your code",
        "Open your authenticator app and type the code it shows for Linden Clinic.",
        &format!("{}{first}{second}", alert(error)),
    )
}

/// Dark on light whatever the page's colours are; nothing if the text is too long for one.
fn qr(text: &str) -> String {
    QrCode::with_error_correction_level(text, EcLevel::M).map_or_else(
        |_| String::new(),
        |qr| {
            let picture = qr
                .render::<svg::Color<'_>>()
                .min_dimensions(220, 220)
                .build();
            // The XML declaration has no place in the middle of HTML.
            let svg = picture.find("<svg").map_or("", |start| &picture[start..]);
            svg.replacen(
                "<svg",
                "<svg class=\"qr\" role=\"img\" aria-label=\"QR code of the address below\"",
                1,
            )
        },
    )
}

/// The secret of somebody who must enrol, and the question for its first code.
pub(crate) fn enrol(
    code: u16,
    form: &Form<'_>,
    otpauth: &str,
    digits: u8,
    error: Option<&str>,
) -> Reply {
    let hint = format!("It has {digits} digits and changes every few seconds.");
    let ask = form.html(&code_field(error, &hint), "Confirm");
    let rest = format!(
        "{}{}<p class=\"hint\">Or give your authenticator app this address:</p>\n<p><code id=\"otpauth\">{}</code></p>\n{ask}",
        alert(error),
        qr(otpauth),
        escape(otpauth),
    );
    form.page(
        code,
        "Set up your second factor",
        "Linden Clinic asks for a code beside your password. Scan this with an authenticator app and type the code it shows.",
        &rest,
    )
}

/// What was just made, once.
pub(crate) fn recovery_codes(form: &Form<'_>, codes: &[String]) -> Reply {
    let list: String = codes
        .iter()
        .map(|code| format!("<li>{}</li>\n", escape(code)))
        .collect();
    let rest = format!(
        "<ul class=\"codes\" id=\"recovery-codes\">\n{list}</ul>\n{}",
        form.html("", "I have written them down")
    );
    form.page(
        200,
        "Your recovery codes",
        "Each signs you in once if you lose your authenticator app. They are not shown again.",
        &rest,
    )
}

/// Whose record the app is to open: oneself first, then those for whom somebody acts.
pub(crate) fn whose_record(
    form: &Form<'_>,
    choices: &[(&str, String)],
    error: Option<&str>,
) -> Reply {
    let choice = |(n, (id, name)): (usize, &(&str, String))| {
        let you = if n == 0 { " (you)" } else { "" };
        format!(
            "<label class=\"choice\" for=\"patient-{n}\"><input id=\"patient-{n}\" type=\"radio\" name=\"patient\" value=\"{}\" required> {}{you}</label>\n",
            escape(id),
            escape(name),
        )
    };
    let choices: String = choices.iter().enumerate().map(choice).collect();
    let described = match error {
        Some(_) => " aria-describedby=\"error\"",
        None => "",
    };
    let fields = format!(
        "<fieldset{described}>\n<legend>Open the record of</legend>\n{choices}</fieldset>\n"
    );
    let rest = format!("{}{}", alert(error), form.html(&fields, "Continue"));
    form.page(
        200,
        "Whose record?",
        "The app opens one record with this sign-in. Sign in again for another.",
        &rest,
    )
}
