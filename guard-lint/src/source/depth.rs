//! A bound on how deep a file can nest, found without recursion, before anything recursive reads it.
//!
//! CPython's tokenizer gives up at 200 open brackets and 100 indents, so a deeper file is no program. Chains of operators
//! and of `elif` have no such limit, but make a tree as deep as they are long; generated code with long ones is still read.
//!
//! The parser takes any depth, at a kilobyte of stack for each level: what is long enough to make that a burden is scanned
//! here, byte for byte, before it is parsed. Of all other files the tokens tell, which the parser has made anyway.

use super::lines;

/// How many bytes a file may have to be parsed unseen.
pub(super) const LONG: usize = 32 << 10;

/// How many brackets CPython lets be open.
const BRACKETS: usize = 200;

/// How many indents CPython lets be open, one for the module among them.
const INDENTS: usize = 100;

/// How deep the syntax tree of one expression may be.
const OPERATORS: usize = 600;

/// How many operators a `lambda` counts for: its parameters and their defaults take the parser through many functions.
const LAMBDA: usize = 4;

/// How many `elif` may follow each other, on all open levels together.
const ELIFS: usize = 300;

/// What is open at some place of a file.
///
/// Every bracket adds one level, and so does every operator or prefix since the last comma, colon or line end in the same
/// bracket: an over-estimate of the syntax tree's depth.
#[derive(Default)]
pub(super) struct Nesting {
    /// What was open when each bracket opened.
    brackets: Vec<Chain>,
    /// The sum of their operators.
    outer: usize,
    chain: Chain,
    /// For each open block, the `elif`s that follow each other in it.
    blocks: Vec<usize>,
    /// The sum of those.
    elifs: usize,
}

/// What nests since the last comma, colon or line end of one bracket.
#[derive(Default, Clone, Copy)]
struct Chain {
    operators: usize,
    /// The `lambda`s whose colon is to come: it does not end the chain.
    lambdas: usize,
}

impl Nesting {
    /// Whether this is deeper than is read.
    pub(super) fn is_too_deep(&self) -> bool {
        self.brackets.len() > BRACKETS
            || self.outer + self.chain.operators > OPERATORS
            || self.blocks.len() > INDENTS
            || self.elifs > ELIFS
    }

    /// Operators, or prefixes.
    pub(super) fn operators(&mut self, count: usize) {
        self.chain.operators += count;
    }

    /// The word `lambda`.
    pub(super) fn lambda(&mut self) {
        self.chain.operators += LAMBDA;
        self.chain.lambdas += 1;
    }

    /// An opening bracket.
    pub(super) fn open(&mut self) {
        self.chain.operators += 1;
        self.outer += self.chain.operators;
        self.brackets.push(std::mem::take(&mut self.chain));
    }

    /// A closing bracket.
    pub(super) fn close(&mut self) {
        self.chain = self.brackets.pop().unwrap_or_default();
        self.outer = self.outer.saturating_sub(self.chain.operators);
    }

    /// A comma or a semicolon.
    pub(super) fn part_ends(&mut self) {
        self.chain = Chain::default();
    }

    /// A colon.
    pub(super) fn colon(&mut self) {
        if self.chain.lambdas > 0 {
            self.chain.lambdas -= 1;
        } else {
            self.chain = Chain::default();
        }
    }

    /// The end of a logical line.
    pub(super) fn line_ends(&mut self) {
        self.brackets.clear();
        self.outer = 0;
        self.chain = Chain::default();
    }

    /// A block begins, the module's own among them.
    pub(super) fn indent(&mut self) {
        self.blocks.push(0);
    }

    /// The innermost block ends.
    pub(super) fn dedent(&mut self) {
        self.elifs -= self.blocks.pop().unwrap_or(0);
    }

    /// A line begins with this word, or with any other.
    pub(super) fn line_starts(&mut self, word: First) {
        let Some(elifs) = self.blocks.last_mut() else { return };
        match word {
            First::Elif => {
                *elifs += 1;
                self.elifs += 1;
            }
            First::Else => {}
            First::Other => self.elifs -= std::mem::take(elifs),
        }
    }
}

/// The first word of a logical line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum First {
    Elif,
    Else,
    Other,
}

/// The line where the text nests deeper than is read, or nothing.
pub fn too_deep(text: &str) -> Option<u32> {
    let mut scan = Scan {
        bytes: text.as_bytes(),
        ..Scan::default()
    };
    scan.run().then(|| line_at(text, scan.at))
}

/// The line, from 1, of a byte offset.
pub(super) fn line_at(text: &str, at: usize) -> u32 {
    lines::starts(&text.as_bytes()[..at]).len() as u32
}

#[derive(Default)]
struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
    nesting: Nesting,
    /// The column of each open block.
    columns: Vec<usize>,
}

