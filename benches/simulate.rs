//! How fast `rolecall simulate --jsonl` answers, end to end, on one core.
//!
//!     cargo bench --bench simulate [-- new|100]
//!
//! The measure does not depend on the machine: the rate at which serde_json alone parses the same lines into `Value`,
//! in the same run. A request has one action, one resource and one policy of about 300 bytes; once every policy text is
//! new, once a hundred texts come again and again. Nothing is gated by these figures.

use std::hint::black_box;
use std::io::Write;
use std::time::Duration;

use rolecall::simulate::answer_lines;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const REQUESTS: usize = 50_000;
const ROUNDS: usize = 7;

fn main() {
    let mut out = std::io::stdout().lock();
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let cases = [("every policy text is new", REQUESTS), ("100 policy texts", 100)];
    for (title, texts) in cases.into_iter().filter(|(title, _)| title.contains(&only)) {
        let lines = requests(texts);
        let [parsed, answered] = race(&lines);
        let rate = |time: Duration| REQUESTS as f64 / time.as_secs_f64();
        writeln!(
            out,
            "{title}: {} bytes a line\n  serde_json into Value  {:>9.0} lines/s\n  rolecall, end to end   {:>9.0} lines/s = decisions/s\n  ratio                  {:>9.2} (at least 0.5 is wanted)",
            lines.len() / REQUESTS,
            rate(parsed),
            rate(answered),
            parsed.as_secs_f64() / answered.as_secs_f64(),
        )
        .expect("standard output");
    }
}

/// The CPU time of this process, so that others on the machine count for little.
#[cfg(unix)]
fn cpu() -> Duration {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeVal;
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("the kernel counts");
    let duration = |time: TimeVal| {
        Duration::new(time.tv_sec().unsigned_abs(), u32::try_from(time.tv_usec()).unwrap_or_default() * 1_000)
    };
    duration(usage.user_time()) + duration(usage.system_time())
}

#[cfg(not(unix))]
fn cpu() -> Duration {
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed()
}

/// Takes answers and counts them.
struct Counted(usize);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += usize::from(black_box(bytes).ends_with(b"\n"));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The best time of each, taken in turns, so that both meet the same machine.
fn race(lines: &[u8]) -> [Duration; 2] {
    let mut best = [Duration::MAX; 2];
    for _ in 0..ROUNDS {
        let start = cpu();
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            black_box(serde_json::from_slice::<serde_json::Value>(line).expect("JSON"));
        }
        best[0] = best[0].min(cpu() - start);
        let start = cpu();
        let mut answers = Counted(0);
        answer_lines(lines, &mut answers).expect("nothing fails");
        best[1] = best[1].min(cpu() - start);
        assert_eq!(answers.0, REQUESTS);
    }
    best
}

/// Requests, a line each, with as many different policies.
fn requests(texts: usize) -> Vec<u8> {
    const ACTIONS: [&str; 4] = ["s3:GetObject", "s3:PutObject", "ec2:CreateNetworkInterface", "dynamodb:Query"];
    let mut lines = Vec::new();
    for index in 0..REQUESTS {
        let number = index % texts;
        let action = ACTIONS[index % ACTIONS.len()];
        let policy = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"Read{number}","Effect":"Allow","Action":["s3:Get*","dynamodb:Query"],"Resource":["arn:aws:s3:::team-{number}/*","arn:aws:s3:::shared/*"]}},{{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{{"StringNotEquals":{{"aws:PrincipalTag/team":"team-{number}"}}}}}}]}}"#
        );
        let request = serde_json::json!({
            "PolicyInputList": [policy],
            "ActionNames": [action],
            "ResourceArns": [format!("arn:aws:s3:::team-{}/report.csv", index % 7)],
            "CallerArn": "arn:aws:iam::111122223333:user/anna",
            "ContextEntries": [{"ContextKeyName": "aws:PrincipalTag/team", "ContextKeyValues": [format!("team-{}", index % 7)], "ContextKeyType": "string"}],
        });
        writeln!(lines, "{request}").expect("memory takes everything");
    }
    lines
}
