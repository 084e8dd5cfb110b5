//! Measures whole processes: CPU time (user and system, all threads), wall-clock time and peak of resident memory.
//!
//! In: commands. Out: their [`Cost`]s, as the kernel counts them (`getrusage`). Each command is started by a child of
//! this process, which measures it and nothing else: a process begins with the peak of the one that started it, on
//! Linux, and so whoever measures must be small. A benchmark's `main` therefore hands its arguments to [`child`] first.
//!
//! Everything that a benchmark about `rolecall` as a process needs is here, so that all of them measure in one way.

#![allow(dead_code, reason = "no benchmark needs all of it")]

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeVal;

/// What went wrong, as a sentence for whoever runs the benchmark.
pub(crate) type Complaint = String;

/// What one process cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) cpu: Duration,
    pub(crate) wall: Duration,
    pub(crate) peak_bytes: u64,
}

/// A command that is measured again and again.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) label: String,
    pub(crate) command: Vec<OsString>,
    pub(crate) costs: Vec<Cost>,
    output: Output,
}

/// What becomes of a command's standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Output {
    Dropped,
    Read,
}

impl Row {
    pub(crate) fn new(label: &str, program: &Path, arguments: &[&OsStr]) -> Row {
        let command = std::iter::once(program.into()).chain(arguments.iter().map(OsString::from)).collect();
        Row { label: label.to_owned(), command, costs: Vec::new(), output: Output::Dropped }
    }

    /// The same, with its standard output read.
    pub(crate) fn read(self) -> Row {
        Row { output: Output::Read, ..self }
    }

    /// The least CPU time of all runs.
    pub(crate) fn best(&self) -> Duration {
        self.costs.iter().map(|cost| cost.cpu).min().unwrap_or(Duration::MAX)
    }

    /// The peak of memory of the worst run.
    pub(crate) fn peak_bytes(&self) -> u64 {
        self.costs.iter().map(|cost| cost.peak_bytes).max().unwrap_or(0)
    }

    pub(crate) fn median_cpu(&self) -> Duration {
        median(self.costs.iter().map(|cost| cost.cpu))
    }

    pub(crate) fn median_wall(&self) -> Duration {
        median(self.costs.iter().map(|cost| cost.wall))
    }
}

/// The `main` of a benchmark: `run` gets the arguments, unless this process is one that measures another.
pub(crate) fn main(name: &str, help: &str, run: impl FnOnce(Vec<OsString>) -> Result<(), Complaint>) -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help") {
        println!("{help}");
        return ExitCode::SUCCESS;
    }
    let done = match arguments.split_first() {
        Some((flag, rest)) if flag == COST => measure(rest),
        _ => run(arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(complaint) => {
            eprintln!("{name}: {complaint}");
            ExitCode::FAILURE
        }
    }
}

/// `--cost FILE COMMAND…` makes this process the one that measures.
const COST: &str = "--cost";

/// Runs a command and writes what the kernel says of it. This process has no other child, so what is said of its
/// children is said of the command.
fn measure(arguments: &[OsString]) -> Result<(), Complaint> {
    let [file, program, arguments @ ..] = arguments else { return Err(format!("{COST} needs a file and a command")) };
    let start = Instant::now();
    let status = Command::new(program).args(arguments).stdin(Stdio::null()).status();
    let wall = start.elapsed();
    let status = status.map_err(|error| about(Path::new(program), &error))?;
    // Findings (exit status 1) are fine. After anything worse the figures would mean nothing.
    if !matches!(status.code(), Some(0 | 1)) {
        return Err(format!("{} ended with {status}", Path::new(program).display()));
    }
    let usage = usage(UsageWho::RUSAGE_CHILDREN)?;
    let cost = format!("{} {} {}", cpu(&usage).as_nanos(), wall.as_nanos(), peak_bytes(&usage));
    std::fs::write(file, cost).map_err(|error| about(Path::new(file), &error))
}

/// Measures commands in a folder of its own.
pub(crate) struct Bench {
    /// The `rolecall` that is measured.
    pub(crate) rolecall: PathBuf,
    /// This benchmark's own program.
    pub(crate) this: PathBuf,
    folder: tempfile::TempDir,
    /// Holds the copies of both programs.
    _installed: tempfile::TempDir,
}