impl Scan<'_> {
    /// Goes through the text; whether it stopped because it is too deep.
    fn run(&mut self) -> bool {
        // A byte order mark is no indentation.
        self.at = if self.bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        if self.line_start() {
            return true;
        }
        while let Some(byte) = self.bytes.get(self.at) {
            let byte = *byte;
            self.at += 1;
            match byte {
                b'\n' | b'\r' if self.nesting.brackets.is_empty() => {
                    self.nesting.line_ends();
                    if self.line_start() {
                        return true;
                    }
                    continue;
                }
                b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => self.word(),
                b' ' | b'\t' | b'0'..=b'9' | b'=' | b'\n' | b'\r' => continue,
                // The line goes on.
                b'\\' => {
                    self.at += if self.bytes[self.at..].starts_with(b"\r\n") {
                        2
                    } else {
                        1
                    }
                }
                b'#' => self.skip_comment(),
                b'"' | b'\'' => self.at = string_end(self.bytes, self.at - 1, byte),
                b'(' | b'[' | b'{' => self.nesting.open(),
                b')' | b']' | b'}' => self.nesting.close(),
                b':' => self.nesting.colon(),
                b',' | b';' => self.nesting.part_ends(),
                b'+' | b'-' | b'*' | b'/' | b'%' | b'@' | b'&' | b'|' | b'^' | b'~' | b'.' | b'<' | b'>' => {
                    self.nesting.operators(1);
                }
                _ => {}
            }
            if self.nesting.is_too_deep() {
                return true;
            }
        }
        false
    }

    /// Reads the indentation of a line; whether its blocks are too deep.
    fn line_start(&mut self) -> bool {
        // Most lines begin with eight spaces or more.
        let eights = self.bytes[self.at..]
            .chunks_exact(8)
            .take_while(|chunk| *chunk == b"        ");
        let mut column = 8 * eights.count();
        self.at += column;
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b' ' => column += 1,
                b'\t' => column = column / 8 * 8 + 8,
                b'\x0c' => column = 0,
                // Blank lines and comments open and close nothing.
                b'\n' | b'\r' | b'#' => return false,
                _ => break,
            }
            self.at += 1;
        }
        while self.columns.pop_if(|open| *open > column).is_some() {
            self.nesting.dedent();
        }
        if self.columns.last().is_none_or(|open| *open < column) {
            self.columns.push(column);
            self.nesting.indent();
        }
        let starts_with = |word| starts_with_word(&self.bytes[self.at..], word);
        self.nesting.line_starts(if starts_with(b"elif") {
            First::Elif
        } else if starts_with(b"else") {
            First::Else
        } else {
            First::Other
        });
        self.nesting.is_too_deep()
    }

    /// Reads a name, one of the words that nest without a bracket, or the prefix of a string.
    fn word(&mut self) {
        let start = self.at - 1;
        let end = self.bytes[self.at..].iter().position(|byte| !is_name(*byte));
        self.at = end.map_or(self.bytes.len(), |end| self.at + end);
        match &self.bytes[start..self.at] {
            b"lambda" => self.nesting.lambda(),
            b"not" | b"else" | b"await" | b"yield" => self.nesting.operators(1),
            prefix => {
                let quote = self
                    .bytes
                    .get(self.at)
                    .copied()
                    .filter(|byte| matches!(byte, b'"' | b'\''));
                if let Some(quote) = quote
                    && prefix.len() <= 2
                    && prefix.iter().any(|byte| matches!(byte, b'f' | b'F' | b't' | b'T'))
                {
                    let end = string_end(self.bytes, self.at, quote);
                    // As if the field stood in its place. The chain keeps it: an over-estimate.
                    self.nesting.operators(deepest_field(&self.bytes[self.at..end]));
                    self.at = end;
                }
            }
        }
    }

    fn skip_comment(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
    }
}

fn is_name(byte: u8) -> bool {
    NAME[byte as usize]
}

/// The bytes that a name can have: every byte of every file is asked about.
const NAME: [bool; 256] = {
    let mut name = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        name[byte] = (byte as u8).is_ascii_alphanumeric() || byte as u8 == b'_' || byte >= 0x80;
        byte += 1;
    }
    name
};

fn starts_with_word(bytes: &[u8], word: &[u8]) -> bool {
    bytes.starts_with(word) && !bytes.get(word.len()).is_some_and(|byte| is_name(*byte))
}

/// How many brackets and operators the fullest `{…}` of a string has.
fn deepest_field(text: &[u8]) -> usize {
    let (mut open, mut count, mut deepest) = (0_usize, 0, 0);
    for byte in text {
        match byte {
            b'{' => (open, count) = (open + 1, count + 1),
            b'}' => {
                open = open.saturating_sub(1);
                if open == 0 {
                    deepest = std::mem::take(&mut count).max(deepest);
                }
            }
            _ if open == 0 => {}
            b'(' | b'[' | b'+' | b'-' | b'*' | b'/' | b'%' | b'&' | b'|' | b'^' | b'~' | b'.' | b'<' | b'>' => {
                count += 1
            }
            // `not`, `lambda`, `else`, `await` are words between spaces.
            b' ' | b'\n' => count += 1,
            _ => {}
        }
    }
    deepest.max(count)
}

