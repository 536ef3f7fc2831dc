//! What the tokens of one login show: their patient's record, and nothing of another's.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::proxies::{ALL_SCOPES, claims, family, family_spec};
use crate::support::{Reader, World, ids, link, next, of, resources};

/// Every grant that this world gives: who signs in, and for whom.
const GRANTS: &[(&str, &str)] = &[
    ("ana", "ana"),
    ("ana", "mia"),
    ("ana", "noa"),
    ("ben", "ben"),
    ("mia", "mia"),
];

fn reference(kind: &str, id: &str) -> Value {
    json!({ "reference": format!("{kind}/{id}") })
}

/// Everybody has a file.
async fn with_files(world: &World) {
    for (who, bytes) in [
        ("ana", 1_001),
        ("ben", 1_002),
        ("mia", 1_003),
        ("noa", 1_004),
    ] {
        let text = format!("A file for {who}");
        let file = json!({ "bytes": bytes });
        world.tell(json!({ "new_message": { "who": who, "text": text, "file": file } }));
    }
}

fn files(communications: &[Value]) -> Vec<String> {
    let parts = communications
        .iter()
        .filter_map(|one| one["payload"].as_array())
        .flatten();
    parts
        .filter_map(|part| part["contentAttachment"]["url"].as_str())
        .map(|url| url.strip_prefix("Binary/").unwrap().to_owned())
        .collect()
}

/// The addresses of all that a record holds.
async fn addresses(reader: &Reader<'_>, patient: &str) -> BTreeSet<String> {
    let communications = reader.all("/Communication?_count=7").await;
    let mut all: BTreeSet<String> = ids(&communications)
        .into_iter()
        .flat_map(|id| {
            [
                format!("/Communication/{id}"),
                format!("/Communication/{id}/_history/1"),
            ]
        })
        .collect();
    for file in files(&communications) {
        all.insert(format!("/Binary/{file}"));
        all.insert(format!("/DocumentReference/{file}"));
    }
    let team = reader.all(&format!("/CareTeam?patient={patient}")).await;
    all.extend(ids(&team).into_iter().map(|id| format!("/CareTeam/{id}")));
    all.insert(format!("/Patient/{patient}"));
    all
}

#[tokio::test]
async fn no_token_reads_or_finds_anything_of_another_patient() {
    let world = family();
    with_files(&world).await;
    let mut readers = Vec::new();
    let mut records: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for &(who, whose) in GRANTS {
        let reader = world.read_for(who, whose).await;
        let patient = world.person(whose).patient;
        let found = addresses(&reader, &patient).await;
        for kind in [
            "Communication",
            "Binary",
            "DocumentReference",
            "CareTeam",
            "Patient",
        ] {
            let one = found.iter().any(|it| it.starts_with(&format!("/{kind}/")));
            assert!(one, "{who} for {whose}: no {kind}");
        }
        // Whoever signs in, the record is the same.
        let known = records.entry(whose).or_insert_with(|| found.clone());
        assert_eq!(*known, found, "{who} for {whose}");
        readers.push((who, whose, reader));
    }
    for (who, whose, reader) in &readers {
        let own = world.person(whose).patient;
        for (&other, addresses) in &records {
            for address in addresses {
                let answer = reader.get(address).await;
                let at = format!("{who} for {whose}, {address} of {other}");
                if other == *whose {
                    assert_eq!(answer.status, 200, "{at}");
                } else {
                    assert!(
                        [403, 404].contains(&answer.status),
                        "{at}: {}",
                        answer.status
                    );
                    assert_eq!(answer.json()["resourceType"], "OperationOutcome", "{at}");
                }
            }
            if other == *whose {
                continue;
            }
            let theirs = world.person(other).patient;
            let some = addresses
                .iter()
                .find(|it| it.starts_with("/Communication/"));
            let id = some.unwrap().split('/').nth(2).unwrap();
            for query in [
                format!("subject=Patient/{theirs}"),
                format!("patient={theirs}"),
                format!("recipient=Patient/{theirs}"),
                format!("sender=Patient/{theirs}"),
                format!("part-of={id}"),
                format!("_id={id}"),
                format!("identifier={id}"),
            ] {
                let found = reader.get(&format!("/Communication?{query}")).await.json();
                assert_eq!(found["total"], 0, "{who} for {whose}: {query}");
            }
            let found = reader.get(&format!("/Patient?_id={theirs}")).await.json();
            assert_eq!(found["total"], 0);
            let team = reader.all(&format!("/CareTeam?patient={theirs}")).await;
            assert_eq!(team[0]["subject"], reference("Patient", &own));
        }
        let every = reader.all("/Communication").await;
        for one in &every {
            let subject = &one["subject"]["reference"];
            assert_eq!(
                *subject,
                json!(format!("Patient/{own}")),
                "{who} for {whose}"
            );
        }
        // A page of a search is of the patient too.
        let first = reader.get("/Communication?_count=2").await.json();
        for (_, another, other) in &readers {
            let answer = other.get(&next(&first).unwrap()).await;
            assert_eq!(answer.status == 200, another == whose, "{another}, {whose}");
        }
    }
}

