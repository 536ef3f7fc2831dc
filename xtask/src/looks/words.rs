//! The words as Kotlin: an interface, and an object for each language.

use super::Files;
use super::kotlin::{escaped, head, name, path};
use super::strings::{LANGUAGES, Strings, Text, Word, is_number};

const FROM: &str = "design/strings.json";

fn object(language: &str) -> &'static str {
    match language {
        "en" => "English",
        "fr" => "French",
        _ => "Arabic",
    }
}

pub(super) fn files(strings: &Strings) -> Files {
    let mut files = Files::new();
    files.insert(path("words", "Words.kt"), interface(strings));
    for (language, _) in LANGUAGES {
        let file = format!("{}.kt", object(language));
        files.insert(path("words", &file), one(strings, language));
    }
    files
}

fn interface(strings: &Strings) -> String {
    let mut text = head("words", FROM);
    text.push_str("\n/** Every word of the app in one language; [Language.words] chooses. */\n");
    text.push_str("interface Words {\n    val language: Language\n");
    for (key, word) in &strings.0 {
        text.push_str(&format!("    {}: String\n", signature(key, word)));
    }
    text.push_str("}\n");
    text
}

fn one(strings: &Strings, language: &str) -> String {
    let object = object(language);
    let mut text = head("words", FROM);
    text.push_str(&format!(
        "\ninternal object {object} : Words {{\n    override val language = Language.{object}\n"
    ));
    for (key, word) in &strings.0 {
        let signature = signature(key, word);
        match word.text(language) {
            Text::One(value) => {
                text.push_str(&format!("    override {signature} = {}\n", literal(&value)));
            }
            Text::Plural(forms) => {
                text.push_str(&format!(
                    "    override {signature} = when (language.plural(n)) {{\n"
                ));
                for (form, value) in forms.iter().filter(|(form, _)| form.as_str() != "other") {
                    let form = super::kotlin::capital(form);
                    text.push_str(&format!("        Plural.{form} -> {}\n", literal(value)));
                }
                let other = forms.get("other").map_or("", String::as_str);
                text.push_str(&format!("        else -> {}\n    }}\n", literal(other)));
            }
        }
    }
    text.push_str("}\n");
    text
}

fn signature(key: &str, word: &Word) -> String {
    let names = word.parameters();
    if names.is_empty() {
        return format!("val {}", name(key));
    }
    let parameters: Vec<String> = names
        .iter()
        .map(|name| format!("{name}: {}", if is_number(name) { "Int" } else { "String" }))
        .collect();
    format!("fun {}({})", name(key), parameters.join(", "))
}

/// A literal whose placeholders are Kotlin templates; text from outside keeps its own direction.
fn literal(value: &str) -> String {
    let mut text = String::from("\"");
    for (at, part) in value.split('{').enumerate() {
        let rest = match (at, part.split_once('}')) {
            (1.., Some((name, rest))) => {
                let how = if is_number(name) { "number" } else { "isolate" };
                text.push_str(&format!("${{language.{how}({name})}}"));
                rest
            }
            _ => part,
        };
        text.push_str(&escaped(rest));
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_become_templates() {
        assert_eq!(
            literal("{n} of \"{c}\""),
            r#""${language.number(n)} of \"${language.isolate(c)}\"""#
        );
    }
}
