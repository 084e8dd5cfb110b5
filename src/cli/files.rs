//! Finds and reads the files of a run.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::inventory::InputProblem;
use crate::source::{At, Place, ReadError, Source, SourceId, Sources, Span};

/// How a file came into the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// The user named it: not to understand it is an error.
    ByName,
    /// It lies in a folder that the user named: it may be anything.
    InFolder,
}

/// Reads everything that the paths stand for.
pub(super) fn read_all(
    paths: &[PathBuf],
    sources: &mut Sources,
    problems: &mut Vec<InputProblem>,
) -> Vec<(SourceId, Given)> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here[..] } else { paths };
    let mut seen = HashSet::new();
    let mut read = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            if seen.insert(path.clone())
                && let Some(id) = add(Source::read_from("-", io::stdin().lock()), sources, problems)
            {
                read.push((id, Given::ByName));
            }
        } else if path.is_dir() {
            for file in walk(path, problems) {
                if seen.insert(file.clone()) && may_be_ours(&file) {
                    read.extend(in_folder(&file, sources, problems).map(|id| (id, Given::InFolder)));
                }
            }
        } else if seen.insert(path.clone())
            && let Some(id) = add(Source::read(path), sources, problems)
        {
            read.push((id, Given::ByName));
        }
    }
    read
}

/// Reads one file that the user named.
pub(super) fn read_one(path: &Path, sources: &mut Sources, problems: &mut Vec<InputProblem>) -> Option<SourceId> {
    add(Source::read(path), sources, problems)
}

fn add(read: Result<Source, ReadError>, sources: &mut Sources, problems: &mut Vec<InputProblem>) -> Option<SourceId> {
    match read {
        Ok(source) => Some(sources.add(source)),
        Err(error) => {
            problems.push(InputProblem {
                path: error.name().to_owned(),
                message: error.to_string(),
                help: error.help().map(str::to_owned),
                place: None,
            });
            None
        }
    }
}

/// A file of a folder is kept only if one of the words stands in it by which the kinds differ: a folder may hold
/// gigabytes of other JSON.
fn in_folder(file: &Path, sources: &mut Sources, problems: &mut Vec<InputProblem>) -> Option<SourceId> {
    const MARKS: [&[u8]; 7] = [
        b"Resources",
        b"\"Statement\"",
        b"DetailList\"",
        b"\"PolicyDocument\"",
        b"\"AttachedPolicies\"",
        b"\"Arn\"",
        b"\"planned_values\"",
    ];
    let source = match Source::read(file) {
        Ok(source) => source,
        // No text, or gone in the meantime: none of the known kinds. No permission to read is worth a word.
        Err(error) if file.metadata().is_ok() && File::open(file).is_err() => {
            return add(Err(error), sources, problems);
        }
        Err(_) => return None,
    };
    let marked = MARKS.iter().any(|mark| memchr::memmem::find(source.text().as_bytes(), mark).is_some());
    marked.then(|| sources.add(source))
}

/// The files of a folder, in order. What git ignores is left out, but for folders named `cdk.out`: people ignore them
/// and still want them judged.
fn walk(folder: &Path, problems: &mut Vec<InputProblem>) -> Vec<PathBuf> {
    let mut builder = WalkBuilder::new(folder);
    builder.require_git(false).sort_by_file_path(Path::cmp);
    let mut files: Vec<PathBuf> = files_of(&builder, problems);
    builder.standard_filters(false).filter_entry(|entry| {
        let name = entry.file_name();
        name != ".git" && name != "node_modules" && name != "target"
    });
    let in_cdk_out = |path: &PathBuf| path.components().any(|part| part.as_os_str() == "cdk.out");
    files.extend(files_of(&builder, &mut Vec::new()).into_iter().filter(in_cdk_out));
    files.sort();
    files.dedup();
    files
}

fn files_of(builder: &WalkBuilder, problems: &mut Vec<InputProblem>) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in builder.build() {
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => files.push(entry.into_path()),
            Ok(_) => {}
            Err(error) => problems.push(InputProblem {
                path: String::new(),
                message: format!("cannot look into a folder: {error}"),
                help: None,
                place: None,
            }),
        }
    }
    files
}

/// Is a file of a folder worth reading? YAML has no beginning of its own, so it goes by the names that templates have.
fn may_be_ours(file: &Path) -> bool {
    let extension = file.extension().map(std::ffi::OsStr::to_ascii_lowercase);
    let named =
        extension.is_some_and(|own| ["yaml", "yml", "template", "cfn", "cform"].iter().any(|known| own == *known));
    named || looks_like_json(file)
}

/// Does the text start like a JSON object or list?
fn looks_like_json(file: &Path) -> bool {
    let mut start = [0; 64];
    let Ok(length) = File::open(file).and_then(|mut file| file.read(&mut start)) else { return true };
    let text = start[..length].strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start[..length]);
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    matches!(first, Some(b'{' | b'['))
}

/// A problem of a named file as a whole.
pub(super) fn not_understood(sources: &Sources, id: SourceId, message: String, help: &str) -> InputProblem {
    InputProblem {
        path: sources[id].name().to_owned(),
        message,
        help: Some(help.to_owned()),
        place: Some(Place { source: id, at: At::Span(Span { start: 0, end: 0 }) }),
    }
}