/// Everything that ana writes for mia, in mia's newest thread.
async fn letter(world: &World, reader: &Reader<'_>) -> Value {
    let all = reader.all("/Communication").await;
    let head = all.iter().find(|one| one.get("partOf").is_none()).unwrap();
    json!({
        "resourceType": "Communication",
        "identifier": [{ "system": "urn:ietf:rfc:3986", "value": "urn:uuid:0b0a8a52-9a53-4a0e-8b0b-6d1c1f0f6a12" }],
        "status": "completed",
        "subject": reference("Patient", &world.person("mia").patient),
        "partOf": [reference("Communication", head["id"].as_str().unwrap())],
        "payload": [{ "contentString": "She has a fever" }],
    })
}

#[tokio::test]
async fn a_proxy_writes_for_the_patient_as_the_related_person() {
    let world = family();
    let tokens = world.tokens_for("ana", "mia").await;
    let (reader, own) = (world.reader(&tokens), world.read_for("ana", "ana").await);
    let related = claims(&tokens)["fhirUser"].as_str().unwrap().to_owned();
    let id = related.rsplit_once('/').unwrap().1.to_owned();
    let (ana, mia) = (world.person("ana"), world.person("mia"));
    let letter = letter(&world, &reader).await;

    let mut silent = letter.clone();
    silent["payload"] = json!([{ "contentString": "Nobody is named" }]);
    let made = reader.post(&silent, &[]).await.json();
    let sender = json!({ "reference": format!("RelatedPerson/{id}"), "display": ana.name });
    assert_eq!(made["sender"], sender);

    let noas = world.tokens_for("ana", "noa").await;
    let noas = claims(&noas)["fhirUser"].as_str().unwrap().to_owned();
    let noas = noas.rsplit_once('/').unwrap().1.to_owned();
    for wrong in [
        reference("Patient", &mia.patient),
        reference("Patient", &ana.patient),
        reference("RelatedPerson", &noas),
        reference("RelatedPerson", "rp-of-nobody"),
        reference(
            "Person",
            &format!("pe-{}", ana.patient.trim_start_matches("pt-")),
        ),
        json!({ "display": ana.name }),
    ] {
        let mut sent = letter.clone();
        sent["sender"] = wrong.clone();
        assert_eq!(reader.post(&sent, &[]).await.status, 422, "{wrong}");
    }
    for right in [format!("RelatedPerson/{id}"), related] {
        let mut sent = letter.clone();
        sent["sender"] = json!({ "reference": right });
        assert_eq!(reader.post(&sent, &[]).await.status, 201, "{right}");
    }
    // Whose record it is decides, not who signed in.
    let mut astray = letter.clone();
    astray["subject"] = reference("Patient", &ana.patient);
    assert_eq!(reader.post(&astray, &[]).await.status, 422);
    assert_eq!(own.post(&letter, &[]).await.status, 422);
    // Her own login sends as herself, and not as her mother.
    let herself = world.read_for("mia", "mia").await;
    let mut sent = letter.clone();
    sent["sender"] = reference("RelatedPerson", &id);
    assert_eq!(herself.post(&sent, &[]).await.status, 422);
    let seen = herself.all("/Communication").await;
    let by_her = |one: &&Value| {
        let sender = one["sender"]["reference"].as_str();
        sender.is_some_and(|sender| sender.ends_with(&format!("RelatedPerson/{id}")))
    };
    let written = seen.iter().filter(by_her);
    assert_eq!(written.count(), 3);
    assert!(
        own.all("/Communication")
            .await
            .iter()
            .all(|one| { !one.to_string().contains("She has a fever") })
    );
}

