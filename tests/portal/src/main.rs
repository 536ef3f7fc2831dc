//! `pericard-portal`: one portal with demo people, or many of them under control.

// A program of its own: it may start a thread.
#![allow(clippy::disallowed_methods)]

use std::io::{self, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use pericard_portal::policy::command_line::{KeysArguments, PolicyArguments};
use pericard_portal::{ControlServer, Portal, PortalError, Spec};

/// A strict health portal on this machine, to try Pericard against.
///
/// Starts one portal with demo people, prints who can sign in, and writes a configuration file for the
/// `pericard` command. It forgets everything when it stops (ctrl-c), and never listens beyond loopback.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Subcommand>,
    /// Port of the portal, or with --control of the control interface; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Decides every name, letter, password and secret
    #[arg(long)]
    seed: Option<u64>,
    /// JSON with `people`, `seed`, `faults`, as the `portal` object of a story; instead of the demo people
    #[arg(long, value_name = "FILE")]
    people: Option<PathBuf>,
    /// Where to write the client's configuration; the portal's certificate goes beside it, as .pem
    #[arg(long, value_name = "FILE", default_value = "pericard-portal.json")]
    config: PathBuf,
    /// Start no portal, but a control interface over HTTP that starts them
    #[arg(long, conflicts_with_all = ["people", "seed"])]
    control: bool,
    /// End when standard input closes, so that nothing stays behind whoever started this
    #[arg(long)]
    exit_with_stdin: bool,
    /// Write a line to standard error for each request: method, path, status
    #[arg(long)]
    verbose: bool,
}

#[derive(clap::Subcommand)]
enum Subcommand {
    Policy(PolicyArguments),
    PolicyKeys(KeysArguments),
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "pericard-portal: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), PortalError> {
    let told = match &arguments.command {
        Some(Subcommand::Policy(arguments)) => Some(arguments.run()?),
        Some(Subcommand::PolicyKeys(arguments)) => Some(arguments.run()?),
        None => None,
    };
    if let Some(told) = told {
        return Ok(writeln!(io::stdout(), "{told}")?);
    }
    if arguments.exit_with_stdin {
        // A thread of its own: a blocking read must not hold the runtime.
        std::thread::spawn(|| {
            let mut sink = [0; 1024];
            while matches!(io::stdin().read(&mut sink), Ok(read) if read > 0) {}
            std::process::exit(0);
        });
    }
    if arguments.control {
        let control = ControlServer::start(arguments.port, arguments.verbose).await?;
        writeln!(io::stdout(), "control {}", control.url())?;
        io::stdout().flush()?;
        return std::future::pending().await;
    }
    let mut spec = match &arguments.people {
        Some(file) => {
            let text = std::fs::read_to_string(file).map_err(|error| {
                PortalError::Spec(format!("cannot read {}: {error}", file.display()))
            })?;
            serde_json::from_str(&text)?
        }
        None => demo()?,
    };
    if let Some(seed) = arguments.seed {
        spec.seed = seed;
    }
    let portal = Portal::start_on(arguments.port, spec.clone(), arguments.verbose).await?;
    let config = serde_json::to_string_pretty(&portal.config())?;
    let certificate = arguments.config.with_extension("pem");
    for (file, text) in [
        (&arguments.config, config + "\n"),
        (&certificate, portal.ca_pem()),
    ] {
        std::fs::write(file, text).map_err(|error| {
            PortalError::Spec(format!("cannot write {}: {error}", file.display()))
        })?;
    }
    portal.serve_policy(&arguments.config)?;
    let file = arguments.config.display().to_string();
    show(&mut io::stdout(), &portal, &spec, &file)?;
    std::future::pending().await
}

/// People worth looking at: with and without a second factor, in several languages.
fn demo() -> Result<Spec, PortalError> {
    Ok(serde_json::from_str(
        r#"{ "seed": 7, "people": {
            "ana":   { "threads": 28, "messages": 640, "totp": true, "recovery_codes": 8, "labs": true, "proxy_for": ["mia"] },
            "ben":   { "threads": 9,  "messages": 84, "labs": true },
            "chloe": { "threads": 14, "messages": 160, "totp": true },
            "dario": { "threads": 6,  "messages": 40, "must_enrol": true },
            "ewa":   { "threads": 11, "messages": 120 },
            "farid": { "threads": 7,  "messages": 66, "totp": true },
            "mia":   { "threads": 5,  "messages": 31 }
        } }"#,
    )?)
}

/// What somebody at the terminal needs: where, who, and what to type next.
fn show(out: &mut impl Write, portal: &Portal, spec: &Spec, config: &str) -> io::Result<()> {
    let (bold, dim, plain) = match io::stdout().is_terminal() {
        true => ("\x1b[1m", "\x1b[2m", "\x1b[0m"),
        false => ("", "", ""),
    };
    writeln!(
        out,
        "{bold}The reference portal is running.{plain} Stop it with ctrl-c.\n"
    )?;
    writeln!(out, "  FHIR base      {}", portal.base())?;
    writeln!(out, "  OAuth issuer   {}", portal.issuer())?;
    writeln!(out, "  configuration  {config}\n")?;
    writeln!(
        out,
        "{bold}  user      password               threads  messages  second factor{plain}"
    )?;
    let people = portal.people();
    for person in people.values() {
        let size = spec.people.get(&person.user).cloned().unwrap_or_default();
        writeln!(
            out,
            "  {:<8}  {:<21}  {:>7}  {:>8}  {}",
            person.user,
            person.password,
            size.threads,
            size.messages,
            match &person.totp_secret {
                Some(secret) => secret,
                None if size.must_enrol => "to be set up when signing in",
                None => "none",
            },
        )?;
    }
    writeln!(out)?;
    for person in people.values() {
        if let Some(uri) = &person.otpauth {
            writeln!(
                out,
                "  {dim}{} in an authenticator app:{plain}\n    {uri}",
                person.user
            )?;
        }
    }
    for person in people.values() {
        if let Some(code) = person.recovery_codes.first() {
            writeln!(
                out,
                "  {dim}{} can also use a recovery code, once:{plain}\n    {code}",
                person.user
            )?;
        }
    }
    for (user, person) in &spec.people {
        for proxy in &person.proxy_for {
            let name = &proxy.name;
            writeln!(out, "  {dim}{user} also acts for {name}{plain}")?;
        }
    }
    let secret = people
        .values()
        .find_map(|person| person.totp_secret.as_ref());
    if let Some(secret) = secret {
        writeln!(
            out,
            "  {dim}a code without an app:{plain}\n    oathtool --totp --base32 {secret}"
        )?;
    }
    writeln!(out, "\n{bold}In another terminal:{plain}")?;
    for command in ["signin", "sync", "inbox", "search appointment", "doctor"] {
        writeln!(out, "  cargo run -- --config {config} {command}")?;
    }
    writeln!(
        out,
        "\n{bold}To switch messages off for everybody, and on again:{plain}"
    )?;
    for switch in ["off --notice \"We are looking into a mix-up.\"", "on"] {
        writeln!(
            out,
            "  cargo run -p pericard-portal -- policy --config {config} --messages {switch}"
        )?;
    }
    out.flush()
}
