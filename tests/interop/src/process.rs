//! A server as a process of its own, which cannot outlive this one.
//!
//! A small shell script stands between: when its standard input closes, however this program ends, it ends the server
//! and whatever the server started, by their process group.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::trouble::{Result, Trouble};

/// Group leader; `read` ends with standard input, `wait` with the server.
const KEEPER: &str = r#"
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
( while read -r _; do :; done; trap '' TERM; kill -TERM -$$ ) <&3 &
exec 3<&-
trap 'wait "$server"; exit' TERM
wait "$server"
"#;

/// A running server.
pub(crate) struct Process {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `command`; what it says goes to a file in `folder`.
    pub(crate) fn start(name: &'static str, command: &Command, folder: &Path) -> Result<Self> {
        let log = folder.join(format!("{name}.log"));
        let mut keeper = Command::new("sh");
        keeper
            .args(["-c", KEEPER, "sh"])
            .arg(command.get_program())
            .args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => keeper.env(name, value),
                None => keeper.env_remove(name),
            };
        }
        if let Some(folder) = command.get_current_dir() {
            keeper.current_dir(folder);
        }
        let out = File::create(&log)?;
        let child = keeper
            .stdin(Stdio::piped())
            .stdout(out.try_clone()?)
            .stderr(out)
            .process_group(0)
            .spawn()?;
        Ok(Self { name, child, log })
    }

    /// Waits for a line of the log that `find` understands.
    pub(crate) async fn wait_for<T>(
        &mut self,
        patience: Duration,
        find: impl Fn(&str) -> Option<T>,
    ) -> Result<T> {
        let waiting = async {
            loop {
                let log = std::fs::read_to_string(&self.log)?;
                if let Some(found) = log.lines().find_map(&find) {
                    return Ok(found);
                }
                if self.child.try_wait()?.is_some() {
                    return Err(Trouble::new(format!("{} ended:\n{log}", self.name)));
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let waited = tokio::time::timeout(patience, waiting).await;
        waited.unwrap_or_else(|_| {
            let log = std::fs::read_to_string(&self.log).unwrap_or_default();
            let seconds = patience.as_secs();
            let text = format!("{} did not start in {seconds} s:\n{log}", self.name);
            Err(Trouble::new(text))
        })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        for _ in 0..100 {
            if matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
