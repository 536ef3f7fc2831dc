//! Apple's resources: a String Catalog and an asset catalogue of colours.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::Files;
use super::strings::{LANGUAGES, Strings, Text, Word, is_number};
use super::tokens::{Rgba, Tokens};

pub(super) fn files(strings: &Strings, tokens: &Tokens) -> Files {
    let mut files = Files::new();
    files.insert(
        generated("Localizable.xcstrings"),
        pretty(&catalogue(strings)),
    );
    let info = json!({ "author": "xcode", "version": 1 });
    files.insert(
        generated("Colors.xcassets/Contents.json"),
        pretty(&json!({ "info": info })),
    );
    for name in tokens.colors().keys() {
        let path = format!("Colors.xcassets/{name}.colorset/Contents.json");
        files.insert(
            generated(&path),
            pretty(&json!({ "colors": appearances(tokens, name), "info": info })),
        );
    }
    files
}

fn generated(name: &str) -> PathBuf {
    PathBuf::from("ios/Generated").join(name)
}

fn pretty(value: &Value) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

fn catalogue(strings: &Strings) -> Value {
    let mut all = serde_json::Map::new();
    for (key, word) in &strings.0 {
        let mut languages = serde_json::Map::new();
        for (language, _) in LANGUAGES {
            languages.insert(
                language.to_owned(),
                localization(&word.text(language), word),
            );
        }
        let entry = json!({ "extractionState": "manual", "localizations": languages });
        all.insert(key.clone(), entry);
    }
    json!({ "sourceLanguage": "en", "strings": all, "version": "1.0" })
}

fn localization(text: &Text, word: &Word) -> Value {
    let unit = |value: &str| json!({ "stringUnit": { "state": "translated", "value": numbered(value, word) } });
    match text {
        Text::One(value) => unit(value),
        Text::Plural(forms) => {
            let forms: serde_json::Map<String, Value> = forms
                .iter()
                .map(|(form, value)| (form.clone(), unit(value)))
                .collect();
            json!({ "variations": { "plural": forms } })
        }
    }
}

fn numbered(value: &str, word: &Word) -> String {
    let mut text = value.replace('%', "%%");
    for (at, name) in word.parameters().iter().enumerate() {
        let kind = if is_number(name) { "lld" } else { "@" };
        text = text.replace(&format!("{{{name}}}"), &format!("%{}${kind}", at + 1));
    }
    text
}

fn appearances(tokens: &Tokens, name: &str) -> Value {
    let dark = json!({ "appearance": "luminosity", "value": "dark" });
    let high = json!({ "appearance": "contrast", "value": "high" });
    let four = [
        ("light", vec![]),
        ("dark", vec![dark.clone()]),
        ("lightHigh", vec![high.clone()]),
        ("darkHigh", vec![dark, high]),
    ];
    let all = four.into_iter().filter_map(|(appearance, when)| {
        let color = components(tokens.color(name, appearance)?);
        Some(if when.is_empty() {
            json!({ "color": color, "idiom": "universal" })
        } else {
            json!({ "appearances": when, "color": color, "idiom": "universal" })
        })
    });
    Value::Array(all.collect())
}

fn components(color: Rgba) -> Value {
    let hex = |channel: u8| format!("0x{channel:02X}");
    let alpha = format!("{:.3}", f64::from(color.a) / 255.0);
    json!({
        "color-space": "srgb",
        "components": { "red": hex(color.r), "green": hex(color.g), "blue": hex(color.b), "alpha": alpha },
    })
}
