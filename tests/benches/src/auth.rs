//! What signing in is measured with: keys of RFC 7515 appendix A, two id_tokens signed with them, a second factor.

/// When it is, for what is asked the time: a fixed second that lies within every token here.
pub const NOW: i64 = 1_800_000_000;

/// Who issued the tokens.
pub const ISSUER: &str = "https://portal.example/auth";

/// For whom.
pub const CLIENT_ID: &str = "pericard";

/// What binds them to their sign-in.
pub const NONCE: &str = "Jz8Nq0n3pVh1cX2lq5rT7w";

/// About whom they are.
pub const SUBJECT: &str = "8f1b6c1e-0a52-4d0a-9f2b-6f1c0f2f1d11";

/// Where a request with a proof goes.
pub const RESOURCE: &str =
    "https://portal.example/fhir/Communication?subject=Patient/ana&_count=100";

/// What goes with it.
pub const ACCESS_TOKEN: &str = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";

/// What the server wants in the proof.
pub const DPOP_NONCE: &str = "eyJ7S_zG.eyJH0-Z.HX4w-7v";

/// The scalar of the key, base64url.
pub const SCALAR: &str = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI";

/// The same key as PKCS #8, base64url.
pub const PKCS8: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LKhRANCAAR_zc4ncPbEXUGDy-5v20t7WAczNXvp7xO6z248e9FURcfxRM0bvZt-hyzf7bnuufSzaV1uqQskrYpGIyiFiOWt";

/// Its public part.
pub const X: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";

/// Its public part.
pub const Y: &str = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";

/// The issuer's keys.
pub const KEYS: &str = r#"{"keys":[{"kty":"EC","use":"sig","alg":"ES256","kid":"ec","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},{"kty":"RSA","use":"sig","alg":"RS256","kid":"rsa","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"}]}"#;

/// Signed with the first of them.
pub const ES256: &str = "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImVjIn0.eyJpc3MiOiJodHRwczovL3BvcnRhbC5leGFtcGxlL2F1dGgiLCJzdWIiOiI4ZjFiNmMxZS0wYTUyLTRkMGEtOWYyYi02ZjFjMGYyZjFkMTEiLCJhdWQiOiJwZXJpY2FyZCIsImV4cCI6NDEwMjQ0NDgwMCwiaWF0IjoxNzk5OTk5OTQwLCJhdXRoX3RpbWUiOjE3OTk5OTk5MDAsIm5vbmNlIjoiSno4TnEwbjNwVmgxY1gybHE1clQ3dyIsImFjciI6Im1mYSIsImFtciI6WyJwd2QiLCJvdHAiXSwiZmhpclVzZXIiOiJodHRwczovL3BvcnRhbC5leGFtcGxlL2ZoaXIvUGF0aWVudC9hbmEifQ.glJsEgpwPxYt3ac_sqHhotUW8WuvfXVnvPv-AcIcMni3o8TxzHvApHEkZ9_UBZjknbMlqJHOKYHuV7wMWKBDBA";

/// Signed with the second.
pub const RS256: &str = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6InJzYSJ9.eyJpc3MiOiJodHRwczovL3BvcnRhbC5leGFtcGxlL2F1dGgiLCJzdWIiOiI4ZjFiNmMxZS0wYTUyLTRkMGEtOWYyYi02ZjFjMGYyZjFkMTEiLCJhdWQiOiJwZXJpY2FyZCIsImV4cCI6NDEwMjQ0NDgwMCwiaWF0IjoxNzk5OTk5OTQwLCJhdXRoX3RpbWUiOjE3OTk5OTk5MDAsIm5vbmNlIjoiSno4TnEwbjNwVmgxY1gybHE1clQ3dyIsImFjciI6Im1mYSIsImFtciI6WyJwd2QiLCJvdHAiXSwiZmhpclVzZXIiOiJodHRwczovL3BvcnRhbC5leGFtcGxlL2ZoaXIvUGF0aWVudC9hbmEifQ.GOGZhfzBSgjyLViPBOLOFgfBOzDWtbOq96zqnUZMZkc_x2EfWbqyKYKZhOrljr6lO77a6YZ7W7VyT8FJH7ALcInPvPNNiioXbJ4o4QNKgN8sVxfeviHYsV4RiFpaycTUBu1kecs-J-sT9_O4qXYhp421fcFkOfyRZRbprj8FzmtHtndKmMzWk70miQP8w-koQULs_voWSsgSUM2I37UtKMj5xab52RbCceHGtLU8qwZF-Z3H-6DiogDdCiaRU4Q7JYDzLfR8CCmeprZsyxUTkwI5UjP1_leUnUDUgcje3ww5TVI1XPnvtPfDXs2pZogNwEyE0WifDKlOowcJnkFOBw";

/// A second factor as a portal hands it over.
pub const OTPAUTH: &str = "otpauth://totp/Portal%20Wien:ana?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Portal%20Wien&algorithm=SHA1&digits=6&period=30";

/// How often each thing is done; what is told is the time of one.
pub const TIMES: u32 = 2_000;
