//! What is shown once and kept elsewhere: the secret of a second factor, and recovery codes.

use anstyle::{Ansi256Color, Color, Style};
use pericard::{QrCode, TotpSecret};

use crate::output::{OWN, Output, QUIET, STRONG, clean, one_line};

/// Black on white whatever the terminal's theme is: scanners want it that way round.
const PAPER: Style = Style::new()
    .fg_color(Some(Color::Ansi256(Ansi256Color(231))))
    .bg_color(Some(Color::Ansi256(Ansi256Color(16))));

/// The secret for an authenticator app to type.
pub(crate) fn totp(output: &Output, totp: &TotpSecret) -> Vec<String> {
    let mut lines = Vec::new();
    let whose = [totp.issuer.as_deref().unwrap_or_default(), &totp.account].map(one_line);
    let whose = whose.iter().filter(|part| !part.is_empty());
    let row = |name: &str, value: String| format!("  {name:<8} {value}");
    lines.push(row(
        "Account",
        whose.cloned().collect::<Vec<_>>().join(" · "),
    ));
    lines.push(row("Secret", output.paint(STRONG, grouped(&totp.secret))));
    let usual = (totp.algorithm.as_str(), totp.digits, totp.period.as_secs()) == ("SHA1", 6, 30);
    if !usual {
        let TotpSecret {
            algorithm, digits, ..
        } = totp;
        let seconds = totp.period.as_secs();
        let kind = format!("{algorithm}, {digits} digits, a new code every {seconds} seconds");
        lines.push(row("Kind", kind));
    }
    lines.push(row("Address", output.paint(OWN, clean(&totp.uri))));
    lines
}

/// The secret as a QR code, where the terminal has room for it.
pub(crate) fn scan(output: &Output, totp: &TotpSecret) -> Vec<String> {
    let Ok(code) = QrCode::new(totp.uri.clone()) else {
        return Vec::new();
    };
    let text = code.terminal();
    let width = text.lines().map(|line| line.chars().count()).max();
    if width.is_none_or(|width| width + 2 > output.width) {
        return Vec::new();
    }
    let painted = text
        .lines()
        .map(|line| format!("  {}", output.paint(PAPER, line)));
    painted.chain([String::new()]).collect()
}

/// Letters by four, as people read them out.
fn grouped(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    let groups = letters.chunks(4).map(|group| group.iter().collect());
    groups.collect::<Vec<String>>().join(" ")
}

/// Recovery codes in two columns, numbered so that nobody leaves one out.
pub(crate) fn recovery_codes(output: &Output, codes: &[String]) -> Vec<String> {
    let half = codes.len().div_ceil(2);
    let width = codes.iter().map(|code| code.chars().count()).max();
    let width = width.unwrap_or_default();
    let cell = |n: usize| {
        codes.get(n).map(|code| {
            let number = output.paint(QUIET, format!("{:>2}", n + 1));
            format!(
                "{number}  {}",
                output.paint(STRONG, format!("{:<width$}", one_line(code)))
            )
        })
    };
    let row = |n: usize| {
        let cells: Vec<_> = [cell(n), cell(n + half)].into_iter().flatten().collect();
        format!("  {}", cells.join("     ")).trim_end().to_owned()
    };
    (0..half).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Output = Output {
        json: false,
        rich: false,
        width: 80,
        rows: None,
    };

    #[test]
    fn a_secret_is_grouped_by_four() {
        assert_eq!(grouped("ABCDEFGHIJ"), "ABCD EFGH IJ");
        assert_eq!(grouped(""), "");
    }

    #[test]
    fn every_recovery_code_is_shown_whatever_their_number() {
        for count in 0..=9 {
            let codes: Vec<_> = (0..count).map(|n| format!("code-{n}")).collect();
            let shown = recovery_codes(&PLAIN, &codes).join("\n");
            assert!(codes.iter().all(|code| shown.contains(code)), "{shown}");
        }
    }
}
