//! Files: sent, listed and saved, over nothing.

use crate::harness::Harness;

#[test]
fn a_file_goes_out_and_one_comes_in_over_nothing() {
    let harness = Harness::new();
    let code = harness.code("ana");
    harness.sign_in("ana", &["--code", &code]).succeeds();
    harness.json(&["sync"]);
    let folder = tempfile::tempdir().unwrap();
    let photo = folder.path().join("knee.jpg");
    std::fs::write(&photo, vec![7; 300_000]).unwrap();
    let (photo, to) = (photo.to_str().unwrap(), folder.path().to_str().unwrap());

    let sent = harness.json(&["send", "1", "My knee", "--attach", photo]);
    assert_eq!(sent["message"]["state"], "sent");
    let file = &sent["message"]["files"][0];
    assert_eq!(
        (&file["name"], &file["state"]),
        (&"knee.jpg".into(), &"stored".into())
    );
    let there = harness.control(r#"{ "count_files": { "bytes": 300000 } }"#);
    assert_eq!(there.count(), Some(1));

    harness.control(
        r#"{ "new_message": { "who": "ana", "text": "Your report", "subject": "Report",
            "file": { "bytes": 5000, "name": "../report.pdf" } } }"#,
    );
    harness.json(&["sync"]);
    let shown = harness.run(&["read", "1"]).succeeds();
    assert!(shown.out.contains("5 kB · at the portal"), "{shown:?}");
    let saved = harness.json(&["save", "1", "--to", to]);
    let path = folder.path().join("report.pdf");
    assert_eq!(saved["saved"], path.to_str().unwrap());
    assert_eq!(std::fs::read(&path).unwrap().len(), 5000);
    // It is here now, and what lies there already stays.
    std::fs::write(&path, "mine").unwrap();
    let again = harness.json(&["save", "1", "--file", "1", "--to", to]);
    assert!(again["saved"].as_str().unwrap().ends_with("report (2).pdf"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
    harness
        .run(&["save", "1", "--file", "9"])
        .fails(2, "there is no such file");
    harness
        .run(&["send", "1", "x", "--attach", "/nowhere/at/all"])
        .fails(1, "cannot read a file to attach");
}
