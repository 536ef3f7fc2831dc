#![allow(clippy::unwrap_used)]
use super::*;
use crate::fhir::communication::Communication;

mod naming;
mod properties;

fn ana() -> Owner {
    Owner {
        base: Base::parse("https://portal.example/fhir", false).unwrap(),
        patient: "ana".into(),
        aliases: BTreeSet::from(["ana-old".to_owned()]),
    }
}

fn record(id: &str, members: &str) -> Communication {
    let comma = if members.is_empty() { "" } else { "," };
    Communication::parse(&format!(
        r#"{{"resourceType":"Communication","id":"{id}"{comma}{members}}}"#
    ))
    .unwrap()
}

fn admit(
    owner: &Owner,
    record: &Communication,
    parents: &dyn Fn(&str) -> ParentVerdict,
) -> Verdict {
    judge_page(owner, std::slice::from_ref(record), parents)[0]
}

fn nobody(_: &str) -> ParentVerdict {
    ParentVerdict::Unknown
}

fn known_h1(key: &str) -> ParentVerdict {
    match key {
        "Communication/h1" => ParentVerdict::Admitted,
        "Communication/bens" => ParentVerdict::Held,
        _ => ParentVerdict::Unknown,
    }
}

const ABOUT_ANA: &str = r#""subject":{"reference":"Patient/ana"}"#;
const ABOUT_BEN: &str = r#""subject":{"reference":"Patient/ben"}"#;
const TO_ANA: &str = r#""recipient":[{"reference":"Practitioner/7"},{"reference":"Patient/ana"}]"#;
const TO_BEN: &str = r#""recipient":[{"reference":"Patient/ben"}]"#;
const TO_BOTH: &str = r#""recipient":[{"reference":"Patient/ana"},{"reference":"Patient/ben"}]"#;
const FROM_ANA: &str = r#""sender":{"reference":"Patient/ana"}"#;
const FROM_DOCTOR: &str = r#""sender":{"reference":"Practitioner/7"}"#;
const IN_H1: &str = r#""partOf":[{"reference":"Communication/h1"}]"#;
const IN_H2: &str = r#""partOf":[{"reference":"Communication/h2"}]"#;

