//! `--terraform-dir`: the .tf files of a configuration, so that findings about a plan point at the blocks in them.
//!
//! In: the folder, and findings whose places are in a plan. Out: the same findings, whose places are the blocks that
//! declare the resources, as far as the folder has them.
//!
//! Source: Terraform, "Files and Directories", "Modules" (sources); `.terraform/modules/modules.json` says where
//! `terraform init` put modules.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use hcl_edit::Span as _;
use hcl_edit::structure::Body;
use ignore::WalkBuilder;
use serde::Deserialize;

use super::Failure;
use crate::inventory::{BlockKeyword, Declaration, InputProblem, Inventory};
use crate::rule::{Finding, Label};
use crate::source::{At, Place, Source, SourceId, Sources, Span};

/// No configuration has more files.
const MOST_FILES: usize = 20_000;
/// Expressions that nest deeper are not worth a parser's stack.
const DEEPEST: usize = 64;

/// The files of a folder, by the folder that they lie in.
pub(super) struct TerraformDir {
    files: HashMap<PathBuf, Vec<SourceId>>,
    /// The folders of installed modules, by their names from the root: `net.subnets`.
    installed: HashMap<String, PathBuf>,
    /// The blocks of a file, by keyword, type and name.
    blocks: RefCell<HashMap<SourceId, Blocks>>,
}

type Blocks = HashMap<(&'static str, String, String), Span>;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Manifest {
    modules: Vec<Installed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Installed {
    key: String,
    dir: PathBuf,
}

impl TerraformDir {
    /// Reads the .tf files of a folder and of the modules in it.
    pub(super) fn read(
        folder: &Path,
        sources: &mut Sources,
        problems: &mut Vec<InputProblem>,
    ) -> Result<TerraformDir, Failure> {
        if !folder.is_dir() {
            return Err(Failure::WrongCall {
                message: format!("--terraform-dir {}: expected a folder with .tf files", folder.display()),
                help: None,
            });
        }
        let mut read = TerraformDir { files: HashMap::new(), installed: HashMap::new(), blocks: RefCell::default() };
        let manifest = std::fs::read_to_string(folder.join(".terraform/modules/modules.json")).ok();
        let manifest = manifest.and_then(|text| serde_json::from_str::<Manifest>(&text).ok());
        for module in manifest.into_iter().flat_map(|manifest| manifest.modules) {
            read.installed.insert(module.key, plain(&module.dir));
        }
        let mut builder = WalkBuilder::new(folder);
        builder.standard_filters(false).sort_by_file_path(Path::cmp).filter_entry(|entry| entry.file_name() != ".git");
        let files =
            builder.build().filter_map(Result::ok).map(ignore::DirEntry::into_path).filter(|path| is_ours(path));
        for path in files.take(MOST_FILES) {
            let within = path.strip_prefix(folder).ok().and_then(Path::parent).map(plain).unwrap_or_default();
            match Source::read(&path) {
                Ok(source) => read.files.entry(within).or_default().push(sources.add(source)),
                Err(error) => problems.push(InputProblem {
                    path: error.name().to_owned(),
                    message: error.to_string(),
                    help: error.help().map(str::to_owned),
                    place: None,
                }),
            }
        }
        Ok(read)
    }

    /// Lets findings point at blocks instead of at the plan.
    pub(super) fn relocate(&self, findings: &mut [Finding], inventory: &Inventory<'_>, sources: &Sources) {
        let block = |place: &Place| self.block(inventory.declaration_at(place)?, sources);
        for finding in findings {
            let mut seen: Vec<Place> = Vec::new();
            if let Some(primary) = &mut finding.primary {
                if let Some(found) = block(&primary.place) {
                    primary.place = found;
                }
                seen.push(primary.place.clone());
            }
            finding.related.iter_mut().for_each(|label: &mut Label| {
                if let Some(found) = block(&label.place) {
                    label.place = found;
                }
            });
            // Several places of one resource are one block.
            finding.related.retain(|label| {
                let first = !seen.contains(&label.place);
                seen.push(label.place.clone());
                first
            });
        }
    }

    /// The head of the block that declares a resource.
    fn block(&self, declaration: &Declaration, sources: &Sources) -> Option<Place> {
        let files = self.files.get(&self.folder_of(declaration)?)?;
        let key = (declaration.keyword.as_str(), declaration.resource_type.clone(), declaration.name.clone());
        files.iter().find_map(|file| {
            let mut blocks = self.blocks.borrow_mut();
            let of_file = blocks.entry(*file).or_insert_with(|| blocks_of(sources[*file].text()));
            of_file.get(&key).map(|span| Place { source: *file, at: At::Span(*span) })
        })
    }

    /// The folder of a module, from the root.
    fn folder_of(&self, declaration: &Declaration) -> Option<PathBuf> {
        let mut folder = PathBuf::new();
        let mut key = String::new();
        for module in &declaration.modules {
            if !key.is_empty() {
                key.push('.');
            }
            key.push_str(&module.name);
            folder = match self.installed.get(&key) {
                Some(installed) => installed.clone(),
                None => {
                    let source = module.source.as_deref().filter(|source| source.starts_with('.'))?;
                    plain(&folder.join(source))
                }
            };
        }
        Some(folder)
    }
}

fn is_ours(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "tf" || extension == "tofu") && path.is_file()
}