#[tokio::test]
async fn one_identifier_in_two_records_is_two_messages() {
    let world = family();
    let (mias, own) = (
        world.read_for("ana", "mia").await,
        world.read_for("ana", "ana").await,
    );
    let condition = "identifier=urn:ietf:rfc:3986|urn:uuid:0b0a8a52-9a53-4a0e-8b0b-6d1c1f0f6a12";
    let once = [("if-none-exist", condition)];
    let mut letter = letter(&world, &mias).await;
    letter.as_object_mut().unwrap().remove("partOf");
    assert_eq!(mias.post(&letter, &once).await.status, 201);
    assert_eq!(mias.post(&letter, &once).await.status, 200);
    letter["subject"] = reference("Patient", &world.person("ana").patient);
    assert_eq!(own.post(&letter, &once).await.status, 201);
}

#[tokio::test]
async fn a_file_that_is_taken_in_is_the_patients() {
    let world = family();
    let (mias, own) = (
        world.read_for("ana", "mia").await,
        world.read_for("ana", "ana").await,
    );
    let url = format!("{}/Binary", world.portal.base());
    let post = |reader: &Reader<'_>, context: String| {
        let (bearer, world, url) = (reader.bearer.clone(), &world, &url);
        async move {
            let headers = [
                ("authorization", bearer.as_str()),
                ("content-type", "text/plain"),
                ("x-security-context", context.as_str()),
            ];
            world.send("POST", url, &headers, "a rash").await
        }
    };
    let context = |who: &str| format!("Patient/{}", world.person(who).patient);
    let scopes = "patient/Binary.cr";
    let reading = world.tokens_with("ana", scopes, "noa").await;
    assert_eq!(reading["scope"], "patient/Binary.r");
    let refused = post(&world.reader(&reading), context("noa")).await;
    assert_eq!(refused.status, 403);
    assert_eq!(post(&mias, context("ana")).await.status, 422);
    let made = post(&mias, context("mia")).await;
    assert_eq!(made.status, 201);
    let file = made.header("location").replace("/_history/1", "");
    assert_eq!(mias.get(&file).await.text(), "a rash");
    assert_eq!(own.get(&file).await.status, 403);
}

#[tokio::test]
async fn who_acts_for_whom_can_be_read_by_every_token_of_the_login() {
    let world = family();
    let (ana, mia, noa) = (
        world.person("ana"),
        world.person("mia"),
        world.person("noa"),
    );
    let base = world.portal.base();
    for whose in ["ana", "mia", "noa"] {
        let reader = world.read_for("ana", whose).await;
        let all = reader.all("/RelatedPerson").await;
        assert_eq!(all.len(), 2);
        let query = format!("/RelatedPerson?patient=Patient/{}", mia.patient);
        let found = reader.all(&query).await;
        let one = &found[0];
        assert_eq!((found.len(), &one["active"]), (1, &json!(true)));
        assert_eq!(
            one["patient"],
            json!({ "reference": format!("Patient/{}", mia.patient), "display": mia.name })
        );
        assert_eq!(one["name"][0]["text"], ana.name);
        let coding = &one["relationship"][0]["coding"][0];
        assert_eq!(
            coding["system"],
            "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
        );
        assert!(["MTH", "FTH", "GUARD"].contains(&coding["code"].as_str().unwrap()));
        assert!(one["period"]["start"].is_string() && one["period"].get("end").is_none());
        let id = one["id"].as_str().unwrap();
        let read = reader.get(&format!("/RelatedPerson/{id}")).await;
        assert_eq!(read.json(), *one);
        assert_eq!(read.header("etag"), "W/\"1\"");
        for (query, count) in [
            (format!("_id={id}"), 1),
            (format!("_id={id}&patient={}", noa.patient), 0),
            (format!("patient={base}/Patient/{}", noa.patient), 1),
            (format!("patient={},{}", mia.patient, noa.patient), 2),
            (format!("patient={}", ana.patient), 0),
        ] {
            let bundle = reader.get(&format!("/RelatedPerson?{query}")).await.json();
            assert_eq!(bundle["total"], count, "{query}");
            assert!(link(&bundle, "self").unwrap().contains("/RelatedPerson?"));
        }

        let person = reader.all("/Person").await;
        let person = &person[0];
        let linked = person["link"].as_array().unwrap();
        assert_eq!(linked.len(), 3);
        assert_eq!(linked[0]["target"], reference("Patient", &ana.patient));
        assert_eq!(linked[0]["assurance"], "level4");
        assert_eq!(linked[1]["target"], reference("RelatedPerson", id));
        let own = person["id"].as_str().unwrap();
        let read = reader.get(&format!("/Person/{own}")).await.json();
        assert_eq!(read, *person);
        for (query, count) in [
            (format!("_id={own}"), 1),
            (format!("patient={}", ana.patient), 1),
            (format!("patient={}", mia.patient), 0),
            (format!("link=RelatedPerson/{id}"), 1),
            (format!("link={id}"), 1),
            (format!("link={base}/Patient/{}", ana.patient), 1),
            (format!("link=Patient/{}", mia.patient), 0),
        ] {
            let found = reader.get(&format!("/Person?{query}")).await.json();
            assert_eq!(found["total"], count, "{query}");
        }
        let url = format!("{base}/Person?name=ana");
        let headers = [
            ("authorization", reader.bearer.as_str()),
            ("prefer", "handling=strict"),
        ];
        assert_eq!(world.send("GET", &url, &headers, "").await.status, 400);
    }
}

