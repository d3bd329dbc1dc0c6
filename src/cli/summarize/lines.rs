//! JSON Lines in, JSON Lines out: in order, in parallel, in bounded memory.
//!
//! Lines are read in chunks of bounded size, each chunk is answered by all threads and written before the next is
//! read. A line that is too long is answered as bad and skipped, so no input can take all memory.

use std::io::{BufRead, Write};

use rayon::prelude::*;
use serde_json::json;

use super::answer::{How, Request, answer};

/// Bytes of input answered at a time, unless a single line is longer.
const CHUNK_BYTES: usize = 1 << 20;

/// Longer lines are bad lines.
const LONGEST_LINE: usize = 256 << 20;

/// One line as it was read.
struct Line {
    number: usize,
    content: Result<Vec<u8>, String>,
}

/// Answers each line of `input`; returns how many were bad.
///
/// # Errors
///
/// When the input cannot be read or the output cannot be written.
pub(super) fn answer_all(
    mut input: impl BufRead,
    mut output: impl Write,
    how: &How,
    pool: &rayon::ThreadPool,
) -> std::io::Result<usize> {
    let (mut number, mut bad) = (0, 0);
    loop {
        let chunk = read_chunk(&mut input, &mut number)?;
        if chunk.is_empty() {
            output.flush()?;
            return Ok(bad);
        }
        let answers: Vec<Result<String, String>> =
            pool.install(|| chunk.par_iter().with_max_len(8).map(|line| answer_line(line, how)).collect());
        for answer in answers {
            bad += usize::from(answer.is_err());
            let line = answer.unwrap_or_else(|error| error);
            output.write_all(line.as_bytes())?;
            output.write_all(b"\n")?;
        }
    }
}

/// Reads whole lines until they make a chunk; empty at the end of the input. Blank lines are skipped.
fn read_chunk(input: &mut impl BufRead, number: &mut usize) -> std::io::Result<Vec<Line>> {
    let (mut chunk, mut size) = (Vec::new(), 0);
    while size < CHUNK_BYTES {
        let Some(content) = read_line(input)? else { break };
        *number += 1;
        size += content.as_ref().map_or(0, Vec::len);
        if content.as_ref().is_ok_and(|line| line.trim_ascii().is_empty()) {
            continue;
        }
        chunk.push(Line { number: *number, content });
    }
    Ok(chunk)
}

/// Reads one line without its break; `None` at the end of the input.
fn read_line(input: &mut impl BufRead) -> std::io::Result<Option<Result<Vec<u8>, String>>> {
    let mut line = Vec::new();
    let mut too_long = false;
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok((!line.is_empty() || too_long).then(|| content(line, too_long)));
        }
        let end = memchr::memchr(b'\n', buffer);
        let part = &buffer[..end.unwrap_or(buffer.len())];
        too_long |= line.len() + part.len() > LONGEST_LINE;
        if too_long {
            line = Vec::new();
        } else {
            line.extend_from_slice(part);
        }
        let used = end.map_or(buffer.len(), |end| end + 1);
        input.consume(used);
        if end.is_some() {
            return Ok(Some(content(line, too_long)));
        }
    }
}

fn content(line: Vec<u8>, too_long: bool) -> Result<Vec<u8>, String> {
    if too_long { Err(format!("the line is longer than {} MiB", LONGEST_LINE >> 20)) } else { Ok(line) }
}

/// The answer to one line; `Err` holds the answer to a bad one.
fn answer_line(line: &Line, how: &How) -> Result<String, String> {
    let bad = |error: String| json!({ "line": line.number, "error": error }).to_string();
    let bytes = line.content.as_ref().map_err(|error| bad(error.clone()))?;
    let request: Request = serde_json::from_slice(bytes).map_err(|error| bad(error.to_string()))?;
    if request.text.is_none() && request.html.is_none() {
        return Err(bad("neither `text` nor `html` is given".to_owned()));
    }
    Ok(answer(request, how).json())
}

#[cfg(test)]
mod tests {
    use super::{How, answer_all};
    use crate::summary::Options;

    fn filter(input: &str, threads: usize) -> (String, usize) {
        let how = How { options: Options::default(), clean: true, all: false, explain: false };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut output = Vec::new();
        let bad = answer_all(input.as_bytes(), &mut output, &how, &pool).unwrap();
        (String::from_utf8(output).unwrap(), bad)
    }

    #[test]
    fn each_line_is_answered_in_order_and_a_bad_one_says_so() {
        let input = "{\"id\":\"a\",\"text\":\"One. Two.\"}\nnot json\n\n{\"id\":3,\"title\":\"no text\"}\n{\"text\":\"Three.\"}";
        let (output, bad) = filter(input, 2);
        let lines: Vec<serde_json::Value> = output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 4);
        assert_eq!((lines[0]["id"].as_str(), lines[0]["summary"].as_str()), (Some("a"), Some("One.\nTwo.")));
        assert_eq!((lines[1]["line"].as_u64(), lines[2]["line"].as_u64(), bad), (Some(2), Some(4), 2));
        assert_eq!(lines[3]["sentences"][0]["text"], "Three.");
    }

    #[test]
    fn the_number_of_threads_changes_nothing() {
        let line = |i: usize| {
            let text =
                format!("The river number {i} rose on Monday. Firemen came. It rained for {i} days in the valley.");
            serde_json::json!({ "id": i, "text": text.repeat(1 + i % 7) }).to_string()
        };
        let input: String = (0..300).map(|i| line(i) + "\n").collect();
        let (one, _) = filter(&input, 1);
        assert_eq!(one.lines().count(), 300);
        assert_eq!(one, filter(&input, 4).0);
    }
}
