//! What it costs to audit a live account of 2,000 roles, beside fetching the same account through the SDK alone.
//!
//! Both are whole processes that ask the same server on loopback, moto's, which takes most of the time itself; so the
//! figures that travel are the number of calls, the peak of memory, and the CPU time of `rolecall audit` over that of a
//! plain paginated GetAccountAuthorizationDetails in the same run. Needs `python3`, and once the network, for moto, which
//! gives every account on one page; AWS gives 1,000 entities a page.
//!
//! The aims, for 2,000 roles in one region: six calls, and one more for each further page; a peak of at most 64 MB; at
//! most three times the CPU time of the plain fetch, which judges nothing.
//!
//! No figure makes it fail: it exits with 0 unless something could not be run.
//!
//!     cargo bench --bench audit -- --roles 2000 --runs 5

#![allow(clippy::print_stdout, clippy::print_stderr)]

#[cfg(unix)]
mod account;
#[cfg(unix)]
#[allow(dead_code, unreachable_pub, reason = "a benchmark does not need all of it")]
#[path = "../../tests/audit/moto.rs"]
mod moto;
#[cfg(unix)]
#[path = "../process/mod.rs"]
mod process;
#[cfg(unix)]
#[allow(unreachable_pub)]
#[path = "../../tests/support/python.rs"]
mod python;

#[cfg(unix)]
fn main() -> std::process::ExitCode {
    process::main("audit", "cargo bench --bench audit -- [--roles N] [--runs N] [--rolecall FILE]", measure::run)
}

#[cfg(not(unix))]
fn main() {
    println!("audit measures through getrusage, which only Unix has: nothing is measured here");
}

#[cfg(unix)]
mod measure {
    use std::collections::BTreeMap;
    use std::ffi::{OsStr, OsString};
    use std::path::{Path, PathBuf};
    use std::process::Command;

    use super::account::{fetch, fill};
    use super::moto::{Moto, REGION};
    use super::process::{Bench, Complaint, Row, megabytes, milliseconds, number, ratio};

    /// What a child of this benchmark is told to do: fetch, and nothing else.
    const FETCH: &str = "--fetch";

    pub(super) fn run(arguments: Vec<OsString>) -> Result<(), Complaint> {
        let (mut roles, mut runs, mut rolecall): (usize, usize, Option<PathBuf>) = (2_000, 5, None);
        let mut arguments = arguments.into_iter();
        while let Some(flag) = arguments.next() {
            let flag = flag.to_string_lossy().into_owned();
            let mut value = || arguments.next().ok_or_else(|| format!("{flag} needs a value"));
            match &*flag {
                "--roles" => roles = number(&flag, &value()?)?,
                "--runs" => runs = number::<usize>(&flag, &value()?)?.max(1),
                "--rolecall" => rolecall = Some(value()?.into()),
                FETCH => return fetch(&value()?.to_string_lossy()),
                // From cargo.
                "--bench" => {}
                _ => return Err(format!("unknown argument {flag}")),
            }
        }
        let bench = Bench::new(rolecall.as_deref())?;
        let moto = Moto::start();
        moto.wait(fill(&moto.iam(), roles));
        let environment = environment(&moto.endpoint);
        let with = |program: &Path, more: &[&str]| -> Vec<OsString> {
            let more = more.iter().map(OsString::from);
            environment.iter().map(OsString::from).chain([program.into()]).chain(more).collect()
        };
        let row = |label: &str, command: Vec<OsString>| {
            let command: Vec<&OsStr> = command.iter().map(OsString::as_os_str).collect();
            Row::new(label, Path::new("/usr/bin/env"), &command)
        };
        let audit = ["audit", "--region", REGION];
        let mut rows = [
            row("the SDK alone, page after page", with(&bench.this, &[FETCH, &moto.endpoint])),
            row("rolecall audit", with(&bench.rolecall, &audit)),
            row("rolecall audit --format json", with(&bench.rolecall, &[&audit[..], &["--format", "json"]].concat())),
        ];
        bench.race(&mut rows, runs, |_| Ok(()))?;
        println!("an account of {roles} roles; best of {runs}; aims: ratio at most 3.00, peak at most 64 MB, 6 calls");
        println!("{:<32} {:>9} {:>9} {:>9} {:>9}", "", "wall ms", "CPU ms", "ratio", "peak MB");
        let alone = rows[0].best().as_secs_f64();
        for row in &rows {
            println!(
                "{:<32} {:>9} {:>9} {:>9.2} {:>9}",
                row.label,
                milliseconds(row.median_wall()),
                milliseconds(row.best()),
                ratio(row.best().as_secs_f64(), alone),
                megabytes(row.peak_bytes()),
            );
        }
        let calls = calls(&with(&bench.rolecall, &[&audit[..], &["--verbose"]].concat()))?;
        let total: usize = calls.values().sum();
        let each: Vec<String> = calls.iter().map(|(call, count)| format!("{call} {count}")).collect();
        println!("\n{total} calls: {}", each.join(", "));
        Ok(())
    }

    /// Nothing of whoever runs this counts.
    fn environment(endpoint: &str) -> Vec<String> {
        vec![
            "-i".to_owned(),
            format!("AWS_ENDPOINT_URL={endpoint}"),
            format!("AWS_REGION={REGION}"),
            "AWS_ACCESS_KEY_ID=test".to_owned(),
            "AWS_SECRET_ACCESS_KEY=test".to_owned(),
            "AWS_EC2_METADATA_DISABLED=true".to_owned(),
        ]
    }

    /// How often which call was made, as `--verbose` says it.
    fn calls(command: &[OsString]) -> Result<BTreeMap<String, usize>, Complaint> {
        let output = Command::new("/usr/bin/env").args(command).output().map_err(|error| error.to_string())?;
        let mut calls = BTreeMap::new();
        for line in String::from_utf8_lossy(&output.stderr).lines().filter(|line| line.ends_with(" ms")) {
            let call = line.split_whitespace().find(|word| word.contains(':') && !word.starts_with(char::is_numeric));
            *calls.entry(call.unwrap_or("?").to_owned()).or_default() += 1;
        }
        if calls.is_empty() { Err("rolecall audit --verbose showed no calls".to_owned()) } else { Ok(calls) }
    }
}
