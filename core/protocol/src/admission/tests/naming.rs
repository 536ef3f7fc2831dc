//! Who is named: every place and every spelling.

use super::*;

/// Each names somebody who is, or may be, another patient, beside her as a recipient.
#[test]
fn whoever_is_named_in_an_unusual_place_or_spelling_holds_the_record() {
    let to = |reference: &str| {
        format!(r#""recipient":[{{"reference":"Patient/ana"}},{{"reference":"{reference}"}}]"#)
    };
    let and = |members: &str| format!("{TO_ANA},{members}");
    let held = [
        and(r#""about":[{"reference":"Patient/ben"}]"#),
        and(r#""about":{"reference":"Patient/ben"}"#),
        and(r#""about":["Patient/ben"]"#),
        and(r#""sender":"Patient/ben""#),
        and(r#""sender":{"reference":7}"#),
        and(r#""sender":{"type":"Patient","display":"Ben"}"#),
        and(
            r#""sender":{"type":"http://hl7.org/fhir/StructureDefinition/Patient","display":"Ben"}"#,
        ),
        and(r#""sender":{"identifier":{"system":"mrn","value":"7"}}"#),
        and(r#""sender":{"identifier":"7"}"#),
        and(r#""sender":{"reference":"Practitioner/7","type":"Patient"}"#),
        and(r#""note":[{"authorReference":{"reference":"Patient/ben"},"text":"x"}]"#),
        and(r#""payload":[{"contentReference":{"reference":"Patient/ben"}}]"#),
        and(r#""reasonReference":[{"reference":"Patient/ben"}]"#),
        and(r#""extension":[{"url":"u","valueReference":{"reference":"Patient/ben"}}]"#),
        and(r#""contained":[{"resourceType":"Patient","id":"p"}]"#),
        and(
            r#""contained":[{"resourceType":"Observation","id":"o","subject":{"reference":"Patient/ben"}}]"#,
        ),
        and(r##""sender":{"reference":"#missing"}"##),
        and(
            r##""sender":{"reference":"#p","type":"Practitioner"},"contained":[{"resourceType":"Device","id":"p"}]"##,
        ),
        and(r#""partOf":[{"reference":"Patient/ben"}]"#),
        to("Patient/ben"),
        to("Patient/ben/"),
        to("Patient/ben/_history/3"),
        to("Patient/ben/_history/3/"),
        to("patient/ben"),
        to("PATIENT/ben"),
        to("/Patient/ben"),
        to("Patient?identifier=mrn|77"),
        to("patient?identifier=mrn|77"),
        to("Patient/b%65n"),
        to("%50atient/ben"),
        to("https://portal.example/fhir/Patient/ben"),
        to("https://portal.example/fhir/patient/ben"),
        to("https://portal.example/fhir//Patient/ben"),
        to("https://other.example/fhir/Patient/ana"),
        to("https://other.example/7"),
        to("urn:uuid:0b5e2b3e-6f0f-4c5e-9d3a-1c2d3e4f5a6b"),
        to("urn:oid:1.2.3"),
        to("Person/7"),
        to("Group/7"),
        to("ben"),
        to(""),
    ];
    for members in held {
        assert_eq!(
            admit(&ana(), &record("m", &members), &known_h1),
            Verdict::Held(HeldReason::NamesAnother),
            "{members}"
        );
    }
    let admitted = [
        to("Practitioner/8"),
        to("Practitioner/8/"),
        to("Practitioner/8/_history/2"),
        to("PractitionerRole?identifier=x|7"),
        to("https://other.example/fhir/Practitioner/8"),
        to("Organization/1"),
        to("RelatedPerson/1"),
        to("Patient/ana/_history/2"),
        to("Patient/ana-old"),
        to("https://portal.example/fhir/Patient/ana"),
        to("#"),
        and(
            r#""sender":{"reference":"urn:uuid:0b5e2b3e-6f0f-4c5e-9d3a-1c2d3e4f5a6b","type":"Practitioner"}"#,
        ),
        and(r#""sender":{"identifier":{"value":"7"},"type":"Organization"}"#),
        and(r#""sender":{"display":"Dr. Novak"},"about":null"#),
        and(
            r#""about":[{"reference":"Observation/7"}],"basedOn":[{"reference":"ServiceRequest/7"}]"#,
        ),
        and(
            r#""identifier":[{"system":"a","value":"b","assigner":{"reference":"Organization/1"}}]"#,
        ),
    ];
    for members in admitted {
        assert_eq!(
            admit(&ana(), &record("m", &members), &known_h1),
            Verdict::Admit,
            "{members}"
        );
    }
}
