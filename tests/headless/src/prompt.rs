//! Questions to the person at the terminal. What is secret is not shown and is wiped.

use std::io::{self, BufRead, IsTerminal, Write};

use pericard_desktop::PassphraseFor;
use zeroize::Zeroizing;

use crate::failure::Failure;

/// Whether somebody can be asked.
pub(crate) fn somebody() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// A line that may be seen.
pub(crate) fn line(question: &'static str, otherwise: &str) -> Result<String, Failure> {
    if !somebody() {
        return Err(Failure::NotAsked(question, otherwise.to_owned()));
    }
    let mut terminal = io::stderr();
    let _ = write!(
        terminal,
        "{}{}: ",
        question[..1].to_uppercase(),
        &question[1..]
    );
    let _ = terminal.flush();
    let mut answer = String::new();
    match io::stdin().lock().read_line(&mut answer) {
        Ok(1..) => Ok(answer.trim().to_owned()),
        // End of input is a person who would rather not.
        Ok(0) => Err(Failure::NotAsked(question, otherwise.to_owned())),
        Err(error) => Err(Failure::io("read the answer", error)),
    }
}

/// A question with yes or no. Whoever only presses Enter says `otherwise`.
pub(crate) fn agree(question: &str, otherwise: bool) -> Result<bool, Failure> {
    loop {
        let mut terminal = io::stderr();
        let hint = if otherwise { "Y/n" } else { "y/N" };
        let _ = write!(terminal, "{question}? [{hint}] ");
        let _ = terminal.flush();
        let mut answer = String::new();
        let read = io::stdin().lock().read_line(&mut answer);
        if read.map_err(|error| Failure::io("read the answer", error))? == 0 {
            return Err(Failure::NotAsked("an answer", String::new()));
        }
        match answer.trim().to_lowercase().as_str() {
            "" => return Ok(otherwise),
            "y" | "yes" => return Ok(true),
            "n" | "no" => return Ok(false),
            _ => {}
        }
    }
}

/// A word between two questions.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// A line that is not shown.
pub(crate) fn hidden(
    question: &'static str,
    otherwise: &str,
) -> Result<Zeroizing<String>, Failure> {
    if !somebody() {
        return Err(Failure::NotAsked(question, otherwise.to_owned()));
    }
    let asked = format!("{}{}: ", question[..1].to_uppercase(), &question[1..]);
    let answer =
        rpassword::prompt_password(asked).map_err(|error| Failure::io("read the answer", error))?;
    Ok(Zeroizing::new(answer))
}

/// The first line of standard input.
pub(crate) fn piped() -> Result<Zeroizing<String>, Failure> {
    let mut answer = Zeroizing::new(String::new());
    io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(|error| Failure::io("read standard input", error))?;
    let length = answer.trim_end_matches(['\r', '\n']).len();
    answer.truncate(length);
    Ok(answer)
}

/// The keystore's passphrase: from the environment, else from the person, twice where it is new.
pub(crate) fn passphrase(what: PassphraseFor) -> Option<Zeroizing<Vec<u8>>> {
    if let Some(given) = std::env::var_os("PERICARD_PASSPHRASE") {
        return Some(Zeroizing::new(given.into_encoded_bytes()));
    }
    if !somebody() {
        return None;
    }
    let ask = |question: &str| {
        rpassword::prompt_password(question)
            .ok()
            .map(Zeroizing::new)
    };
    let bytes = |text: Zeroizing<String>| Zeroizing::new(text.as_bytes().to_vec());
    if what == PassphraseFor::ExistingFile {
        return ask("Passphrase of the keystore: ").map(bytes);
    }
    let mut terminal = io::stderr();
    let _ = writeln!(
        terminal,
        "No keystore of the system answers, so the keys go into a file under a passphrase.\n\
         Nobody can recover it; whoever forgets it signs in anew, in another directory."
    );
    for _ in 0..3 {
        let (first, second) = (ask("New passphrase: ")?, ask("Once more: ")?);
        if first.is_empty() {
            let _ = writeln!(terminal, "The passphrase cannot be empty.");
        } else if first == second {
            return Some(bytes(first));
        } else {
            let _ = writeln!(terminal, "The two passphrases differ.");
        }
    }
    None
}
