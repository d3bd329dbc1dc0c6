//! Why there is no connection, in plain words in place of a library's.

use std::error::Error;
use std::io;

use rustls::{CertificateError, Error as Tls};

/// Of `error` and its causes the one that TLS knows, in plain words.
pub(crate) fn in_words(error: &(dyn Error + 'static)) -> Option<&'static str> {
    let mut next = Some(error);
    while let Some(error) = next {
        // An error of the system has others inside that it does not name as its cause.
        let mut inside = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(tls) = error.downcast_ref::<Tls>() {
            return Some(words(tls));
        }
        while let Some(error) = inside {
            if let Some(tls) = error.downcast_ref::<Tls>() {
                return Some(words(tls));
            }
            inside = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        }
        next = error.source();
    }
    None
}

fn words(error: &Tls) -> &'static str {
    match error {
        Tls::InvalidCertificate(certificate) => of_certificate(certificate),
        Tls::InvalidMessage(_) | Tls::InappropriateMessage { .. } | Tls::InappropriateHandshakeMessage { .. } => {
            "it does not speak TLS at this port"
        }
        Tls::PeerIncompatible(_) => "it offers no TLS that is safe",
        Tls::AlertReceived(_) => "it refused the TLS handshake",
        Tls::NoCertificatesPresented => "it has no certificate",
        Tls::FailedToGetCurrentTime => "the clock of this machine cannot be read",
        _ => "TLS failed",
    }
}

fn of_certificate(error: &CertificateError) -> &'static str {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "its certificate has expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet; is the clock of this machine right?"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is for another name"
        }
        CertificateError::UnknownIssuer => "its certificate is signed by nobody whom this machine trusts",
        CertificateError::Revoked => "its certificate was revoked",
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            "its certificate is that of an authority, not of a server"
        }
        _ => "its certificate cannot be used",
    }
}

/// The system's words on a connection, without its number and the names of its functions.
pub(crate) fn plain(words: &str) -> String {
    if words.contains("failed to lookup address information") || words.contains("dns error") {
        return "there is no host of this name, or the name server does not answer".to_owned();
    }
    if words.contains("stream did not contain valid UTF-8") {
        return "it is no text in UTF-8".to_owned();
    }
    let (mut plain, mut rest) = (String::new(), words);
    while let Some((before, behind)) = rest.split_once(" (os error ") {
        plain.push_str(before);
        rest = behind.split_once(')').map_or("", |(_, behind)| behind);
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_of_a_library_is_left() {
        let certificate = |error| Tls::InvalidCertificate(error);
        for (error, expected) in [
            (certificate(CertificateError::Expired), "its certificate has expired"),
            (certificate(CertificateError::NotValidForName), "its certificate is for another name"),
            (certificate(CertificateError::BadEncoding), "its certificate cannot be used"),
            (Tls::InvalidMessage(rustls::InvalidMessage::InvalidContentType), "it does not speak TLS at this port"),
            (Tls::DecryptError, "TLS failed"),
        ] {
            let nested = io::Error::other(io::Error::other(error));
            assert_eq!(in_words(&nested), Some(expected));
        }
        assert_eq!(in_words(&io::Error::other("no")), None);
        assert_eq!(plain("Connection refused (os error 111), no mail"), "Connection refused, no mail");
    }
}
