//! The figures of one round, as the line of JSON that `cargo xtask bench` reads.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::Spent;

/// Names and numbers. Times are in microseconds.
#[derive(Debug, Default)]
pub struct Figures(Map<String, Value>);

impl Figures {
    /// A time.
    pub fn time(&mut self, name: &str, time: Duration) {
        let micros = time.as_nanos() as f64 / 1000.0;
        self.0.insert(format!("{name}_us"), micros.into());
    }

    /// Both times of a piece of work.
    pub fn spent(&mut self, name: &str, spent: Spent) {
        self.time(&format!("{name}_wall"), spent.wall);
        self.time(&format!("{name}_cpu"), spent.cpu);
    }

    /// How many.
    pub fn count(&mut self, name: &str, count: u64) {
        self.0.insert(name.to_owned(), count.into());
    }

    /// Ends the round: a line on standard output.
    #[allow(clippy::print_stdout)] // the program's answer
    pub fn print(self) {
        println!("{}", Value::Object(self.0));
    }
}
