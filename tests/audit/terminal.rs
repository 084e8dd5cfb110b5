//! What somebody sees who sits before it, and what Ctrl-C does.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::account::fill;
use super::command::Folder;
use super::moto::{Moto, REGION};
use super::proxy::{Fault, How, Proxy, Times};

/// Runs rolecall on a terminal.
fn on_terminal(folder: &Folder, endpoint: &str, args: &[&str]) -> Child {
    let plain = folder.command(endpoint, args);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/on_terminal.py");
    let mut command = Command::new("python3");
    command.current_dir(folder.path()).arg(script).arg(plain.get_program()).args(plain.get_args()).env_clear();
    command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("TERM", "xterm");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python3 runs")
}

#[test]
fn a_terminal_shows_how_far_it_is_and_a_file_does_not() {
    let moto = Moto::start();
    moto.wait(fill(&moto.iam()));
    // Long enough for the counts to be drawn.
    let hang = Fault { call: "DescribeOrganization", times: Times::First(1), how: How::Hang };
    let proxy = Proxy::start(&moto.endpoint, vec![hang]);
    let folder = Folder::new();
    let args = ["audit", "--region", REGION, "--timeout", "9"];
    let shown = on_terminal(&folder, &proxy.endpoint, &args).wait_with_output().expect("it ends");
    let screen = String::from_utf8_lossy(&shown.stdout);
    assert!(screen.contains("5 roles, 2 users"), "{screen}");
    assert_eq!(shown.status.code(), Some(1), "{screen}");

    let run = folder.run(&moto.endpoint, &args);
    assert_eq!((run.status, &*run.err), (Some(1), ""));
}

#[test]
fn ctrl_c_ends_it_at_once_and_leaves_nothing() {
    const DETAILS: &str = "GetAccountAuthorizationDetails";
    let moto = Moto::start();
    let hang = Fault { call: DETAILS, times: Times::Always, how: How::Hang };
    let proxy = Proxy::start(&moto.endpoint, vec![hang]);
    let folder = Folder::new();
    folder.write("account.json", "as it was");
    let mut child = on_terminal(&folder, &proxy.endpoint, &["audit", "--region", REGION, "--save", "account.json"]);
    let begun = Instant::now();
    while proxy.called(DETAILS) == 0 {
        assert!(begun.elapsed() < Duration::from_secs(60), "nothing was asked");
        std::thread::sleep(Duration::from_millis(20));
    }
    child.stdin.take().expect("a pipe").write_all(b"\n").expect("it listens");
    let typed = Instant::now();
    let output = child.wait_with_output().expect("it ends");
    assert!(typed.elapsed() < Duration::from_secs(5), "it took {:?}", typed.elapsed());
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stdout));
    let entries = std::fs::read_dir(folder.path()).expect("it is there").map(|entry| entry.expect("one").file_name());
    assert_eq!(entries.collect::<Vec<_>>(), ["account.json"]);
    let saved = std::fs::read_to_string(folder.path().join("account.json")).expect("it is there");
    assert_eq!(saved, "as it was");
}
