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
    // What a world leaves open, because no condition came to ask for it, may be anything there.
    let excludes = |world: &World, when: &template::When| {
        world.when.iter().any(|other| other.name == when.name && other.value.excludes(&when.value))
    };
    let tells_apart =
        |values: &[&template::When]| others.iter().all(|world| values.iter().any(|when| excludes(world, when)));
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
    use crate::template::Choice;

    fn world(values: &[(&str, &str)]) -> World {
        let when = |(name, value): &(&str, &str)| template::When {
            name: (*name).into(),
            value: match value.strip_prefix("not ") {
                Some(others) => Choice::Not(others.split(" or ").map(str::to_owned).collect()),
                None => Choice::Is((*value).to_owned()),
            },
        };
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
    /// A world that never came to ask for a value leaves it open: the value does not tell it apart.
    #[test]
    fn what_a_world_leaves_open_tells_nothing() {
        let said = |all: &[&[(&str, &str)]]| -> Vec<String> {
            let all: Vec<World> = all.iter().map(|values| world(values)).collect();
            let all: Vec<&World> = all.iter().collect();
            difference(&all, &all[..1]).iter().map(|when| format!("{}={}", when.name, when.value)).collect()
        };
        // A and B hold, of `Fn::And`; neither holds, of `Fn::Or`.
        assert_eq!(
            said(&[&[("A", "x"), ("B", "x")], &[("A", "x"), ("B", "not x")], &[("A", "not x")]]),
            ["A=x", "B=x"]
        );
        let or: [&[(&str, &str)]; 3] =
            [&[("A", "not x"), ("B", "not x")], &[("A", "x")], &[("A", "not x"), ("B", "x")]];
        assert_eq!(said(&or), ["A=not x", "B=not x"]);
        // Not to be x leaves y possible.
        assert_eq!(said(&[&[("A", "not x"), ("B", "x")], &[("A", "y"), ("B", "not x")]]), ["B=x"]);
    }
}
