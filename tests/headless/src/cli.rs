//! The command line, and its help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use pericard::PagePosition;

const EXAMPLES: &str = "\
Without a command, pericard runs a tour: it starts its own portal, signs in, cuts the
network, and tests what it promises. It leaves nothing behind.

Try it with a portal on this machine:
  cargo run -p pericard-portal                       (in another terminal)
  pericard --config pericard-portal.json portal      show what the portal supports
  pericard --config pericard-portal.json signin      sign in with password and code
  pericard sync                                      fetch and send
  pericard inbox                                     works offline from now on
  pericard read 1
  pericard search appointment
  pericard send 1 \"Thank you, I will be there.\"

Exit codes:
  0  done                            5  the portal's response cannot be used
  1  something else went wrong       6  directory or keystore cannot be used
  2  the command line is wrong       7  the portal asks you to wait
  3  the portal cannot be reached    8  someone else's record was refused
  4  a sign-in is needed             9  this device's clock is wrong
                                    10  the clinic has switched it off, or needs a newer version
Code 3 also means that messages are sealed because the device was offline for too long;
code 4 also a wrong password, code or PIN, that an account is locked, or that the portal asks for a new sign-in first.

Environment:
  PERICARD_CONFIG, PERICARD_DIR      same as --config and --dir
  PERICARD_PASSWORD                  password for the portal, for scripts
  PERICARD_PIN                       PIN of a locked account, for scripts
  PERICARD_PASSPHRASE                keep the keys in a file under this passphrase
  PERICARD_LOG                       how much --verbose says: error to trace
  PAGER                              shows what is longer than the screen, else less
  NO_COLOR                           plain output, as in a pipe";

/// A patient client for the desktop: secure messages, encrypted on this device, readable offline
#[derive(Parser)]
#[command(name = "pericard", version, max_term_width = 90, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// The options of every command.
#[derive(Args)]
pub(crate) struct Options {
    /// Configuration file with trusted portals; pericard-portal writes one
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "PERICARD_CONFIG",
        hide_env = true,
        help_heading = "Everywhere"
    )]
    pub(crate) config: Option<PathBuf>,
    /// Directory for encrypted accounts [default: the system's data directory]
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "PERICARD_DIR",
        hide_env = true,
        help_heading = "Everywhere"
    )]
    pub(crate) dir: Option<PathBuf>,
    /// Account to use, by its number in `accounts` or its id
    #[arg(
        long,
        global = true,
        value_name = "ACCOUNT",
        help_heading = "Everywhere"
    )]
    pub(crate) account: Option<String>,
    /// Person of the account, by their number in `people` or their name [default: who signed in]
    #[arg(
        long,
        global = true,
        value_name = "PERSON",
        help_heading = "Everywhere"
    )]
    pub(crate) person: Option<String>,
    /// Print one JSON object to standard output, also for errors
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub(crate) json: bool,
    /// Client id for a portal that is not in --config [default: register there]
    #[arg(long, global = true, value_name = "ID", help_heading = "Everywhere")]
    pub(crate) client_id: Option<String>,
    /// Allow plain http to this machine
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub(crate) allow_loopback_http: bool,
    /// Say on standard error what is done
    #[arg(long, short, global = true, help_heading = "Everywhere")]
    pub(crate) verbose: bool,
    /// The same with a level
    #[arg(
        long,
        global = true,
        value_enum,
        env = "PERICARD_LOG",
        hide = true,
        hide_env = true
    )]
    pub(crate) log: Option<Verbosity>,
}

