//! Comments, with each name as its language spells it.
//!
//! In Rust's comments a code span names things in a neutral way: `Account.start_sync`, `InUse`, `limit`. Here they become
//! links of the language where they name something of the API, and stay code spans where they do not.

use crate::api::{Api, Field, Method, Type, Variant};
use crate::exceptions;

/// What a code span names.
#[derive(Debug)]
pub(crate) enum Target<'a> {
    /// A type.
    Type(&'a str),
    /// A method of a type, or what stands in its place.
    Method(&'a str, &'a Method),
    /// A member that a hand writes in each language.
    ByHand(&'a str, &'a str),
    /// A field of a record.
    Field(&'a str, &'a str),
    /// A variant of an enum.
    Variant(&'a str, &'a Variant),
    /// An argument of the method that the comment belongs to.
    Argument(&'a str),
}

/// How a language writes a link.
pub(crate) trait Links {
    /// The link, in place of the code span.
    fn link(&self, target: &Target<'_>) -> String;

    /// A field or an argument, as the language spells it.
    fn spell(&self, name: &str) -> String;
}

/// Where a comment stands.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Place<'a> {
    /// The type, if it belongs to one.
    pub(crate) of: Option<&'a str>,
    /// The arguments, if it belongs to a method.
    pub(crate) arguments: &'a [Field],
}

/// `text` with every code span that names something turned into a link, its lines as long as they may be.
pub(crate) fn localized(api: &Api, text: &str, place: Place<'_>, links: &impl Links) -> String {
    let paragraphs = text.split("\n\n").map(|paragraph| {
        let linked = linked(api, paragraph, place, links);
        let is_plain = !linked
            .lines()
            .any(|line| line.starts_with(['-', '*', '#', '|', ' ', '>']));
        if is_plain { wrapped(&linked) } else { linked }
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// How long a line of a comment may be.
const WIDTH: usize = 108;

fn wrapped(paragraph: &str) -> String {
    let mut lines = vec![String::new()];
    for word in paragraph.split_whitespace() {
        let line = lines.last_mut().map_or(0, |line| line.chars().count());
        if line > 0 && line + 1 + word.chars().count() > WIDTH {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n")
}

fn linked(api: &Api, text: &str, place: Place<'_>, links: &impl Links) -> String {
    let mut out = String::with_capacity(text.len());
    // Where it is told how something fails, a name alone is that of an error: `Portal` is both.
    let fails = text.contains("ails ") || text.contains("ailing");
    // What is told in brackets after an error belongs to it.
    let mut failure = None;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('`') {
        out.push_str(before);
        let Some((span, after)) = after.split_once('`') else {
            out.push('`');
            rest = after;
            break;
        };
        let reason = failure.and_then(|failure| reason(api, failure, span));
        match reason.or_else(|| find(api, span, place, fails)) {
            Some(target) => {
                if let Target::Variant("PericardError", variant) = target {
                    failure = Some(variant);
                }
                out.push_str(&links.link(&target));
            }
            None => {
                out.push('`');
                out.push_str(&spelled(api, span, links));
                out.push('`');
            }
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// A name that is no link: a field or an argument of something else is spelled as the language does.
fn spelled(api: &Api, span: &str, links: &impl Links) -> String {
    let mut fields = (api.records.iter().flat_map(|it| &it.fields)).chain(
        api.objects
            .iter()
            .flat_map(|it| &it.methods)
            .flat_map(|it| &it.arguments),
    );
    if fields.any(|field| field.name == span) {
        links.spell(span)
    } else {
        span.to_owned()
    }
}

fn find<'a>(api: &'a Api, span: &'a str, place: Place<'a>, fails: bool) -> Option<Target<'a>> {
    if let Some((of, member)) = span.split_once("::").or_else(|| span.split_once('.')) {
        return self::member(api, of, member);
    }
    if let Some(argument) = place.arguments.iter().find(|it| it.name == span) {
        return Some(Target::Argument(&argument.name));
    }
    if let Some(target) = place.of.and_then(|of| member(api, of, span)) {
        return Some(target);
    }
    if span.contains('_') {
        let mut objects = api
            .objects
            .iter()
            .filter_map(|it| member(api, &it.name, span));
        let found = objects.next()?;
        return objects.next().is_none().then_some(found);
    }
    if span.starts_with(char::is_uppercase) {
        let of_error = || error(api, span);
        let type_or_error = if fails {
            of_error().or_else(|| named(api, span))
        } else {
            named(api, span).or_else(of_error)
        };
        return type_or_error.or_else(|| variant(api, span));
    }
    None
}

/// The type of this name, if there is one that an app sees.
fn named<'a>(api: &'a Api, name: &str) -> Option<Target<'a>> {
    let names = (api.objects.iter().map(|it| &it.name))
        .chain(api.records.iter().map(|it| &it.name))
        .chain(api.enums.iter().map(|it| &it.name))
        .chain(api.traits.iter().map(|it| &it.name))
        .chain(api.ids.iter().map(|it| &it.name));
    names
        .filter(|it| !exceptions::is_hidden(it))
        .find(|it| *it == name)
        .map(|it| Target::Type(it))
}

/// A variant of the error that methods fail with.
fn error<'a>(api: &'a Api, name: &str) -> Option<Target<'a>> {
    let one = api
        .enums
        .iter()
        .find(|one| one.is_error && one.name == "PericardError")?;
    let variant = one.variants.iter().find(|it| it.name == name)?;
    Some(Target::Variant(&one.name, variant))
}

/// A variant of an enum that this failure carries.
fn reason<'a>(api: &'a Api, failure: &Variant, name: &str) -> Option<Target<'a>> {
    let carried = failure.fields.iter().filter_map(|field| match &field.of {
        Type::Enum(of) => api.enums.iter().find(|one| one.name == *of),
        _ => None,
    });
    carried
        .filter_map(|one| Some((one, one.variants.iter().find(|it| it.name == name)?)))
        .map(|(one, variant)| Target::Variant(&one.name, variant))
        .next()
}

/// A variant that is named alone, of the only enum that has it.
fn variant<'a>(api: &'a Api, name: &str) -> Option<Target<'a>> {
    let mut found = (api.enums.iter())
        .filter_map(|one| Some((one, one.variants.iter().find(|it| it.name == name)?)));
    let (one, variant) = found.next()?;
    found
        .next()
        .is_none()
        .then_some(Target::Variant(&one.name, variant))
}