#[tokio::test]
async fn nobody_else_reads_it_and_no_token_without_its_scope() {
    let world = family();
    let ana = world.read_for("ana", "ana").await;
    let related = ids(&ana.all("/RelatedPerson").await)[0].clone();
    let person = ids(&ana.all("/Person").await)[0].clone();
    for who in ["ben", "mia"] {
        let reader = world.read_for(who, who).await;
        let answer = reader.get("/RelatedPerson").await.json();
        assert_eq!((&answer["total"], resources(&answer).len()), (&json!(0), 0));
        assert_ne!(ids(&reader.all("/Person").await)[0], person);
        for address in [
            format!("/RelatedPerson/{related}"),
            format!("/Person/{person}"),
            "/Person/pe-of-nobody".into(),
        ] {
            assert_eq!(reader.get(&address).await.status, 403, "{who}: {address}");
        }
    }
    let narrow = "patient/Patient.rs patient/Communication.crs patient/Binary.cr";
    let tokens = world.tokens_with("ana", narrow, "ana").await;
    let reader = world.reader(&tokens);
    for address in ["/RelatedPerson", "/Person"] {
        let refused = reader.get(address).await;
        assert_eq!(refused.status, 403);
        let why = refused.header("www-authenticate");
        assert!(why.contains("insufficient_scope"), "{why}");
    }
    let statement = world
        .get(&format!("{}/metadata", world.portal.base()))
        .await
        .json();
    let types = statement["rest"][0]["resource"].as_array().unwrap();
    for kind in ["RelatedPerson", "Person"] {
        let known = types.iter().find(|one| one["type"] == kind).unwrap();
        assert_eq!(known["interaction"][1]["code"], "search-type");
    }
}

async fn related(reader: &Reader<'_>, world: &World, whose: &str) -> Value {
    let patient = world.person(whose).patient;
    let found = reader
        .all(&format!("/RelatedPerson?patient={patient}"))
        .await;
    found[0].clone()
}

#[tokio::test]
async fn what_was_withdrawn_is_forbidden_and_the_tokens_stay_good() {
    let world = family();
    with_files(&world).await;
    let mias = world.tokens_for("ana", "mia").await;
    let (reader, own) = (world.reader(&mias), world.read_for("ana", "ana").await);
    let mia = world.person("mia").patient;
    let all = addresses(&reader, &mia).await;
    world.tell(json!({ "withdraw_proxy": { "of": "ana", "for": "mia" } }));
    for address in all
        .iter()
        .map(String::as_str)
        .chain(["/Communication", "/Patient", "/CareTeam"])
    {
        let answer = reader.get(address).await;
        assert_eq!(answer.status, 403, "{address}");
        assert_eq!(answer.json()["issue"][0]["code"], "forbidden");
        assert_eq!(answer.header("www-authenticate"), "");
    }
    assert_eq!(reader.post(&json!({}), &[]).await.status, 403);
    for reader in [&reader, &own] {
        let one = related(reader, &world, "mia").await;
        assert_eq!(one["active"], false);
        assert_eq!(one["meta"]["versionId"], "2");
        assert_eq!(related(reader, &world, "noa").await["active"], true);
    }
    assert_eq!(world.refresh(&mias).await.status, 200);
    assert_eq!(own.get("/Communication").await.status, 200);
    assert_eq!(
        world
            .read_for("mia", "mia")
            .await
            .get("/Communication")
            .await
            .status,
        200
    );
    let answer = world.native_for("ana", ALL_SCOPES, Some(&mia)).await;
    assert_eq!(answer.error(), (400, "access_denied".into()));
    // Given back, it is what it was.
    world.tell(json!({ "grant_proxy": { "of": "ana", "for": "mia" } }));
    assert_eq!(reader.get("/Communication").await.status, 200);
    assert_eq!(related(&own, &world, "mia").await["active"], true);
}

