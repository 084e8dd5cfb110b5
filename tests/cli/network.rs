//! The rules about VPC configurations over whole templates, in the habits of many authors: `fixtures/templates/network/`.
//! What each file deserves stands in it, at the line that has to change: `#= severity rule`.

use super::*;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/templates/network");

/// The rules that are about VPC configurations.
const ABOUT: [&str; 3] = ["vpc-", "edge-function-in-vpc", "capacity-provider-with-vpc"];

/// `(line, severity and rule)` as the file's marks say.
fn expected(text: &str) -> Vec<(u64, String)> {
    let marked = text.lines().zip(1..).filter_map(|(line, number)| Some((number, line.split_once("#= ")?.1)));
    marked.flat_map(|(number, marks)| marks.split(", ").map(move |mark| (number, mark.to_owned()))).collect()
}

fn found(report: &Report) -> Vec<(u64, String)> {
    let findings = report.list("findings").iter().filter(|finding| {
        let rule = finding["rule"].as_str().expect("a name");
        ABOUT.iter().any(|start| rule.starts_with(start))
    });
    let mut found: Vec<(u64, String)> = findings
        .map(|finding| {
            let line = finding["location"]["start"]["line"].as_u64().expect("a line");
            let text = |member: &str| finding[member].as_str().expect("a text").to_owned();
            (line, format!("{} {}", text("severity"), text("rule")))
        })
        .collect();
    found.sort();
    found
}

#[test]
fn each_template_gets_what_it_deserves() {
    let mut files: Vec<_> = fs::read_dir(FOLDER)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    files.sort();
    assert!(files.len() >= 20, "{} files", files.len());
    let mut wrong = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a file");
        let folder = Folder::of([("template.yaml", text.clone().into_bytes())]);
        let report = folder.report(&["template.yaml"]);
        let (problems, found, expected) = (report.problems(), found(&report), expected(&text));
        if found != expected || !problems.is_empty() {
            wrong.push(format!("{}: {expected:?}, not {found:?} {problems:?}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a person sees of three typical ones.
#[test]
fn findings_as_they_are_shown() {
    for (name, why) in [
        ("nat-under-condition", "a warning that holds under some values"),
        ("isolated-calls-a-service", "a role that shows what fails"),
        ("misspelt-keys", "errors, each with its right spelling"),
    ] {
        let text = fs::read(format!("{FOLDER}/{name}.yaml")).expect("a file");
        let folder = Folder::of([("template.yaml", text)]);
        let run = folder.run(&["check", "template.yaml", "--ignore", "code-may-manage-interfaces"]);
        insta::assert_snapshot!(name, run.out, why);
    }
}
