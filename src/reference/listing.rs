//! Sorted lines of text, searched as they stand: no run asks for more than a few of them, and a table of all of them
//! would cost every run its making.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::{PoisonError, RwLock};

use foldhash::HashMap;

/// Where blocks start in a text, and their names: `1782<tab>a2c`, a line each, sorted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Index(pub(super) &'static str);

/// A block of a text.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) name: &'static str,
    start: usize,
    /// Where the next one starts; the last goes to the end.
    end: Option<usize>,
}

impl Index {
    /// The last block of those whose names are not behind what is looked for.
    pub(super) fn last(self, not_behind: impl Fn(&'static str) -> bool) -> Option<Block> {
        let (before, rest) = split(self.0, |line| not_behind(entry(line).1));
        Some(Block::new(before.lines().next_back()?, lines(rest).next()))
    }

    pub(super) fn blocks(self) -> impl Iterator<Item = Block> {
        let ends = lines(self.0).skip(1).map(Some).chain([None]);
        lines(self.0).zip(ends).map(|(line, next)| Block::new(line, next))
    }
}

impl Block {
    fn new(line: &'static str, next: Option<&'static str>) -> Block {
        let (start, name) = entry(line);
        Block { name, start, end: next.map(|next| entry(next).0) }
    }

    /// Its bytes in a text of so many.
    pub(super) fn range(&self, length: usize) -> Range<usize> {
        self.start..self.end.unwrap_or(length)
    }
}

/// Of a line of an index. That every line is one is a matter of `scripts/update_reference.py`, and tested.
fn entry(line: &'static str) -> (usize, &'static str) {
    let (start, name) = line.split_once('\t').unwrap_or_default();
    (start.parse().unwrap_or_default(), name)
}

/// The line that is `order`ed equal to what is looked for; those that are less come before it.
pub(super) fn find(listing: &'static str, order: impl Fn(&'static str) -> Ordering) -> Option<&'static str> {
    let (_, rest) = split(listing, |line| order(line).is_lt());
    lines(rest).next().filter(|line| order(line).is_eq())
}

/// The lines that come before what is looked for, and the rest: halves them until none is left.
fn split(listing: &'static str, comes_before: impl Fn(&'static str) -> bool) -> (&'static str, &'static str) {
    let bytes = listing.as_bytes();
    let mut left = 0..bytes.len();
    while !left.is_empty() {
        let middle = usize::midpoint(left.start, left.end);
        let start = memchr::memrchr(b'\n', &bytes[left.start..middle]).map_or(left.start, |end| left.start + end + 1);
        let end = memchr::memchr(b'\n', &bytes[middle..left.end]).map_or(left.end, |end| middle + end);
        if comes_before(&listing[start..end]) {
            left.start = left.end.min(end + 1);
        } else {
            left.end = start;
        }
    }
    listing.split_at(left.start)
}

/// The lines of a block, which ends with the last of them or with a line feed.
pub(super) fn lines(block: &'static str) -> impl Iterator<Item = &'static str> + Clone {
    let ends = memchr::memchr_iter(b'\n', block.as_bytes()).chain((!block.ends_with('\n')).then_some(block.len()));
    let mut from = 0;
    ends.map(move |end| &block[std::mem::replace(&mut from, end + 1)..end]).filter(|line| !line.is_empty())
}

/// Orders names as the catalogue does: by their lower-case letters.
pub(super) fn compare(known: &str, name: &str) -> Ordering {
    let lower = |byte: u8| byte.to_ascii_lowercase();
    known.bytes().map(lower).cmp(name.bytes().map(lower))
}

/// What was asked for, by name: it is kept for as long as the program runs, as the text is.
#[derive(Debug)]
pub(super) struct Kept<T: 'static>(RwLock<HashMap<&'static str, &'static T>>);

impl<T> Kept<T> {
    pub(super) fn new() -> Kept<T> {
        Kept(RwLock::default())
    }

    /// What was kept, by its name in AWS's spelling.
    pub(super) fn get(&self, name: &str) -> Option<&'static T> {
        // Nobody who holds the lock can panic.
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(name).copied()
    }

    pub(super) fn keep(&self, name: &'static str, read: impl FnOnce() -> T) -> &'static T {
        self.get(name).unwrap_or_else(|| {
            let read: &'static T = Box::leak(Box::new(read()));
            self.0.write().unwrap_or_else(PoisonError::into_inner).entry(name).or_insert(read)
        })
    }
}