/// A path without `.` and without `..` behind a name.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if plain.file_name().is_some() => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    plain
}

/// The heads of the blocks of resources in a file; none if it is no HCL.
fn blocks_of(text: &str) -> Blocks {
    let mut blocks = Blocks::new();
    if nests_too_deep(text) {
        return blocks;
    }
    let Ok(body) = text.parse::<Body>() else { return blocks };
    for block in body.blocks() {
        let keyword = match block.ident.as_str() {
            "resource" => BlockKeyword::Resource.as_str(),
            "data" => BlockKeyword::Data.as_str(),
            _ => continue,
        };
        let [resource_type, name] = &block.labels[..] else { continue };
        let (Some(start), Some(end)) = (block.ident.span(), name.span()) else { continue };
        let key = (keyword, resource_type.as_str().to_owned(), name.as_str().to_owned());
        blocks.insert(key, Span { start: start.start, end: end.end });
    }
    blocks
}

/// By brackets, wherever they stand: a text that seems to nest too deep is as good as none.
fn nests_too_deep(text: &str) -> bool {
    let mut depth = 0_usize;
    text.bytes().any(|byte| {
        match byte {
            b'(' | b'[' | b'{' | b'!' | b'-' | b'?' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > DEEPEST
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_of_blocks() {
        let text = "# x\nresource \"aws_iam_role\" \"r\" {\n  name = \"r\"\n}\ndata \"aws_iam_role\" \"r\" {}\nlocals { a = 1 }\nresource aws_iam_role bare {}\n";
        let blocks = blocks_of(text);
        let head = |keyword, name: &str| {
            blocks.get(&(keyword, "aws_iam_role".to_owned(), name.to_owned())).map(|span| &text[span.start..span.end])
        };
        assert_eq!(head("resource", "r"), Some("resource \"aws_iam_role\" \"r\""));
        assert_eq!(head("data", "r"), Some("data \"aws_iam_role\" \"r\""));
        assert_eq!(head("resource", "bare"), Some("resource aws_iam_role bare"));
        assert_eq!(blocks.len(), 3);
        assert!(blocks_of("resource {").is_empty());
        assert!(blocks_of(&format!("a = {}", "(".repeat(100_000))).is_empty());
    }

    #[test]
    fn paths_are_plain() {
        for (path, expected) in
            [("./a/../b", "b"), ("a/./b", "a/b"), ("../a", "../a"), ("a/../../b", "../b"), (".", "")]
        {
            assert_eq!(plain(Path::new(path)), Path::new(expected), "{path}");
        }
    }
}
