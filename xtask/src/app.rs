//! `cargo xtask app`: the Android app in a window of this desktop, over the real core and the reference portal.
//!
//! With `--walk` nobody has to sit before it: the app is gone through on a screen in memory, with mouse and keyboard, and
//! each step leaves a picture.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use crate::bindings;
use crate::build::{self, Built};
use crate::command;
use crate::fetching;
use crate::maven;
use crate::package;
use crate::paths::Paths;
use crate::portal::Demo;
use crate::screens;
use crate::table::Row;
use crate::toolchain::{self, Absent};

/// Its row in the table.
pub(crate) const STEP: &str = "the app in a window";

/// What the window is opened on.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// People in memory, without a portal: any name, the password "password", the code 123456
    #[arg(long)]
    fake: bool,
    /// Go through the app by itself, from the first run to an answer sent, and leave a picture of each step here
    #[arg(long, value_name = "FOLDER", conflicts_with = "fake")]
    walk: Option<PathBuf>,
}

pub(crate) fn run(paths: &Paths, arguments: &Arguments) -> Result<bool, String> {
    let built = build::workspace(paths)?;
    let libraries = bindings::make(paths, &built)?;
    package::kotlin::install(paths, &libraries.ship.join("libpericard_ffi.so"))?;
    if let Some(pictures) = &arguments.walk {
        let told = walk(paths, &built, pictures).map_err(|absent| absent.text().to_owned())?;
        print!("{told}");
        return Ok(true);
    }
    let mut window = program(paths, &[])?;
    if arguments.fake {
        println!("Any name signs in with the password `password` and the code 123456.");
        return ended(window.arg("--fake"));
    }
    let demo = Demo::start(paths, &built, true)?;
    ended(at(&mut window, &demo))
}

fn ended(window: &mut Command) -> Result<bool, String> {
    window
        .status()
        .map(|status| status.success())
        .map_err(|e| format!("java: {e}"))
}

fn at<'a>(window: &'a mut Command, demo: &Demo) -> &'a mut Command {
    window
        .args(["--base", &demo.base, "--certificate"])
        .arg(&demo.certificate)
}

/// Compiles the app and says how it is started.
fn program(paths: &Paths, options: &[&str]) -> Result<Command, String> {
    let build = screens::build(paths);
    let list = build.join("classpath");
    let mut compile = maven::of(paths, &screens::pom(paths));
    compile
        .arg(format!("-Dpericard.build={}", build.display()))
        .arg(format!("-Dmdep.outputFile={}", list.display()))
        .args(["compile", "dependency:build-classpath"]);
    command::run(&mut compile).text_or_error()?;
    let jars = fs::read_to_string(&list).map_err(|e| format!("{}: {e}", list.display()))?;
    let own = [build.join("classes")];
    let all = std::env::join_paths(own.into_iter().chain(std::env::split_paths(jars.trim())))
        .map_err(|e| e.to_string())?;
    let mut java = Command::new("java");
    java.args(options)
        .arg("-cp")
        .arg(all)
        .arg("dev.pericard.app.desktop.MainKt");
    Ok(java)
}

/// The walk as a step of the tests; its pictures go to the build output.
pub(crate) fn row(paths: &Paths, built: &Built) -> Row {
    let started = Instant::now();
    match walk(paths, built, &paths.target.join("app-walk")) {
        Ok(told) => Row::check(STEP, Ok(told), started.elapsed()),
        Err(absent) => Row::absent(STEP, &absent, started.elapsed()),
    }
}

fn walk(paths: &Paths, built: &Built, pictures: &Path) -> Result<String, Absent> {
    windows()?;
    let fonts = screens::prepare(paths)?;
    let screen = Screen::start()?;
    let demo = Demo::start(paths, built, false)?;
    let ana = demo.person("ana")?;
    // Drawn without a graphics card, at two pixels a dp.
    let mut window = program(
        paths,
        &["-Dskiko.renderApi=SOFTWARE", "-Dsun.java2d.uiScale=2"],
    )?;
    at(&mut window, &demo)
        .env("DISPLAY", &screen.name)
        .env("FONTCONFIG_FILE", fonts.join("fonts.conf"))
        .arg("--walk")
        .arg(pictures)
        .arg("--portal")
        .arg(demo.process().to_string())
        .args([
            "--user",
            "ana",
            "--password",
            &ana.password,
            "--secret",
            &ana.secret,
        ]);
    Ok(command::run(&mut window).text_or_error()?)
}

/// A Java that opens windows: a headless one does everything else.
fn windows() -> Result<(), Absent> {
    fetching::java("the app's window")?;
    if !has_windows()? {
        fetching::install(&["default-jre"])?;
    }
    if has_windows()? {
        return Ok(());
    }
    Err(fetching::missing(
        "this Java is headless: install default-jre",
    ))
}

fn has_windows() -> Result<bool, String> {
    Ok(fetching::java_home()?.join("lib/libawt_xawt.so").exists())
}

/// A screen in memory; it ends with this value.
struct Screen {
    child: Child,
    /// As in `DISPLAY`.
    name: String,
}

impl Screen {
    fn start() -> Result<Self, Absent> {
        const XVFB: &str = "Xvfb";
        if !toolchain::has(XVFB) {
            fetching::install(&["xvfb"])?;
        }
        if !toolchain::has(XVFB) {
            return Err(fetching::missing("no Xvfb here: install xvfb"));
        }
        // It takes a number that is free and writes it down.
        let mut child = Command::new(XVFB)
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "900x1900x24",
                "-nolisten",
                "tcp",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| Absent::Broken(format!("{XVFB}: {e}")))?;
        let mut number = String::new();
        if let Some(output) = child.stdout.take() {
            drop(BufReader::new(output).read_line(&mut number));
        }
        let screen = Self {
            child,
            name: format!(":{}", number.trim()),
        };
        if number.trim().is_empty() {
            return Err(Absent::Broken(format!("{XVFB} named no screen")));
        }
        Ok(screen)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
