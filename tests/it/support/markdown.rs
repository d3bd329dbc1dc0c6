//! The parts of a Markdown page that say something about the program: blocks of code, code in a line, headings, links.

/// A fenced block of code.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    /// `toml`, `sh`, …; empty where the page names none.
    pub(crate) language: String,
    pub(crate) text: String,
    /// Line of its first line, counted from 1.
    pub(crate) line: usize,
    /// The heading it stands under.
    pub(crate) heading: String,
}

/// One page.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) blocks: Vec<Block>,
    pub(crate) headings: Vec<String>,
    /// Targets of links and pictures, with their line.
    pub(crate) links: Vec<(usize, String)>,
    /// Code in a line, with its line.
    pub(crate) codes: Vec<(usize, String)>,
    /// Code in a line that goes on in the next.
    open_code: Option<String>,
}

impl Page {
    pub(crate) fn read(text: &str) -> Self {
        let mut page = Self::default();
        let mut open: Option<(String, Block)> = None;
        for (index, line) in text.lines().enumerate() {
            if let Some((fence, block)) = &mut open {
                if line.trim() == fence.as_str() {
                    page.blocks.extend(open.take().map(|(_, block)| block));
                } else {
                    block.text += line;
                    block.text.push('\n');
                }
            } else if line.trim_start().starts_with("```") {
                let (fence, language) = line.trim().split_at(3);
                let heading = page.headings.last().cloned().unwrap_or_default();
                let block = Block { language: language.into(), text: String::new(), line: index + 2, heading };
                open = Some((fence.to_owned(), block));
            } else {
                page.read_line(index + 1, line);
            }
        }
        assert!(open.is_none(), "a block of code is not closed: {open:?}");
        page
    }

    fn read_line(&mut self, number: usize, line: &str) {
        let level = line.bytes().take_while(|byte| *byte == b'#').count();
        if let Some(heading) = line[level..].strip_prefix(' ').filter(|_| level > 0) {
            self.headings.push(heading.trim().to_owned());
        }
        if line.trim().is_empty() {
            self.open_code = None;
        }
        // Every second piece between backticks is code, also across the end of a line; what is left is prose.
        for (index, piece) in line.split('`').enumerate() {
            if index > 0 {
                match self.open_code.take() {
                    Some(code) => self.codes.push((number, code)),
                    None => self.open_code = Some(String::new()),
                }
            }
            match &mut self.open_code {
                Some(code) if index == 0 => *code = format!("{code} {}", piece.trim_start()),
                Some(code) => code.push_str(piece),
                None => {
                    let targets = piece.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
                    self.links.extend(targets.map(|(target, _)| (number, target.to_owned())));
                }
            }
        }
    }

    /// The names by which a forge lets one link to the headings.
    pub(crate) fn anchors(&self) -> Vec<String> {
        let anchor = |heading: &String| {
            let heading = heading.to_lowercase();
            let kept = heading.chars().filter(|char| char.is_alphanumeric() || " -_".contains(*char));
            kept.map(|char| if char == ' ' { '-' } else { char }).collect()
        };
        self.headings.iter().map(anchor).collect()
    }
}

/// The command lines of `digest` in a script: the words of each, the program's name first.
pub(crate) fn command_lines(script: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for line in script.replace("\\\n", " ").lines() {
        let commands = split(line);
        found.extend(
            commands
                .into_iter()
                .filter(|words| words.first().is_some_and(|program| program.rsplit('/').next() == Some("digest"))),
        );
    }
    found
}

/// A line of a script as its simple commands, without redirections and comments, as far as a guide goes.
fn split(line: &str) -> Vec<Vec<String>> {
    let mut commands = vec![Vec::new()];
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut to_file = false;
    for char in line.chars().chain([' ']) {
        match (quote, char) {
            (Some(open), _) if char == open => quote = None,
            (Some(_), _) => word.get_or_insert_default().push(char),
            (None, '"' | '\'') => {
                word.get_or_insert_default();
                quote = Some(char);
            }
            (None, '#') if word.is_none() => break,
            (None, ' ' | '|' | ';' | '&' | '<' | '>') => {
                let finished = word.take();
                if finished.is_some() && !std::mem::take(&mut to_file) {
                    commands.last_mut().expect("there is always one").extend(finished);
                }
                match char {
                    '|' | ';' | '&' => commands.push(Vec::new()),
                    '<' | '>' => to_file = true,
                    _ => {}
                }
            }
            (None, _) => word.get_or_insert_default().push(char),
        }
    }
    commands
}

#[test]
fn a_page_gives_its_parts() {
    let text = "# One & two\nSee [`this`](a.md#x) and `code\n[no](b.md)`.\n```sh\ndigest run # now\n```\n";
    let page = Page::read(text);
    assert_eq!(page.anchors(), ["one--two"]);
    assert_eq!(page.links, [(2, "a.md#x".to_owned())]);
    assert_eq!(page.codes, [(2, "this".to_owned()), (3, "code [no](b.md)".to_owned())]);
    let block = &page.blocks[0];
    assert_eq!((block.language.as_str(), block.line, block.heading.as_str()), ("sh", 5, "One & two"));
}

#[test]
fn a_script_gives_its_command_lines() {
    let script = "cd x && digest read \"a b\" < in > out | digest \\\n  group\necho digest run\n/usr/bin/digest -v; ls # digest no\n";
    let expected: [&[&str]; 3] = [&["digest", "read", "a b"], &["digest", "group"], &["/usr/bin/digest", "-v"]];
    assert_eq!(command_lines(script), expected);
}