fn member<'a>(api: &'a Api, of: &str, member: &'a str) -> Option<Target<'a>> {
    if let Some(object) = api.objects.iter().find(|it| it.name == of) {
        let found = (object.constructors.iter().chain(&object.methods))
            .find(|method| method.name == member)?;
        return Some(match exceptions::by_hand(of, member) {
            Some(instead) => Target::ByHand(&object.name, instead),
            None => Target::Method(&object.name, found),
        });
    }
    if let Some(foreign) = api.traits.iter().find(|it| it.name == of) {
        let found = foreign.methods.iter().find(|it| it.name == member)?;
        return Some(Target::Method(&foreign.name, found));
    }
    if let Some(record) = api.records.iter().find(|it| it.name == of) {
        let found = record.fields.iter().find(|it| it.name == member)?;
        return Some(Target::Field(&record.name, &found.name));
    }
    let one = api.enums.iter().find(|it| it.name == of)?;
    let found = one.variants.iter().find(|it| it.name == member)?;
    Some(Target::Variant(&one.name, found))
}

/// The first sentence of a comment, as plain text.
pub(crate) fn first_sentence(text: &str) -> String {
    let line = text.replace('\n', " ").replace('`', "");
    let end = line
        .match_indices(['.', ';', ':'])
        .find(|(at, _)| line[at + 1..].is_empty() || line[at + 1..].starts_with(' '));
    let sentence = end.map_or(line.as_str(), |(at, _)| &line[..at]);
    sentence.trim().to_owned()
}
