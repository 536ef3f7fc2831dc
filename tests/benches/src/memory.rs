//! Memory of this process, as Linux counts it; elsewhere nothing is said.

use std::fs;

/// The pages that are held now, in bytes.
pub fn held() -> Option<u64> {
    counted("VmRSS:")
}

/// The most that was held since [`forget_peak`], in bytes.
pub fn peak() -> Option<u64> {
    counted("VmHWM:")
}

/// The peak begins anew (proc(5), `clear_refs`).
pub fn forget_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

fn counted(name: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    of(&status, name)
}

fn of(status: &str, name: &str) -> Option<u64> {
    let rest = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = rest.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn the_count_is_read_in_bytes() {
        let status = "Name:\tbench\nVmHWM:\t   2048 kB\nVmRSS:\t    1024 kB\n";
        assert_eq!(of(status, "VmRSS:"), Some(1 << 20));
        assert_eq!(of(status, "VmHWM:"), Some(2 << 20));
        assert_eq!(of(status, "VmSwap:"), None);
    }
}
