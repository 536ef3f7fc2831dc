//! The rows of the table: what is compared with what, its budget, and the verdict.

use super::Extent;
use super::programs::{FEW, Measured};
use super::series::{Ratio, Series, ratio};

/// What a row's number has to keep to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Budget {
    /// The ratio to the peer, at most.
    Ratio(f64),
    /// A count, exactly.
    Exactly(f64),
    /// A count or a size, at most.
    AtMost(f64),
    /// Microseconds here: told, and never a failure.
    Here(f64),
    /// Printed and judged by people.
    None,
}

/// One comparison.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) ours: String,
    pub(crate) peer: String,
    pub(crate) ratio: Option<Ratio>,
    pub(crate) budget: Budget,
    /// The count, where that is what is judged.
    count: Option<f64>,
}

impl Row {
    /// Over its budget by more than its noise.
    pub(crate) fn is_over(&self) -> bool {
        match (self.budget, self.ratio, self.count) {
            (Budget::Ratio(most), Some(ratio), _) => ratio.value - ratio.noise > most,
            (Budget::Exactly(wanted), _, Some(count)) => count != wanted,
            (Budget::AtMost(most), _, Some(count)) => count > most,
            _ => false,
        }
    }

    pub(crate) fn verdict(&self) -> &'static str {
        match (self.budget, self.ratio) {
            _ if self.is_over() => "OVER",
            (Budget::Ratio(most), Some(ratio)) if ratio.value > most => "within noise",
            (Budget::None, _) => "–",
            (Budget::Here(most), _) if self.count.is_some_and(|time| time > most) => "slow here",
            _ => "ok",
        }
    }

    pub(super) fn compared(
        what: &str,
        shown: fn(f64) -> String,
        (ours, our): (&Series, &str),
        (peer, their): (&Series, &str),
        budget: Budget,
    ) -> Result<Self, String> {
        Ok(Self {
            what: what.to_owned(),
            ours: shown(ours.median(our)?),
            peer: shown(peer.median(their)?),
            ratio: Some(ratio(ours.get(our)?, peer.get(their)?)?),
            budget,
            count: None,
        })
    }

    fn count(what: &str, count: f64, budget: Budget) -> Self {
        Self {
            what: what.to_owned(),
            ours: count.to_string(),
            peer: String::new(),
            ratio: None,
            budget,
            count: Some(count),
        }
    }

    fn size(what: &str, bytes: f64, budget: Budget) -> Self {
        Self {
            ours: size(bytes),
            ..Self::count(what, bytes, budget)
        }
    }

    /// A time that has a budget on this machine.
    fn within(what: &str, time_us: f64, most_us: f64) -> Self {
        Self {
            ours: time(time_us),
            ..Self::count(what, time_us, Budget::Here(most_us))
        }
    }

    pub(super) fn time(what: &str, time_us: f64) -> Self {
        Self {
            what: what.to_owned(),
            ours: time(time_us),
            peer: String::new(),
            ratio: None,
            budget: Budget::None,
            count: None,
        }
    }
}

pub(super) fn time(micros: f64) -> String {
    match micros {
        0.0..10.0 => format!("{micros:.2} µs"),
        10.0..1_000.0 => format!("{micros:.0} µs"),
        1_000.0..100_000.0 => format!("{:.2} ms", micros / 1e3),
        100_000.0..1_000_000.0 => format!("{:.0} ms", micros / 1e3),
        _ => format!("{:.2} s", micros / 1e6),
    }
}

fn thousands(count: u32) -> String {
    format!("{},{:03}", count / 1_000, count % 1_000)
}

pub(super) fn size(bytes: f64) -> String {
    if bytes < 1e5 {
        format!("{bytes:.0} B")
    } else {
        format!("{:.1} MB", bytes / 1e6)
    }
}

