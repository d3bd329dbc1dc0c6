//! A name server on loopback that knows a few texts, and of everything else that it does not exist.

#![allow(dead_code, clippy::unwrap_used, reason = "each test takes what it needs; in a test an error is a failure")]

use std::collections::HashMap;
use std::net::UdpSocket;

/// Answers from `texts` (name without a final dot → TXT records) until the test ends; returns its address.
pub(crate) fn serve(texts: &[(&str, &str)]) -> String {
    let mut known: HashMap<String, Vec<String>> = HashMap::new();
    for (name, text) in texts {
        known.entry((*name).to_owned()).or_default().push((*text).to_owned());
    }
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        let mut query = [0; 1500];
        while let Ok((length, from)) = socket.recv_from(&mut query) {
            let _ = socket.send_to(&answer(&query[..length], &known), from);
        }
    });
    address
}

/// One question (RFC 1035, 4.1).
struct Question {
    name: String,
    kind: u16,
    /// Its last byte in the query.
    end: usize,
}

impl Question {
    fn of(query: &[u8]) -> Self {
        let (mut labels, mut at) = (Vec::new(), 12);
        while query[at] != 0 {
            let end = at + 1 + usize::from(query[at]);
            labels.push(String::from_utf8_lossy(&query[at + 1..end]).to_ascii_lowercase());
            at = end;
        }
        Self { name: labels.join("."), kind: u16::from_be_bytes([query[at + 1], query[at + 2]]), end: at + 5 }
    }

    /// The beginning of an answer with so many records; none: there is no such name.
    fn head(&self, query: &[u8], records: usize) -> Vec<u8> {
        let is_unknown = u8::from(records == 0) * 3;
        let mut answer = query[..2].to_vec();
        answer.extend([0x81, 0x80 | is_unknown, 0, 1, 0, u8::try_from(records).unwrap(), 0, 0, 0, 0]);
        answer.extend(&query[12..self.end]);
        answer
    }
}

/// The answer to a question after texts.
fn answer(query: &[u8], known: &HashMap<String, Vec<String>>) -> Vec<u8> {
    let question = Question::of(query);
    let texts = known.get(&question.name).map_or(&[][..], Vec::as_slice);
    let mut answer = question.head(query, texts.len());
    for text in texts {
        let pieces = text.as_bytes().chunks(255);
        let data: Vec<u8> = pieces.flat_map(|piece| [&[u8::try_from(piece.len()).unwrap()], piece].concat()).collect();
        answer.extend([0xC0, 12, 0, 16, 0, 1, 0, 0, 0, 60]);
        answer.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        answer.extend(data);
    }
    answer
}

/// A name server on loopback that answers every question after the service `service` (RFC 2782) with `localhost` and `port`, and
/// knows nothing else; returns its address.
pub(crate) fn serve_service(service: &'static str, port: u16) -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        let mut query = [0; 1500];
        while let Ok((length, from)) = socket.recv_from(&mut query) {
            let question = Question::of(&query[..length]);
            let is_known = question.name == service && question.kind == 33;
            let mut answer = question.head(&query, usize::from(is_known));
            if is_known {
                // Priority 0, weight 0, the port, and the name `localhost`.
                let data = [&[0, 0, 0, 0][..], &port.to_be_bytes(), b"\x09localhost\x00"].concat();
                answer.extend([0xC0, 12, 0, 33, 0, 1, 0, 0, 0, 60]);
                answer.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
                answer.extend(data);
            }
            let _ = socket.send_to(&answer, from);
        }
    });
    address
}
