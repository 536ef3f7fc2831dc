//! A line for every check, and the closing count.

use std::future::Future;

use crate::trouble::{Result, Trouble};

/// What was found at one server.
pub(crate) struct Report {
    server: &'static str,
    passed: u32,
    failed: u32,
}

impl Report {
    pub(crate) fn new(server: &'static str) -> Self {
        Self {
            server,
            passed: 0,
            failed: 0,
        }
    }

    /// Carries a check out and tells how it went. What it gives is there only when it held.
    pub(crate) async fn check<T>(
        &mut self,
        name: &str,
        check: impl Future<Output = Result<T>>,
    ) -> Option<T> {
        match check.await {
            Ok(given) => {
                self.passed += 1;
                println!("✓ {:<14} {name}", self.server);
                Some(given)
            }
            Err(trouble) => {
                self.failed(name, &trouble);
                None
            }
        }
    }

    /// A check that others need: without it the run at this server ends.
    pub(crate) async fn need<T>(
        &mut self,
        name: &str,
        check: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let given = self.check(name, check).await;
        given.ok_or_else(|| Trouble::new(format!("nothing further without: {name}")))
    }

    /// The run could not go on.
    pub(crate) fn ended(&mut self, trouble: &Trouble) {
        if self.failed == 0 {
            self.failed("the run ended early", trouble);
        } else {
            println!("  {:<14} {trouble}", self.server);
        }
    }

    fn failed(&mut self, name: &str, trouble: &Trouble) {
        self.failed += 1;
        println!("✗ {:<14} {name}\n  {:<14} {trouble}", self.server, "");
    }

    /// Prints `N passed, N failed`; whether all held.
    pub(crate) fn close(&self) -> bool {
        println!("{} passed, {} failed", self.passed, self.failed);
        self.failed == 0 && self.passed > 0
    }
}
