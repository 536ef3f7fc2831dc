//! The looks: `design/tokens.json`.

use serde_json::{Map, Value};

/// The four appearances of a colour, in the order of the generated code.
pub(super) const APPEARANCES: [(&str, &str); 4] = [
    ("light", "Light"),
    ("dark", "Dark"),
    ("lightHigh", "LightHigh"),
    ("darkHigh", "DarkHigh"),
];

/// `tokens.json` as it is.
pub(super) struct Tokens(Value);

/// A colour of 8 bits a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rgba {
    pub(super) r: u8,
    pub(super) g: u8,
    pub(super) b: u8,
    pub(super) a: u8,
}

impl Rgba {
    /// Reads `#RRGGBB` or `#RRGGBBAA`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let hex = text.strip_prefix('#')?;
        let byte = |at: usize| {
            hex.get(at..at + 2)
                .and_then(|two| u8::from_str_radix(two, 16).ok())
        };
        let a = if hex.len() == 8 { byte(6)? } else { 255 };
        Some(Self {
            r: byte(0)?,
            g: byte(2)?,
            b: byte(4)?,
            a,
        })
    }

    /// `AARRGGBB`, as Android and Compose write colours.
    pub(super) fn argb(self) -> String {
        format!("{:02X}{:02X}{:02X}{:02X}", self.a, self.r, self.g, self.b)
    }
}

impl Tokens {
    pub(super) fn read(json: &str) -> Result<Self, String> {
        let tokens: Value = serde_json::from_str(json).map_err(|e| format!("tokens.json: {e}"))?;
        let tokens = Self(tokens);
        for (name, value) in tokens.colors() {
            for (appearance, _) in APPEARANCES {
                let text = value[appearance].as_str().unwrap_or_default();
                Rgba::read(text)
                    .ok_or_else(|| format!("tokens.json: {name} has no colour for {appearance}"))?;
            }
        }
        Ok(tokens)
    }

    fn section(&self, name: &str) -> Map<String, Value> {
        self.0[name].as_object().cloned().unwrap_or_default()
    }

    /// All colours, the scrim behind sheets among them.
    pub(super) fn colors(&self) -> Map<String, Value> {
        let mut colors = self.section("color");
        colors.insert("scrim".to_owned(), self.0["scrim"].clone());
        colors
    }

    pub(super) fn color(&self, name: &str, appearance: &str) -> Option<Rgba> {
        Rgba::read(self.colors().get(name)?.get(appearance)?.as_str()?)
    }

    /// The entries of a section that are values, without its notes.
    pub(super) fn numbers(&self, section: &str) -> Vec<(String, f64)> {
        self.section(section)
            .into_iter()
            .filter_map(|(name, value)| value.as_f64().map(|number| (name, number)))
            .collect()
    }

    /// The entries of a section that are objects.
    pub(super) fn objects(&self, section: &str) -> Vec<(String, Value)> {
        self.section(section)
            .into_iter()
            .filter(|(_, value)| value.is_object())
            .collect()
    }

    pub(super) fn icons(&self) -> Map<String, Value> {
        self.0["icons"]["list"]
            .as_object()
            .cloned()
            .unwrap_or_default()
    }

    /// Pairs of colours that are read on each other: foreground, backgrounds, least ratio.
    pub(super) fn pairs(&self) -> Vec<(String, Vec<String>, f64)> {
        let list = self.0["pairs"]["list"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        list.iter()
            .map(|pair| {
                let under = pair[1].as_array().map(|all| all.iter().map(text).collect());
                (
                    text(&pair[0]),
                    under.unwrap_or_default(),
                    pair[2].as_f64().unwrap_or_default(),
                )
            })
            .collect()
    }
}