/// Every row, in the order of the table.
pub(crate) fn all(measured: &Measured, extent: Extent) -> Result<Vec<Row>, String> {
    let (ours, hand, news) = (&measured.ours, &measured.hand, &measured.news);
    comparable(ours, hand, &["threads", "messages"])?;
    let messages = thousands(extent.messages);
    let both = |what: &str, name: &str, budget| {
        Row::compared(what, time, (ours, name), (hand, name), budget)
    };
    let mut rows = vec![
        Row::compared(
            &format!("cold sync of {messages} messages, CPU, beside by hand with encryption"),
            time,
            (ours, "sync_cpu_us"),
            (hand, "encrypted_sync_cpu_us"),
            Budget::Ratio(1.2),
        )?,
        both(
            "the same, beside by hand without encryption",
            "sync_cpu_us",
            Budget::None,
        )?,
        both("the same, wall", "sync_wall_us", Budget::None)?,
        Row::compared(
            "encrypted database",
            size,
            (ours, "bytes"),
            (hand, "bytes"),
            Budget::Ratio(1.1),
        )?,
        both(
            &format!("cold open to first 50 threads, {messages} cached"),
            "open_wall_us",
            Budget::Ratio(1.2),
        )?,
        Row::time(
            "of this: client and account",
            ours.median("open_client_us")?,
        ),
        Row::time(
            "of this: database and first page",
            ours.median("open_first_page_us")?,
        ),
        both("the next page of 50 threads", "page_us", Budget::None)?,
        both("search, median of 1,000", "search_p50_us", Budget::None)?,
        both("search, p99 of 1,000", "search_p99_us", Budget::None)?,
        Row::count(
            "requests of a sync with nothing new",
            news.most("nothing_few_requests")?
                .max(news.most("nothing_many_requests")?),
            Budget::Exactly(1.0),
        ),
        itself(
            news,
            measured.many,
            "sync with nothing new",
            "nothing",
            Budget::None,
        )?,
        itself(
            news,
            measured.many,
            "sync of 10 new messages",
            "ten",
            Budget::Ratio(1.5),
        )?,
        Row::count(
            &format!("requests to compare {messages} messages in which nothing changed"),
            measured.compared.most("compared_requests")?,
            Budget::AtMost(25.0),
        ),
        Row::compared(
            "the same, CPU, beside a cold sync",
            time,
            (&measured.compared, "compared_cpu_us"),
            (&measured.compared, "cold_cpu_us"),
            Budget::Ratio(0.3),
        )?,
    ];
    for peer in &measured.peers {
        comparable(ours, &peer.series, &["messages"])?;
        rows.push(Row::compared(
            &format!(
                "cold sync of {messages} messages, CPU, beside {}",
                peer.name
            ),
            time,
            (ours, "sync_cpu_us"),
            (&peer.series, "sync_cpu_us"),
            Budget::Ratio(peer.share),
        )?);
    }
    rows.extend(memory(measured, extent)?);
    if let (Some(large), Some(grown)) = (extent.growth, &measured.grown) {
        let times = large / extent.messages;
        let large = thousands(large);
        let what = format!("cold sync of {large} messages, CPU, beside {messages}");
        let budget = Budget::Ratio(f64::from(times) * 1.1);
        let one = [ours.median("sync_cpu_us")?];
        rows.push(Row {
            what,
            ours: time(grown.median("sync_cpu_us")?),
            peer: time(one[0]),
            ratio: Some(ratio(&[grown.median("sync_cpu_us")?], &one)?),
            budget,
            count: None,
        });
        rows.push(Row::within(
            &format!("search, p99 of 1,000, {large} cached"),
            grown.median("search_p99_us")?,
            2_000.0,
        ));
        rows.push(Row::time(
            &format!("cold open to first 50 threads, {large} cached"),
            grown.median("open_wall_us")?,
        ));
    }
    rows.extend(auth(&measured.auth, &measured.auth_peers)?);
    rows.push(Row::compared(
        "opening a conversation and noting it, CPU, beside opening it",
        time,
        (&measured.opening, "opening_cpu_us"),
        (&measured.opening, "opening_again_cpu_us"),
        Budget::Ratio(1.05),
    )?);
    rows.push(unlock(&measured.unlock, &measured.argon2)?);
    for (language, series) in &measured.languages {
        let own = |what: &str, ours: &str, peer: &str, budget| {
            let what = format!("{language}: {what}");
            Row::compared(&what, time, (series, ours), (series, peer), budget)
        };
        rows.push(own("a call", "call_us", "bare_call_us", Budget::None)?);
        rows.push(own(
            "an async call that reads",
            "async_us",
            "bare_async_us",
            Budget::None,
        )?);
        rows.push(own(
            "a page of 50 threads",
            "page_us",
            "bare_page_us",
            Budget::Ratio(1.2),
        )?);
    }
    Ok(rows)
}

