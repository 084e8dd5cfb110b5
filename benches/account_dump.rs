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
fn main() -> std::process::ExitCode {
    measure::main()
}

#[cfg(not(unix))]
fn main() {
    println!("account_dump measures through getrusage, which only Unix has: nothing is measured here");
}

#[cfg(unix)]
mod measure {
    use crate::generator::{Layout, account_dump};
    use nix::sys::resource::{Usage, UsageWho, getrusage};
    use nix::sys::time::TimeVal;
    use std::ffi::{OsStr, OsString};
    use std::fs::File;
    use std::hint::black_box;
    use std::io::Error;
    use std::path::{Path, PathBuf};
    use std::process::{Command, ExitCode, Stdio};
    use std::time::{Duration, Instant};

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

    /// What went wrong, as a sentence for whoever runs the benchmark.
    type Complaint = String;

    struct Options {
        roles: usize,
        seed: u64,
        runs: usize,
        rolecall: Option<PathBuf>,
        write: Option<PathBuf>,
        layout: Layout,
        /// This process is the baseline: what it does to a file, and the file.
        only: Option<(String, PathBuf)>,
        /// This process runs a command and writes its cost to the file.
        cost: Option<(PathBuf, Vec<OsString>)>,
    }

    impl Options {
        fn read(arguments: impl Iterator<Item = OsString>) -> Result<Options, Complaint> {
            let mut options = Options {
                roles: 5_000,
                seed: 1,
                runs: 5,
                rolecall: None,
                write: None,
                layout: Layout::Pretty,
                only: None,
                cost: None,
            };
            let mut arguments = arguments.skip(1);
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
                    "--cost" => {
                        let file = value()?.into();
                        options.cost = Some((file, arguments.by_ref().collect()));
                    }
                    // What `cargo bench` says to every benchmark.
                    "--bench" => {}
                    _ => return Err(format!("unknown argument {flag}\n\n{HELP}")),
                }
            }
            Ok(options)
        }
    }

    fn number<T: std::str::FromStr>(flag: &str, value: &OsStr) -> Result<T, Complaint> {
        let value = value.to_string_lossy();
        value.parse().map_err(|_| format!("{flag} takes a number, not {value}"))
    }

    pub(super) fn main() -> ExitCode {
        if std::env::args_os().any(|argument| argument == "--help") {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        match Options::read(std::env::args_os()).and_then(|options| run(&options)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(complaint) => {
                eprintln!("account_dump: {complaint}");
                ExitCode::FAILURE
            }
        }
    }

    fn run(options: &Options) -> Result<(), Complaint> {
        if let Some((task, file)) = &options.only {
            return only(task, file);
        }
        if let Some((file, command)) = &options.cost {
            return measure(file, command);
        }
        if let Some(file) = &options.write {
            let dump = account_dump(options.seed, options.roles, options.layout);
            return std::fs::write(file, dump).map_err(|error| about(file, &error));
        }
        let rolecall = rolecall(options)?;
        let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        let bench = Bench { rolecall, folder: folder.path() };
        for layout in [Layout::Pretty, Layout::Minified] {
            bench.account(options, layout)?;
        }
        bench.start_up()
    }

    /// What a child does: reads the file, and builds the `Value` if it is told to. The CPU time of
    /// building goes to standard output. The tree is not dropped: whoever exits need not.
    fn only(task: &str, file: &Path) -> Result<(), Complaint> {
        let bytes = std::fs::read(file).map_err(|error| about(file, &error))?;
        if task == "value" {
            let before = cpu(&usage(UsageWho::RUSAGE_SELF)?);
            let value: serde_json::Value =
                serde_json::from_slice(black_box(&bytes)).map_err(|error| error.to_string())?;
            let spent = cpu(&usage(UsageWho::RUSAGE_SELF)?).saturating_sub(before);
            std::mem::forget(black_box(value));
            println!("{}", spent.as_nanos());
        }
        Ok(())
    }

    /// Runs a command and writes what the kernel says of it. This process has no other child, so what
    /// is said of its children is said of the command; and it is small: a process begins with the peak
    /// of the one that started it, on Linux.
    fn measure(file: &Path, command: &[OsString]) -> Result<(), Complaint> {
        let (program, arguments) = command.split_first().ok_or("--cost needs a command")?;
        let start = Instant::now();
        let status = Command::new(program).args(arguments).stdin(Stdio::null()).status();
        let wall = start.elapsed();
        let status = status.map_err(|error| about(Path::new(program), &error))?;
        // Findings (exit status 1) are fine. After anything worse the figures would mean nothing.
        if !matches!(status.code(), Some(0 | 1)) {
            return Err(format!("{} ended with {status}", program.display()));
        }
        let usage = usage(UsageWho::RUSAGE_CHILDREN)?;
        let cost = format!("{} {} {}", cpu(&usage).as_nanos(), wall.as_nanos(), peak_bytes(&usage));
        std::fs::write(file, cost).map_err(|error| about(file, &error))
    }

    /// The binary that cargo built for this benchmark, in the same profile.
    fn rolecall(options: &Options) -> Result<PathBuf, Complaint> {
        let built = || option_env!("CARGO_BIN_EXE_rolecall").map(PathBuf::from).filter(|file| file.is_file());
        let beside = || {
            let this = std::env::current_exe().ok()?;
            Some(this.parent()?.parent()?.join(format!("rolecall{}", std::env::consts::EXE_SUFFIX)))
        };
        let found = options.rolecall.clone().or_else(built).or_else(beside);
        found.filter(|file| file.is_file()).ok_or_else(|| {
            "there is no rolecall binary: build it with `cargo build --release`, or name it with --rolecall FILE"
                .to_owned()
        })
    }

    struct Bench<'t> {
        rolecall: PathBuf,
        folder: &'t Path,
    }

    /// What one process cost.
    struct Cost {
        cpu: Duration,
        wall: Duration,
        peak_bytes: u64,
    }

    /// One row of the first table.
    struct Row {
        label: &'static str,
        command: Vec<OsString>,
        best: Duration,
        peak_bytes: u64,
    }

    impl Bench<'_> {
        fn account(&self, options: &Options, layout: Layout) -> Result<(), Complaint> {
            let (name, size, dump) = self.write_dump(options, layout)?;
            let this = std::env::current_exe().map_err(|error| error.to_string())?;
            let row = |label, program: &Path, arguments: &[&str]| {
                let mut command = vec![program.into()];
                command.extend(arguments.iter().map(OsString::from));
                command.push(dump.clone().into());
                Row { label, command, best: Duration::MAX, peak_bytes: 0 }
            };
            let mut rows = [
                row("read the file", &this, &["--only", "read"]),
                row("read, from_slice::<Value>", &this, &["--only", "value"]),
                row("rolecall check", &self.rolecall, &["check"]),
                row("rolecall check --format json", &self.rolecall, &["check", "--format", "json"]),
            ];
            let mut from_slice = Duration::MAX;
            for _ in 0..options.runs {
                for (index, row) in rows.iter_mut().enumerate() {
                    let cost = self.spend(&row.command, index == VALUE)?;
                    row.best = row.best.min(cost.cpu);
                    row.peak_bytes = row.peak_bytes.max(cost.peak_bytes);
                }
                from_slice = from_slice.min(self.printed_by_child()?);
            }

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
            let process = rows[VALUE].best;
            for row in &rows {
                println!(
                    "  {:<30}{:>9}{:>12.2}{:>14.2}{:>10}{:>14.2}",
                    row.label,
                    milliseconds(row.best),
                    ratio(row.best.as_secs_f64(), process.as_secs_f64()),
                    ratio(row.best.as_secs_f64(), from_slice.as_secs_f64()),
                    megabytes(row.peak_bytes),
                    ratio(kilobytes(row.peak_bytes), kilobytes(bound))
                );
                if row.label == rows[VALUE].label {
                    println!("  {:<30}{:>9}", "  of that, from_slice alone", milliseconds(from_slice));
                }
            }
            println!();
            Ok(())
        }

        /// A child writes the dump: what this process once held would be the least peak of every process
        /// that it starts.
        fn write_dump(&self, options: &Options, layout: Layout) -> Result<(&'static str, u64, PathBuf), Complaint> {
            let (name, flag) = match layout {
                Layout::Pretty => ("pretty", None),
                Layout::Minified => ("minified", Some("--minified")),
            };
            let dump = self.folder.join(format!("{name}.json"));
            let this = std::env::current_exe().map_err(|error| error.to_string())?;
            let written = Command::new(this)
                .args(["--roles", &options.roles.to_string(), "--seed", &options.seed.to_string()])
                .arg("--write")
                .arg(&dump)
                .args(flag)
                .status();
            match written {
                Ok(status) if status.success() => {
                    let size = std::fs::metadata(&dump).map_err(|error| about(&dump, &error))?.len();
                    Ok((name, size, dump))
                }
                _ => Err("the dump could not be written".to_owned()),
            }
        }

        fn start_up(&self) -> Result<(), Complaint> {
            let policy = self.folder.join("policy.json");
            std::fs::write(&policy, SMALL_POLICY).map_err(|error| about(&policy, &error))?;
            let rolecall = OsString::from(&self.rolecall);
            let version = vec![rolecall.clone(), "--version".into()];
            let check = ["check", "--as", "execution-role"].map(OsString::from);
            let check = [vec![rolecall], check.to_vec(), vec![policy.into()]].concat();

            let (mut of_version, mut of_check) = (Vec::new(), Vec::new());
            for _ in 0..START_UP_RUNS {
                of_version.push(self.spend(&version, false)?);
                of_check.push(self.spend(&check, false)?);
            }
            println!("start-up: median of {START_UP_RUNS}");
            println!("  {:<30}{:>9}{:>9}{:>9}", "", "wall ms", "CPU ms", "peak MB");
            for (label, costs) in [("rolecall --version", &of_version), ("rolecall check, a small policy", &of_check)] {
                println!(
                    "  {label:<30}{:>9}{:>9}{:>9}",
                    milliseconds(median(costs.iter().map(|cost| cost.wall))),
                    milliseconds(median(costs.iter().map(|cost| cost.cpu))),
                    megabytes(costs.iter().map(|cost| cost.peak_bytes).max().unwrap_or(0))
                );
            }
            Ok(())
        }

        fn printed(&self) -> PathBuf {
            self.folder.join("stdout")
        }

        fn printed_by_child(&self) -> Result<Duration, Complaint> {
            let printed = std::fs::read_to_string(self.printed()).map_err(|error| error.to_string())?;
            printed.trim().parse().map(Duration::from_nanos).map_err(|_| "no time from the child".to_owned())
        }

        /// What a command costs, measured by a child of this process.
        fn spend(&self, command: &[OsString], keep_output: bool) -> Result<Cost, Complaint> {
            let (figures, errors) = (self.folder.join("cost"), self.folder.join("stderr"));
            let create = |file: &Path| File::create(file).map_err(|error| about(file, &error));
            let stdout = if keep_output { Stdio::from(create(&self.printed())?) } else { Stdio::null() };
            let this = std::env::current_exe().map_err(|error| error.to_string())?;
            let mut child = Command::new(this);
            child.arg("--cost").arg(&figures).args(command).stdout(stdout).stderr(create(&errors)?);
            let status = child.status().map_err(|error| error.to_string())?;
            if !status.success() {
                let said = std::fs::read_to_string(&errors).unwrap_or_default();
                let said: String = said.chars().take(2_000).collect();
                let called: Vec<_> = command.iter().map(|part| part.to_string_lossy()).collect();
                return Err(format!("could not measure {}\n{said}", called.join(" ")));
            }
            let figures = std::fs::read_to_string(&figures).map_err(|error| about(&figures, &error))?;
            let figures: Result<Vec<u64>, _> = figures.split(' ').map(str::parse).collect();
            match figures.as_deref() {
                Ok(&[cpu, wall, peak_bytes]) => {
                    Ok(Cost { cpu: Duration::from_nanos(cpu), wall: Duration::from_nanos(wall), peak_bytes })
                }
                _ => Err("no figures from the child".to_owned()),
            }
        }
    }

    /// The row of the baseline.
    const VALUE: usize = 1;

    fn usage(who: UsageWho) -> Result<Usage, Complaint> {
        getrusage(who).map_err(|error| format!("getrusage: {error}"))
    }

    /// User and system time together.
    fn cpu(usage: &Usage) -> Duration {
        let duration = |time: TimeVal| {
            let micros = i128::from(time.tv_sec()) * 1_000_000 + i128::from(time.tv_usec());
            Duration::from_micros(u64::try_from(micros).unwrap_or(0))
        };
        duration(usage.user_time()) + duration(usage.system_time())
    }

    /// macOS counts bytes, every other Unix kibibytes.
    fn peak_bytes(usage: &Usage) -> u64 {
        let unit = if cfg!(target_vendor = "apple") { 1 } else { 1024 };
        u64::try_from(usage.max_rss()).unwrap_or(0) * unit
    }

    fn median(times: impl Iterator<Item = Duration>) -> Duration {
        let mut times: Vec<Duration> = times.collect();
        times.sort_unstable();
        times[times.len() / 2]
    }

    fn ratio(value: f64, of: f64) -> f64 {
        if of > 0.0 { value / of } else { f64::NAN }
    }

    fn milliseconds(time: Duration) -> String {
        format!("{:.1}", time.as_secs_f64() * 1e3)
    }

    fn kilobytes(bytes: u64) -> f64 {
        f64::from(u32::try_from(bytes / 1_000).unwrap_or(u32::MAX))
    }

    fn megabytes(bytes: u64) -> String {
        format!("{:.1}", kilobytes(bytes) / 1e3)
    }

    fn about(file: &Path, error: &Error) -> Complaint {
        format!("{}: {error}", file.display())
    }
}
