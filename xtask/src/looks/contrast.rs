//! Contrast of the colours that are read on each other (WCAG 2.2, 1.4.3, 1.4.6 and 1.4.11).

use super::tokens::{APPEARANCES, Rgba, Tokens};

/// Pairs below their least ratio, a line each. In high contrast text needs 7, parts 4.5.
pub(super) fn faults(tokens: &Tokens) -> Vec<String> {
    let mut faults = Vec::new();
    for (over, unders, least) in tokens.pairs() {
        for under in unders {
            for (appearance, _) in APPEARANCES {
                let least = match (appearance.ends_with("High"), least > 3.0) {
                    (false, _) => least,
                    (true, true) => 7.0,
                    (true, false) => 4.5,
                };
                let colors = (
                    tokens.color(&over, appearance),
                    tokens.color(&under, appearance),
                );
                match colors {
                    (Some(over_color), Some(under_color)) => {
                        let ratio = ratio(over_color, under_color);
                        if ratio < least {
                            faults.push(format!(
                                "{over} on {under}, {appearance}: {ratio:.2}, least {least}"
                            ));
                        }
                    }
                    _ => faults.push(format!("{over} on {under}: no such colour")),
                }
            }
        }
    }
    faults
}

fn ratio(one: Rgba, other: Rgba) -> f64 {
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(color: Rgba) -> f64 {
    let linear = |channel: u8| {
        let c = f64::from(channel) / 255.0;
        if c <= 0.040_45 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126f64.mul_add(
        linear(color.r),
        0.7152f64.mul_add(linear(color.g), 0.0722 * linear(color.b)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_on_white_is_21() {
        let black = Rgba {
            r: 0,
            g: 0,
            b: 0,
            a: 255,
        };
        let white = Rgba {
            r: 255,
            g: 255,
            b: 255,
            a: 255,
        };
        assert!((ratio(black, white) - 21.0).abs() < 0.001);
    }
}