#[tokio::test]
async fn a_withdrawal_may_revoke_the_tokens_or_only_end_the_period() {
    let world = family();
    let mias = world.tokens_for("ana", "mia").await;
    let noas = world.tokens_for("ana", "noa").await;
    let code = world
        .native_for("ana", ALL_SCOPES, Some(&world.person("mia").patient))
        .await
        .json();
    let own = world.read_for("ana", "ana").await;
    world.tell(json!({ "withdraw_proxy": { "of": "ana", "for": "mia", "how": "revoked" } }));
    assert_eq!(world.reader(&mias).get("/Communication").await.status, 401);
    assert_eq!(
        world.refresh(&mias).await.error(),
        (400, "invalid_grant".into())
    );
    let late = world
        .redeem(code["authorization_code"].as_str().unwrap())
        .await;
    assert_eq!(late.error().1, "invalid_grant");
    assert_eq!(related(&own, &world, "mia").await["active"], false);

    world.tell(json!({ "withdraw_proxy": { "of": "ana", "for": "noa", "how": "ended" } }));
    let reader = world.reader(&noas);
    assert_eq!(reader.get("/Communication").await.status, 200);
    assert_eq!(world.refresh(&noas).await.status, 200);
    let ended = related(&own, &world, "noa").await;
    assert_eq!(ended["active"], true);
    let end = ended["period"]["end"].as_str().unwrap();
    let now = world.portal.now().to_string();
    assert!(end < now.as_str() && ended["period"]["start"].as_str().unwrap() < end);
    let noa = world.person("noa").patient;
    let answer = world.native_for("ana", ALL_SCOPES, Some(&noa)).await;
    assert_eq!(
        answer.error().1,
        "access_denied",
        "nobody signs in with it any more"
    );
}

#[tokio::test]
async fn somebody_appears_and_an_access_changes() {
    let world = of(family_spec());
    let own = world.read_for("ana", "ana").await;
    let before = own.all("/Person").await[0].clone();
    let made = world.tell(json!({ "grant_proxy": { "of": "ana", "for": "cleo" } }));
    let after = own.all("/Person").await[0].clone();
    assert_ne!(before["meta"]["versionId"], after["meta"]["versionId"]);
    let target = reference("RelatedPerson", made["id"].as_str().unwrap());
    assert_eq!(after["link"][3]["target"], target);
    let tokens = world.tokens_for("ana", "cleo").await;
    let reader = world.reader(&tokens);
    let missing = json!({ "resourceType": "Communication" });
    assert_eq!(reader.post(&missing, &[]).await.status, 422);
    // The same access, for reading alone from now on.
    let again =
        world.tell(json!({ "grant_proxy": { "of": "ana", "for": "cleo", "access": "read" } }));
    assert_eq!(again, made);
    assert_eq!(reader.post(&missing, &[]).await.status, 403);
    assert_eq!(reader.get("/Communication").await.status, 200);
}

#[test]
fn commands_about_proxies_are_checked() {
    let world = family();
    for (command, why) in [
        (
            json!({ "withdraw_proxy": { "of": "ben", "for": "mia" } }),
            "ben does not act for mia",
        ),
        (
            json!({ "withdraw_proxy": { "of": "mia", "for": "ana" } }),
            "mia does not act for ana",
        ),
        (
            json!({ "grant_proxy": { "of": "ana", "for": "ana" } }),
            "their own record",
        ),
        (
            json!({ "grant_proxy": { "of": "ana", "for": "zoe" } }),
            "nobody here is called",
        ),
    ] {
        let command = serde_json::from_value(command).unwrap();
        let text = world.portal.control(command).unwrap_err().to_string();
        assert!(text.contains(why), "{text}");
    }
    for command in [
        json!({ "withdraw_proxy": { "of": "ana" } }),
        json!({ "withdraw_proxy": { "of": "ana", "for": "mia", "how": "gently" } }),
        json!({ "grant_proxy": { "of": "ana", "for": "mia", "access": "some" } }),
    ] {
        assert!(serde_json::from_value::<pericard_portal::Command>(command).is_err());
    }
}

#[tokio::test]
async fn a_firewalls_page_is_no_withdrawal() {
    let world = family();
    let reader = world.read_for("ana", "mia").await;
    world.tell(json!({ "fault": "status", "code": 403, "on": "fhir", "body": "html", "times": 2 }));
    for _ in 0..2 {
        let answer = reader.get("/Communication").await;
        assert_eq!(answer.status, 403);
        assert!(answer.header("content-type").starts_with("text/html"));
    }
    assert_eq!(reader.get("/Communication").await.status, 200);
    assert_eq!(related(&reader, &world, "mia").await["active"], true);
}
