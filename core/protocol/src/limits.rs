//! Limits on everything that is accepted, with their reasons.
//!
//! A hostile or broken server must not exhaust a phone. The caller enforces the sizes while it reads; the parsers of
//! this crate enforce the rest.

use std::time::Duration;

/// Bytes of one FHIR answer after decompression. A page of 1,000 messages of 1.5 kB is about 3 MB;
/// attachments come separately.
pub const FHIR_BODY: usize = 32 * 1024 * 1024;

/// Bytes of one file of a record: a scanned report or a photo has one to twenty million, a study with pictures some two
/// hundred. It streams into sealed storage, so this bounds what a portal can fill a disk with.
pub const FILE: u64 = 250 * 1000 * 1000;

/// Bytes of one file that is sent. It is in memory while it goes out.
pub const OUTGOING_FILE: u64 = 20 * 1000 * 1000;

/// Bytes of one file that is sent within its message, where a portal takes no files by themselves.
pub const INLINE_FILE: u64 = 256 * 1024;

/// Files of one message that is sent.
pub const OUTGOING_FILES: usize = 10;

/// How long one exchange for a file may take. What has come by then is kept, and the next one goes on from there.
pub const FILE_EXCHANGE: Duration = Duration::from_secs(10 * 60);

/// Bytes of an answer of discovery, token, challenge and revocation endpoints, after decompression.
pub const OAUTH_BODY: usize = 256 * 1024;

/// Bytes of a CapabilityStatement. One that lists every resource type with all its parameters is
/// some megabytes.
pub const CAPABILITY_BODY: usize = 8 * 1024 * 1024;

/// Bytes of all header fields of one answer. Common servers accept 8 to 64 kB of them themselves.
pub const HEADERS: usize = 64 * 1024;

/// How long one exchange may take, retries included.
pub const EXCHANGE: Duration = Duration::from_secs(60);

/// How long the head of an answer may take: a slow search, not a server that never answers.
pub const HEAD: Duration = Duration::from_secs(30);

/// Bytes per second below which a body is given up, measured over at least [`SLOW_START`]. GPRS is twenty times faster.
pub const SLOWEST: u64 = 256;

/// Bytes per second that a body is expected to go out with at least: a file has so much longer until its answer. EDGE is
/// as fast.
pub const SLOWEST_UPLOAD: u64 = 16 * 1024;

/// How long a body may be slower than [`SLOWEST`].
pub const SLOW_START: Duration = Duration::from_secs(15);

/// How deeply JSON may nest: where serde_json's own limit lies, for what it reads.
pub const JSON_DEPTH: usize = 128;

/// Pages followed in one run. With pages of 100 this is a million messages; more is a loop.
pub const PAGES: usize = 10_000;

/// Entries of one page. Pages are asked for in hundreds; a server that ignores `_count` sends everything at
/// once, and 32 MB of the smallest messages are about this many. What is over it counts as not sent.
pub const ENTRIES: usize = 65_536;

/// Entries of one page that are no JSON and are kept apart. What is over it counts as not sent.
pub const CUT_ENTRIES: usize = 1024;

/// References of one kind in one record: recipients, parents, whatever else is named. A message to a
/// whole department names some hundred. A record with more cannot be judged and is unreadable.
pub const REFERENCES: usize = 1024;

/// Results of one report that are read. Each says itself whom it is about, so a report with more is read without them.
pub const RESULTS: usize = 4096;

/// Parts of one message. A record with more is unreadable.
pub const PARTS: usize = 1024;

/// Contained resources of one record. A record with more cannot be judged and is unreadable.
pub const CONTAINED: usize = 256;

/// Business identifiers of one record. A record with more is unreadable.
pub const IDENTIFIERS: usize = 64;

/// Notes of one message that are read where it has no other text; the rest is left out.
pub const NOTES: usize = 32;

/// Components of one observation, and reference ranges of one value. A record with more components is unreadable; of more
/// ranges the rest is left out.
pub const COMPONENTS: usize = 256;

/// Codings of one concept, and concepts of one list; the rest is left out.
pub const CODINGS: usize = 32;

/// Names of one person, and parts of one name; the rest is left out.
pub const NAMES: usize = 32;

/// Links of a page or of a patient; the rest is left out.
pub const LINKS: usize = 64;

/// Issues of one `OperationOutcome`; the rest is left out.
pub const ISSUES: usize = 64;