/// How much is said on standard error.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Verbosity {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl Options {
    /// How much is to be said on standard error, if anything is.
    pub(crate) fn verbosity(&self) -> Option<Verbosity> {
        self.log.or(self.verbose.then_some(Verbosity::Info))
    }

    /// How the next command has to begin: every command needs the flag for a portal without https.
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
    /// Show everything at work with its own portal (the default command)
    Tour,
    /// Show what a portal supports
    #[command(after_help = "Example:\n  pericard portal https://portal.example/fhir/r4")]
    Portal {
        /// FHIR base; optional if --config has one portal
        base: Option<String>,
    },
    /// Diagnose a portal and this device
    #[command(after_help = "Example:\n  pericard doctor https://portal.example/fhir/r4 --json")]
    Doctor {
        /// FHIR base; optional if --config has one portal or you are signed in
        base: Option<String>,
    },
    /// Sign in with password and code, or in the browser
    #[command(
        visible_alias = "login",
        after_help = "Examples:\n  pericard --config clinic.json signin\n  pericard signin https://portal.example/fhir/r4\n  PERICARD_PASSWORD=… pericard --config clinic.json signin --user ana --code 123456\n\npericard asks for passwords only if the portal is in --config; any other portal shows its own page in the browser.\n\nIf the portal requires a second factor to be set up first, pericard shows the secret and its QR code. A script gets the secret in `error.enrolment` with --json and continues with: pericard signin --resume --code CODE"
    )]
    Signin(Signin),
    /// Sign in again when the portal requires it for an action
    #[command(
        after_help = "Examples:\n  pericard step-up\n  PERICARD_PASSWORD=… pericard step-up --user ana --code 123456\n\nIn a terminal, a command offers this when the portal requires it. You stay signed in, and nothing is downloaded again."
    )]
    StepUp(Answering),
    /// Manage the code that is asked for after the password
    #[command(subcommand, subcommand_required = true)]
    TwoFactor(TwoFactor),
    /// Open one of the portal's own pages in the browser
    #[command(
        after_help = "Pages:\n  password-reset    set a new password\n  account           change name, password and second factor\n  sessions          see where you are signed in, and sign out there\n\nExamples:\n  pericard page sessions\n  pericard --config clinic.json page password-reset --no-open"
    )]
    Page {
        /// Which page
        page: Page,
        /// FHIR base; optional if --config has one portal or you are signed in
        base: Option<String>,
        /// Print the address instead of opening a browser
        #[arg(long)]
        no_open: bool,
    },
    /// List accounts and the state of their sessions
    #[command(visible_alias = "status")]
    Accounts,
    /// List whose records this account shows, or add somebody you act for
    #[command(
        after_help = "Examples:\n  pericard people\n  pericard people --find      whom the portal says you may act for\n  pericard people --add 1     sign in for the first of them\n  pericard --person 2 inbox\n\nEach person's messages are kept apart, and the clinic decides whose you see. To remove one from this device: pericard --person 2 forget"
    )]
    People(People),
    /// Fetch new messages and send queued ones
    Sync,
    /// Wait for new messages and show them as they come
    #[command(
        after_help = "Example:\n  pericard watch --every 300\n\nCtrl-C ends it. With --json, one object a line for each message."
    )]
    Watch {
        /// Seconds between two syncs
        #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(5..=86_400))]
        every: u64,
    },
    /// Compare everything on this device with the portal now, and mend what differs
    Verify,
    /// List conversations, newest first; works offline
    #[command(
        after_help = "Examples:\n  pericard inbox\n  pericard inbox --all\n  pericard inbox --json | jq -r '.threads[].subject'"
    )]
    Inbox {
        /// List what was archived instead
        #[arg(long)]
        archived: bool,
        #[command(flatten)]
        list: List,
    },
    /// Read a conversation; works offline
    #[command(
        after_help = "Example:\n  pericard read 3     the third conversation in `pericard inbox`"
    )]
    Read {
        /// Its number in the current inbox, or its id
        thread: String,
        /// Leave it unread
        #[arg(long)]
        keep_unread: bool,
        /// Open it at the newest message with these words, and mark them
        #[arg(long, value_name = "WORDS", conflicts_with_all = ["all", "after"])]
        find: Option<String>,
        #[command(flatten)]
        list: List,
    },
    /// Take a conversation out of the inbox until something new comes in it
    Archive {
        /// Its number in the current inbox, or its id
        thread: String,
        /// Put it back, by its id
        #[arg(long)]
        undo: bool,
    },
    /// Mark a conversation as unread
    Unread {
        /// Its number in the current inbox, or its id
        thread: String,
    },
    /// Find messages with all of these words, or as you type; works offline
    #[command(
        after_help = "Examples:\n  pericard search blood pressure\n  pericard search                     as you type\n\nCase and accents are ignored; the last word may be incomplete."
    )]
    Search {
        /// The words to find; without any, a terminal searches as you type
        text: Vec<String>,
        #[command(flatten)]
        list: List,
    },
    /// Reply in a conversation or start one; queued while offline
    #[command(
        override_usage = "pericard send [OPTIONS] <THREAD> <TEXT>\n       pericard send [OPTIONS] --new <SUBJECT> <TEXT>",
        after_help = "Examples:\n  pericard send 3 \"Thank you.\"\n  pericard send 3 \"My photo\" --attach knee.jpg\n  pericard send --new \"Refill\" \"May I have a refill?\"\n  pericard send --new \"A cough\" --to Nurse \"It does not get better.\"\n  pericard send 3 - < letter.txt"
    )]
    Send(Letter),
    /// List whom you can write to
    Recipients,
    /// List drafts; send or discard one
    #[command(
        after_help = "Examples:\n  pericard drafts\n  pericard drafts --send 1\n\nTo write one: pericard send --draft 3 \"I would like to\""
    )]
    Drafts {
        /// Queue the n-th draft for the next sync
        #[arg(long, value_name = "N", conflicts_with = "discard")]
        send: Option<usize>,
        /// Throw the n-th draft away
        #[arg(long, value_name = "N")]
        discard: Option<usize>,
    },
    /// Save a file of a message to a folder; nothing is overwritten
    #[command(
        after_help = "Examples:\n  pericard save 3                          the only file of the third conversation\n  pericard save 3 --file 2 --to Downloads\n\nFiles have numbers in `pericard read`. A file that is on this device is saved offline too.\nIts name and type are what the sender says: check before you open it."
    )]
    Save {
        /// The conversation's number or id, or a message's id
        message: String,
        /// The file's number in `pericard read`
        #[arg(long, value_name = "N")]
        file: Option<usize>,
        /// Folder to save it in [default: this one]
        #[arg(long, value_name = "DIR")]
        to: Option<PathBuf>,
    },
    /// List documents, or show one as text; works offline once it was opened
    #[command(
        after_help = "Examples:\n  pericard documents\n  pericard documents 2                    as text, where it can be\n  pericard documents 2 --save letter.pdf\n\nWhat a document is, is found out by its content; a letter in HTML is shown without what is active in it."
    )]
    Documents {
        /// Its number in the list, or its id
        document: Option<String>,
        /// Save its first file under this name; an existing file is not overwritten
        #[arg(long, value_name = "FILE", requires = "document")]
        save: Option<PathBuf>,
    },
    /// List lab reports, show one, or draw how a value developed
    #[command(
        after_help = "Examples:\n  pericard labs\n  pericard labs 1\n  pericard labs --plot creatinine"
    )]
    Labs {
        /// The report's number in the list, or its id
        report: Option<String>,
        /// Draw how this value developed: its name, or a part of it
        #[arg(long, value_name = "NAME", conflicts_with = "report")]
        plot: Option<String>,
    },
    /// List messages that are not sent, or may not have arrived
    #[command(
        after_help = "Examples:\n  pericard outbox\n  pericard outbox --retry 1\n  pericard outbox --withdraw 2\n  pericard outbox --edit 1 \"Shorter.\""
    )]
    Outbox {
        /// Queue the n-th message again
        #[arg(long, value_name = "N", conflicts_with = "withdraw")]
        retry: Option<usize>,
        /// Withdraw the n-th message
        #[arg(long, value_name = "N")]
        withdraw: Option<usize>,
        /// Write the n-th message anew, if it is not sent yet or was refused, and queue it
        #[arg(long, num_args = 2, value_names = ["N", "TEXT"], conflicts_with_all = ["retry", "withdraw"])]
        edit: Option<Vec<String>>,
    },
    /// Make a copy of your messages, to read or for another program
    #[command(
        after_help = "Examples:\n  pericard export messages.html\n  pericard export --form fhir messages.json\n\nIt asks for the PIN, or for a sign-in of the last five minutes. The file is not encrypted."
    )]
    Export {
        /// Where to write it; an existing file is not overwritten
        file: PathBuf,
        /// A page to read, or a FHIR Bundle
        #[arg(long, value_enum, default_value_t = Form::Html)]
        form: Form,
    },
    /// Show who opened what on this device, and whether the list is whole
    #[command(
        after_help = "Examples:\n  pericard log\n  pericard log --csv > log.csv\n\nIt shows what was done here, not what the clinic's staff opened, and says nothing of what was read."
    )]
    Log {
        /// Maximum number of entries
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=500))]
        limit: u32,
        /// Print all of it as comma-separated values
        #[arg(long)]
        csv: bool,
    },
    /// Print a report for support: versions, sizes and states
    #[command(
        after_help = "Examples:\n  pericard report\n  pericard report --save report.txt\n\nIt has no names, messages or addresses in it, and does not say which portal it is about. It works while an account is locked."
    )]
    Report {
        /// Write it to this file; an existing one is not overwritten
        #[arg(long, value_name = "FILE")]
        save: Option<PathBuf>,
    },
    /// Show what the clinic lets this device do, and why
    #[command(
        after_help = "Examples:\n  pericard policy\n  pericard policy --check     ask the portal now\n\nA clinic may let messages be read only, or switch them off, by a signed document on its portal. Nothing is deleted by it."
    )]
    Policy {
        /// Ask the portal now
        #[arg(long)]
        check: bool,
    },
    /// Choose a PIN that is asked for before anything is read, change it or remove it
    #[command(
        after_help = "Examples:\n  pericard pin\n  pericard pin --remove\n  echo 270419 | pericard pin --stdin\n\nSix to twelve digits. Ten wrong ones in a row delete this device's copy and what waits to be sent; the portal keeps the original."
    )]
    Pin {
        /// Remove it: whoever uses this computer can read
        #[arg(long)]
        remove: bool,
        /// Read the new one from standard input
        #[arg(long, conflicts_with = "remove")]
        stdin: bool,
    },
    /// Try the PIN; a right one takes wrong ones of before back
    Unlock,
    /// Say that everything is closed until the PIN is given
    Lock,
    /// Sign out at the portal and remove the account from this device
    #[command(visible_alias = "logout")]
    Signout,
    /// Remove the account, or with --person one of its people, from this device
    #[command(
        after_help = "Examples:\n  pericard forget\n  pericard --person 2 forget\n\nThe account is removed without signing out at the portal. The tokens of one person are revoked there."
    )]
    Forget,
}

