//! The looks as Kotlin: palette, type scale, sizes, motion.

use std::fmt::Write;

use super::Files;
use super::kotlin::{capital, head, number, path};
use super::tokens::{APPEARANCES, Tokens};

const FROM: &str = "design/tokens.json";

pub(super) fn files(tokens: &Tokens) -> Files {
    Files::from([
        (path("theme", "Palette.kt"), palette(tokens)),
        (path("theme", "TypeScale.kt"), scale(tokens)),
        (path("theme", "Sizes.kt"), sizes(tokens)),
    ])
}

fn palette(tokens: &Tokens) -> String {
    let mut text = head("theme", FROM);
    text.push_str(
        "\nimport androidx.compose.runtime.Immutable\nimport androidx.compose.ui.graphics.Color\n",
    );
    text.push_str("\n/** The colours by their roles. */\n@Immutable\ndata class Palette(\n");
    let colors = tokens.colors();
    for (name, value) in &colors {
        let usage = value["use"].as_str().unwrap_or("behind sheets and dialogs");
        let _ = writeln!(text, "    /** {usage} */\n    val {name}: Color,");
    }
    text.push_str(") {\n    companion object {\n");
    for (appearance, object) in APPEARANCES {
        let _ = writeln!(text, "        val {object} = Palette(");
        for name in colors.keys() {
            if let Some(color) = tokens.color(name, appearance) {
                let _ = writeln!(text, "            {name} = Color(0x{}),", color.argb());
            }
        }
        text.push_str("        )\n\n");
    }
    text.truncate(text.trim_end().len());
    text.push_str("\n    }\n}\n");
    text
}

fn scale(tokens: &Tokens) -> String {
    let mut text = head("theme", FROM);
    text.push_str(
        "\nimport androidx.compose.runtime.Immutable\n\n/** A style in sp: size, height of a line, weight, and how far it grows with the person's text size. */\n\
         @Immutable\ndata class Scaled(val size: Float, val line: Float, val weight: Int, val most: Float)\n\nobject TypeScale {\n",
    );
    for (name, value) in tokens
        .objects("type")
        .iter()
        .filter(|(_, value)| value["android"].is_object())
    {
        let of = |field: &str| number(value["android"][field].as_f64().unwrap_or_default());
        let most = number(value["scale"].as_f64().unwrap_or(2.0));
        let _ = writeln!(
            text,
            "    /** {} */\n    val {name} = Scaled({}f, {}f, {}, {most}f)",
            value["use"].as_str().unwrap_or_default(),
            of("size"),
            of("line"),
            of("weight"),
        );
    }
    text.push_str("}\n");
    text
}

fn sizes(tokens: &Tokens) -> String {
    let mut text = head("theme", FROM);
    text.push_str("\nimport androidx.compose.animation.core.CubicBezierEasing\nimport androidx.compose.ui.unit.dp\n");
    for (section, object) in [
        ("space", "Space"),
        ("touch", "Touch"),
        ("radius", "Radius"),
        ("stroke", "Stroke"),
    ] {
        let _ = writeln!(text, "\nobject {object} {{");
        for (name, value) in tokens.numbers(section) {
            let _ = writeln!(text, "    val {name} = {}.dp", number(value));
        }
        text.push_str("}\n");
    }
    text.push_str("\n/** Heights over the ground; in dark, height is a lighter surface. */\nobject Elevation {\n");
    for (name, value) in tokens.objects("elevation") {
        let _ = writeln!(
            text,
            "    val {name} = {}.dp",
            number(value["dp"].as_f64().unwrap_or_default())
        );
    }
    text.push_str("}\n\n/** Times in milliseconds, with their curves. */\nobject Motion {\n");
    for (name, value) in tokens.objects("motion") {
        let _ = writeln!(
            text,
            "    const val {name} = {}",
            number(value["ms"].as_f64().unwrap_or_default())
        );
        if let Some(curve) = value["curve"].as_str() {
            let points: Vec<String> = curve.split(' ').map(|point| format!("{point}f")).collect();
            let _ = writeln!(
                text,
                "    val curve{} = CubicBezierEasing({})",
                capital(&name),
                points.join(", ")
            );
        }
    }
    text.push_str("}\n");
    text
}
