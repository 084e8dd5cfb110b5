//! What sets some worlds apart from the others, in as few words as possible.

use crate::inventory::When;
use crate::template::{self, World};

impl From<&template::When> for When {
    fn from(when: &template::When) -> When {
        When { name: when.name.clone(), value: when.value.clone() }
    }
}

/// Values that hold in `having` and, all together, in no other of `all`: those that hold in every one of `having` if
/// they do, else those of its first. Nothing if there are no others.
pub(super) fn difference(all: &[&World], having: &[&World]) -> Vec<When> {
    let others: Vec<&World> =
        all.iter().copied().filter(|world| !having.iter().any(|known| std::ptr::eq(*known, *world))).collect();
    let (Some(first), false) = (having.first(), others.is_empty()) else { return Vec::new() };
    let tells_apart =
        |values: &[&template::When]| !others.iter().any(|world| values.iter().all(|when| world.when.contains(when)));
    let common = |when: &&template::When| having.iter().all(|world| world.when.contains(when));
    let mut values: Vec<&template::When> = first.when.iter().filter(common).collect();
    if !tells_apart(&values) {
        values = first.when.iter().collect();
    }
    let mut at = values.len();
    while at > 0 {
        at -= 1;
        let without: Vec<&template::When> =
            values.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, when)| *when).collect();
        if tells_apart(&without) {
            values = without;
        }
    }
    values.into_iter().map(When::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world(values: &[(&str, &str)]) -> World {
        let when = |(name, value): &(&str, &str)| template::When { name: (*name).into(), value: (*value).into() };
        let mut world = World::default();
        world.when = values.iter().map(when).collect();
        world
    }

    #[test]
    fn the_fewest_values_are_said() {
        let of = |stage, debug| world(&[("Stage", stage), ("Debug", debug)]);
        let all = [of("prod", "yes"), of("prod", "no"), of("test", "yes"), of("test", "no")];
        let said = |having: &[usize]| -> Vec<String> {
            let all: Vec<&World> = all.iter().collect();
            let having: Vec<&World> = having.iter().map(|at| all[*at]).collect();
            difference(&all, &having).into_iter().map(|when| format!("{}={}", when.name, when.value)).collect()
        };
        assert_eq!(said(&[0, 1, 2, 3]), [""; 0]);
        assert_eq!(said(&[0, 1]), ["Stage=prod"]);
        assert_eq!(said(&[1, 3]), ["Debug=no"]);
        assert_eq!(said(&[2]), ["Stage=test", "Debug=yes"]);
        assert_eq!(said(&[0, 3]), ["Stage=prod", "Debug=yes"], "no few values hold in both: the first is an example");
    }
}
