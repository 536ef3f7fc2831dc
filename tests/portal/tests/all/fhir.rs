//! Searching, paging and reading.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{ids, link, next, of, resources, world};

fn updated(resource: &Value) -> &str {
    resource["meta"]["lastUpdated"].as_str().unwrap()
}

#[tokio::test]
async fn pages_hold_everything_once_and_in_order() {
    let world = world();
    let reader = world.read_as("ben").await;
    let pages = reader
        .pages("/Communication?_sort=_lastUpdated&_count=7")
        .await;
    let all: Vec<Value> = pages.iter().flat_map(resources).collect();
    assert_eq!(all.len(), 44, "40 messages, 4 headers");
    assert_eq!(pages.len(), 7);
    assert!(pages.iter().all(|page| page["total"] == 44));
    assert_eq!(ids(&all).iter().collect::<BTreeSet<_>>().len(), 44);
    assert!(
        all.windows(2)
            .all(|two| updated(&two[0]) <= updated(&two[1]))
    );
    let patient = format!("Patient/{}", world.person("ben").patient);
    assert!(all.iter().all(|one| one["subject"]["reference"] == patient));
    let base = world.portal.base();
    let next = next(&pages[0]).unwrap();
    assert!(next.starts_with(&format!("{base}?_getpages=")), "{next}");

    let down = reader.all("/Communication?_sort=-_lastUpdated").await;
    let mut reversed = ids(&down);
    reversed.reverse();
    assert_eq!(reversed, ids(&all));
}

#[tokio::test]
async fn every_message_hangs_on_a_header_of_the_same_person() {
    let world = world();
    let reader = world.read_as("ben").await;
    let all = reader.all("/Communication").await;
    let (headers, messages): (Vec<_>, Vec<_>) =
        all.iter().partition(|one| one.get("partOf").is_none());
    assert_eq!((headers.len(), messages.len()), (4, 40));
    assert!(headers.iter().all(|one| one.get("payload").is_none()));
    assert!(headers.iter().all(|one| one["topic"]["text"].is_string()));
    for header in headers {
        let id = header["id"].as_str().unwrap();
        let here = format!("Communication/{id}");
        let of_it = |one: &&&Value| one["partOf"][0]["reference"] == here;
        let expected = messages.iter().filter(of_it).count();
        assert!(expected > 0);
        for query in [
            format!("/Communication?part-of={here}"),
            format!("/Communication?part-of={id}"),
        ] {
            assert_eq!(reader.all(&query).await.len(), expected);
        }
    }
}

#[tokio::test]
async fn a_snapshot_does_not_move_while_it_is_read() {
    let world = world();
    let reader = world.read_as("ben").await;
    let first = reader.get("/Communication?_count=20").await.json();
    world.tell(json!({ "new_message": { "who": "ben", "text": "News" } }));
    let second = reader.get(&next(&first).unwrap()).await.json();
    let third = reader.get(&next(&second).unwrap()).await.json();
    assert_eq!(next(&third), None);
    let seen = [&first, &second, &third].map(|page| resources(page).len());
    assert_eq!(seen, [20, 20, 4]);
    assert_eq!(reader.all("/Communication").await.len(), 46);
}

#[tokio::test]
async fn pages_expire_and_belong_to_their_reader() {
    let world = world();
    let ben = world.read_as("ben").await;
    let ana = world.read_as("ana").await;
    let next = next(&ben.get("/Communication?_count=5").await.json()).unwrap();
    assert_eq!(ana.get(&next).await.status, 403);
    assert_eq!(ben.get(&next).await.status, 200);
    world.pass(600);
    let ben = world.read_as("ben").await;
    let late = ben.get(&next).await;
    assert_eq!(late.status, 410);
    assert_eq!(late.json()["resourceType"], "OperationOutcome");
}

#[tokio::test]
async fn last_updated_bounds_are_exact() {
    let world = world();
    let reader = world.read_as("ben").await;
    let all = reader.all("/Communication?_sort=_lastUpdated").await;
    let pivot = updated(&all[10]);
    for (prefix, expected) in [("ge", 34), ("gt", 33), ("le", 11), ("lt", 10), ("eq", 1)] {
        let query = format!("/Communication?_lastUpdated={prefix}{pivot}");
        assert_eq!(reader.all(&query).await.len(), expected, "{prefix}");
    }
    let both = format!(
        "/Communication?_lastUpdated=ge{pivot}&_lastUpdated=lt{}",
        updated(&all[20])
    );
    assert_eq!(reader.all(&both).await.len(), 10);
    assert_eq!(
        reader.get("/Communication?_lastUpdated=ge2").await.status,
        400
    );
}

#[tokio::test]
async fn unknown_parameters_are_refused_only_when_asked() {
    let world = world();
    let reader = world.read_as("ben").await;
    let query = "/Communication?color=red&_count=5";
    let lenient = reader.get(query).await.json();
    assert_eq!(lenient["total"], 44);
    let own = link(&lenient, "self").unwrap();
    assert!(own.ends_with("/Communication?_count=5"), "{own}");
    let url = format!("{}{query}", world.portal.base());
    let headers = [
        ("authorization", reader.bearer.as_str()),
        ("prefer", "handling=strict"),
    ];
    let strict = world.send("GET", &url, &headers, "").await;
    assert_eq!(strict.status, 400);
    assert_eq!(strict.json()["issue"][0]["code"], "not-supported");
}