impl Bench {
    /// For a binary that the caller names, else the one that cargo built for this benchmark, in the same profile.
    pub(crate) fn new(rolecall: Option<&Path>) -> Result<Bench, Complaint> {
        let this = std::env::current_exe().map_err(|error| error.to_string())?;
        let built = || option_env!("CARGO_BIN_EXE_rolecall").map(PathBuf::from).filter(|file| file.is_file());
        let beside = || Some(this.parent()?.parent()?.join(format!("rolecall{}", std::env::consts::EXE_SUFFIX)));
        let found = rolecall.map(Path::to_path_buf).or_else(built).or_else(beside);
        let rolecall = found.filter(|file| file.is_file()).ok_or_else(|| {
            "there is no rolecall binary: build it with `cargo build --release`, or name it with --rolecall FILE"
                .to_owned()
        })?;
        let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        // Of a file that a linker has just put together in memory the kernel holds every page by itself, and the start
        // of a large program takes a fifth longer: what is measured is the program as it is installed.
        let installed = tempfile::tempdir_in(this.parent().unwrap_or(Path::new(".")));
        let installed = installed.map_err(|error| format!("no temporary folder: {error}"))?;
        let install = |program: &Path| {
            let copy = installed.path().join(program.file_name().unwrap_or_default());
            std::fs::copy(program, &copy).map_err(|error| about(program, &error))?;
            Ok::<PathBuf, Complaint>(copy)
        };
        Ok(Bench { rolecall: install(&rolecall)?, this: install(&this)?, folder, _installed: installed })
    }

    /// The path of a file in the folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Measures each row so many times, in turn, so that a slow moment of the machine does not fall on one of them only.
    /// `printed` is told what the rows write whose output is [read](Row::read).
    pub(crate) fn race(
        &self,
        rows: &mut [Row],
        runs: usize,
        mut printed: impl FnMut(&str) -> Result<(), Complaint>,
    ) -> Result<(), Complaint> {
        for _ in 0..runs {
            for row in &mut *rows {
                row.costs.push(self.spend(&row.command, row.output)?);
                if row.output == Output::Read {
                    let read = std::fs::read(self.printed()).map_err(|error| error.to_string())?;
                    printed(&String::from_utf8_lossy(&read))?;
                }
            }
        }
        Ok(())
    }

    /// Lets a child of this benchmark do something, and waits for it.
    pub(crate) fn this_does(&self, arguments: &[&OsStr]) -> Result<(), Complaint> {
        let status = Command::new(&self.this).args(arguments).status().map_err(|error| error.to_string())?;
        if status.success() { Ok(()) } else { Err(format!("a child of the benchmark ended with {status}")) }
    }

    fn printed(&self) -> PathBuf {
        self.file("stdout")
    }

    /// What a command costs, measured by a child of this process.
    fn spend(&self, command: &[OsString], output: Output) -> Result<Cost, Complaint> {
        let (figures, errors) = (self.file("cost"), self.file("stderr"));
        let create = |file: &Path| File::create(file).map_err(|error| about(file, &error));
        let stdout = match output {
            Output::Dropped => Stdio::null(),
            Output::Read => create(&self.printed())?.into(),
        };
        let mut child = Command::new(&self.this);
        child.arg(COST).arg(&figures).args(command).stdout(stdout).stderr(create(&errors)?);
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

/// The CPU time of this process so far.
pub(crate) fn own_cpu() -> Result<Duration, Complaint> {
    Ok(cpu(&usage(UsageWho::RUSAGE_SELF)?))
}

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
    times.get(times.len() / 2).copied().unwrap_or_default()
}

pub(crate) fn ratio(value: f64, of: f64) -> f64 {
    if of > 0.0 { value / of } else { f64::NAN }
}

pub(crate) fn milliseconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1e3)
}

pub(crate) fn kilobytes(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes / 1_000).unwrap_or(u32::MAX))
}

pub(crate) fn megabytes(bytes: u64) -> String {
    format!("{:.1}", kilobytes(bytes) / 1e3)
}

pub(crate) fn about(file: &Path, error: &Error) -> Complaint {
    format!("{}: {error}", file.display())
}

/// The number that a flag was given.
pub(crate) fn number<T: std::str::FromStr>(flag: &str, value: &OsStr) -> Result<T, Complaint> {
    let value = value.to_string_lossy();
    value.parse().map_err(|_| format!("{flag} takes a number, not {value}"))
}
