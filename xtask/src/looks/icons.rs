//! The icons as Compose vectors, from the outlines in `design/icons`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::Files;
use super::kotlin::{capital, head, name, path};
use super::tokens::Tokens;

/// Filled forms, for the selected tab and for marks inside a line of text, and whether they turn with the direction.
const FILLED: [(&str, &str, bool); 6] = [
    ("messagesFilled", "mail-fill", false),
    ("youFilled", "account_circle-fill", false),
    ("failedFilled", "error-fill", false),
    ("clearFilled", "cancel-fill", false),
    ("sendFilled", "send-fill", true),
    ("checkFilled", "check_circle-fill", false),
];

pub(super) fn files(tokens: &Tokens, folder: &Path) -> Result<Files, String> {
    let mut wanted: BTreeMap<String, (String, bool)> = BTreeMap::new();
    for (icon, value) in tokens.icons() {
        let material = value["material"].as_str().unwrap_or_default().to_owned();
        wanted.insert(
            icon,
            (material, value["flip"].as_bool().unwrap_or_default()),
        );
    }
    for (icon, material, flip) in FILLED {
        wanted.insert(icon.to_owned(), (material.to_owned(), flip));
    }
    let mut text = head(
        "icons",
        "design/icons (Material Symbols, Apache License 2.0)",
    );
    text.push_str(
        "\nimport androidx.compose.ui.graphics.vector.ImageVector\n\n/** Drawn when first used. */\nobject Icons {\n",
    );
    for (icon, (material, flip)) in wanted {
        let svg = folder.join(format!("{material}.svg"));
        let svg = fs::read_to_string(&svg).map_err(|e| format!("{}: {e}", svg.display()))?;
        let outline = outline(&svg).ok_or_else(|| format!("{material}.svg is not one path"))?;
        let property = name(&icon);
        let _ = writeln!(
            text,
            "    val {property}: ImageVector by lazy {{\n        outline(\"{}\", {flip}, \"{outline}\")\n    }}\n",
            capital(&property),
        );
    }
    text.truncate(text.trim_end().len());
    text.push_str("\n}\n");
    Ok(Files::from([(path("icons", "Icons.kt"), text)]))
}

fn outline(svg: &str) -> Option<&str> {
    if svg.matches("<path").count() != 1 {
        return None;
    }
    svg.split_once(" d=\"")?
        .1
        .split_once('"')
        .map(|(path, _)| path)
}