/// Whom to add.
#[derive(Args)]
pub(crate) struct People {
    /// Ask the portal whom you may act for
    #[arg(long)]
    pub(crate) find: bool,
    /// Sign in for the n-th of those that --find lists
    #[arg(long, value_name = "N", conflicts_with = "find")]
    pub(crate) add: Option<usize>,
    #[command(flatten)]
    pub(crate) answering: Answering,
}

/// The form of a copy.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    Html,
    Fhir,
}

/// What to send.
#[derive(Args)]
pub(crate) struct Letter {
    /// The conversation's number or id (not with --new), then the text; - reads it from standard input
    #[arg(required = true, num_args = 1..=2, value_names = ["THREAD", "TEXT"])]
    pub(crate) words: Vec<String>,
    /// Start a conversation with this subject
    #[arg(long, value_name = "SUBJECT")]
    pub(crate) new: Option<String>,
    /// Whom it is for, as in `pericard recipients`; may be repeated
    #[arg(long, value_name = "RECIPIENT")]
    pub(crate) to: Vec<String>,
    /// Send this file with it; may be given several times
    #[arg(long, value_name = "PATH", conflicts_with = "draft")]
    pub(crate) attach: Vec<PathBuf>,
    /// Queue it for the next sync
    #[arg(long)]
    pub(crate) offline: bool,
    /// Keep it as a draft instead
    #[arg(long, conflicts_with = "offline")]
    pub(crate) draft: bool,
}

