use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls_platform_verifier::{ConfigVerifierExt, Verifier};

use crate::fetch::Error;

/// Mozilla's certificate authorities where the system has none, as in a container from scratch.
///
/// Empty where it has some, and where a list is named that cannot be read (`SSL_CERT_FILE`): somebody chose whom to trust, and a
/// mistake in that must not widen it.
pub fn fallback_roots() -> Vec<CertificateDer<'static>> {
    let system = rustls_native_certs::load_native_certs();
    let has_none = system.certs.is_empty() && system.errors.is_empty();
    if has_none { webpki_root_certs::TLS_SERVER_ROOT_CERTS.to_vec() } else { Vec::new() }
}

/// TLS with the system's authorities, else with [`fallback_roots`].
///
/// # Errors
/// When a list of authorities is named, and cannot be read.
pub(super) fn tls() -> Result<ClientConfig, Error> {
    let nobody = |error: rustls::Error| Error::Connect {
        url: "https:".to_owned(),
        cause: format!(
            "no authority for certificates is known; do SSL_CERT_FILE and SSL_CERT_DIR name files that are there? ({error})"
        ),
        answered: false,
    };
    with_system_roots().map_err(nobody)
}

fn with_system_roots() -> Result<ClientConfig, rustls::Error> {
    ClientConfig::with_platform_verifier().or_else(|_| {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = Verifier::new_with_extra_roots(fallback_roots(), Arc::clone(&provider))?;
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
    })
}
