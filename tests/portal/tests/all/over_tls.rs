//! The listener and the control interface, over real sockets.

use std::sync::Arc;

use axum::body::Body;
use http_body_util::BodyExt;
use hyper::Request;
use hyper_util::rt::TokioIo;
use pericard_portal::{ControlServer, Portal, Spec};
use rustls::pki_types::ServerName;
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use url::Url;

/// One request on a connection of its own. `Err` if there was no whole answer.
async fn call(
    method: &str,
    url: &str,
    ca_pem: Option<&str>,
    body: String,
) -> Result<(u16, Vec<u8>), String> {
    let url = Url::parse(url).unwrap();
    let port = url.port().unwrap();
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let stream = TcpStream::connect(("127.0.0.1", port))
        .await
        .map_err(|e| text(&e))?;
    let request = Request::builder()
        .method(method)
        .uri(url.path())
        .header("host", format!("localhost:{port}"))
        .header("connection", "close")
        .body(Body::from(body))
        .unwrap();
    let Some(pem) = ca_pem else {
        return exchange(TokioIo::new(stream), request).await;
    };
    let mut roots = rustls::RootCertStore::empty();
    let ca = rustls::pki_types::CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    roots.add(ca).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(url.host_str().unwrap().to_owned()).unwrap();
    let tls = tokio_rustls::TlsConnector::from(Arc::new(config));
    let stream = tls.connect(name, stream).await.map_err(|e| text(&e))?;
    exchange(TokioIo::new(stream), request).await
}

async fn exchange<S>(stream: S, request: Request<Body>) -> Result<(u16, Vec<u8>), String>
where
    S: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream)
        .await
        .map_err(|e| e.to_string())?;
    tokio::spawn(connection);
    let answer = sender
        .send_request(request)
        .await
        .map_err(|e| e.to_string())?;
    let status = answer.status().as_u16();
    let body = answer.collect().await.map_err(|e| e.to_string())?;
    Ok((status, body.to_bytes().to_vec()))
}

fn spec(value: Value) -> Spec {
    serde_json::from_value(value).unwrap()
}

#[tokio::test]
async fn the_certificate_is_for_both_names_and_only_from_its_authority() {
    let portal = Portal::start(Spec::default()).await.unwrap();
    let pem = portal.ca_pem();
    let metadata = format!("{}/metadata", portal.base());
    let (status, _) = call("GET", &metadata, Some(&pem), String::new())
        .await
        .unwrap();
    assert_eq!(status, 200);
    let by_address = metadata.replace("localhost", "127.0.0.1");
    assert!(
        call("GET", &by_address, Some(&pem), String::new())
            .await
            .is_ok()
    );
    let stranger = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    let refused = call("GET", &metadata, Some(&stranger.cert.pem()), String::new()).await;
    assert!(refused.is_err());
    drop(portal);
    let gone = call("GET", &metadata, Some(&pem), String::new()).await;
    assert!(gone.is_err(), "dropped means stopped");
}

#[tokio::test]
async fn a_cut_answer_is_an_error_on_the_wire() {
    let cut = json!({ "faults": [{ "fault": "truncate_body", "times": 1 }] });
    let portal = Portal::start(spec(cut)).await.unwrap();
    let pem = portal.ca_pem();
    let metadata = format!("{}/metadata", portal.base());
    let whole = call("GET", &metadata, Some(&pem), String::new()).await;
    assert!(whole.is_err());
    let whole = call("GET", &metadata, Some(&pem), String::new()).await;
    assert!(whole.is_ok());
}

#[tokio::test]
async fn portals_are_started_told_and_stopped_over_http() {
    let control = ControlServer::start(0, false).await.unwrap();
    let json_of = |body: Vec<u8>| serde_json::from_slice::<Value>(&body).unwrap();
    let post = |path: String, body: Value| {
        let url = format!("{}{path}", control.url());
        async move { call("POST", &url, None, body.to_string()).await.unwrap() }
    };
    let story = json!({ "people": { "ana": { "threads": 2, "messages": 5, "totp": true } } });
    let (status, one) = post("/portals".into(), story.clone()).await;
    assert_eq!(status, 201);
    let (_, two) = post("/portals".into(), story).await;
    let (one, two) = (json_of(one), json_of(two));
    assert_ne!(one["base"], two["base"]);
    assert!(one["people"]["ana"]["totp_secret"].is_string());
    assert_eq!(one["config"]["portals"][0]["base"], one["base"]);
    let tell = |portal: &Value, body: Value| {
        let path = format!("/portals/{}/control", portal["id"].as_str().unwrap());
        let answer = post(path, body);
        async move {
            let (status, body) = answer.await;
            (status, json_of(body))
        }
    };
    tell(
        &one,
        json!({ "new_message": { "who": "ana", "text": "Xylophone lessons" } }),
    )
    .await;
    let count = json!({ "count_messages": { "text": "Xylophone lessons" } });
    assert_eq!(
        tell(&one, count.clone()).await,
        (200, json!({ "count": 1 }))
    );
    assert_eq!(
        tell(&two, count.clone()).await,
        (200, json!({ "count": 0 }))
    );
    let (status, why) = tell(&one, json!({ "dance": true })).await;
    assert_eq!(status, 400);
    assert!(
        why["error"]
            .as_str()
            .is_some_and(|text| text.contains("dance"))
    );
    let (status, _) = post("/portals".into(), json!({ "people": 3 })).await;
    assert_eq!(status, 400);

    let stop = format!("{}/portals/{}", control.url(), one["id"].as_str().unwrap());
    let stopped = call("DELETE", &stop, None, String::new()).await.unwrap();
    assert_eq!(stopped.0, 204);
    assert_eq!(tell(&one, count.clone()).await.0, 404);
    let metadata = format!("{}/metadata", one["base"].as_str().unwrap());
    let gone = call("GET", &metadata, one["ca_pem"].as_str(), String::new()).await;
    assert!(gone.is_err());
    assert_eq!(tell(&two, count).await.0, 200);
}

#[tokio::test]
async fn a_portal_that_repeats_begins_alike_each_time_and_another_does_not() {
    let begun = async |spec: Value| {
        let portal = Portal::start(serde_json::from_value(spec).unwrap())
            .await
            .unwrap();
        let command = json!({ "new_message": { "who": "ana", "text": "Good morning" } });
        let drawn = portal
            .control(serde_json::from_value(command).unwrap())
            .unwrap()
            .to_json();
        (portal.now(), drawn)
    };
    let people = json!({ "ana": { "threads": 2, "messages": 6 } });
    let repeats = json!({ "people": people, "repeats_from": "2026-11-05T08:24:00Z" });
    let (now, drawn) = begun(repeats.clone()).await;
    let begin: jiff::Timestamp = "2026-11-05T08:24:00Z".parse().unwrap();
    assert!(
        now >= begin && now.duration_since(begin).as_secs() < 60,
        "{now}"
    );
    assert_eq!(begun(repeats).await.1, drawn);
    assert_ne!(begun(json!({ "people": people })).await.1, drawn);
}
