//! QR codes (ISO/IEC 18004) that pass the secret of a second factor to an authenticator app on another device: as
//! modules to draw, as SVG, and as text for a terminal.
//!
//! Error correction is level M, because screens are clean and a smaller symbol is scanned faster. All forms but the
//! modules include the quiet zone of four modules that the standard requires.
//!
//! The content is secret: the modules are cleared when dropped and never printed. The caller clears the SVG and the text
//! and must not keep them.

use std::fmt;
use std::fmt::Write;

use qrcode::types::Color;
use qrcode::{EcLevel, QrCode as Symbol};
use zeroize::Zeroizing;

/// Modules of light around the symbol (§9.1).
const QUIET: usize = 4;

/// A square of dark and light modules.
#[derive(Clone)]
pub struct QrCode {
    side: usize,
    dark: Zeroizing<Vec<bool>>,
}

/// Why there is no symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QrError {
    /// More than fits into the largest symbol, 2,331 octets.
    #[error("the text is too long for a QR code")]
    TooLong,
}

impl QrCode {
    /// Encodes a text in the smallest symbol that holds it.
    pub fn encode(text: &str) -> Result<Self, QrError> {
        let symbol = Symbol::with_error_correction_level(text.as_bytes(), EcLevel::M)
            .map_err(|_| QrError::TooLong)?;
        let side = symbol.width();
        let dark = symbol.into_colors().into_iter();
        Ok(Self {
            side,
            dark: Zeroizing::new(dark.map(|color| color == Color::Dark).collect()),
        })
    }

    /// Modules per side, 21 to 177, without the quiet zone.
    pub fn side(&self) -> usize {
        self.side
    }

    /// Whether a module is dark; counted from the upper left corner. What lies outside is light.
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        x < self.side && y < self.side && self.dark.get(y * self.side + x).is_some_and(|dark| *dark)
    }

    /// A picture of any size: black on white, one unit per module, with its quiet zone.
    pub fn svg(&self) -> String {
        let side = self.side + 2 * QUIET;
        // Enough for every other module, so that growing leaves no copies behind.
        let mut svg = String::with_capacity(256 + 11 * self.side * self.side);
        // Writing to a text cannot fail.
        let _ = write!(
            svg,
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#000" d=""##
        );
        for y in 0..self.side {
            let mut x = 0;
            while x < self.side {
                let run = (x..self.side).take_while(|x| self.is_dark(*x, y)).count();
                if run > 0 {
                    let _ = write!(svg, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
                }
                x += run + 1;
            }
        }
        svg.push_str(r#""/></svg>"#);
        svg
    }

    /// Lines for a terminal with light text on a dark background, each character two modules high, with
    /// the quiet zone. Light modules are drawn and dark ones left out.
    pub fn terminal(&self) -> String {
        let side = self.side + 2 * QUIET;
        let lines = side.div_ceil(2);
        let mut text = String::with_capacity(lines * (side * '█'.len_utf8() + 1));
        let light = |x: usize, y: usize| {
            let module = x.checked_sub(QUIET).zip(y.checked_sub(QUIET));
            y < side && module.is_none_or(|(x, y)| !self.is_dark(x, y))
        };
        for line in 0..lines {
            for x in 0..side {
                text.push(match (light(x, 2 * line), light(x, 2 * line + 1)) {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (false, false) => ' ',
                });
            }
            text.push('\n');
        }
        text
    }
}

impl fmt::Debug for QrCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("QrCode(..)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use rqrr::PreparedImage;

    const URI: &str = "otpauth://totp/Portal%20Wien:ana?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Portal%20Wien&algorithm=SHA1&digits=6&period=30";

    /// Reads a picture with another library than the one that wrote it.
    fn scan(side: usize, is_light: impl Fn(usize, usize) -> bool) -> Option<String> {
        const PIXELS: usize = 4;
        let mut image =
            PreparedImage::prepare_from_greyscale(side * PIXELS, side * PIXELS, |x, y| {
                if is_light(x / PIXELS, y / PIXELS) {
                    255
                } else {
                    0
                }
            });
        let grids = image.detect_grids();
        grids.first()?.decode().ok().map(|(_, text)| text)
    }

    fn scan_modules(code: &QrCode) -> Option<String> {
        scan(code.side() + 2 * QUIET, |x, y| {
            let module = x.checked_sub(QUIET).zip(y.checked_sub(QUIET));
            module.is_none_or(|(x, y)| !code.is_dark(x, y))
        })
    }

    #[test]
    fn another_library_reads_the_modules() {
        let code = QrCode::encode(URI).unwrap();
        assert_eq!(scan_modules(&code).as_deref(), Some(URI));
        assert_eq!(format!("{code:?}"), "QrCode(..)");
        assert!(code.is_dark(0, 0) && code.is_dark(6, 6) && !code.is_dark(7, 7));
        assert!(!code.is_dark(code.side(), 0) && !code.is_dark(usize::MAX, usize::MAX));
    }

    #[test]
    fn another_library_reads_the_picture() {
        let code = QrCode::encode(URI).unwrap();
        let svg = code.svg();
        let side = code.side() + 8;
        assert!(svg.starts_with(&format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">"#
        )));
        let (_, path) = svg.split_once("fill=\"#000\" d=\"").unwrap();
        let (path, end) = path.split_once('"').unwrap();
        assert_eq!(end, "/></svg>");
        let mut dark = std::collections::HashSet::new();
        for run in path.split('M').skip(1) {
            let (x, rest) = run.split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let (length, rest) = rest.split_once("v1h-").unwrap();
            assert_eq!(rest, format!("{length}z"));
            let [x, y, length] = [x, y, length].map(|number| number.parse::<usize>().unwrap());
            dark.extend((x..x + length).map(|x| (x, y)));
        }
        let text = scan(side, |x, y| !dark.contains(&(x, y)));
        assert_eq!(text.as_deref(), Some(URI));
    }

    #[test]
    fn another_library_reads_the_terminal() {
        let code = QrCode::encode(URI).unwrap();
        let text = code.terminal();
        let lines: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
        let side = code.side() + 8;
        assert!(lines.iter().all(|line| line.len() == side));
        assert_eq!(lines.len(), side.div_ceil(2));
        // The background is dark, the text light.
        let light = |x: usize, y: usize| match lines[y / 2][x] {
            '█' => true,
            '▀' => y.is_multiple_of(2),
            '▄' => !y.is_multiple_of(2),
            _ => false,
        };
        assert_eq!(scan(side, light).as_deref(), Some(URI));
    }

    #[test]
    fn the_terminal_form_of_a_small_symbol() {
        insta::assert_snapshot!(QrCode::encode("pericard").unwrap().terminal());
    }

    #[test]
    fn a_text_that_does_not_fit_is_refused() {
        assert_eq!(QrCode::encode(&"x".repeat(2331)).unwrap().side(), 177);
        assert_eq!(
            QrCode::encode(&"x".repeat(2332)).unwrap_err(),
            QrError::TooLong
        );
        assert_eq!(QrCode::encode("").unwrap().side(), 21);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn what_is_encoded_is_read_again(text in "otpauth://totp/[a-z%0-9:]{1,40}\\?secret=[A-Z2-7]{16,80}(&digits=[678])?") {
            prop_assert_eq!(scan_modules(&QrCode::encode(&text).unwrap()), Some(text));
        }

        #[test]
        fn no_text_makes_it_fail_loudly(text in ".{0,300}") {
            let code = QrCode::encode(&text).unwrap();
            let _ = (code.svg(), code.terminal());
        }
    }
}
