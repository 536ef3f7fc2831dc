//! Lab results at a terminal.

use crate::harness::Harness;

#[test]
fn reports_are_listed_opened_and_drawn() {
    let harness = Harness::of(
        r#"{ "seed": 7, "people": { "ana": { "threads": 1, "messages": 1, "labs": true } } }"#,
    );
    harness.sign_in("ana", &[]).succeeds();
    harness.run(&["sync"]).succeeds();
    let list = harness.run(&["labs"]).succeeds().out;
    assert!(list.contains("Thyroid [preliminary]"), "{list}");
    assert!(list.contains("Complete blood count [corrected]"), "{list}");
    let count = harness.run(&["labs", "3"]).succeeds().out;
    assert!(count.contains("11.2 g/dL  Low  (12.0–15.5)"), "{count}");
    assert!(count.contains("Mild anemia"), "{count}");
    let drawn = harness
        .run(&["labs", "--plot", "creatinine"])
        .succeeds()
        .out;
    assert_eq!(drawn.matches('●').count(), 8, "{drawn}");
    let shape = harness.json(&["labs", "--plot", "creatinine"]);
    assert_eq!(shape["series"][0]["unit"], "mg/dL");
    let unknown = harness.run(&["labs", "--plot", "unobtainium"]);
    assert_eq!(unknown.exit, 2, "{unknown:?}");
    assert_eq!(harness.run(&["labs", "99"]).exit, 2);
}
