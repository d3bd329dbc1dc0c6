//! Words → which of seventeen languages they are likeliest from.
//!
//! Naive Bayes over hashed character n-grams (1 to 4, inside words) and whole words, fitted by
//! `benches/fit_language.py`, which must hash as this does. Five words are enough for 98 in 100.

/// In the order of the weights: Latin script first, then Cyrillic.
const LANGUAGES: [&str; 17] =
    ["cs", "da", "de", "en", "es", "fi", "fr", "id", "it", "nl", "no", "pl", "pt", "sv", "tr", "ru", "uk"];

/// How many of them are written in Latin script.
const LATIN: usize = 15;

const BUCKETS: usize = 8192;

/// Logarithms of probabilities, less their mean over the languages, in twelfths; a row a bucket.
static WEIGHTS: &[u8; BUCKETS * LANGUAGES.len()] = include_bytes!("weights.bin");

/// Letters of one word that are looked at; words of real languages are shorter.
const LONGEST: usize = 40;

/// The likeliest language of a text in Latin script.
pub(super) fn latin(sample: &str) -> &'static str {
    best(&scores::<LATIN>(sample, 0), 0)
}

/// The likeliest of the two languages in Cyrillic script.
pub(super) fn cyrillic(sample: &str) -> &'static str {
    best(&scores::<{ LANGUAGES.len() - LATIN }>(sample, LATIN), LATIN)
}

fn best<const COUNT: usize>(scores: &[i32; COUNT], first: usize) -> &'static str {
    let best = (0..COUNT).rev().max_by_key(|&language| scores[language]).unwrap_or(0);
    LANGUAGES[first + best]
}

/// The scores of `COUNT` languages from `first` on.
fn scores<const COUNT: usize>(sample: &str, first: usize) -> [i32; COUNT] {
    let mut scores = [0; COUNT];
    let lower = sample.to_lowercase();
    // A word between two spaces, and where its letters start.
    let mut padded = String::new();
    let mut starts: Vec<usize> = Vec::new();
    for word in lower.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_empty()) {
        let word = word.char_indices().nth(LONGEST).map_or(word, |(end, _)| &word[..end]);
        padded.clear();
        padded.push(' ');
        padded.push_str(word);
        padded.push(' ');
        starts.clear();
        starts.extend(padded.char_indices().map(|(start, _)| start));
        starts.push(padded.len());
        // Five features a letter of one signed byte each: the sum of one word fits.
        let mut sums = [0_i16; COUNT];
        for size in 1..=4 {
            for ends in starts.windows(size + 1) {
                let gram = &padded.as_bytes()[ends[0]..ends[size]];
                if gram != b" " {
                    add(&mut sums, first, gram, size as u32);
                }
            }
        }
        add(&mut sums, first, word.as_bytes(), 9);
        scores.iter_mut().zip(sums).for_each(|(score, sum)| *score += i32::from(sum));
    }
    scores
}

/// Adds the weights of one feature. FNV-1a, then two rounds of mixing.
fn add<const COUNT: usize>(sums: &mut [i16; COUNT], first: usize, gram: &[u8], seed: u32) {
    let mut hash =
        gram.iter().fold(2_166_136_261 ^ seed, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(16_777_619));
    hash ^= hash >> 15;
    hash = hash.wrapping_mul(0x2c1b_3c6d);
    hash ^= hash >> 12;
    let row = hash as usize % BUCKETS * LANGUAGES.len() + first;
    let Some(weights) = WEIGHTS[row..].first_chunk::<COUNT>() else { return };
    for (sum, &weight) in sums.iter_mut().zip(weights) {
        *sum += i16::from(weight.cast_signed());
    }
}
