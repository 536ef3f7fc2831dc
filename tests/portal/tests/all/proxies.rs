//! Signing in for somebody else: one login, one grant for each patient.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use crate::support::{
    Answer, REDIRECT, Reader, SCOPE, VERIFIER, World, challenge, form, hidden, of, parameter,
};

/// Everything that a client can ask for, and the types of who acts for whom.
pub(crate) const ALL_SCOPES: &str = "openid fhirUser launch/patient offline_access patient/Patient.rs patient/Communication.cruds patient/Binary.cr patient/CareTeam.rs patient/RelatedPerson.rs patient/Person.rs";

/// Ana (with a second factor) acts for mia, and for noa by reading; ben and cleo act for nobody.
pub(crate) fn family() -> World {
    of(family_spec())
}

pub(crate) fn family_spec() -> Value {
    json!({ "people": {
        "ana": { "threads": 3, "messages": 12, "totp": true, "proxy_for": ["mia", { "name": "noa", "access": "read" }] },
        "ben": { "threads": 4, "messages": 40 },
        "cleo": { "must_enrol": true },
        "mia": { "threads": 2, "messages": 9 },
        "noa": { "threads": 2, "messages": 7 },
    } })
}

impl World {
    /// The answer to the last request of a native sign-in that says whose record it is for.
    pub(crate) async fn native_for(&self, who: &str, scope: &str, hint: Option<&str>) -> Answer {
        let (person, challenge) = (self.person(who), challenge());
        let mut fields = vec![
            ("client_id", "pericard"),
            ("response_type", "code"),
            ("scope", scope),
            ("nonce", "n-1"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        fields.extend(hint.map(|hint| ("patient_hint", hint)));
        let asked = self.post("/challenge", &fields).await.json();
        let session = asked["auth_session"].as_str().unwrap().to_owned();
        let answer = self.password(&session, who, &person.password).await;
        if person.totp_secret.is_none() {
            return answer;
        }
        assert_eq!(answer.json()["otp_required"], true);
        // A code works once.
        self.pass(30);
        self.otp(&session, &self.code(who)).await
    }

    pub(crate) async fn tokens_with(&self, who: &str, scope: &str, whose: &str) -> Value {
        let hint = self.person(whose).patient;
        let answer = self.native_for(who, scope, Some(&hint)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let code = answer.json()["authorization_code"]
            .as_str()
            .unwrap()
            .to_owned();
        let answer = self.redeem(&code).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// Tokens of `who` for the record of `whose`, by hint.
    pub(crate) async fn tokens_for(&self, who: &str, whose: &str) -> Value {
        self.tokens_with(who, ALL_SCOPES, whose).await
    }

    pub(crate) async fn read_for(&self, who: &str, whose: &str) -> Reader<'_> {
        let tokens = self.tokens_for(who, whose).await;
        self.reader(&tokens)
    }

    /// Password and code of ana in the browser; the page or redirect that follows.
    async fn ana_by_browser(&self, url: &str) -> (String, Answer) {
        let page = self.get(url).await;
        assert_eq!(page.status, 200, "{}", page.text());
        let login = hidden(&page.text(), "login");
        let fields = [
            ("login", login.as_str()),
            ("username", "ana"),
            ("password", &self.person("ana").password),
        ];
        self.post("/login", &fields).await;
        self.pass(30);
        let code = self.code("ana");
        let answer = self
            .post("/login", &[("login", &login), ("otp", &code)])
            .await;
        (login, answer)
    }

    async fn redeem_browsers(&self, back: &Answer) -> Value {
        assert_eq!(back.status, 303, "{}", back.text());
        let code = parameter(back.header("location"), "code").unwrap();
        let token = [
            ("grant_type", "authorization_code"),
            ("client_id", "pericard"),
            ("code", &code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        self.post("/token", &token).await.json()
    }
}

pub(crate) fn claims(tokens: &Value) -> Value {
    let token = tokens["id_token"].as_str().unwrap();
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap()).unwrap()
}

async fn related_id(world: &World, who: &str, whose: &str) -> String {
    let reader = world.read_for(who, who).await;
    let patient = world.person(whose).patient;
    let found = reader
        .all(&format!("/RelatedPerson?patient=Patient/{patient}"))
        .await;
    assert_eq!(found.len(), 1);
    found[0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_hint_leads_to_that_patient_with_the_same_subject() {
    let world = family();
    let own = world.tokens_for("ana", "ana").await;
    let mias = world.tokens_for("ana", "mia").await;
    assert_eq!(own["patient"], world.person("ana").patient);
    assert_eq!(mias["patient"], world.person("mia").patient);
    let (own, mias_claims) = (claims(&own), claims(&mias));
    assert_eq!(own["sub"], mias_claims["sub"]);
    let base = world.portal.base();
    let patient = format!("{base}/Patient/{}", world.person("ana").patient);
    assert_eq!(own["fhirUser"], patient);
    let related = related_id(&world, "ana", "mia").await;
    let related = format!("{base}/RelatedPerson/{related}");
    assert_eq!(mias_claims["fhirUser"], related);
    // A refresh stays with the patient.
    let again = world.refresh(&mias).await.json();
    assert_eq!(again["patient"], mias["patient"]);
    assert_eq!(claims(&again)["fhirUser"], related);
    // Mia has a login of her own, and it is another's.
    let herself = world.tokens_for("mia", "mia").await;
    assert_eq!(herself["patient"], mias["patient"]);
    assert_ne!(claims(&herself)["sub"], own["sub"]);
}

#[tokio::test]
async fn a_portal_may_name_the_person_in_every_grant() {
    let mut spec = family_spec();
    spec["fhir_user"] = json!("person");
    let world = of(spec);
    let (own, mias) = (
        claims(&world.tokens_for("ana", "ana").await),
        claims(&world.tokens_for("ana", "mia").await),
    );
    assert_eq!(own["fhirUser"], mias["fhirUser"]);
    let user = own["fhirUser"].as_str().unwrap().to_owned();
    assert!(user.contains("/fhir/Person/pe-"), "{user}");
    let reader = world.read_for("ana", "mia").await;
    assert_eq!(reader.get(&user).await.json()["resourceType"], "Person");
}

#[tokio::test]
async fn somebody_elses_hint_is_refused_once_the_person_is_proved_and_not_before() {
    let world = family();
    let stranger = world.person("ben").patient;
    for hint in [stranger.as_str(), "pt-of-nobody", "not an id/at all"] {
        let answer = world.native_for("ana", SCOPE, Some(hint)).await;
        assert_eq!(answer.error(), (400, "access_denied".into()), "{hint}");
        let url = world.authorize_url("", &[("patient_hint", hint)]);
        let (_, back) = world.ana_by_browser(&url).await;
        assert_eq!(back.status, 303);
        let location = back.header("location");
        let error = parameter(location, "error");
        assert_eq!(error.as_deref(), Some("access_denied"));
        assert_eq!(parameter(location, "state").as_deref(), Some("st-1"));
        assert_eq!(parameter(location, "code"), None);
    }
    // The other way round: mia's login acts for nobody.
    let mother = world.person("ana").patient;
    let answer = world.native_for("mia", SCOPE, Some(&mother)).await;
    assert_eq!(answer.error(), (400, "access_denied".into()));
    // Before that, nothing tells a hint that is allowed from one that is not.
    let challenge = challenge();
    let mut told = Vec::new();
    for hint in [&world.person("mia").patient, &stranger] {
        let fields = [
            ("client_id", "pericard"),
            ("response_type", "code"),
            ("scope", SCOPE),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
            ("patient_hint", hint),
        ];
        let mut first = world.post("/challenge", &fields).await.json();
        let session = first["auth_session"].take();
        let mut wrong = world
            .password(session.as_str().unwrap(), "ana", "nope")
            .await
            .json();
        wrong["auth_session"].take();
        let password = world.person("ana").password;
        let mut right = world
            .password(session.as_str().unwrap(), "ana", &password)
            .await
            .json();
        right["auth_session"].take();
        told.push((first, wrong, right));
    }
    assert_eq!(told[0], told[1]);
}

#[tokio::test]
async fn a_refusal_enrols_nobody() {
    let world = family();
    let hint = world.person("mia").patient;
    let challenge = challenge();
    let fields = [
        ("client_id", "pericard"),
        ("response_type", "code"),
        ("scope", SCOPE),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
        ("patient_hint", &hint),
    ];
    let asked = world.post("/challenge", &fields).await.json();
    let session = asked["auth_session"].as_str().unwrap().to_owned();
    let password = world.person("cleo").password;
    let asked = world.password(&session, "cleo", &password).await.json();
    let code = world.code_of(asked["otpauth"].as_str().unwrap());
    let answer = world.otp(&session, &code).await;
    assert_eq!(answer.error(), (400, "access_denied".into()));
    assert_eq!(
        world.tell(json!({ "totp": "cleo" }))["otpauth"],
        Value::Null
    );
}

#[tokio::test]
async fn without_a_hint_the_browser_asks_and_the_native_way_is_oneself() {
    let world = family();
    let (login, page) = world.ana_by_browser(&world.authorize_url("", &[])).await;
    assert_eq!(page.status, 200);
    let text = page.text();
    assert!(text.contains("Whose record?") && text.contains("<fieldset>"));
    let place = |who: &str| text.find(&world.person(who).patient).unwrap();
    assert!(place("ana") < place("mia") && place("mia") < place("noa"));
    assert_eq!(text.matches("type=\"radio\" name=\"patient\"").count(), 3);
    for id in [
        world.person("ben").patient,
        "pt-of-nobody".into(),
        String::new(),
    ] {
        let fields = [("login", login.as_str()), ("patient", &id)];
        let again = world.post("/login", &fields).await;
        assert_eq!(again.status, 200);
        assert!(again.text().contains("role=\"alert\""), "{id}");
    }
    let mia = world.person("mia").patient;
    let fields = [("login", login.as_str()), ("patient", &mia)];
    let back = world.post("/login", &fields).await;
    assert_eq!(world.redeem_browsers(&back).await["patient"], mia);
    let spent = world.post("/login", &fields).await;
    assert_eq!(spent.status, 400, "a sign-in ends with its code");

    let answer = world.native_for("ana", SCOPE, None).await;
    let code = answer.json()["authorization_code"].clone();
    let tokens = world.redeem(code.as_str().unwrap()).await.json();
    assert_eq!(tokens["patient"], world.person("ana").patient);
    // Who acts for nobody is not asked.
    let url = world.authorize_url("", &[]);
    world.sign_in_by_browser(&url, "ben").await;
}

#[tokio::test]
async fn a_hint_in_the_browser_and_in_a_pushed_request_spares_the_question() {
    let world = family();
    let mia = world.person("mia").patient;
    let hint = ("patient_hint", mia.as_str());
    let url = world.authorize_url("", &[hint]);
    let (_, back) = world.ana_by_browser(&url).await;
    assert_eq!(world.redeem_browsers(&back).await["patient"], mia);

    let url = url::Url::parse(&world.authorize_url("", &[hint])).unwrap();
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let fields: Vec<(&str, &str)> = pairs.iter().map(|(k, v)| (&**k, &**v)).collect();
    let pushed = world.post("/par", &fields).await.json();
    let uri = pushed["request_uri"].as_str().unwrap();
    let query = form(&[("client_id", "pericard"), ("request_uri", uri)]);
    let url = format!("{}/authorize?{query}", world.portal.issuer());
    let (_, back) = world.ana_by_browser(&url).await;
    assert_eq!(world.redeem_browsers(&back).await["patient"], mia);
}

#[tokio::test]
async fn a_portal_that_does_not_know_hints_asks_or_is_oneself() {
    let world = family();
    world.tell(json!({ "fault": "ignore_patient_hint" }));
    let mia = world.person("mia").patient;
    let answer = world.native_for("ana", SCOPE, Some(&mia)).await;
    let code = answer.json()["authorization_code"].clone();
    let tokens = world.redeem(code.as_str().unwrap()).await.json();
    assert_eq!(tokens["patient"], world.person("ana").patient);
    let url = world.authorize_url("", &[("patient_hint", &mia)]);
    let (_, page) = world.ana_by_browser(&url).await;
    assert!(page.text().contains("Whose record?"));
}

#[tokio::test]
async fn a_step_up_at_the_token_endpoint_stays_with_the_patient() {
    let world = family();
    let tokens = world.tokens_for("ana", "mia").await;
    world.tell(json!({ "fault": "insufficient_authorization" }));
    let asked = world.refresh(&tokens).await;
    assert_eq!(asked.error().1, "insufficient_authorization");
    let session = asked.json()["auth_session"].as_str().unwrap().to_owned();
    let (password, challenge) = (world.person("ana").password, challenge());
    world.pass(30);
    let code = world.code("ana");
    let fields = [
        ("auth_session", session.as_str()),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("username", "ana"),
        ("password", &password),
        ("otp", &code),
    ];
    let answer = world.post("/challenge", &fields).await.json();
    let code = answer["authorization_code"].as_str().unwrap();
    assert_eq!(
        world.redeem(code).await.json()["patient"],
        tokens["patient"]
    );
}

#[tokio::test]
async fn a_proxy_who_only_reads_gets_narrower_scopes() {
    let world = family();
    let tokens = world.tokens_for("ana", "noa").await;
    let scopes: Vec<&str> = tokens["scope"].as_str().unwrap().split(' ').collect();
    assert!(scopes.contains(&"patient/Communication.rs"), "{scopes:?}");
    assert!(scopes.contains(&"patient/Binary.r"), "{scopes:?}");
    assert!(scopes.contains(&"offline_access"), "{scopes:?}");
    assert!(!scopes.iter().any(|scope| scope.contains(".c")));
    let reader = world.reader(&tokens);
    let refused = reader.post(&json!({}), &[]).await;
    assert_eq!(refused.status, 403);
    let why = refused.header("www-authenticate");
    assert!(why.contains("insufficient_scope"), "{why}");
    let wide = world.tokens_for("ana", "mia").await;
    assert_eq!(wide["scope"], ALL_SCOPES);
}

#[tokio::test]
async fn grants_of_one_login_are_counted_shown_and_ended_together_or_alone() {
    let world = family();
    let (own, mias) = (
        world.tokens_for("ana", "ana").await,
        world.tokens_for("ana", "mia").await,
    );
    assert_eq!(world.tell(json!({ "sessions": "ana" }))["count"], 2);
    assert_eq!(world.tell(json!({ "sessions": "mia" }))["count"], 0);
    let token = mias["refresh_token"].as_str().unwrap();
    world
        .post("/revoke", &[("token", token), ("client_id", "pericard")])
        .await;
    assert_eq!(world.refresh(&mias).await.error().1, "invalid_grant");
    let own = world.refresh(&own).await;
    assert_eq!(own.status, 200, "one grant's end is not another's");
    world.tell(json!({ "revoke": "ana" }));
    assert_eq!(world.refresh(&own.json()).await.error().1, "invalid_grant");
}
