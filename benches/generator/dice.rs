//! Chance that a seed decides.

/// `SplitMix64`: 64 bits of state, good enough to make up names.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in `0..end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("smaller than a usize")
    }

    /// A number in `low..=high`.
    pub(super) fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    pub(super) fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    pub(super) fn pick<T: Copy>(&mut self, table: &[T]) -> T {
        table[self.below(table.len())]
    }

    /// `count` different members of the table (all, if it has no more), in the table's order.
    pub(super) fn some<T: Copy>(&mut self, table: &[T], count: usize) -> Vec<T> {
        let mut wanted = count.min(table.len());
        let mut chosen = Vec::with_capacity(wanted);
        for (index, member) in table.iter().enumerate() {
            if self.below(table.len() - index) < wanted {
                chosen.push(*member);
                wanted -= 1;
            }
        }
        chosen
    }

    pub(super) fn letters(&mut self, alphabet: &[u8], count: usize) -> String {
        (0..count).map(|_| char::from(alphabet[self.below(alphabet.len())])).collect()
    }

    /// An id as IAM gives them out, `AROAP3UTPHPLT2SFVZGCU`.
    pub(super) fn iam_id(&mut self, prefix: &str) -> String {
        format!("{prefix}{}", self.letters(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 17))
    }

    pub(super) fn hex(&mut self, count: usize) -> String {
        self.letters(b"0123456789abcdef", count)
    }

    pub(super) fn date(&mut self) -> String {
        format!(
            "20{:02}-{:02}-{:02}T{:02}:{:02}:{:02}+00:00",
            self.between(17, 25),
            self.between(1, 12),
            self.between(1, 28),
            self.below(24),
            self.below(60),
            self.below(60)
        )
    }
}