#[derive(Args)]
pub(crate) struct Signin {
    /// FHIR base; optional if --config has one portal
    pub(crate) base: Option<String>,
    #[command(flatten)]
    pub(crate) answering: Answering,
    /// Continue an interrupted sign-in, within ten minutes of its start
    #[arg(long, conflicts_with_all = ["browser", "base"])]
    pub(crate) resume: bool,
}

/// How to sign in, and answers given in advance.
#[derive(Args, Default)]
pub(crate) struct Answering {
    /// Sign in on the portal's pages, in the system's browser
    #[arg(long)]
    pub(crate) browser: bool,
    /// Print the address instead of opening a browser
    #[arg(long)]
    pub(crate) no_open: bool,
    /// User name; asked for if not given
    #[arg(long, conflicts_with = "browser")]
    pub(crate) user: Option<String>,
    /// Read the password from standard input
    #[arg(long, conflicts_with = "browser")]
    pub(crate) password_stdin: bool,
    /// Code of the second factor; asked for if not given
    #[arg(long, conflicts_with = "browser")]
    pub(crate) code: Option<String>,
    /// Recovery code instead of the second factor's code
    #[arg(long, value_name = "CODE", conflicts_with_all = ["browser", "code"])]
    pub(crate) recovery_code: Option<String>,
}

