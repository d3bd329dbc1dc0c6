//! Questions on a terminal: asked again until the answer makes sense; what was answered before stays.

use std::io::{self, BufRead, Write};

use secrecy::SecretString;

use crate::cli::terminal::visible;
use crate::error::Error;

/// Somebody at a terminal. Once the input has ended, every question is answered by its default.
#[derive(Debug, Default)]
pub(super) struct Prompt {
    ended: bool,
}

/// Empty passwords in a row that are taken for "none".
const PATIENCE: usize = 3;

impl Prompt {
    /// A sentence of ours.
    pub(super) fn say(&self, words: &str) {
        anstream::eprintln!("{}", visible(words));
    }

    /// The line typed behind `question`; `None` when nothing is typed, or never will be.
    pub(super) fn line(&mut self, question: &str) -> Result<Option<String>, Error> {
        if self.ended {
            return Ok(None);
        }
        anstream::eprint!("{} ", visible(question));
        io::stderr().flush().map_err(Error::Stdout)?;
        let mut bytes = Vec::new();
        let read = io::stdin().lock().read_until(b'\n', &mut bytes).map_err(Error::file("read", "standard input"))?;
        if read == 0 {
            self.ended = true;
            self.say("");
        }
        let line = String::from_utf8_lossy(&bytes).trim().to_owned();
        Ok((!line.is_empty()).then_some(line))
    }

    /// The answer to `question`, once `check` takes it; its sentence says what is wrong until then. Enter is `default`.
    pub(super) fn until<T>(
        &mut self,
        question: &str,
        default: &str,
        mut check: impl FnMut(&str) -> Result<T, String>,
    ) -> Result<Option<T>, Error> {
        loop {
            let typed = self.line(&format!("{question} [{default}]:"))?;
            match check(typed.as_deref().unwrap_or(default)) {
                Ok(answer) => return Ok(Some(answer)),
                Err(why) => self.say(&format!("  {why}")),
            }
            if self.ended {
                return Ok(None);
            }
        }
    }

    /// Yes or no.
    pub(super) fn yes(&mut self, question: &str, default: bool) -> Result<bool, Error> {
        let check = |answer: &str| match answer.to_lowercase().as_str() {
            "y" | "yes" => Ok(true),
            "n" | "no" => Ok(false),
            _ => Err("y or n".to_owned()),
        };
        let answer = self.until(question, if default { "y" } else { "n" }, check)?;
        Ok(answer.unwrap_or(false))
    }

    /// The place of one of `ways`, the first by default; `None` when the input has ended.
    pub(super) fn choose(&mut self, question: &str, ways: &[String]) -> Result<Option<usize>, Error> {
        self.say(question);
        for (index, way) in ways.iter().enumerate() {
            self.say(&format!("  {}  {way}", index + 1));
        }
        let check = |answer: &str| match answer.parse::<usize>() {
            Ok(number) if (1..=ways.len()).contains(&number) => Ok(number - 1),
            _ => Err(format!("a number from 1 to {}", ways.len())),
        };
        if self.ended { Ok(None) } else { self.until("Number", "1", check) }
    }

    /// A line that is not shown; `None` for none.
    pub(super) fn secret(&mut self, question: &str) -> Result<Option<SecretString>, Error> {
        for _ in 0..PATIENCE {
            if self.ended {
                break;
            }
            anstream::eprint!("{} ", visible(question));
            io::stderr().flush().map_err(Error::Stdout)?;
            let typed = console::Term::stderr().read_secure_line().map_err(Error::file("read", "standard input"))?;
            if !typed.is_empty() {
                return Ok(Some(typed.into()));
            }
            self.say("  nothing was typed");
        }
        Ok(None)
    }

    /// Whether nothing more can be typed.
    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }
}
