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

/// The answer to one question (RFC 1035, 4.1).
fn answer(query: &[u8], known: &HashMap<String, Vec<String>>) -> Vec<u8> {
    let (mut labels, mut at) = (Vec::new(), 12);
    while query[at] != 0 {
        let end = at + 1 + usize::from(query[at]);
        labels.push(String::from_utf8_lossy(&query[at + 1..end]).to_ascii_lowercase());
        at = end;
    }
    let question = &query[12..at + 5];
    let texts = known.get(&labels.join(".")).map_or(&[][..], Vec::as_slice);
    let is_unknown = u8::from(texts.is_empty()) * 3;
    let mut answer = query[..2].to_vec();
    answer.extend([0x81, 0x80 | is_unknown, 0, 1, 0, u8::try_from(texts.len()).unwrap(), 0, 0, 0, 0]);
    answer.extend(question);
    for text in texts {
        let pieces = text.as_bytes().chunks(255);
        let data: Vec<u8> = pieces.flat_map(|piece| [&[u8::try_from(piece.len()).unwrap()], piece].concat()).collect();
        answer.extend([0xC0, 12, 0, 16, 0, 1, 0, 0, 0, 60]);
        answer.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        answer.extend(data);
    }
    answer
}
