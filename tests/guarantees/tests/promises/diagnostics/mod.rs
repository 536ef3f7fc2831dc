//! What is written for support says nothing of a patient: log lines and the report, through a whole life of an account, with
//! everything that was read, typed, thrown and answered looked for.

mod echo;
mod lines;
mod report;

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};

/// Words that only a leak can bring into a line or a report.
#[derive(Debug, Clone, Default)]
struct Canaries(Vec<String>);

impl Canaries {
    fn add(&mut self, word: impl Into<String>) {
        let word = word.into();
        assert!(word.len() >= 6, "{word} is in any text");
        self.0.push(word);
    }

    /// Those that are in `text`, whatever their case.
    fn found_in(&self, text: &str) -> Vec<&str> {
        let text = text.to_lowercase();
        let words = self.0.iter().map(String::as_str);
        words
            .filter(|word| text.contains(&word.to_lowercase()))
            .collect()
    }
}

/// Every line of this process, from when this was first called.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn captured() -> &'static Self {
        static LINES: OnceLock<Lines> = OnceLock::new();
        LINES.get_or_init(|| {
            let lines = Lines::default();
            let writer = lines.clone();
            assert!(pericard::test_support::capture_lines(move || writer.clone()));
            lines
        })
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
