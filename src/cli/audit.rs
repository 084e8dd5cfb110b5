//! `rolecall audit`: reads a live account into a text, and judges that as `check` judges a file.

use std::cell::Cell;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::args::AuditArgs;
use super::check::recognize;
use super::judging::{Judging, Where};
use super::{Exit, Failure, complain};
use crate::live::{self, Counts, Fetched, FetchedExtent, Organization, Request, Wanted, Watch};
use crate::source::Source;
use crate::template::Settings;

pub(super) fn run(args: &AuditArgs) -> Result<Exit, Failure> {
    // A slip in the flags is told before anything is asked of AWS.
    let judging = Judging::begin(&args.judging)?;
    if let Some(path) = &args.save {
        can_be_saved(path)?;
    }
    let request = request(args);
    if args.verbose {
        log();
    }
    let fetched = fetch(&request, args.verbose)?;
    let name = fetched.account.as_deref().map_or("account".to_owned(), |account| format!("account {account}"));
    let Fetched { text, extent, .. } = fetched;
    let source = match &args.save {
        Some(path) if extent != FetchedExtent::Nothing => match live::save(path, &text) {
            Ok(()) => Source::from_text(path.display().to_string(), text),
            Err(error) => {
                complain(
                    &format!("cannot write {}: {error}", path.display()),
                    Some("the account was read all the same"),
                );
                judge(judging, Source::fetched(name, text))?;
                return Ok(Exit::Trouble);
            }
        },
        Some(path) => {
            complain(&format!("{} was not written: nothing could be read", path.display()), None);
            Source::fetched(name, text)
        }
        None => Source::fetched(name, text),
    };
    judge(judging, source)
}

/// An account may take minutes to read: that there is no such folder is told before.
fn can_be_saved(path: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (reason, help) = match (path.is_dir(), folder.is_dir()) {
        (true, _) => ("it is a folder", "name a file in it"),
        (_, false) => ("its folder is not there", "make it, or name a file elsewhere"),
        (false, true) => return Ok(()),
    };
    let message = format!("--save {}: {reason}", path.display());
    Err(Failure::WrongCall { message, help: Some(help.to_owned()) })
}

fn judge(mut judging: Judging<'_>, source: Source) -> Result<Exit, Failure> {
    judging.add(source);
    // There is no template in what was read.
    let settings = Settings::default();
    judging.judge(Where::default(), |files, sources, collector, problems| {
        recognize(files, sources, &settings, collector, problems)
    })
}

fn request(args: &AuditArgs) -> Request {
    let roles = args.role.iter().cloned().map(Wanted::Role);
    let users = args.user.iter().cloned().map(Wanted::User);
    let functions = args.function.iter().cloned().map(Wanted::Function);
    let given = !args.judging.scp.is_empty() || !args.judging.scp_level.is_empty();
    Request {
        profile: args.profile.clone(),
        regions: args.region.clone(),
        only: roles.chain(users).chain(functions).collect(),
        organization: if given { Organization::Given } else { Organization::Read },
        timeout: Duration::from_secs(args.timeout),
    }
}

/// Reads, and says on a terminal how far it is. Ctrl-C ends the process at once, as it ends any other.
fn fetch(request: &Request, verbose: bool) -> Result<Fetched, Failure> {
    let shown = io::stderr().is_terminal() && !verbose;
    let bar = ProgressBar::with_draw_target(
        None,
        if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() },
    );
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} [{elapsed}]") {
        bar.set_style(style);
    }
    bar.set_message("asking AWS");
    bar.enable_steady_tick(Duration::from_millis(120));
    let last = Cell::new(Counts::default());
    let show = |counts: Counts| {
        last.set(counts);
        let Counts { pages, users, roles, functions } = counts;
        bar.set_message(format!("{pages} pages: {roles} roles, {users} users, {functions} functions"));
    };
    let fetched = live::fetch(request, &Watch::new(&show));
    bar.finish_and_clear();
    Ok(fetched?)
}

/// Our own events only: the SDK's hold what was sent and answered.
fn log() {
    let ours = Targets::new().with_target("rolecall", LevelFilter::DEBUG);
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_target(false).with_ansi(false);
    // Somebody who runs this in a process with a log of its own hears it there.
    let _ = tracing_subscriber::registry().with(ours).with(lines).try_init();
    let _ = io::stderr().flush();
}
