//! Questions about sets of names: is something left out of a union of regions, does something lie in all layers?

use super::glob::Glob;
use super::search::{Region, Search, search_regions};

pub(super) fn not_nothing(answer: &Search) -> bool {
    !matches!(answer, Search::Nothing)
}

pub(super) fn witness(answer: &Search) -> Option<String> {
    match answer {
        Search::Found(witness) => Some(witness.to_string()),
        Search::Nothing | Search::TooHard => None,
    }
}

/// The first answer with a witness, else the first that could not be decided.
pub(super) fn first_found<const N: usize>(answers: [Search; N]) -> Search {
    let mut undecided = Search::Nothing;
    for answer in answers {
        match answer {
            Search::Found(_) => return answer,
            Search::TooHard => undecided = answer,
            Search::Nothing => {}
        }
    }
    undecided
}

pub(super) fn meets(limit: &Glob, region: &Region) -> bool {
    not_nothing(&search_regions(&[&Region::of(limit.clone()), region], &[]))
}

/// A name of one of the globs that lies in none of the regions.
pub(super) fn avoid(names: &[Glob], regions: &[Region]) -> Search {
    if regions.iter().any(Region::is_all) {
        return Search::Nothing;
    }
    let regions: Vec<&Region> = regions.iter().collect();
    find(names, &[], &regions)
}

/// A name of one of the globs that lies in one of the regions.
pub(super) fn touch(names: &[Glob], regions: &[&Region]) -> Search {
    let mut undecided = Search::Nothing;
    for region in regions {
        match find(names, &[std::slice::from_ref(*region)], &[]) {
            Search::Found(witness) => return Search::Found(witness),
            Search::TooHard => undecided = Search::TooHard,
            Search::Nothing => {}
        }
    }
    undecided
}

/// How many combinations of one region a layer are tried before the answer is "could not decide".
const COMBINATIONS: usize = 4_096;

/// A name of one of the globs that lies in some region of each layer and in none of `avoiding`.
pub(super) fn find(names: &[Glob], layers: &[&[Region]], avoiding: &[&Region]) -> Search {
    // A layer that allows everything asks nothing; one that allows nothing leaves nothing.
    let layers: Vec<&[Region]> = layers.iter().copied().filter(|regions| !regions.iter().any(Region::is_all)).collect();
    let combinations = layers.iter().try_fold(1_usize, |product, regions| product.checked_mul(regions.len()));
    match combinations {
        Some(0) => return Search::Nothing,
        Some(count) if count <= COMBINATIONS => {}
        _ => return Search::TooHard,
    }
    let mut undecided = Search::Nothing;
    for name in names {
        let name = Region::of(name.clone());
        match choose(&mut vec![&name], &layers, avoiding) {
            Search::Found(witness) => return Search::Found(witness),
            Search::TooHard => undecided = Search::TooHard,
            Search::Nothing => {}
        }
    }
    undecided
}

fn choose<'r>(chosen: &mut Vec<&'r Region>, layers: &[&'r [Region]], avoiding: &[&Region]) -> Search {
    let Some((first, rest)) = layers.split_first() else {
        return search_regions(chosen, avoiding);
    };
    let mut undecided = Search::Nothing;
    for region in *first {
        chosen.push(region);
        let answer = choose(chosen, rest, avoiding);
        chosen.pop();
        match answer {
            Search::Found(witness) => return Search::Found(witness),
            Search::TooHard => undecided = Search::TooHard,
            Search::Nothing => {}
        }
    }
    undecided
}
