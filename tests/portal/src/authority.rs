//! The certificate authority of this process: made at the first use, never written down.
//!
//! Clients are given its certificate as an extra root; nothing else can be told to trust it.

use std::sync::{Arc, OnceLock};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::PortalError;

pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) pem: String,
    pub(crate) der: Vec<u8>,
}

impl Authority {
    pub(crate) fn of_process() -> Result<&'static Self, PortalError> {
        static AUTHORITY: OnceLock<Authority> = OnceLock::new();
        if let Some(made) = AUTHORITY.get() {
            return Ok(made);
        }
        let made = Self::new().map_err(certificate)?;
        Ok(AUTHORITY.get_or_init(|| made))
    }

    fn new() -> Result<Self, rcgen::Error> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.distinguished_name = name("Pericard reference portal CA");
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?;
        Ok(Self {
            pem: certificate.pem(),
            der: certificate.der().to_vec(),
            issuer: Issuer::new(params, key),
        })
    }

    /// A server configuration with a fresh certificate for `localhost` and `127.0.0.1`.
    pub(crate) fn server(&self) -> Result<Arc<rustls::ServerConfig>, PortalError> {
        let (chain, key) = self.leaf().map_err(certificate)?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| PortalError::Certificate(error.to_string()))?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(|error| PortalError::Certificate(error.to_string()))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    #[allow(clippy::type_complexity)]
    fn leaf(&self) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), rcgen::Error> {
        let mut params =
            CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()])?;
        params.distinguished_name = name("localhost");
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        // Apple's verifier refuses leaf certificates that last longer than 398 days.
        let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
        let day = |offset: i64| {
            let day = today.saturating_add(jiff::Span::new().days(offset)).date();
            rcgen::date_time_ymd(day.year().into(), day.month() as u8, day.day() as u8)
        };
        params.not_before = day(-1);
        params.not_after = day(90);
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        let key = PrivateKeyDer::try_from(key.serialize_der())
            .map_err(|_| rcgen::Error::KeyGenerationUnavailable)?;
        Ok((vec![certificate.der().clone()], key))
    }
}

fn name(common: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common);
    name
}

fn certificate(error: rcgen::Error) -> PortalError {
    PortalError::Certificate(error.to_string())
}
