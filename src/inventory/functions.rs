//! The functions of all inputs, and which belong together: those of a role, those that are one.

use std::ops::Deref;

use foldhash::{HashMap, HashMapExt};

use super::{Function, PrincipalId};

/// Functions in the order of the inputs. A slice of them, and more.
#[derive(Debug, Default)]
pub struct Functions {
    all: Vec<Function>,
    by_role: HashMap<PrincipalId, Vec<usize>>,
    variants: Vec<Vec<usize>>,
}

impl Functions {
    /// Those that use a role, with their indexes.
    pub fn of(&self, role: PrincipalId) -> impl Iterator<Item = (usize, &Function)> {
        let indexes = self.by_role.get(&role).map_or(&[][..], Vec::as_slice);
        indexes.iter().map(|index| (*index, &self.all[*index]))
    }

    /// Each function with all that the values of a template's parameters make of it, by their indexes.
    pub fn variants(&self) -> &[Vec<usize>] {
        &self.variants
    }
}

impl From<Vec<Function>> for Functions {
    fn from(all: Vec<Function>) -> Functions {
        let mut by_role: HashMap<PrincipalId, Vec<usize>> = HashMap::new();
        let mut variants: Vec<Vec<usize>> = Vec::new();
        let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, function) in all.iter().enumerate() {
            if let Some(role) = function.role {
                by_role.entry(role).or_default().push(index);
            }
            let named = by_name.entry(&function.name).or_default();
            let same = named.iter().copied().find(|group| all[variants[*group][0]].is_variant_of(function));
            match same {
                Some(group) => variants[group].push(index),
                None => {
                    named.push(variants.len());
                    variants.push(vec![index]);
                }
            }
        }
        Functions { all, by_role, variants }
    }
}

impl Deref for Functions {
    type Target = [Function];

    fn deref(&self) -> &[Function] {
        &self.all
    }
}

impl<'f> IntoIterator for &'f Functions {
    type Item = &'f Function;
    type IntoIter = std::slice::Iter<'f, Function>;

    fn into_iter(self) -> Self::IntoIter {
        self.all.iter()
    }
}
