//! The page of requirements names tests that exist.

use std::path::Path;

fn sources(folder: &Path, all: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            all.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn each_test_that_the_page_of_requirements_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut code = String::new();
    sources(&root.join("core"), &mut code);
    sources(&root.join("tests/guarantees"), &mut code);
    let page = std::fs::read_to_string(root.join("docs/src/client-requirements.md")).unwrap();
    let tests: Vec<&str> = page
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| word.matches('_').count() >= 3)
        .collect();
    assert!(tests.len() > 30, "{}", tests.len());
    for test in tests {
        assert!(code.contains(&format!("fn {test}(")), "{test}");
    }
}
