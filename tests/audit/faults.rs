//! What goes wrong on the way. Between rolecall and moto stands a server of ours, which throttles, breaks off, hangs, and
//! cuts answers short. Whatever it does: the report is right, or it says what is missing, and it comes in time.

use std::time::{Duration, Instant};

use super::account::{VERDICTS, fill};
use super::command::{Folder, Report};
use super::moto::{Moto, REGION};
use super::proxy::{Fault, How, Proxy, Times};

const DETAILS: &str = "GetAccountAuthorizationDetails";

/// One call may take so long, as `--timeout` says it. Attempts end after a third of it.
const TIMEOUT: &str = "12";

/// So many calls follow each other at most, when one of them hangs or fails.
const BOUND: Duration = Duration::from_secs(60);

fn fault(call: &'static str, times: Times, how: How) -> Fault {
    Fault { call, times, how }
}

/// What is expected of an audit.
#[derive(Clone, Copy)]
enum Expected {
    /// As if nothing had happened.
    Whole,
    /// All principals are judged right; the screen says what could not be looked at.
    Without(&'static str),
    /// Exit status 2, and a problem says this. What is judged is judged right.
    Partial(&'static str),
}

fn cases() -> Vec<(&'static str, Vec<Fault>, Expected)> {
    use Expected::{Partial, Whole, Without};
    use How::*;
    use Times::{Always, First, From};
    let details = |times, how| vec![fault(DETAILS, times, how)];
    vec![
        ("throttled twice", details(First(2), Throttle), Whole),
        ("throttled for good", details(Always, Throttle), Partial("Rate exceeded")),
        ("unavailable twice", details(First(2), Unavailable), Whole),
        ("unavailable for good", details(Always, Unavailable), Partial("503")),
        ("reset twice", details(First(2), Close), Whole),
        ("reset for good", details(Always, Close), Partial("could not be reached")),
        ("hangs once", details(First(1), Hang), Whole),
        ("hangs for good", details(Always, Hang), Partial("in time")),
        ("a slow body once", details(First(1), SlowBody), Whole),
        ("slow bodies for good", details(Always, SlowBody), Partial("in time")),
        ("a body broken off once", details(First(1), BreakOff), Whole),
        ("bodies broken off for good", details(Always, BreakOff), Partial(DETAILS)),
        // The SDK takes an XML document that ends in its middle for whole.
        ("XML cut short once", details(First(1), CutShort), Whole),
        ("XML cut short for good", details(Always, CutShort), Partial("cut short")),
        ("a page of a captive portal", details(Always, Portal), Partial("cannot be read")),
        ("an empty answer", details(Always, Empty), Partial(DETAILS)),
        // The SDK's paginators end silently at both.
        ("the same marker again and again", details(Always, SameMarker), Partial("do not come to their end")),
        ("truncated, without a marker", details(Always, NoMarker), Partial("cut short")),
        // Accounts change while they are read: an entity may come twice.
        ("two pages with everything", details(Always, TwicePaged), Whole),
        ("two pages", details(Always, Paged), Whole),
        (
            "an expired token on the second page",
            vec![fault(DETAILS, From(2), Expired), fault(DETAILS, Always, Paged)],
            Partial("ExpiredToken"),
        ),
        (
            "a refusal of the second page",
            vec![fault(DETAILS, From(2), Denied), fault(DETAILS, Always, Paged)],
            Partial("may not"),
        ),
        (
            "throttled on the second page",
            vec![fault(DETAILS, From(2), Throttle), fault(DETAILS, Always, Paged)],
            Partial("Rate exceeded"),
        ),
        ("an expired token from the start", details(Always, Expired), Partial("ExpiredToken")),
        ("refused", details(Always, Denied), Partial("iam:GetAccountAuthorizationDetails")),
        // A role that is counted is not in the list.
        ("a role left out", details(Always, OneRoleLess), Partial("4 of 5 roles")),
        ("no counts", vec![fault("GetAccountSummary", Always, Denied)], Partial("cannot be told")),
        ("counts after throttling", vec![fault("GetAccountSummary", First(2), Throttle)], Whole),
        (
            "a managed policy refused",
            vec![fault("GetPolicy", Always, Denied)],
            Partial("AWSLambdaVPCAccessExecutionRole"),
        ),
        ("functions refused", vec![fault("ListFunctions", Always, Denied)], Without("lambda:ListFunctions")),
        ("functions unavailable", vec![fault("ListFunctions", Always, Unavailable)], Partial("lambda:ListFunctions")),
        ("functions throttled", vec![fault("ListFunctions", First(1), Throttle)], Whole),
        (
            "event sources refused",
            vec![fault("ListEventSourceMappings", Always, Denied)],
            Without("lambda:ListEventSourceMappings"),
        ),
        (
            "the organization refused",
            vec![fault("DescribeOrganization", Always, Denied)],
            Without("organizations:DescribeOrganization"),
        ),
        (
            "the organization hangs",
            vec![fault("DescribeOrganization", Always, Hang)],
            Partial("organizations:DescribeOrganization"),
        ),
    ]
}

/// Of a partial answer nothing is said that is not true of the whole: what is not known is `unresolved`.
fn assert_nothing_wrong(report: &Report, title: &str) {
    for (name, action, verdict) in VERDICTS.iter().filter(|(name, _, _)| report.names().contains(name)) {
        let found = report.verdict(name, action);
        assert!(found == *verdict || found == "unresolved", "{title}: {name} {action} is {verdict}, not {found}");
    }
}

fn check(moto: &Moto, (title, faults, expected): &(&'static str, Vec<Fault>, Expected)) {
    let proxy = Proxy::start(&moto.endpoint, faults.clone());
    let folder = Folder::new();
    let begun = Instant::now();
    let args = ["audit", "--region", REGION, "--timeout", TIMEOUT, "--save", "account.json"];
    let report = folder.report(&proxy.endpoint, &args);
    let took = begun.elapsed();
    assert!(took < BOUND, "{title}: it took {took:?}");
    assert_nothing_wrong(&report, title);
    let problems = report.problems();
    let all_judged = || VERDICTS.iter().all(|(name, action, verdict)| report.verdict(name, action) == *verdict);
    match expected {
        Expected::Whole => {
            assert_eq!((problems, report.status, all_judged()), (vec![], Some(1), true), "{title}");
        }
        Expected::Without(call) => {
            assert_eq!((problems, report.status, all_judged()), (vec![], Some(1), true), "{title}");
            let screen = folder.run(&proxy.endpoint, &args);
            assert!(screen.out.contains(call), "{title}: {}", screen.out);
        }
        Expected::Partial(words) => {
            assert_eq!(report.status, Some(2), "{title}: {problems:?}");
            assert!(problems.iter().any(|problem| problem.contains(words)), "{title}: {problems:?}");
        }
    }
    // What was saved says the same, as far as anything could be read.
    if folder.path().join("account.json").exists() {
        let saved = folder.report("http://127.0.0.1:9", &["check", "account.json"]);
        assert_eq!((saved.status, &saved.json), (report.status, &report.json), "{title}");
    }
}

#[test]
fn a_report_is_right_or_says_what_is_missing() {
    let moto = Moto::start();
    moto.wait(fill(&moto.iam()));
    let endpoint = &moto;
    std::thread::scope(|scope| {
        // Most of them only wait.
        let cases: Vec<_> = cases().into_iter().map(|case| scope.spawn(move || check(endpoint, &case))).collect();
        let failed = cases.into_iter().filter_map(|case| case.join().err()).count();
        assert_eq!(failed, 0, "see above");
    });
}

#[test]
fn without_credentials_nothing_is_asked_twice() {
    let moto = Moto::start();
    let folder = Folder::new();
    let begun = Instant::now();
    // As in the AWS CLI, the credentials of the environment are not taken for those of a profile.
    let run = folder.run(&moto.endpoint, &["audit", "--profile", "nobody"]);
    assert!(begun.elapsed() < BOUND);
    assert_eq!(run.status, Some(2), "{}{}", run.out, run.err);
    assert!(run.out.contains("`nobody`") && run.out.contains("--profile"), "{}", run.out);
    assert_eq!(run.out.matches("error: ").count(), 1, "{}", run.out);
}

#[test]
fn what_is_verbose_shows_calls_and_no_secrets() {
    let moto = Moto::start();
    moto.wait(fill(&moto.iam()));
    // A run's output is looked through for the credentials, whatever the flags.
    let run = Folder::new().run(&moto.endpoint, &["audit", "--region", REGION, "--verbose"]);
    for call in [DETAILS, "GetAccountSummary", "ListFunctions", "DescribeOrganization"] {
        assert!(run.err.lines().any(|line| line.contains(call) && line.contains(" ms")), "{call}: {}", run.err);
    }
    assert!(!run.err.contains("Statement") && !run.err.contains("NotYet"), "a document: {}", run.err);
}
