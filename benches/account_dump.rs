//! What judging a whole account costs: CPU time, memory, start-up.
//!
//! Milliseconds say little beyond the machine that measured them, so this benchmark rests on one
//! ratio that travels: the CPU time (user and system, all threads) of the whole process `rolecall
//! check` on an account dump, over that of building a `serde_json::Value` of the same file, in the
//! same run on the same machine. Two denominators are shown: the process that reads the file and
//! builds the tree (`/ process`), and the call of `serde_json::from_slice` alone, measured inside
//! that process (`/ from_slice`), which is the harder one. The aim is at most 1.00 of the latter, and a
//! peak of resident memory of at most twice the file's size plus 30 MB.
//!
//! A time is the best of several runs, taken in turn, so that a slow moment of the machine does not
//! fall on one row only; a peak of memory is the worst run's. The dump is made up by [`generator`]
//! from a seed. The last table is one small policy from process start to exit, beside `rolecall
//! --version`.
//!
//! No figure makes it fail: it exits with 0 unless something could not be run.
//!
//!     cargo bench --bench account_dump -- --roles 5000 --seed 1 --runs 5
//!     cargo bench --bench account_dump -- --write account.json

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
    println!("account_dump measures through getrusage, which only Unix has: nothing is measured here");
}

#[cfg(unix)]
mod measure {
    use std::ffi::{OsStr, OsString};
    use std::hint::black_box;
    use std::path::{Path, PathBuf};
    use std::process::ExitCode;
    use std::time::Duration;

    use crate::generator::{Layout, account_dump};
    use crate::process::{
        self, Bench, Complaint, Row, about, kilobytes, megabytes, milliseconds, number, own_cpu, ratio,
    };

    const HELP: &str = "\
usage: cargo bench --bench account_dump -- [options]
  --roles N        roles in the dump (5000)
  --seed S         what the dump is made up from (1)
  --runs N         runs of each process; the best counts (5)
  --rolecall FILE  the binary to measure (the one cargo built)
  --write FILE     only write the dump, and measure nothing
  --minified       the layout that --write writes";

    const START_UP_RUNS: usize = 50;

