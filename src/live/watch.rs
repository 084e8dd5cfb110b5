//! Tells whoever waits how far the reading is.

use std::cell::Cell;

/// What has been read so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub pages: usize,
    pub users: usize,
    pub roles: usize,
    pub functions: usize,
}

/// Is told whenever more was read.
pub struct Watch<'w> {
    counts: Cell<Counts>,
    show: &'w dyn Fn(Counts),
}

impl<'w> Watch<'w> {
    pub fn new(show: &'w dyn Fn(Counts)) -> Watch<'w> {
        Watch { counts: Cell::default(), show }
    }

    pub(super) fn page(&self, users: usize, roles: usize, functions: usize) {
        let mut counts = self.counts.get();
        counts.pages += 1;
        counts.users += users;
        counts.roles += roles;
        counts.functions += functions;
        self.counts.set(counts);
        (self.show)(counts);
    }
}
