//! Kleene's three values: what is unknown stays unknown only where it matters.

use std::ops::Not;

/// Ordered `No < Unknown < Yes`, so that *and* is the least and *or* the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    No,
    Unknown,
    Yes,
}

impl Truth {
    /// All of them; *yes* if there are none.
    pub fn all(values: impl IntoIterator<Item = Truth>) -> Truth {
        let mut least = Truth::Yes;
        for value in values {
            least = least.min(value);
            if least == Truth::No {
                break;
            }
        }
        least
    }

    /// Any of them; *no* if there are none.
    pub fn any(values: impl IntoIterator<Item = Truth>) -> Truth {
        let mut greatest = Truth::No;
        for value in values {
            greatest = greatest.max(value);
            if greatest == Truth::Yes {
                break;
            }
        }
        greatest
    }

    /// The one answer if both cases give the same, else unknown: for two cases of which one is true.
    pub fn either_case(self, other: Truth) -> Truth {
        if self == other { self } else { Truth::Unknown }
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Truth {
        if value { Truth::Yes } else { Truth::No }
    }
}

impl Not for Truth {
    type Output = Truth;

    fn not(self) -> Truth {
        match self {
            Truth::No => Truth::Yes,
            Truth::Unknown => Truth::Unknown,
            Truth::Yes => Truth::No,
        }
    }
}
