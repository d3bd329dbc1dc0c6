//! Plain text → language, sentences, words, stems.
