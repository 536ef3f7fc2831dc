//! What holds for any page.

use super::*;
use proptest::prelude::*;

fn any_reference() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        r#"{"reference":"Patient/ana"}"#,
        r#"{"reference":"Patient/ana-old"}"#,
        r#"{"reference":"Patient/ben"}"#,
        r#"{"reference":"Practitioner/7"}"#,
        r#"{"reference":"https://other.example/Patient/ana"}"#,
        r#"{"display":"Ana"}"#,
        r#"{}"#,
    ])
    .prop_map(str::to_owned)
}

prop_compose! {
    fn any_record()(
        id in 0_u32..6,
        subject in prop::option::of(any_reference()),
        sender in prop::option::of(any_reference()),
        recipients in prop::collection::vec(any_reference(), 0..3),
        parents in prop::collection::vec(0..8, 0..3),
    ) -> Communication {
        let mut members = vec![
            format!(r#""recipient":[{}]"#, recipients.join(",")),
            format!(r#""partOf":[{}]"#, parents.iter()
                .map(|n| format!(r#"{{"reference":"Communication/{n}"}}"#)).collect::<Vec<_>>().join(",")),
        ];
        members.extend(subject.map(|it| format!(r#""subject":{it}"#)));
        members.extend(sender.map(|it| format!(r#""sender":{it}"#)));
        record(&id.to_string(), &members.join(","))
    }
}

fn people(record: &Communication) -> impl Iterator<Item = &Reference> {
    record.parties()
}

fn known_seven(key: &str) -> ParentVerdict {
    if key == "Communication/7" {
        ParentVerdict::Admitted
    } else {
        ParentVerdict::Unknown
    }
}

proptest! {
    #[test]
    fn the_order_of_a_page_never_matters(
        (page, shuffled) in prop::collection::vec(any_record(), 0..9)
            .prop_map(|page| page.into_iter().enumerate().collect::<Vec<_>>())
            .prop_flat_map(|page| (Just(page.clone()), Just(page).prop_shuffle()))
    ) {
        let verdicts = |page: &[(usize, Communication)]| {
            let records: Vec<_> = page.iter().map(|(_, it)| it.clone()).collect();
            let judged = judge_page(&ana(), &records, &known_seven);
            let mut by_place: Vec<_> = page.iter().map(|(at, _)| *at).zip(judged).collect();
            by_place.sort_by_key(|(at, _)| *at);
            by_place
        };
        prop_assert_eq!(verdicts(&page), verdicts(&shuffled));
    }

    #[test]
    fn a_record_that_names_another_patient_and_not_her_as_subject_is_never_admitted(
        page in prop::collection::vec(any_record(), 0..9)
    ) {
        let owner = ana();
        for (record, verdict) in page.iter().zip(judge_page(&owner, &page, &|_| ParentVerdict::Admitted)) {
            let subject = record.subject.as_ref().map(|it| it.patient_id(&owner.base).map(str::to_owned));
            let about_her = matches!(&subject, Some(Some(id)) if id == "ana" || id == "ana-old");
            let ben = people(record).chain(&record.subject)
                .any(|it| it.patient_id(&owner.base) == Some("ben"));
            if ben && !about_her {
                prop_assert_ne!(verdict, Verdict::Admit);
            }
            if about_her {
                prop_assert_eq!(verdict, Verdict::Admit);
            }
            if subject.is_some() && !about_her {
                prop_assert_ne!(verdict, Verdict::Admit);
            }
        }
    }

    #[test]
    fn a_page_agrees_with_its_records(page in prop::collection::vec(any_record(), 0..9)) {
        let owner = ana();
        let judged = judge_page(&owner, &page, &known_seven);
        for (record, verdict) in page.iter().zip(&judged) {
            if admit(&owner, record, &nobody) == Verdict::Admit {
                // A parent on the page may say more than one that is not known.
                prop_assert!(matches!(verdict, Verdict::Admit | Verdict::Held(HeldReason::NamesAnother)));
            }
        }
        let foreign = judged.iter().filter(|it| **it == Verdict::Foreign).count();
        match admit_page(&owner, page.clone(), &known_seven) {
            PageVerdict::Foreign { foreign: counted, .. } => {
                prop_assert!(foreign > 0);
                prop_assert_eq!(counted, foreign);
            }
            PageVerdict::Admitted(admitted) => {
                prop_assert_eq!(foreign, 0);
                prop_assert_eq!(admitted.admitted().len() + admitted.held().len(), page.len());
            }
        }
    }
}
