//! The wire under a conversation with a mail server, with two limits that lettre does not have.
//!
//! A server says no more than [`MOST`] bytes between two things that we say: a line without end would fill the memory.
//! Until TLS is agreed on (STARTTLS), it says one answer to each command and nothing more: what somebody between us and the
//! server adds in clear would otherwise be read as its answers inside TLS (CVE-2011-0411 and its kin).

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

#[expect(deprecated, reason = "lettre has no other way to put TLS over a stream of ours")]
use lettre::transport::smtp::client::AsyncNetworkStream;
use lettre::transport::smtp::client::{AsyncTokioStream, TlsParameters};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Bytes that a server may say between two things that we say; its answers have a few hundred, its certificates some
/// thousand.
const MOST: usize = 512 * 1024;

/// The server said more than it was asked before the connection was secure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it said more than it was asked before the connection was secure")]
pub(super) struct Injected;

/// A connection to a mail server.
#[derive(Debug)]
pub(super) struct Wire {
    stream: TcpStream,
    /// Bytes it said since we said something.
    heard: usize,
    /// `None`: nothing is demanded of the answers.
    clear: Option<ClearText>,
}

impl Wire {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream, heard: 0, clear: None }
    }

    /// The same, one answer a command until the answer to STARTTLS was followed by TLS.
    pub(super) fn until_starttls(stream: TcpStream) -> Self {
        Self { clear: Some(ClearText::default()), ..Self::new(stream) }
    }
}

/// How far an answer in clear has come.
#[derive(Debug, Default)]
struct ClearText {
    /// Bytes of its line that were read.
    column: usize,
    /// Another line follows (`250-`).
    goes_on: bool,
    /// Its last line was read: nothing may follow.
    is_whole: bool,
    /// We said STARTTLS.
    asked: bool,
}

impl ClearText {
    /// Reads on in an answer.
    fn read(&mut self, bytes: &[u8]) -> Result<(), Injected> {
        for byte in bytes {
            if self.is_whole {
                return Err(Injected);
            }
            match (byte, self.column) {
                (b'\n', _) => (self.is_whole, self.column, self.goes_on) = (!self.goes_on, 0, false),
                (byte, column) => {
                    self.goes_on |= column == 3 && *byte == b'-';
                    self.column += 1;
                }
            }
        }
        Ok(())
    }

    /// We say `bytes`. Whether TLS begins with them.
    fn write(&mut self, bytes: &[u8]) -> bool {
        if self.asked && self.is_whole {
            return true;
        }
        self.asked |= bytes.starts_with(b"STARTTLS");
        self.is_whole = false;
        false
    }
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        let read = &buffer.filled()[before..];
        self.heard += read.len();
        if self.heard > MOST {
            return Poll::Ready(Err(io::Error::other("its answer has no end")));
        }
        match self.clear.as_mut().map(|clear| clear.read(read)) {
            Some(Err(injected)) => Poll::Ready(Err(io::Error::other(injected))),
            _ => Poll::Ready(Ok(())),
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, bytes))?;
        self.heard = 0;
        if self.clear.as_mut().is_some_and(|clear| clear.write(bytes)) {
            self.clear = None;
        }
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// A wire with TLS over it, for servers that speak TLS from the first byte.
#[expect(deprecated, reason = "lettre has no other way to put TLS over a stream of ours")]
pub(super) struct Secured(AsyncNetworkStream);

#[expect(deprecated, reason = "lettre has no other way to put TLS over a stream of ours")]
impl Secured {
    pub(super) async fn new(wire: Wire, tls: TlsParameters) -> Result<Self, lettre::transport::smtp::Error> {
        let mut stream = AsyncNetworkStream::use_existing_tokio1(Box::new(wire));
        stream.upgrade_tls(tls).await?;
        Ok(Self(stream))
    }
}

impl fmt::Debug for Secured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secured")
    }
}

impl AsyncTokioStream for Secured {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }
}

impl AsyncRead for Secured {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read =
            ready!(futures_util::io::AsyncRead::poll_read(Pin::new(&mut self.0), cx, buffer.initialize_unfilled()))?;
        buffer.advance(read);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Secured {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        futures_util::io::AsyncWrite::poll_write(Pin::new(&mut self.0), cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        futures_util::io::AsyncWrite::poll_flush(Pin::new(&mut self.0), cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        futures_util::io::AsyncWrite::poll_close(Pin::new(&mut self.0), cx)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_answer_a_command_and_nothing_after_it() {
        let check = |chunks: &[&str]| {
            chunks.iter().try_for_each({
                let mut clear = ClearText::default();
                move |chunk| clear.read(chunk.as_bytes())
            })
        };
        assert_eq!(check(&["220 ready\r\n"]), Ok(()));
        assert_eq!(check(&["250-a\r\n25", "0-b-c\r\n250 c", "\r\n"]), Ok(()));
        assert_eq!(check(&["22\n0 ready\r\n"]), Err(Injected));
        assert_eq!(check(&["220 ready\r\n250 taken\r\n"]), Err(Injected));
        assert_eq!(check(&["220 ready\r\n", "\n"]), Err(Injected));
        assert_eq!(check(&["220-ready\r\n220 go\r\n2"]), Err(Injected));
    }

    proptest! {
        #[test]
        fn answers_are_whole_however_they_are_cut(
            lines in prop::collection::vec("[a-z ]{0,12}", 1..5), cuts in prop::collection::vec(1..9_usize, 0..20), more in ".",
        ) {
            let last = lines.len() - 1;
            let line = |(at, words): (usize, &String)| format!("250{}{words}\r\n", if at == last { ' ' } else { '-' });
            let answer: String = lines.iter().enumerate().map(line).collect();
            let mut clear = ClearText::default();
            let mut rest = answer.as_bytes();
            for cut in cuts.into_iter().chain([usize::MAX]) {
                let (now, later) = rest.split_at(cut.min(rest.len()));
                prop_assert_eq!(clear.read(now), Ok(()));
                rest = later;
            }
            prop_assert!(clear.is_whole);
            prop_assert_eq!(clear.read(more.as_bytes()), Err(Injected));
        }
    }

    #[test]
    fn tls_begins_after_the_answer_to_starttls_alone() {
        let mut clear = ClearText::default();
        for (said, answer) in [("", "220 hello\r\n"), ("EHLO a\r\n", "250-a\r\n250 STARTTLS\r\n")] {
            assert!(!clear.write(said.as_bytes()));
            clear.read(answer.as_bytes()).unwrap();
        }
        assert!(!clear.write(b"STARTTLS\r\n"));
        clear.read(b"220 go on\r\n").unwrap();
        assert!(clear.write(&[0x16, 3, 1]));
    }
}
