//! TLS in front of a plain server: certificate for `localhost`, from an authority of our own.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncBufReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tls").join(name)
}

fn acceptor() -> TlsAcceptor {
    let certificate = CertificateDer::from_pem_file(fixture("server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(fixture("server.key")).unwrap();
    let mut config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
    // A client of the web takes the first it knows; one of mail names none and is not asked.
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    TlsAcceptor::from(Arc::new(config))
}

/// The kind of proxy before the server.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Front {
    /// TLS from the first byte.
    Tls,
    /// STARTTLS after a greeting in clear.
    Starttls,
    /// Says yes to STARTTLS and then talks nonsense.
    Nonsense,
    /// Somebody on the way adds this in clear to the answer to EHLO, and then this to the answer to STARTTLS.
    Injecting(&'static str, &'static str),
    /// A line without end in place of the greeting.
    EndlessInClear,
    /// The same over TLS.
    EndlessTls,
}

/// Puts `front` before the plain server on `inner`; returns its port.
pub(crate) async fn front(front: Front, inner: u16) -> u16 {
    counting(front, inner).await.0
}

/// The same, and the bytes that were taken of a line without end.
pub(crate) async fn counting(front: Front, inner: u16) -> (u16, Arc<AtomicUsize>) {
    let said = Arc::<AtomicUsize>::default();
    let counter = said.clone();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let said = said.clone();
            tokio::spawn(async move { guard(front, stream, inner, &said).await });
        }
    });
    (port, counter)
}

/// Says one line without end, and counts what was taken of it.
async fn endless(mut stream: impl AsyncWrite + Unpin, said: &AtomicUsize) -> std::io::Result<()> {
    loop {
        said.fetch_add(stream.write(&[b'2'; 16 * 1024]).await?, Ordering::SeqCst);
    }
}

async fn guard(front: Front, stream: TcpStream, inner: u16, said: &AtomicUsize) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    if front == Front::EndlessInClear {
        return endless(stream, said).await;
    }
    if !matches!(front, Front::Tls | Front::EndlessTls) {
        stream.write_all(b"220 localhost\r\n").await?;
        let (first, second) = if let Front::Injecting(first, second) = front { (first, second) } else { ("", "") };
        for answer in
            [format!("250-localhost\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n{first}"), format!("220 go on\r\n{second}")]
        {
            stream.read_line(&mut String::new()).await?;
            stream.write_all(answer.as_bytes()).await?;
        }
    }
    if front == Front::Nonsense {
        stream.fill_buf().await?; // the beginning of its TLS
        stream.write_all(b"this is no TLS\r\nat all\r\n").await?;
        return Ok(());
    }
    let tls = acceptor().accept(stream.into_inner()).await?;
    if front == Front::EndlessTls {
        return endless(tls, said).await;
    }
    let mut server = BufReader::new(TcpStream::connect(("127.0.0.1", inner)).await?);
    let mut tls = tls;
    if front != Front::Tls {
        server.read_line(&mut String::new()).await?; // its greeting was said in clear
    }
    tokio::io::copy_bidirectional(&mut tls, &mut server).await?;
    Ok(())
}
