//! What judging a template costs, beside reading and parsing the same file into a tree alone.
//!
//! The ratio that travels: the CPU time (user and system, all threads) of the whole process `rolecall check`, over that
//! of a process that reads the file and builds a tree of it, and does nothing else. The tree is `serde_json::Value` for
//! JSON; for YAML it is as plain a tree, made of the events of granit-parser, the parser that rolecall goes by too. The
//! aim is under 3.00, for a typical template and for one as large as CloudFormation takes.
//!
//! A time is the best of several runs, taken in turn. Of a small template most is the start of the process, which the
//! last table shows by itself, beside `rolecall --version`. The templates are made up by [`generator`] from a seed.
//!
//! No figure makes it fail: it exits with 0 unless something could not be run.
//!
//!     cargo bench --bench templates -- --seed 1 --runs 20
//!     cargo bench --bench templates -- --write folder

#![allow(clippy::print_stdout, clippy::print_stderr)]

#[cfg(unix)]
mod generator;
#[cfg(unix)]
mod process;

#[cfg(unix)]
fn main() -> std::process::ExitCode {
    measure::main()
}

#[cfg(not(unix))]
fn main() {
    println!("templates measures through getrusage, which only Unix has: nothing is measured here");
}

#[cfg(unix)]
mod measure {
    use std::borrow::Cow;
    use std::ffi::{OsStr, OsString};
    use std::hint::black_box;
    use std::path::{Path, PathBuf};
    use std::process::ExitCode;

    use granit_parser::{Event, Parser};

    use crate::generator::{Size, template_json, template_yaml};
    use crate::process::{self, Bench, Complaint, Row, about, kilobytes, megabytes, milliseconds, number, ratio};

    const HELP: &str = "\
usage: cargo bench --bench templates -- [options]
  --seed S         what the templates are made up from (1)
  --runs N         runs of each process; the best counts (20)
  --rolecall FILE  the binary to measure (the one cargo built)
  --write FOLDER   only write the templates, and measure nothing";

    const START_UP_RUNS: usize = 50;

    /// The templates: file, what it is, how it is made.
    const TEMPLATES: [(&str, Size); 4] = [
        ("typical.json", Size::Typical),
        ("typical.yaml", Size::Typical),
        ("large.json", Size::Large),
        ("large.yaml", Size::Large),
    ];

    struct Options {
        seed: u64,
        runs: usize,
        rolecall: Option<PathBuf>,
        write: Option<PathBuf>,
        /// This process is the baseline: what it does to a file, and the file.
        only: Option<(String, PathBuf)>,
    }

    impl Options {
        fn read(arguments: Vec<OsString>) -> Result<Options, Complaint> {
            let mut options = Options { seed: 1, runs: 20, rolecall: None, write: None, only: None };
            let mut arguments = arguments.into_iter();
            while let Some(flag) = arguments.next() {
                let flag = flag.to_string_lossy().into_owned();
                let mut value = || arguments.next().ok_or(format!("{flag} needs a value\n\n{HELP}"));
                match flag.as_str() {
                    "--seed" => options.seed = number(&flag, &value()?)?,
                    "--runs" => options.runs = number::<usize>(&flag, &value()?)?.max(1),
                    "--rolecall" => options.rolecall = Some(value()?.into()),
                    "--write" => options.write = Some(value()?.into()),
                    "--only" => {
                        let task = value()?.to_string_lossy().into_owned();
                        options.only = Some((task, value()?.into()));
                    }
                    // What `cargo bench` says to every benchmark.
                    "--bench" => {}
                    _ => return Err(format!("unknown argument {flag}\n\n{HELP}")),
                }
            }
            Ok(options)
        }
    }

    pub(super) fn main() -> ExitCode {
        process::main("templates", HELP, |arguments| run(&Options::read(arguments)?))
    }

    fn run(options: &Options) -> Result<(), Complaint> {
        if let Some((task, file)) = &options.only {
            return only(task, file);
        }
        if let Some(folder) = &options.write {
            return write(options.seed, folder);
        }
        let bench = Bench::new(options.rolecall.as_deref())?;
        // A child writes them: what this process once held would be the least peak of every process that it starts.
        let (seed, folder) = (options.seed.to_string(), bench.file("templates"));
        bench.this_does(&["--seed".as_ref(), seed.as_ref(), "--write".as_ref(), folder.as_os_str()])?;
        println!(
            "templates, seed {}; best of {}; aim: under 3.00 of reading the file and parsing it into a tree\n\
             (JSON: serde_json::Value; YAML: a tree of granit-parser's events)\n",
            options.seed, options.runs
        );
        for (name, size) in TEMPLATES {
            template(&bench, options, &folder.join(name), size)?;
        }
        start_up(&bench, &folder)
    }

    fn write(seed: u64, folder: &Path) -> Result<(), Complaint> {
        std::fs::create_dir_all(folder).map_err(|error| about(folder, &error))?;
        for (name, size) in TEMPLATES {
            let text = if name.ends_with(".json") { template_json(seed, size) } else { template_yaml(seed, size) };
            let file = folder.join(name);
            std::fs::write(&file, text).map_err(|error| about(&file, &error))?;
        }
        Ok(())
    }

