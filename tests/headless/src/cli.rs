//! The command line, and its help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

const EXAMPLES: &str = "\
Without a command it shows a tour: it starts a portal of its own, signs in, cuts the
network, and tries what it promises. Nothing of that stays behind.

Try it against a portal on this machine:
  cargo run -p pericard-portal                       (in another terminal)
  pericard --config pericard-portal.json portal      what the portal can do
  pericard --config pericard-portal.json signin      password and code
  pericard sync                                      fetch and send
  pericard inbox                                     from now on also offline
  pericard read 1
  pericard search appointment
  pericard send 1 \"Thank you, I will be there.\"

Exit codes:
  0  done                            5  the portal's answer cannot be used
  1  something else went wrong       6  directory or keystore cannot be used
  2  the command line is wrong       7  the portal asks to wait
  3  the portal cannot be reached    8  someone else's record was refused
  4  a sign-in is needed             9  this device's clock is wrong
3 is also for messages that are sealed because the portal was not reached for too long,
4 also for a wrong password or code, and for a portal that wants a fresh sign-in first.

Environment:
  PERICARD_CONFIG, PERICARD_DIR      as --config and --dir
  PERICARD_PASSWORD                  the portal's password, for scripts
  PERICARD_PASSPHRASE                the keystore's passphrase; keys then go to a file
  NO_COLOR                           plain output, as when piped";

/// A patient client for the desktop: secure messages, encrypted here, readable offline.
#[derive(Parser)]
#[command(name = "pericard", version, max_term_width = 90, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What every command understands.
#[derive(Args)]
pub(crate) struct Options {
    /// Portals that may be used and trusted, as pericard-portal writes them
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "PERICARD_CONFIG",
        hide_env = true,
        help_heading = "Everywhere"
    )]
    pub(crate) config: Option<PathBuf>,
    /// Where accounts are kept, encrypted [default: the system's place for data]
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "PERICARD_DIR",
        hide_env = true,
        help_heading = "Everywhere"
    )]
    pub(crate) dir: Option<PathBuf>,
    /// Which account, by its number in `accounts` or its id
    #[arg(
        long,
        global = true,
        value_name = "ACCOUNT",
        help_heading = "Everywhere"
    )]
    pub(crate) account: Option<String>,
    /// One JSON object on standard output, errors too
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub(crate) json: bool,
    /// The client id at a portal that is not in --config [default: registers itself there]
    #[arg(long, global = true, value_name = "ID", help_heading = "Everywhere")]
    pub(crate) client_id: Option<String>,
    /// Allow plain http to this machine itself
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub(crate) allow_loopback_http: bool,
}

impl Options {
    /// The program as the next command has to begin: a portal without https is refused by each that is not told of it.
    pub(crate) fn program(&self) -> &'static str {
        if self.allow_loopback_http {
            "pericard --allow-loopback-http"
        } else {
            "pericard"
        }
    }
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Show everything at work, with a portal of its own (also without a command)
    Tour,
    /// What a portal can do
    #[command(after_help = "Example:\n  pericard portal https://portal.example/fhir/r4")]
    Portal {
        /// FHIR base; may be left out when --config has one portal
        base: Option<String>,
    },
    /// What a portal can, cannot and gets wrong, and how this device stands
    #[command(after_help = "Example:\n  pericard doctor https://portal.example/fhir/r4 --json")]
    Doctor {
        /// FHIR base; may be left out when --config has one portal or somebody is signed in
        base: Option<String>,
    },
    /// Sign in with password and code, or in the browser
    #[command(
        visible_alias = "login",
        after_help = "Examples:\n  pericard --config clinic.json signin\n  pericard signin https://portal.example/fhir/r4\n  PERICARD_PASSWORD=… pericard --config clinic.json signin --user ana --code 123456\n\nPasswords are only asked for portals in --config; any other portal shows its own page in the browser.\n\nWhere the portal wants a second factor to be set up first, the secret and its QR code are shown. A script gets the secret in `error.enrolment` with --json, and goes on with: pericard signin --resume --code CODE"
    )]
    Signin(Signin),
    /// Sign in anew where the portal wants that before it does something
    #[command(
        after_help = "Examples:\n  pericard step-up\n  PERICARD_PASSWORD=… pericard step-up --user ana --code 123456\n\nAt a terminal, a command that meets such a portal offers it by itself. Whoever is signed in stays signed in, and nothing is fetched anew."
    )]
    StepUp(Answering),
    /// The code that is asked for beside the password
    #[command(subcommand, subcommand_required = true)]
    TwoFactor(TwoFactor),
    /// Open one of the portal's own pages in the browser
    #[command(
        after_help = "The pages are\n  password-reset    for a new password when the old one is lost\n  account           with name, password and second factor\n  sessions          for seeing where else you are signed in, and ending that\n\nExamples:\n  pericard page sessions\n  pericard --config clinic.json page password-reset --no-open"
    )]
    Page {
        /// Which page
        page: Page,
        /// FHIR base; may be left out when --config has one portal or somebody is signed in
        base: Option<String>,
        /// Print the address instead of opening a browser
        #[arg(long)]
        no_open: bool,
    },
    /// Who is signed in, and how the session stands
    #[command(visible_alias = "status")]
    Accounts,
    /// Fetch what is new and send what is queued
    Sync,
    /// The conversations, newest first; works offline
    #[command(
        after_help = "Examples:\n  pericard inbox\n  pericard inbox --all\n  pericard inbox --json | jq -r '.threads[].subject'"
    )]
    Inbox(List),
    /// A conversation; works offline
    #[command(
        after_help = "Example:\n  pericard read 3     the third from above in `pericard inbox`"
    )]
    Read {
        /// Its number in the inbox as it is now, or its id
        thread: String,
        /// Leave it unread
        #[arg(long)]
        keep_unread: bool,
        #[command(flatten)]
        list: List,
    },
    /// Messages with all of these words; works offline
    #[command(
        after_help = "Example:\n  pericard search blood pressure\n\nCase and accents make no difference; the last word may be just a beginning."
    )]
    Search {
        /// The words
        #[arg(required = true)]
        text: Vec<String>,
        #[command(flatten)]
        list: List,
    },
    /// Answer in a conversation or begin one; offline it is queued
    #[command(
        override_usage = "pericard send [OPTIONS] <THREAD> <TEXT>\n       pericard send [OPTIONS] --new <SUBJECT> <TEXT>",
        after_help = "Examples:\n  pericard send 3 \"Thank you.\"\n  pericard send --new \"Refill\" \"May I have a refill?\"\n  pericard send 3 - < letter.txt"
    )]
    Send {
        /// The conversation's number or id (not with --new), then the text; - reads it from standard input
        #[arg(required = true, num_args = 1..=2, value_names = ["THREAD", "TEXT"])]
        words: Vec<String>,
        /// Begin a conversation about this
        #[arg(long, value_name = "SUBJECT")]
        new: Option<String>,
        /// Only queue it; the next sync sends it
        #[arg(long)]
        offline: bool,
    },
    /// What has not been sent, or may not have been
    #[command(
        after_help = "Examples:\n  pericard outbox\n  pericard outbox --retry 1\n  pericard outbox --withdraw 2"
    )]
    Outbox {
        /// Queue the n-th once more
        #[arg(long, value_name = "N", conflicts_with = "withdraw")]
        retry: Option<usize>,
        /// Take the n-th back
        #[arg(long, value_name = "N")]
        withdraw: Option<usize>,
    },
    /// End the session at the portal and remove everything of the account from this device
    #[command(visible_alias = "logout")]
    Signout,
    /// Remove everything of the account from this device without telling the portal
    Forget,
}

