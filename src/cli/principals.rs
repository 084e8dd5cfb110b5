//! `--as KIND[:NAME]`: who is what.

use globset::GlobBuilder;

use super::Failure;
use crate::inventory::{Inventory, PrincipalId, PrincipalType};
use crate::requirement::{Assignment, Only, Pack};

/// One `--as`.
pub(super) struct As {
    kind: String,
    only: Only,
    /// None for the principal that bare policy documents are given as.
    name: Option<String>,
}

/// Reads the flags.
pub(super) fn parse(flags: &[String], packs: &[Pack]) -> Result<Vec<As>, Failure> {
    let kinds: Vec<_> = packs.iter().flat_map(|pack| &pack.principals).collect();
    let parse = |flag: &String| {
        let (kind, name) = match flag.split_once(':') {
            Some((_, "")) => {
                return Err(Failure::WrongCall {
                    message: format!("--as {flag}: a name is missing behind the colon"),
                    help: Some("leave the colon out to speak of the policy documents given".to_owned()),
                });
            }
            Some((kind, name)) => (kind, Some(name.to_owned())),
            None => (flag.as_str(), None),
        };
        let known = kinds.iter().find(|known| known.kind == kind);
        let known = known.ok_or_else(|| {
            let mut names: Vec<&str> = kinds.iter().map(|known| known.kind.as_str()).collect();
            names.dedup();
            Failure::WrongCall {
                message: format!("--as {flag}: there is no kind of principal `{kind}`"),
                help: Some(format!("the kinds are {}", names.join(", "))),
            }
        })?;
        Ok(As { kind: kind.to_owned(), only: known.only, name })
    };
    flags.iter().map(parse).collect()
}

impl As {
    pub(super) fn is_bare(&self) -> bool {
        self.name.is_none()
    }

    /// The principals that it speaks of.
    pub(super) fn assign(&self, inventory: &Inventory<'_>) -> Result<Vec<Assignment>, Failure> {
        let found = match &self.name {
            None => self.bare(inventory)?,
            Some(name) => self.named(name, inventory)?,
        };
        Ok(found.into_iter().map(|principal| Assignment { kind: self.kind.clone(), principal }).collect())
    }

    fn bare(&self, inventory: &Inventory<'_>) -> Result<Vec<PrincipalId>, Failure> {
        let unnamed = inventory.principals.iter().position(|principal| principal.name.is_none());
        unnamed.map(|index| vec![PrincipalId(index)]).ok_or_else(|| Failure::WrongCall {
            message: format!("--as {}: there is no policy document in the input", self.kind),
            help: Some(format!("for a principal that the input names, write --as {}:NAME", self.kind)),
        })
    }

    fn named(&self, name: &str, inventory: &Inventory<'_>) -> Result<Vec<PrincipalId>, Failure> {
        let flag = format!("--as {}:{name}", self.kind);
        let glob = GlobBuilder::new(name)
            .literal_separator(false)
            .build()
            .map_err(|error| Failure::WrongCall { message: format!("{flag}: {}", error.kind()), help: None })?;
        let matcher = glob.compile_matcher();
        let fits = |kind: PrincipalType| self.only == Only::Any || kind == PrincipalType::Role;
        let candidates = || {
            inventory
                .principals
                .iter()
                .enumerate()
                .filter(|(_, principal)| fits(principal.kind))
                .filter_map(|(index, principal)| Some((PrincipalId(index), principal.name.as_deref()?)))
        };
        let found: Vec<PrincipalId> =
            candidates().filter(|(_, own)| *own == name || matcher.is_match(own)).map(|(id, _)| id).collect();
        if !found.is_empty() {
            return Ok(found);
        }
        let nearest = candidates().min_by_key(|(_, own)| strsim::osa_distance(own, name));
        Err(Failure::WrongCall {
            message: format!(
                "{flag} matches no {} of the input",
                if self.only == Only::Role { "role" } else { "user or role" }
            ),
            help: nearest.map(|(_, nearest)| format!("the nearest name is `{nearest}`")),
        })
    }
}