#[derive(Subcommand)]
pub(crate) enum TwoFactor {
    /// Show whether a code is asked for, and how many recovery codes are left
    Status,
    /// Set up an authenticator app, replacing an earlier one
    #[command(
        after_help = "Examples:\n  pericard two-factor enrol            shows a QR code and asks for the first code\n  pericard two-factor enrol --json     the start for a script\n  pericard two-factor enrol --confirm ENROLMENT --code 123456\n\nNothing changes at the portal until the code is confirmed."
    )]
    Enrol {
        /// Confirm the enrolment with this `id`
        // The portal's own word, which may begin with a hyphen.
        #[arg(
            long,
            value_name = "ENROLMENT",
            requires = "code",
            allow_hyphen_values = true
        )]
        confirm: Option<String>,
        /// The code that the authenticator app shows
        #[arg(long, requires = "confirm")]
        code: Option<String>,
    },
    /// Replace all recovery codes with new ones
    NewCodes {
        /// Do not ask for confirmation
        #[arg(long)]
        yes: bool,
    },
    /// Sign in with the password alone from now on; recovery codes stop working
    Disable {
        /// Do not ask for confirmation
        #[arg(long)]
        yes: bool,
    },
}

/// One of the portal's own pages.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Page {
    PasswordReset,
    Account,
    Sessions,
}

/// The part of a list to show.
#[derive(Args)]
pub(crate) struct List {
    /// Maximum number of entries
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub(crate) limit: u32,
    /// Continue after this position, as the previous list printed it
    #[arg(long, value_name = "POSITION")]
    pub(crate) after: Option<PagePosition>,
    /// Show all entries
    #[arg(long, conflicts_with_all = ["limit", "after"])]
    pub(crate) all: bool,
}