#[derive(Args)]
pub(crate) struct Signin {
    /// FHIR base; may be left out when --config has one portal
    pub(crate) base: Option<String>,
    #[command(flatten)]
    pub(crate) answering: Answering,
    /// Go on with the sign-in that was interrupted, within its ten minutes
    #[arg(long, conflicts_with_all = ["browser", "base"])]
    pub(crate) resume: bool,
}

/// How to sign in, and answers to what will be asked.
#[derive(Args, Default)]
pub(crate) struct Answering {
    /// On the portal's own pages, in the system's browser
    #[arg(long)]
    pub(crate) browser: bool,
    /// Print the address instead of opening a browser
    #[arg(long)]
    pub(crate) no_open: bool,
    /// User name, instead of asking
    #[arg(long, conflicts_with = "browser")]
    pub(crate) user: Option<String>,
    /// Read the password from standard input
    #[arg(long, conflicts_with = "browser")]
    pub(crate) password_stdin: bool,
    /// Code of the second factor, instead of asking
    #[arg(long, conflicts_with = "browser")]
    pub(crate) code: Option<String>,
    /// Recovery code in place of the second factor's
    #[arg(long, value_name = "CODE", conflicts_with_all = ["browser", "code"])]
    pub(crate) recovery_code: Option<String>,
}

#[derive(Subcommand)]
pub(crate) enum TwoFactor {
    /// Whether a code is asked for, and how many recovery codes are left
    Status,
    /// Set up an authenticator app; one that is set up already is replaced
    #[command(
        after_help = "Examples:\n  pericard two-factor enrol            shows a QR code and asks for its first code\n  pericard two-factor enrol --json     a script begins with this\n  pericard two-factor enrol --confirm ENROLMENT --code 123456\n\nUntil the code is confirmed nothing changes at the portal."
    )]
    Enrol {
        /// End an enrolment that was begun, by its `id`
        #[arg(long, value_name = "ENROLMENT", requires = "code")]
        confirm: Option<String>,
        /// The code that the authenticator app makes of it
        #[arg(long, requires = "confirm")]
        code: Option<String>,
    },
    /// New recovery codes in place of all earlier ones
    NewCodes {
        /// Without asking whether that is meant
        #[arg(long)]
        yes: bool,
    },
    /// Ask for the password alone from now on; recovery codes end too
    Disable {
        /// Without asking whether that is meant
        #[arg(long)]
        yes: bool,
    },
}

/// A page that an app should not rebuild.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Page {
    PasswordReset,
    Account,
    Sessions,
}

/// Which part of a list.
#[derive(Args)]
pub(crate) struct List {
    /// At most so many
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub(crate) limit: u32,
    /// Go on after this position, which the list before gave
    #[arg(long, value_name = "POSITION")]
    pub(crate) after: Option<String>,
    /// Everything
    #[arg(long, conflicts_with_all = ["limit", "after"])]
    pub(crate) all: bool,
}