    const SMALL_POLICY: &str = r#"{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "NetworkInterfaces",
            "Effect": "Allow",
            "Action": [
                "ec2:CreateNetworkInterface",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DeleteNetworkInterface"
            ],
            "Resource": "*"
        }
    ]
}
"#;

    struct Options {
        roles: usize,
        seed: u64,
        runs: usize,
        rolecall: Option<PathBuf>,
        write: Option<PathBuf>,
        layout: Layout,
        /// This process is the baseline: what it does to a file, and the file.
        only: Option<(String, PathBuf)>,
    }

    impl Options {
        fn read(arguments: Vec<OsString>) -> Result<Options, Complaint> {
            let mut options = Options {
                roles: 5_000,
                seed: 1,
                runs: 5,
                rolecall: None,
                write: None,
                layout: Layout::Pretty,
                only: None,
            };
            let mut arguments = arguments.into_iter();
            while let Some(flag) = arguments.next() {
                let flag = flag.to_string_lossy().into_owned();
                let mut value = || arguments.next().ok_or(format!("{flag} needs a value\n\n{HELP}"));
                match flag.as_str() {
                    "--roles" => options.roles = number(&flag, &value()?)?,
                    "--seed" => options.seed = number(&flag, &value()?)?,
                    "--runs" => options.runs = number::<usize>(&flag, &value()?)?.max(1),
                    "--rolecall" => options.rolecall = Some(value()?.into()),
                    "--write" => options.write = Some(value()?.into()),
                    "--minified" => options.layout = Layout::Minified,
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
        process::main("account_dump", HELP, |arguments| run(&Options::read(arguments)?))
    }

    fn run(options: &Options) -> Result<(), Complaint> {
        if let Some((task, file)) = &options.only {
            return only(task, file);
        }
        if let Some(file) = &options.write {
            let dump = account_dump(options.seed, options.roles, options.layout);
            return std::fs::write(file, dump).map_err(|error| about(file, &error));
        }
        let bench = Bench::new(options.rolecall.as_deref())?;
        for layout in [Layout::Pretty, Layout::Minified] {
            account(&bench, options, layout)?;
        }
        start_up(&bench)
    }

    /// What a child does: reads the file, and builds the `Value` if it is told to. The CPU time of
    /// building goes to standard output. The tree is not dropped: whoever exits need not.
    fn only(task: &str, file: &Path) -> Result<(), Complaint> {
        let bytes = std::fs::read(file).map_err(|error| about(file, &error))?;
        if task == "value" {
            let before = own_cpu()?;
            let value: serde_json::Value =
                serde_json::from_slice(black_box(&bytes)).map_err(|error| error.to_string())?;
            let spent = own_cpu()?.saturating_sub(before);
            std::mem::forget(black_box(value));
            println!("{}", spent.as_nanos());
        }
        Ok(())
    }

    /// The row of the baseline.
    const VALUE: usize = 1;

    fn account(bench: &Bench, options: &Options, layout: Layout) -> Result<(), Complaint> {
        let (name, size, dump) = write_dump(bench, options, layout)?;
        let row = |label, program: &Path, arguments: &[&'static str]| {
            let arguments = arguments.iter().map(OsStr::new).chain([dump.as_os_str()]);
            Row::new(label, program, &arguments.collect::<Vec<_>>())
        };
        let mut rows = [
            row("read the file", &bench.this, &["--only", "read"]),
            row("read, from_slice::<Value>", &bench.this, &["--only", "value"]).read(),
            row("rolecall check", &bench.rolecall, &["check"]),
            row("rolecall check --format json", &bench.rolecall, &["check", "--format", "json"]),
        ];
        let mut from_slice = Duration::MAX;
        bench.race(&mut rows, options.runs, |printed| {
            let time = printed.trim().parse().map_err(|_| "no time from the child".to_owned())?;
            from_slice = from_slice.min(Duration::from_nanos(time));
            Ok(())
        })?;

        let bound = 2 * size + 30_000_000;
        println!(
            "{name} dump: {} roles, {} MB, seed {}; best of {}; aims: ratio at most 1.00, \
             peak at most {} MB",
            options.roles,
            megabytes(size),
            options.seed,
            options.runs,
            megabytes(bound)
        );
        println!(
            "  {:<30}{:>9}{:>12}{:>14}{:>10}{:>14}",
            "", "CPU ms", "/ process", "/ from_slice", "peak MB", "/ allowed MB"
        );
        let process = rows[VALUE].best();
        for (index, row) in rows.iter().enumerate() {
            println!(
                "  {:<30}{:>9}{:>12.2}{:>14.2}{:>10}{:>14.2}",
                row.label,
                milliseconds(row.best()),
                ratio(row.best().as_secs_f64(), process.as_secs_f64()),
                ratio(row.best().as_secs_f64(), from_slice.as_secs_f64()),
                megabytes(row.peak_bytes()),
                ratio(kilobytes(row.peak_bytes()), kilobytes(bound))
            );
            if index == VALUE {
                println!("  {:<30}{:>9}", "  of that, from_slice alone", milliseconds(from_slice));
            }
        }
        println!();
        Ok(())
    }

    /// A child writes the dump: what this process once held would be the least peak of every process
    /// that it starts.
    fn write_dump(bench: &Bench, options: &Options, layout: Layout) -> Result<(&'static str, u64, PathBuf), Complaint> {
        let (name, flag) = match layout {
            Layout::Minified => ("minified", Some("--minified")),
            _ => ("pretty", None),
        };
        let dump = bench.file(&format!("{name}.json"));
        let (roles, seed) = (options.roles.to_string(), options.seed.to_string());
        let mut arguments = ["--roles", &roles, "--seed", &seed, "--write"].map(OsStr::new).to_vec();
        arguments.push(dump.as_os_str());
        arguments.extend(flag.map(OsStr::new));
        bench.this_does(&arguments)?;
        let size = std::fs::metadata(&dump).map_err(|error| about(&dump, &error))?.len();
        Ok((name, size, dump))
    }

    fn start_up(bench: &Bench) -> Result<(), Complaint> {
        let policy = bench.file("policy.json");
        std::fs::write(&policy, SMALL_POLICY).map_err(|error| about(&policy, &error))?;
        let check = [OsStr::new("check"), OsStr::new("--as"), OsStr::new("execution-role"), policy.as_os_str()];
        let mut rows = [
            Row::new("rolecall --version", &bench.rolecall, &[OsStr::new("--version")]),
            Row::new("rolecall check, a small policy", &bench.rolecall, &check),
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
}
