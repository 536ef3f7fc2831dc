//! Checks that the commands of the guide exist: the subcommands and options of this repository's programs, as
//! their own `--help` lists them.

use std::collections::BTreeMap;

use crate::build::Built;
use crate::command;
use crate::samples::Command;

/// A command line as far as it is this repository's: the program and what is passed to it.
#[derive(Debug, PartialEq, Eq)]
struct Call<'a> {
    program: &'static str,
    arguments: Vec<&'a str>,
}

/// Asks programs for their help, each once.
pub(crate) struct Helps<'a> {
    built: &'a Built,
    read: BTreeMap<Vec<String>, String>,
}

impl<'a> Helps<'a> {
    pub(crate) fn new(built: &'a Built) -> Self {
        Self {
            built,
            read: BTreeMap::new(),
        }
    }

    /// Whether a command line can be typed as it stands; other programs' commands always can.
    pub(crate) fn check(&mut self, line: &Command) -> Result<(), String> {
        match call(&line.text) {
            None => Ok(()),
            Some(call) => known(&call, |words| self.help(call.program, words)),
        }
    }

    fn help(&mut self, program: &str, words: &[&str]) -> Result<String, String> {
        let key: Vec<String> = [program].iter().chain(words).map(|&w| w.into()).collect();
        if let Some(text) = self.read.get(&key) {
            return Ok(text.clone());
        }
        let mut ask = std::process::Command::new(self.built.program(program)?);
        let text = command::ask(ask.args(words).arg("--help"))?;
        self.read.insert(key, text.clone());
        Ok(text)
    }
}

/// Reads a line of a shell block; nothing for a comment and for another program's command.
fn call(line: &str) -> Option<Call<'_>> {
    let mut words = line
        .split_whitespace()
        .skip_while(|word| *word == "$" || is_variable(word))
        .take_while(|word| !word.starts_with('#') && !["|", "&&", ">", "&"].contains(word));
    match words.next()? {
        "pericard" => Some(Call {
            program: "pericard",
            arguments: words.collect(),
        }),
        "cargo" => match words.next()? {
            "xtask" => Some(Call {
                program: "xtask",
                arguments: words.collect(),
            }),
            "run" => {
                let own: Vec<&str> = words.by_ref().take_while(|word| *word != "--").collect();
                let package = own.iter().position(|w| ["-p", "--package"].contains(w));
                let package = package.and_then(|at| own.get(at + 1).copied());
                let program = match package {
                    None | Some("pericard-headless") => "pericard",
                    Some("pericard-portal") => "pericard-portal",
                    Some(_) => return None,
                };
                Some(Call {
                    program,
                    arguments: words.collect(),
                })
            }
            _ => None,
        },
        _ => None,
    }
}

/// `NAME=value` before a command.
fn is_variable(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c == '_')
    })
}

/// Follows the arguments down the subcommands, each with its own help.
fn known(
    call: &Call<'_>,
    mut help: impl FnMut(&[&str]) -> Result<String, String>,
) -> Result<(), String> {
    let mut path = Vec::new();
    let mut text = help(&path)?;
    let mut arguments = call.arguments.iter().copied();
    while let Some(argument) = arguments.next() {
        let name = argument.split('=').next().unwrap_or(argument);
        if name.starts_with('-') {
            match option(&text, name) {
                None => return Err(format!("`{}` has no option {name}", shown(call, &path))),
                // The value is a word of its own.
                Some(true) if name == argument => drop(arguments.next()),
                Some(_) => {}
            }
        } else if let Some(commands) = commands(&text) {
            if !commands.contains(&argument) {
                let of = shown(call, &path);
                return Err(format!("`{of}` has no command {argument}"));
            }
            path.push(argument);
            text = help(&path)?;
        }
    }
    Ok(())
}

fn shown(call: &Call<'_>, path: &[&str]) -> String {
    [call.program]
        .iter()
        .chain(path)
        .copied()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether an option takes a value; nothing where the help does not list it.
fn option(help: &str, name: &str) -> Option<bool> {
    help.lines().map(str::trim_start).find_map(|line| {
        let listed = line.split("  ").next().unwrap_or(line);
        let mut words = listed.split([' ', ',', '=']).filter(|w| !w.is_empty());
        (line.starts_with('-') && words.any(|word| word == name))
            .then(|| listed.contains('<') && !listed.contains("[=<"))
    })
}

/// The subcommands that a help lists, with their aliases; nothing where it lists none.
fn commands(help: &str) -> Option<Vec<&str>> {
    let (_, list) = help.split_once("\nCommands:\n")?;
    let mut names = Vec::new();
    for line in list.lines().take_while(|line| !line.is_empty()) {
        // A name stands two columns in; a description that goes on stands further in.
        if line.starts_with("  ") && !line.starts_with("   ") {
            names.extend(line.split_whitespace().next());
        }
        if let Some((_, aliases)) = line.split_once("[aliases: ") {
            names.extend(aliases.trim_end_matches(']').split(", "));
        }
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const HELP: &str = "A client.\n\nUsage: pericard [OPTIONS] [COMMAND]\n\nCommands:\n  tour    Show it\n  signin  \
        Sign in [aliases: login]\n            in the browser\n\nOptions:\n      --json           One object\n  \
        -c, --config <FILE>  Portals\n";
    const SIGNIN: &str =
        "Usage: pericard signin [BASE]\n\nOptions:\n      --browser  In the browser\n";

    fn check(line: &str) -> Result<(), String> {
        known(&call(line).unwrap(), |words| match words {
            [] => Ok(HELP.to_owned()),
            ["signin" | "login"] => Ok(SIGNIN.to_owned()),
            other => Err(format!("{other:?}")),
        })
    }

    #[test]
    fn a_command_that_exists_passes() {
        for line in [
            "cargo run",
            "cargo run -- --config portals.json signin --browser   # or without",
            "$ cargo run -p pericard-headless -- --json --config=a login https://portal.example",
            "PERICARD_PASSWORD=x pericard signin",
        ] {
            assert_eq!(check(line), Ok(()), "{line}");
        }
    }

    #[test]
    fn what_is_not_in_the_help_is_named() {
        assert_eq!(
            check("pericard sigin"),
            Err("`pericard` has no command sigin".to_owned())
        );
        assert_eq!(
            check("pericard signin --web"),
            Err("`pericard signin` has no option --web".to_owned())
        );
        assert_eq!(
            check("pericard --config signin tuor"),
            Err("`pericard` has no command tuor".to_owned())
        );
    }

    #[test]
    fn other_programs_are_left_alone() {
        for line in [
            "mdbook build",
            "cargo test -p x",
            "cargo run -p other",
            "# cargo run",
        ] {
            assert_eq!(call(line), None, "{line}");
        }
    }
}