/// What a sync takes of memory, over the process before it; where the system says so.
fn memory(measured: &Measured, extent: Extent) -> Result<Vec<Row>, String> {
    const NAME: &str = "sync_memory";
    const MOST: f64 = 24.0 * 1024.0 * 1024.0;
    let (many, series) = match (extent.growth, &measured.grown) {
        (Some(large), Some(grown)) => (large, grown),
        _ => (extent.messages, &measured.ours),
    };
    if series.get(NAME).is_err() {
        return Ok(Vec::new());
    }
    Ok(vec![
        Row::size(
            &format!("memory of a cold sync of {}", thousands(many)),
            series.median(NAME)?,
            Budget::AtMost(MOST),
        ),
        Row::size(
            &format!("the same of {}", thousands(FEW)),
            measured.small.median(NAME)?,
            Budget::None,
        ),
    ])
}

fn itself(news: &Series, many: u32, what: &str, name: &str, budget: Budget) -> Result<Row, String> {
    let (ours, peer) = (format!("{name}_many_cpu_us"), format!("{name}_few_cpu_us"));
    let (many, few) = (thousands(many), thousands(FEW));
    let what = format!("{what}, CPU, {many} cached beside {few}");
    Row::compared(&what, time, (news, &ours), (news, &peer), budget)
}

/// Opening a lock with its PIN, beside what the PIN alone costs.
fn unlock(ours: &Series, peer: &Series) -> Result<Row, String> {
    comparable(ours, peer, &["kib", "passes"])?;
    Row::compared(
        "unlock, CPU, beside its Argon2id",
        time,
        (ours, "unlock_cpu_us"),
        (peer, "argon2_cpu_us"),
        Budget::Ratio(1.2),
    )
}

/// What signing in computes, beside the crates that others use for it.
fn auth(ours: &Series, peers: &Series) -> Result<Vec<Row>, String> {
    comparable(ours, peers, &["totp_code"])?;
    let row = |what: &str, name: &str, budget| {
        Row::compared(what, time, (ours, name), (peers, name), budget)
    };
    Ok(vec![
        row("PKCE, beside oauth2", "pkce_us", Budget::None)?,
        row(
            "DPoP proof, beside jsonwebtoken",
            "dpop_proof_us",
            Budget::Ratio(1.1),
        )?,
        row(
            "keys read, id_token verified, ES256, beside jsonwebtoken",
            "es256_us",
            Budget::Ratio(1.1),
        )?,
        row(
            "keys read, id_token verified, RS256, beside jsonwebtoken",
            "rs256_us",
            Budget::Ratio(1.1),
        )?,
        row(
            "otpauth read and TOTP code, beside totp-rs",
            "totp_us",
            Budget::None,
        )?,
    ])
}

/// Both sides must have done the same, or the comparison means nothing.
fn comparable(ours: &Series, hand: &Series, names: &[&str]) -> Result<(), String> {
    for name in names.iter().copied() {
        let (a, b) = (ours.get(name)?, hand.get(name)?);
        if a != b {
            return Err(format!("{name}: {a:?} by Pericard, {b:?} by hand"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(value: f64, noise: f64, budget: Budget) -> Row {
        Row {
            what: String::new(),
            ours: String::new(),
            peer: String::new(),
            ratio: Some(Ratio { value, noise }),
            budget,
            count: None,
        }
    }

    #[test]
    fn a_ratio_fails_only_beyond_its_noise() {
        let budget = Budget::Ratio(1.25);
        assert_eq!(row(1.2, 0.2, budget).verdict(), "ok");
        assert_eq!(row(1.3, 0.1, budget).verdict(), "within noise");
        assert_eq!(row(1.4, 0.1, budget).verdict(), "OVER");
        assert!(!row(9.0, 0.0, Budget::None).is_over());
    }

    #[test]
    fn a_count_is_exact() {
        assert!(!Row::count("requests", 1.0, Budget::Exactly(1.0)).is_over());
        assert!(Row::count("requests", 2.0, Budget::Exactly(1.0)).is_over());
        assert!(Row::count("requests", 0.0, Budget::Exactly(1.0)).is_over());
    }

    #[test]
    fn a_time_here_is_told_and_fails_nothing() {
        let slow = Row::within("search", 2_500.0, 2_000.0);
        assert_eq!((slow.verdict(), slow.is_over()), ("slow here", false));
        assert_eq!(Row::within("search", 1_500.0, 2_000.0).verdict(), "ok");
        assert!(Row::size("memory", 3e7, Budget::AtMost(2e7)).is_over());
    }

    #[test]
    fn times_are_shown_with_three_digits_or_so() {
        let shown = [1.234, 123.4, 1_234.0, 123_400.0, 1_234_000.0].map(time);
        assert_eq!(shown, ["1.23 µs", "123 µs", "1.23 ms", "123 ms", "1.23 s"]);
    }
}
