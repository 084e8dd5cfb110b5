//! Random documents for the tests: a small generator with a seed, and a writer that remembers where it wrote what.

use super::{Doc, Number};
use crate::source::{Part, Path, Span};

/// SplitMix64: a few lines, and good enough to mix cases.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Random {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    pub(super) fn doc(&mut self, depth: usize) -> Doc<'static> {
        match self.below(if depth == 0 { 6 } else { 12 }) {
            0 => Doc::Null,
            1 => Doc::Bool(self.below(2) == 0),
            2 => Doc::Number(Number::Unsigned(self.next() >> self.below(64))),
            3 => Doc::Number(Number::Negative(-((self.next() >> 2) as i64) - 1)),
            // Few digits: serde_json is exact only for these.
            4 => Doc::Number(Number::Float(self.below(1_000_000) as f64 / 8.0 - 5e4)),
            5 | 6 => Doc::Text(self.text().into()),
            7..9 => Doc::List((0..self.below(5)).map(|_| self.doc(depth - 1)).collect()),
            _ => Doc::Map((0..self.below(5)).map(|_| (self.text().into(), self.doc(depth - 1))).collect()),
        }
    }

    /// Short, so that keys repeat, and full of what a careless scanner would stumble over.
    fn text(&mut self) -> String {
        const LETTERS: [&str; 12] = ["a", "b", "\"", "\\", "}", "]", ",", ":", " ", "é", "\u{1f600}", "\n"];
        (0..self.below(4)).map(|_| LETTERS[self.below(LETTERS.len())]).collect()
    }
}

/// A text, and every place in it.
pub(super) struct Written {
    pub(super) text: String,
    pub(super) places: Vec<(Path, Part, Span)>,
}

/// Writes a document minified, as `pretty` does, or with random white space.
pub(super) fn written(doc: &Doc<'_>, random: &mut Random) -> Written {
    let mut writer = Writer { out: String::new(), places: Vec::new(), loose: random.below(2) == 0 };
    writer.space(random);
    writer.value(doc, &Path::new(), random);
    writer.space(random);
    Written { text: writer.out, places: writer.places }
}

struct Writer {
    out: String,
    places: Vec<(Path, Part, Span)>,
    loose: bool,
}

impl Writer {
    fn space(&mut self, random: &mut Random) {
        if self.loose {
            for _ in 0..random.below(3) {
                self.out.push_str([" ", "\n", "\r\n", "\t"][random.below(4)]);
            }
        }
    }

    fn value(&mut self, doc: &Doc<'_>, path: &Path, random: &mut Random) {
        let start = self.out.len();
        match doc {
            Doc::List(items) => {
                self.out.push('[');
                self.space(random);
                for (ordinal, item) in items.iter().enumerate() {
                    self.comma(ordinal, random);
                    self.value(item, &path.child(ordinal), random);
                    self.space(random);
                }
                self.out.push(']');
            }
            Doc::Map(members) => {
                self.out.push('{');
                self.space(random);
                for (ordinal, (key, value)) in members.iter().enumerate() {
                    self.comma(ordinal, random);
                    let path = path.child(ordinal);
                    let start = self.out.len();
                    self.out.push_str(&serde_json::to_string(key).expect("a string"));
                    self.places.push((path.clone(), Part::Key, Span { start, end: self.out.len() }));
                    self.space(random);
                    self.out.push(':');
                    self.space(random);
                    self.value(value, &path, random);
                    self.space(random);
                }
                self.out.push('}');
            }
            scalar => self.out.push_str(&serde_json::to_string(scalar).expect("a scalar")),
        }
        self.places.push((path.clone(), Part::Value, Span { start, end: self.out.len() }));
    }

    fn comma(&mut self, ordinal: usize, random: &mut Random) {
        if ordinal > 0 {
            self.out.push(',');
            self.space(random);
        }
    }
}