/// The byte after the string that starts at `start`, or the end of the line where it is not closed.
fn string_end(bytes: &[u8], start: usize, quote: u8) -> usize {
    let triple = bytes[start..].starts_with(&[quote; 3]);
    let mut at = start + if triple { 3 } else { 1 };
    while let Some(next) = memchr::memchr3(
        b'\\',
        if triple { quote } else { b'\n' },
        quote,
        &bytes[at.min(bytes.len())..],
    ) {
        at += next;
        match bytes[at] {
            b'\\' => at += 2,
            b'\n' => return at,
            _ if !triple => return at + 1,
            _ if bytes[at..].starts_with(&[quote; 3]) => return at + 3,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::{BRACKETS, ELIFS, INDENTS, LONG, OPERATORS, too_deep};
    use crate::source::names::{Names, Recent};
    use crate::source::python;

    /// What both scans say: of a text's bytes, and of its tokens.
    #[track_caller]
    fn line(text: &str) -> Option<u32> {
        let names = Names::default();
        assert!(text.len() <= LONG, "its tokens are not asked");
        let by_tokens = python::facts(text, &Recent::new(&names)).err();
        assert_eq!(too_deep(text), by_tokens, "{}…", &text[..text.len().min(80)]);
        by_tokens
    }

    #[test]
    fn finds_the_line_of_every_way_to_nest() {
        for open in [
            "(",
            "[",
            "{",
            "f(",
            "not ",
            "-",
            "~",
            "x.",
            "a+",
            "a|",
            "a**",
            "a@",
            "lambda: ",
            "lambda a=",
            "await ",
            "yield ",
            "x if x else ",
            "x \\\n+ ",
            "x[",
            "(a+",
            "(\n",
        ] {
            let text = format!("x = 1\ny = {}1\n", open.repeat(2_000));
            assert!(line(&text).is_some_and(|line| line >= 2), "{open}");
        }
        // Quotes of one kind do not nest before Python 3.12; each scan takes its own view of them.
        for text in [
            format!("x = 1\ny = {}1\n", "f'{".repeat(2_000)),
            format!("x = 1\ny = f'{{{}x}}'\n", "-".repeat(2_000)),
        ] {
            assert_eq!(too_deep(&text), Some(2));
            let names = Names::default();
            assert_eq!(python::facts(&text, &Recent::new(&names)).err(), Some(2));
        }
    }

    #[test]
    fn finds_deep_blocks_and_long_chains_of_elif() {
        let indents = |depth: usize| -> String {
            let lines = (0..depth).map(|depth| format!("{}if x:\n", " ".repeat(depth)));
            lines.chain([format!("{}pass\n", " ".repeat(depth))]).collect()
        };
        assert_eq!(line(&indents(INDENTS - 1)), None);
        assert_eq!(line(&indents(INDENTS)), Some(101));
        let chain = |length: usize| format!("if x:\n  pass\n{}", "elif y:\n  pass\n".repeat(length));
        assert_eq!(line(&chain(ELIFS)), None);
        assert!(line(&chain(ELIFS + 1)).is_some());
        let many = format!("{}pass\n", chain(200)).repeat(8);
        assert_eq!(line(&many), None, "each statement begins a new chain");
    }

    #[test]
    fn the_bounds_are_met_exactly() {
        assert_eq!(
            line(&format!("x = {}{}\n", "(".repeat(BRACKETS), ")".repeat(BRACKETS))),
            None
        );
        assert!(
            line(&format!(
                "x = {}{}\n",
                "(".repeat(BRACKETS + 1),
                ")".repeat(BRACKETS + 1)
            ))
            .is_some()
        );
        assert_eq!(line(&format!("x = {}1\n", "a+".repeat(OPERATORS))), None);
        assert!(line(&format!("x = {}1\n", "a+".repeat(OPERATORS + 1))).is_some());
    }

    #[test]
    fn ordinary_and_wide_code_passes() {
        let wide = format!("x = [{}]\n", "f(a.b) + 1, ".repeat(2_000));
        assert_eq!(line(&wide), None);
        let text = format!(
            "s = '{}'\nt = \"\"\"{}\n\"\"\"\n# {}\n",
            "(".repeat(3_000),
            "(".repeat(3_000),
            "(".repeat(3_000)
        );
        assert_eq!(line(&text), None);
        let banner = format!("s = f'{} {{x}}'\n", "-".repeat(2_000));
        assert_eq!(line(&banner), None);
        let alike = format!("x = {}z\n", "a and b == c or ".repeat(1_000));
        assert_eq!(line(&alike), None);
    }

    #[test]
    fn what_is_long_is_not_parsed_first() {
        let text = format!("x = 1\ny = {}\n", "(".repeat(4 << 20));
        let names = Names::default();
        assert_eq!(python::facts(&text, &Recent::new(&names)).err(), Some(2));
    }
}
