//! A page of a search, read in one go and borrowing from the answer: the members that Pericard reads.

use std::borrow::Cow;

use serde::Deserialize;

/// A text that borrows where it holds no escapes, inside options and lists too.
#[derive(Deserialize)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

#[derive(Deserialize)]
pub(crate) struct Page<'a> {
    #[serde(borrow, default)]
    link: Vec<Link<'a>>,
    #[serde(borrow, default)]
    pub(crate) entry: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct Link<'a> {
    #[serde(borrow)]
    relation: Text<'a>,
    #[serde(borrow)]
    url: Text<'a>,
}

#[derive(Deserialize)]
pub(crate) struct Entry<'a> {
    #[serde(borrow)]
    pub(crate) resource: Resource<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code)] // parsed because Pericard parses them
pub(crate) struct Resource<'a> {
    #[serde(borrow)]
    pub(crate) resource_type: Text<'a>,
    #[serde(borrow)]
    pub(crate) id: Text<'a>,
    #[serde(borrow)]
    pub(crate) meta: Meta<'a>,
    #[serde(borrow)]
    pub(crate) status: Text<'a>,
    #[serde(borrow)]
    pub(crate) subject: Option<Reference<'a>>,
    #[serde(borrow)]
    pub(crate) sender: Option<Reference<'a>>,
    #[serde(borrow, default)]
    pub(crate) recipient: Vec<Reference<'a>>,
    #[serde(borrow, default)]
    pub(crate) part_of: Vec<Reference<'a>>,
    #[serde(borrow, default)]
    pub(crate) in_response_to: Vec<Reference<'a>>,
    #[serde(borrow)]
    pub(crate) topic: Option<Concept<'a>>,
    #[serde(borrow, default)]
    pub(crate) category: Vec<Concept<'a>>,
    #[serde(borrow)]
    pub(crate) sent: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) received: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) payload: Vec<Payload<'a>>,
    #[serde(borrow, default)]
    pub(crate) identifier: Vec<Identifier<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Meta<'a> {
    #[serde(borrow)]
    pub(crate) version_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) last_updated: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
pub(crate) struct Reference<'a> {
    #[serde(borrow)]
    pub(crate) reference: Option<Text<'a>>,
    #[serde(borrow, rename = "type")]
    kind: Option<Text<'a>>,
    #[serde(borrow)]
    identifier: Option<Identifier<'a>>,
    #[serde(borrow)]
    pub(crate) display: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
pub(crate) struct Identifier<'a> {
    #[serde(borrow)]
    system: Option<Text<'a>>,
    #[serde(borrow)]
    value: Option<Text<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct Concept<'a> {
    #[serde(borrow)]
    pub(crate) text: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code)]
pub(crate) struct Payload<'a> {
    #[serde(borrow)]
    pub(crate) content_string: Option<Text<'a>>,
    #[serde(borrow)]
    content_attachment: Option<Attachment<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code)]
struct Attachment<'a> {
    #[serde(borrow)]
    content_type: Option<Text<'a>>,
    #[serde(borrow)]
    url: Option<Text<'a>>,
    size: Option<u64>,
    #[serde(borrow)]
    hash: Option<Text<'a>>,
    #[serde(borrow)]
    title: Option<Text<'a>>,
}

impl Page<'_> {
    /// Where the next page is.
    pub(crate) fn next(&self) -> Option<String> {
        let next = self.link.iter().find(|link| link.relation.0 == "next");
        next.map(|link| link.url.0.clone().into_owned())
    }
}
