//! What a download asks for, hears and does.

/// What is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// Everything, newest first.
    History {
        /// An earlier run has fetched everything that is newer, in milliseconds since 1970.
        until: Option<i64>,
    },
    /// What changed since, oldest first; everything where that is not known.
    News {
        /// In milliseconds since 1970.
        since: Option<i64>,
    },
}

/// What a portal takes in a search. What it refuses or ignores is left out from then on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    /// It may be asked to refuse what it does not know (`Prefer: handling=strict`).
    pub strict: bool,
    /// It heeds `_lastUpdated`.
    pub last_updated: bool,
    /// It heeds `_sort`.
    pub sort: bool,
    /// It heeds `_count`.
    pub count: bool,
    /// How many records its pages hold at most, where that has shown.
    pub cap: Option<u32>,
}

impl Default for Abilities {
    fn default() -> Self {
        Self {
            strict: true,
            last_updated: true,
            sort: true,
            count: true,
            cap: None,
        }
    }
}

/// A page to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// The first page of a pass.
    Search(Window),
    /// The page behind a link.
    Link(String),
}

/// What a pass asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Changed at this moment or later.
    pub from: Option<i64>,
    /// Changed at this moment or earlier.
    pub until: Option<i64>,
    /// How to sort; `None` leaves it to the portal.
    pub sort: Option<Direction>,
    /// Records per page; `None` leaves it to the portal.
    pub count: Option<u32>,
    /// Whether unknown parameters are to be refused.
    pub strict: bool,
}

/// An order by `_lastUpdated`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Oldest first.
    Ascending,
    /// Newest first.
    Descending,
}

/// Where a page leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Nowhere.
    None,
    /// To a page of this portal.
    Link(String),
    /// Away from the portal: not followed.
    Elsewhere,
}

/// A page that could be read and may be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// A hash of each record's id, in the order of the page.
    pub records: Vec<u64>,
    /// Times of `meta.lastUpdated` as far as they are known, in the order of the page.
    pub times: Vec<i64>,
    /// `Bundle.total`.
    pub total: Option<u64>,
    /// The link to the next page.
    pub next: Next,
    /// The page says itself that something is missing.
    pub incomplete: bool,
    /// The portal's `self` link confirms `_sort`.
    pub sorted: bool,
    /// It came so quickly that a larger one may be asked for.
    pub quick: bool,
    /// The portal's time, in milliseconds since 1970.
    pub now: Option<i64>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The search begins.
    Begin,
    /// A page has come.
    Page(Page),
    /// The portal does not do such a search (4xx).
    Refused,
    /// The page is too large, no FHIR, or the portal fails over it (5xx).
    Untakeable,
    /// The link is not valid any more (410).
    Expired,
}

/// What has to be done, in this order; an [`Effect::Ask`] may begin while a page is being stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Store the page that has just come, and with it how far the search is.
    Store {
        /// The edge, where it moved.
        edge: Option<i64>,
    },
    /// Fetch a page and report what becomes of it.
    Ask(Ask),
    /// The search is over.
    End(End),
}

/// How a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// All that the portal has for it is here.
    Complete {
        /// The portal's time when the search began: what changes later is found from there.
        began: Option<i64>,
    },
    /// What came is here, and something is missing.
    Incomplete(Missing),
    /// Nothing came: the portal refuses the search whatever is left out.
    Refused,
    /// Nothing came: no page could be taken, however small.
    Untakeable,
}

/// Why a search is not complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// The portal says itself that its answer is incomplete.
    PortalSaysSo,
    /// Its pages end before all records came, or lead away, or in a circle.
    Pages,
    /// A page cannot be taken, not even with a single record.
    Page,
}