#[tokio::test]
async fn searches_narrow_and_count() {
    let world = world();
    let reader = world.read_as("ben").await;
    let own = world.person("ben").patient;
    let other = world.person("ana").patient;
    for (query, total) in [
        (format!("patient={own}"), 44),
        (format!("subject=Patient/{own}"), 44),
        (format!("subject=Patient/{other}"), 0),
        ("identifier=urn:nothing|made-up".into(), 0),
        ("_id=unknown".into(), 0),
    ] {
        let url = format!("/Communication?{query}");
        let bundle = reader.get(&url).await.json();
        assert_eq!(bundle["total"], total, "{query}");
        let count = reader.get(&format!("{url}&_summary=count")).await.json();
        assert_eq!(count["total"], total, "{query}");
        assert!(count.get("entry").is_none());
        assert!(link(&count, "next").is_none());
    }
    let one = &reader.all("/Communication?_count=1000").await[3];
    let identifier = &one["identifier"][0];
    let (system, value) = (&identifier["system"], identifier["value"].as_str().unwrap());
    for token in [
        value.to_owned(),
        format!("{}|{value}", system.as_str().unwrap()),
    ] {
        let found = reader
            .all(&format!("/Communication?identifier={token}"))
            .await;
        assert_eq!(found, std::slice::from_ref(one));
    }
    let wrong = format!("/Communication?identifier=urn:other|{value}");
    assert!(reader.all(&wrong).await.is_empty());
}

#[tokio::test]
async fn one_is_read_revalidated_and_gone_after_deletion() {
    let world = world();
    let reader = world.read_as("ben").await;
    world.tell(json!({ "new_message": { "who": "ben", "thread": 0, "text": "Soon gone" } }));
    let id = world.tell(json!({ "delete_message": { "who": "ben", "text": "Soon" } }));
    let gone = format!("/Communication/{}", id["id"].as_str().unwrap());
    assert_eq!(reader.get(&gone).await.status, 410);
    assert_eq!(reader.get("/Communication/unknown").await.status, 404);
    let one = &reader.all("/Communication").await[0];
    let url = format!(
        "{}/Communication/{}",
        world.portal.base(),
        one["id"].as_str().unwrap()
    );
    let read = reader.get(&url).await;
    assert_eq!(&read.json(), one);
    assert_eq!(
        read.header("content-type"),
        "application/fhir+json; charset=utf-8"
    );
    let headers = [
        ("authorization", reader.bearer.as_str()),
        ("if-none-match", read.header("etag")),
    ];
    assert_eq!(world.send("GET", &url, &headers, "").await.status, 304);
}

#[tokio::test]
async fn nobody_reads_what_is_not_theirs() {
    let world = world();
    let ben = world.read_as("ben").await;
    let ana = world.read_as("ana").await;
    let id = ids(&ana.all("/Communication").await).remove(0);
    assert_eq!(ben.get(&format!("/Communication/{id}")).await.status, 403);
    let patient = world.person("ana").patient;
    assert_eq!(ben.get(&format!("/Patient/{patient}")).await.status, 403);
    let found = ben.get(&format!("/Patient?_id={patient}")).await.json();
    assert_eq!(found["total"], 0);
    let own = world.person("ben").patient;
    assert_eq!(ben.get(&format!("/Patient/{own}")).await.json()["id"], own);
    let base = world.portal.base();
    for path in ["/Communication", "/Patient/x", "/Binary/x", "?_getpages=x"] {
        let answer = world.get(&format!("{base}{path}")).await;
        assert_eq!(answer.status, 401, "{path}");
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
    }
    assert_eq!(world.get(&format!("{base}/metadata")).await.status, 200);
}

#[tokio::test]
async fn attachments_are_read_by_their_owner() {
    let world = of(json!({ "people": {
        "ana": { "threads": 10, "messages": 120 },
        "ben": { "threads": 1, "messages": 1 },
    } }));
    let ana = world.read_as("ana").await;
    let all = ana.all("/Communication?_count=1000").await;
    let attachment = all
        .iter()
        .flat_map(|one| one["payload"].as_array().cloned().unwrap_or_default())
        .find_map(|payload| payload.get("contentAttachment").cloned())
        .expect("some message has an attachment");
    let url = format!("/{}", attachment["url"].as_str().unwrap());
    let raw = ana.get(&url).await;
    assert_eq!(raw.header("content-type"), attachment["contentType"]);
    assert_eq!(raw.body.len() as u64, attachment["size"].as_u64().unwrap());
    let ben = world.read_as("ben").await;
    assert_eq!(ben.get(&url).await.status, 403);
}

#[tokio::test]
async fn large_answers_are_compressed_if_wanted() {
    let world = world();
    let reader = world.read_as("ben").await;
    let url = format!("{}/Communication", world.portal.base());
    let headers = [
        ("authorization", reader.bearer.as_str()),
        ("accept-encoding", "br, gzip"),
    ];
    let packed = world.send("GET", &url, &headers, "").await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    let mut text = String::new();
    let mut decoder = flate2::read::GzDecoder::new(packed.body.as_slice());
    std::io::Read::read_to_string(&mut decoder, &mut text).unwrap();
    let bundle: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(bundle["total"], 44);
}