/// Outcomes of one page that are kept; the rest is left out.
pub const OUTCOMES: usize = 16;

/// Resource types in a CapabilityStatement, and parameters of one of them. R4 has 148 types.
pub const CAPABILITIES: usize = 512;

/// Strings in one list of an OAuth document, such as scopes. Servers with a scope per resource type and
/// action name some hundred.
pub const WORDS: usize = 1024;

/// How many bytes of memory the records of a page may take for each byte of the page, beside the page
/// itself. Messages as portals write them take less than two.
pub const RECORD_MEMORY: usize = 4;

/// Items of a list in a document of an authorization server that are read. The longest, of scopes, has some hundred.
pub const ITEMS: usize = 1024;

/// Bytes of one token. An access token has to fit into a header field.
pub const TOKEN: usize = 16 * 1024;

/// Features that a policy may name; the rest is left out.
pub const POLICY_FEATURES: usize = 64;
/// Languages of a policy's notice; the rest is left out.
pub const POLICY_LANGUAGES: usize = 64;
/// Characters of a policy's notice; the rest is left out.
pub const POLICY_NOTICE: usize = 1000;

/// Characters of an OAuth error code that are kept.
pub const ERROR_CODE: usize = 64;

/// Characters of a DPoP nonce. It goes into every proof, and so into every request's header.
pub const DPOP_NONCE: usize = 1024;

/// How many authentication context classes of a step-up are kept. Servers name a handful.
pub const ACR_VALUES: usize = 16;

/// Characters of one authentication context class. Some are URNs.
pub const ACR_VALUE: usize = 256;

/// Characters of a `client_id`. Some are addresses.
pub const CLIENT_ID: usize = 1024;

/// Keys of one issuer. Servers with keys for every algorithm and a rotation under way have a dozen.
pub const KEYS: usize = 64;

/// Characters of a `request_uri`. It goes into an address that a browser opens.
pub const REQUEST_URI: usize = 2048;

/// How long a pushed request is believed to live at least and at most; RFC 9126 §2.2 expects
/// seconds to minutes.
pub const PUSHED_LIFE: (Duration, Duration) =
    (Duration::from_secs(5), Duration::from_secs(10 * 60));

/// Life of a pushed request whose answer does not say.
pub const PUSHED_LIFE_UNSAID: Duration = Duration::from_secs(60);

/// How many new recovery codes are shown. Portals give eight to sixteen.
pub const RECOVERY_CODES: usize = 32;

/// Octets of one recovery code with its groups.
pub const RECOVERY_CODE: usize = 128;

/// The longest `max_age` that means anything. A year without proving who one is is no demand.
pub const MAX_AGE: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// Longest life of an access token that is believed. A portal that grants more is asked again after
/// a day.
pub const ACCESS_TOKEN_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// Life of an access token whose answer does not say (RFC 6749 §5.1 only recommends `expires_in`).
pub const ACCESS_TOKEN_LIFE_UNSAID: Duration = Duration::from_secs(5 * 60);

/// Longest wait that is honoured. A server that asks for more is asked again after a day.
pub const RETRY_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// Wait when a server says "too many" without saying how long.
pub const RETRY_AFTER_UNSAID: Duration = Duration::from_secs(60);

/// By how much the clocks of the two ends may differ when the times in an `id_token` are judged.
pub const CLOCK_TOLERANCE: Duration = Duration::from_secs(2 * 60);

/// Whether JSON nests no deeper than [`JSON_DEPTH`].
///
/// serde_json skips what it is not asked for without counting its depth, so parsers here ask first.
/// Only brackets outside strings count; whether the text is JSON at all is the parser's question.
pub fn depth_is_fine(json: &[u8]) -> bool {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    for &byte in json {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => {
                depth += 1;
                if depth > JSON_DEPTH {
                    return false;
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_brackets_outside_strings() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(depth_is_fine(nested(JSON_DEPTH).as_bytes()));
        assert!(!depth_is_fine(nested(JSON_DEPTH + 1).as_bytes()));
        let text = format!(r#"{{"a":"\"{}\\"}}"#, "[".repeat(1000));
        assert!(depth_is_fine(text.as_bytes()));
        let after_text = format!(r#"["\\",{}"#, "[".repeat(JSON_DEPTH));
        assert!(!depth_is_fine(after_text.as_bytes()));
    }
}