#[test]
fn the_rules_hold_one_by_one() {
    use HeldReason::*;
    let admit_it = Verdict::Admit;
    let held = Verdict::Held;
    let table: &[(&str, &[&str], Verdict)] = &[
        ("about her", &[ABOUT_ANA], admit_it),
        (
            "about her, to somebody else",
            &[ABOUT_ANA, TO_BEN],
            admit_it,
        ),
        (
            "about her alias",
            &[r#""subject":{"reference":"Patient/ana-old"}"#],
            admit_it,
        ),
        (
            "about her, absolute and versioned",
            &[r#""subject":{"reference":"https://portal.example/fhir/Patient/ana/_history/2"}"#],
            admit_it,
        ),
        ("about Ben", &[ABOUT_BEN], Verdict::Foreign),
        (
            "about Ben, from a doctor to Ben",
            &[ABOUT_BEN, FROM_DOCTOR, TO_BEN],
            Verdict::Foreign,
        ),
        (
            "about Ben, in her thread",
            &[ABOUT_BEN, IN_H1],
            Verdict::Foreign,
        ),
        (
            "about Ben, misaddressed to her",
            &[ABOUT_BEN, TO_ANA],
            held(AboutAnother),
        ),
        (
            "about Ben, misaddressed to her, in her thread",
            &[ABOUT_BEN, TO_ANA, IN_H1],
            held(AboutAnother),
        ),
        (
            "about Ben, written by her",
            &[ABOUT_BEN, FROM_ANA],
            held(AboutAnother),
        ),
        (
            "about Ben, written by her alias",
            &[ABOUT_BEN, r#""sender":{"reference":"Patient/ana-old"}"#],
            held(AboutAnother),
        ),
        (
            "about a name like hers",
            &[r#""subject":{"reference":"Patient/Ana"}"#],
            Verdict::Foreign,
        ),
        (
            "about her namesake elsewhere",
            &[
                r#""subject":{"reference":"https://other.example/fhir/Patient/ana"}"#,
                TO_ANA,
            ],
            held(UnresolvedSubject),
        ),
        (
            "about a group",
            &[r#""subject":{"reference":"Group/1"}"#, TO_ANA],
            held(UnresolvedSubject),
        ),
        (
            "about nobody in particular",
            &[r#""subject":{}"#, TO_ANA],
            held(UnresolvedSubject),
        ),
        (
            "about a name only",
            &[r#""subject":{"display":"Ana"}"#, TO_ANA],
            held(UnresolvedSubject),
        ),
        (
            "about a contained patient",
            &[
                r##""subject":{"reference":"#p"}"##,
                r#""contained":[{"resourceType":"Patient","id":"p"}]"#,
                TO_ANA,
            ],
            held(UnresolvedSubject),
        ),
        ("no subject, to her", &[TO_ANA], admit_it),
        ("no subject, from her", &[FROM_ANA], admit_it),
        ("no subject, in her thread", &[IN_H1], admit_it),
        (
            "no subject, an answer in her thread",
            &[r#""inResponseTo":[{"reference":"Communication/h1"}]"#],
            admit_it,
        ),
        (
            "no subject, in an unknown thread",
            &[IN_H2],
            held(Unmatched),
        ),
        (
            "no subject, in her thread and an unknown one",
            &[r#""partOf":[{"reference":"Communication/h1"},{"reference":"Communication/h2"}]"#],
            held(Unmatched),
        ),
        (
            "no subject, in her thread and one elsewhere",
            &[
                IN_H1,
                r#""inResponseTo":[{"reference":"https://other.example/fhir/Communication/7"}]"#,
            ],
            held(Unmatched),
        ),
        (
            "no subject, to her, in an unknown thread",
            &[TO_ANA, IN_H2],
            admit_it,
        ),
        (
            "no subject, to her, in a held thread",
            &[TO_ANA, r#""partOf":[{"reference":"Communication/bens"}]"#],
            held(NamesAnother),
        ),
        (
            "no subject, in her thread and a held one",
            &[
                IN_H1,
                r#""inResponseTo":[{"reference":"Communication/bens"}]"#,
            ],
            held(NamesAnother),
        ),
        (
            "no subject, in a thread elsewhere",
            &[r#""partOf":[{"reference":"https://other.example/fhir/Communication/h1"}]"#],
            held(Unmatched),
        ),
        ("nothing at all", &[], held(Unmatched)),
        (
            "no subject, doctor to doctor",
            &[FROM_DOCTOR],
            held(Unmatched),
        ),
        ("no subject, to her and Ben", &[TO_BOTH], held(NamesAnother)),
        ("no subject, to Ben", &[TO_BEN], held(NamesAnother)),
        (
            "no subject, to Ben, in her thread",
            &[TO_BEN, IN_H1],
            held(NamesAnother),
        ),
        (
            "no subject, from her to a patient elsewhere",
            &[
                FROM_ANA,
                r#""recipient":[{"reference":"https://other.example/fhir/Patient/7"}]"#,
            ],
            held(NamesAnother),
        ),
        (
            "no subject, from her to a patient by number",
            &[
                FROM_ANA,
                r#""recipient":[{"type":"Patient","identifier":{"system":"mrn","value":"7"}}]"#,
            ],
            held(NamesAnother),
        ),
        (
            "no subject, from her to a contained patient",
            &[
                FROM_ANA,
                r##""recipient":[{"reference":"#p"}]"##,
                r#""contained":[{"resourceType":"Patient","id":"p"}]"#,
            ],
            held(NamesAnother),
        ),
        (
            "no subject, from her to a contained doctor who is a patient as well",
            &[
                FROM_ANA,
                r##""recipient":[{"reference":"#p"}]"##,
                r#""contained":[{"resourceType":"Practitioner","id":"p"},{"resourceType":"Patient","id":"p"}]"#,
            ],
            held(NamesAnother),
        ),
        (
            "no subject, from her to a contained doctor",
            &[
                FROM_ANA,
                r##""recipient":[{"reference":"#p"}]"##,
                r#""contained":[{"resourceType":"Practitioner","id":"p"}]"#,
            ],
            admit_it,
        ),
        (
            "no subject, from her to a name",
            &[FROM_ANA, r#""recipient":[{"display":"Dr. Novak"}]"#],
            admit_it,
        ),
    ];
    for (name, members, expected) in table {
        let verdict = admit(&ana(), &record("m", &members.join(",")), &known_h1);
        assert_eq!(verdict, *expected, "{name}");
    }
}

#[test]
fn what_hangs_on_a_held_record_is_held_with_it() {
    let page = vec![
        record(
            "grandchild",
            &format!(
                "{TO_ANA},{}",
                r#""inResponseTo":[{"reference":"Communication/child"}]"#
            ),
        ),
        record(
            "child",
            &format!(
                "{TO_ANA},{}",
                r#""partOf":[{"reference":"Communication/bens"}]"#
            ),
        ),
        record("bens", &format!("{ABOUT_BEN},{TO_ANA}")),
        record(
            "hers",
            &format!(
                "{ABOUT_ANA},{}",
                r#""partOf":[{"reference":"Communication/bens"}]"#
            ),
        ),
        record(
            "unclear",
            &format!(
                "{TO_ANA},{}",
                r#""partOf":[{"reference":"Communication/unmatched"}]"#
            ),
        ),
        record("unmatched", ""),
    ];
    assert_eq!(
        admitted_ids(&admit_page(&ana(), page, &nobody)),
        ["hers", "unclear"]
    );
}

#[test]
fn many_copies_with_many_children_are_judged_in_one_go() {
    let mut page: Vec<_> = (0..20_000)
        .map(|n| {
            record(
                &format!("c{n}"),
                &format!(
                    "{TO_ANA},{}",
                    r#""partOf":[{"reference":"Communication/x"}]"#
                ),
            )
        })
        .collect();
    page.extend((0..20_000).map(|_| record("x", &format!("{ABOUT_BEN},{TO_ANA}"))));
    assert!(admitted_ids(&admit_page(&ana(), page, &nobody)).is_empty());
}

fn admitted_ids(verdict: &PageVerdict<Communication>) -> Vec<&str> {
    match verdict {
        PageVerdict::Admitted(page) => page.admitted().iter().map(|it| it.id.as_str()).collect(),
        PageVerdict::Foreign { .. } => panic!("the page is foreign"),
    }
}

#[test]
fn a_parent_on_the_same_page_counts_if_it_is_admitted_itself() {
    let page = vec![
        record("c", r#""partOf":[{"reference":"Communication/b"}]"#),
        record("b", r#""inResponseTo":[{"reference":"Communication/a"}]"#),
        record("a", ABOUT_ANA),
        record("orphan", IN_H2),
        record(
            "of-held",
            r#""partOf":[{"reference":"Communication/misfiled"}]"#,
        ),
        record("misfiled", &format!("{ABOUT_BEN},{TO_ANA}")),
    ];
    let verdict = admit_page(&ana(), page, &nobody);
    assert_eq!(admitted_ids(&verdict), ["c", "b", "a"]);
    let PageVerdict::Admitted(page) = verdict else {
        panic!()
    };
    let held: Vec<_> = page
        .held()
        .iter()
        .map(|(key, why)| (key.as_bytes(), *why))
        .collect();
    assert_eq!(
        held,
        [
            (&b"Communication/orphan"[..], HeldReason::Unmatched),
            (&b"Communication/of-held"[..], HeldReason::NamesAnother),
            (&b"Communication/misfiled"[..], HeldReason::AboutAnother),
        ]
    );
}

#[test]
fn records_cannot_vouch_for_each_other() {
    let page = vec![
        record("a", r#""partOf":[{"reference":"Communication/b"}]"#),
        record("b", r#""partOf":[{"reference":"Communication/a"}]"#),
        record("self", r#""partOf":[{"reference":"Communication/self"}]"#),
    ];
    assert!(admitted_ids(&admit_page(&ana(), page, &nobody)).is_empty());
}

#[test]
fn a_parent_sent_twice_counts_only_if_both_copies_are_admitted() {
    let child = || record("child", IN_H1);
    let hers = || record("h1", ABOUT_ANA);
    let unclear = || record("h1", "");
    let ids = |page| admitted_ids(&admit_page(&ana(), page, &known_h1)).len();
    assert_eq!(ids(vec![child(), hers(), hers()]), 3);
    assert_eq!(ids(vec![child(), hers(), unclear()]), 1);
}

#[test]
fn one_foreign_record_makes_the_page_foreign() {
    let page = vec![
        record("a", ABOUT_ANA),
        record("x", ABOUT_BEN),
        record("y", ABOUT_BEN),
    ];
    match admit_page(&ana(), page, &nobody) {
        PageVerdict::Foreign { foreign, keys } => {
            assert_eq!(foreign, 2);
            assert_eq!(keys[0].as_bytes(), b"Communication/x");
            assert_eq!(format!("{keys:?}"), "[RecordKey(..), RecordKey(..)]");
        }
        PageVerdict::Admitted(_) => panic!("admitted"),
    }
}

#[test]
fn a_long_chain_of_answers_is_judged_in_one_go() {
    let mut page: Vec<_> = (1..20_000)
        .map(|n| {
            let answered = n - 1;
            record(
                &n.to_string(),
                &format!(r#""inResponseTo":[{{"reference":"Communication/{answered}"}}]"#),
            )
        })
        .collect();
    page.push(record("0", ABOUT_ANA));
    assert_eq!(
        admitted_ids(&admit_page(&ana(), page, &nobody)).len(),
        20_000
    );
}