    /// The row of the baseline.
    const TREE: usize = 1;

    fn template(bench: &Bench, options: &Options, file: &Path, size: Size) -> Result<(), Complaint> {
        let bytes = std::fs::metadata(file).map_err(|error| about(file, &error))?.len();
        let row = |label, program: &Path, arguments: &[&'static str]| {
            let arguments = arguments.iter().map(OsStr::new).chain([file.as_os_str()]);
            Row::new(label, program, &arguments.collect::<Vec<_>>())
        };
        let task = if is_json(file) { "json" } else { "yaml" };
        let mut rows = [
            row("read the file", &bench.this, &["--only", "read"]),
            row("read, parse into a tree", &bench.this, &["--only", task]),
            row("rolecall check", &bench.rolecall, &["check"]),
            row("rolecall check --format json", &bench.rolecall, &["check", "--format", "json"]),
        ];
        bench.race(&mut rows, options.runs, |_| Ok(()))?;
        let size = if size == Size::Large { "large" } else { "typical" };
        println!("{size} template, {}, {} KB", task.to_uppercase(), kilobytes(bytes));
        println!("  {:<30}{:>9}{:>12}{:>10}", "", "CPU ms", "/ tree", "peak MB");
        let tree = rows[TREE].best();
        for row in &rows {
            println!(
                "  {:<30}{:>9}{:>12.2}{:>10}",
                row.label,
                milliseconds(row.best()),
                ratio(row.best().as_secs_f64(), tree.as_secs_f64()),
                megabytes(row.peak_bytes())
            );
        }
        println!();
        Ok(())
    }

    fn start_up(bench: &Bench, folder: &Path) -> Result<(), Complaint> {
        let check =
            |label, name| Row::new(label, &bench.rolecall, &[OsStr::new("check"), folder.join(name).as_os_str()]);
        let mut rows = [
            Row::new("rolecall --version", &bench.rolecall, &[OsStr::new("--version")]),
            check("rolecall check, typical JSON", "typical.json"),
            check("rolecall check, typical YAML", "typical.yaml"),
        ];
        bench.race(&mut rows, START_UP_RUNS, |_| Ok(()))?;
        println!("start-up: median of {START_UP_RUNS}");
        println!("  {:<30}{:>9}{:>9}{:>9}", "", "wall ms", "CPU ms", "peak MB");
        for row in &rows {
            println!(
                "  {:<30}{:>9}{:>9}{:>9}",
                row.label,
                milliseconds(row.median_wall()),
                milliseconds(row.median_cpu()),
                megabytes(row.peak_bytes())
            );
        }
        Ok(())
    }

    fn is_json(file: &Path) -> bool {
        file.extension().is_some_and(|extension| extension == "json")
    }

    /// What a child does: reads the file, and builds the tree if it is told to. The tree is not dropped: whoever exits
    /// need not.
    fn only(task: &str, file: &Path) -> Result<(), Complaint> {
        let bytes = std::fs::read(file).map_err(|error| about(file, &error))?;
        match task {
            "json" => {
                let value: serde_json::Value =
                    serde_json::from_slice(black_box(&bytes)).map_err(|error| error.to_string())?;
                std::mem::forget(black_box(value));
            }
            "yaml" => {
                let text = std::str::from_utf8(black_box(&bytes)).map_err(|error| error.to_string())?;
                std::mem::forget(black_box(tree(text)?));
            }
            _ => drop(black_box(bytes)),
        }
        Ok(())
    }

    /// YAML as it stands: no anchors, no tags, no types.
    #[allow(dead_code, reason = "built, and never read")]
    enum Tree<'t> {
        Text(Cow<'t, str>),
        List(Vec<Tree<'t>>),
        Map(Vec<(Tree<'t>, Tree<'t>)>),
    }

    fn tree(text: &str) -> Result<Tree<'_>, Complaint> {
        // What is open, with the key that waits for its value.
        let mut open: Vec<(Tree<'_>, Option<Tree<'_>>)> = Vec::new();
        let mut events = Parser::new_from_str(text);
        while let Some(event) = events.next_event() {
            let done = match event.map_err(|error| error.to_string())?.0 {
                Event::Scalar(text, ..) => Tree::Text(text),
                Event::SequenceStart(..) => {
                    open.push((Tree::List(Vec::new()), None));
                    continue;
                }
                Event::MappingStart(..) => {
                    open.push((Tree::Map(Vec::new()), None));
                    continue;
                }
                Event::SequenceEnd | Event::MappingEnd => open.pop().ok_or("an end without a start")?.0,
                _ => continue,
            };
            match open.last_mut() {
                None => return Ok(done),
                Some((Tree::List(items), _)) => items.push(done),
                Some((Tree::Map(members), key)) => match key.take() {
                    Some(key) => members.push((key, done)),
                    None => *key = Some(done),
                },
                Some((Tree::Text(_), _)) => return Err("a text holds nothing".to_owned()),
            }
        }
        Err("there is no document".to_owned())
    }
}
