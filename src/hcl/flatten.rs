//! Puts multi-line expressions on one line, byte for byte as long as before.
//!
//! HCL ignores line breaks inside parentheses, brackets, `for` objects and interpolations; where the parser does not,
//! a blank in their place means the same. Here-documents in such places become quoted strings.

/// What the scanner is inside of.
enum Frame {
    /// Where a line break ends something: the file, a block, an object.
    Lines,
    /// Where a line break means nothing.
    Joined,
    /// A quoted string.
    Quoted,
    /// A here-document, turned into a quoted string where it stands in a joined place.
    Heredoc { delimiter: Vec<u8>, is_joined: bool },
}

/// The text with its multi-line expressions joined; `None` where it would not be UTF-8.
pub(super) fn flatten(text: &str) -> Option<String> {
    let mut scanner = Scanner { original: text.as_bytes(), bytes: text.as_bytes().to_vec(), at: 0, frames: Vec::new() };
    while scanner.at < scanner.original.len() {
        match scanner.frames.last() {
            None | Some(Frame::Lines) => scanner.code(false),
            Some(Frame::Joined) => scanner.code(true),
            Some(Frame::Quoted) => scanner.quoted(),
            Some(Frame::Heredoc { .. }) => scanner.heredoc(),
        }
    }
    String::from_utf8(scanner.bytes).ok()
}

struct Scanner<'a> {
    original: &'a [u8],
    bytes: Vec<u8>,
    at: usize,
    frames: Vec<Frame>,
}

impl Scanner<'_> {
    fn starts_with(&self, word: &[u8]) -> bool {
        self.original[self.at..].starts_with(word)
    }

    /// Overwrites with blanks and goes on behind them.
    fn blank(&mut self, length: usize) {
        let end = (self.at + length).min(self.original.len());
        self.bytes[self.at..end].fill(b' ');
        self.at = end;
    }

    fn code(&mut self, is_joined: bool) {
        let byte = self.original[self.at];
        match byte {
            b'#' => self.line_comment(is_joined),
            b'/' if self.starts_with(b"//") => self.line_comment(is_joined),
            b'/' if self.starts_with(b"/*") => {
                let length = find(&self.original[self.at + 2..], b"*/").map_or(self.original.len(), |found| found + 4);
                self.blank_or_skip(is_joined, length);
            }
            b'<' if self.starts_with(b"<<") => self.open_heredoc(is_joined),
            b'\n' | b'\r' => self.blank_or_skip(is_joined, 1),
            b'"' => self.open(Frame::Quoted),
            b'(' | b'[' => self.open(Frame::Joined),
            b'{' if self.opens_for() => self.open(Frame::Joined),
            b'{' => self.open(Frame::Lines),
            b')' | b']' | b'}' => {
                self.frames.pop();
                self.at += 1;
            }
            _ => self.at += 1,
        }
    }

    fn open(&mut self, frame: Frame) {
        self.frames.push(frame);
        self.at += 1;
    }

    fn blank_or_skip(&mut self, blank: bool, length: usize) {
        if blank {
            self.blank(length);
        } else {
            self.at = (self.at + length).min(self.original.len());
        }
    }

    fn line_comment(&mut self, is_joined: bool) {
        let length = find(&self.original[self.at..], b"\n").unwrap_or(self.original.len() - self.at);
        self.blank_or_skip(is_joined, length);
    }

    /// Whether the brace here opens `{ for … }`.
    fn opens_for(&self) -> bool {
        let inside = self.original[self.at + 1..].trim_ascii_start();
        inside.strip_prefix(b"for").is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_whitespace))
    }

    fn open_heredoc(&mut self, is_joined: bool) {
        let marker = &self.original[self.at..];
        let line = &marker[..find(marker, b"\n").unwrap_or(marker.len())];
        let delimiter = line[2..].strip_prefix(b"-").unwrap_or(&line[2..]).trim_ascii_end().to_vec();
        let is_name = delimiter.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        if delimiter.is_empty() || !is_name || line.len() == marker.len() {
            self.at += 2;
            return;
        }
        let length = line.len() + 1;
        if is_joined {
            self.bytes[self.at] = b'"';
            self.at += 1;
            self.blank(length - 1);
        } else {
            self.at += length;
        }
        self.frames.push(Frame::Heredoc { delimiter, is_joined });
    }

    /// Opens the interpolation or directive here, or passes its escape by; false where there is neither.
    fn template(&mut self) -> bool {
        if self.starts_with(b"$${") || self.starts_with(b"%%{") {
            self.at += 3;
        } else if self.starts_with(b"${") || self.starts_with(b"%{") {
            self.at += 1;
            self.open(Frame::Joined);
        } else {
            return false;
        }
        true
    }

    fn quoted(&mut self) {
        match self.original[self.at] {
            b'\\' => self.at += 2,
            b'"' => {
                self.frames.pop();
                self.at += 1;
            }
            _ => {
                if !self.template() {
                    self.at += 1;
                }
            }
        }
    }

    fn heredoc(&mut self) {
        let Some(Frame::Heredoc { delimiter, is_joined }) = self.frames.last() else {
            return;
        };
        let is_joined = *is_joined;
        if let Some(end) = self.end_of_heredoc(delimiter) {
            if is_joined {
                let length = end - self.at;
                self.blank(length);
                self.bytes[end - 1] = b'"';
            }
            self.at = end;
            self.frames.pop();
        } else if !self.template() {
            if is_joined {
                let byte = &mut self.bytes[self.at];
                *byte = match *byte {
                    b'"' => b'\'',
                    b'\\' => b'/',
                    b'\n' | b'\r' => b' ',
                    other => other,
                };
            }
            self.at += 1;
        }
    }

    /// Behind the delimiter, where a line with nothing but the delimiter begins here.
    fn end_of_heredoc(&self, delimiter: &[u8]) -> Option<usize> {
        if self.original[self.at - 1] != b'\n' {
            return None;
        }
        let rest = &self.original[self.at..];
        let indent = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let behind = rest[indent..].strip_prefix(delimiter)?;
        let ends = behind.trim_ascii_start().is_empty() || matches!(behind.first(), Some(b'\n' | b'\r'));
        ends.then_some(self.at + indent + delimiter.len())
    }
}

fn find(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.windows(word.len()).position(|window| window == word)
}
