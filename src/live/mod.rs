//! Reads a live account through AWS's own SDK.
//!
//! In: a [`Request`]: which account (by profile), which regions, the whole account or some principals. Out: a
//! [`Fetched`]: the text of what `aws iam get-account-authorization-details` prints, with a member of our own beside it
//! (functions, service control policies, what is missing), which the reader of such files reads as any other input.
//! That is the only way out, so a live account and a saved one cannot be judged differently.
//!
//! Nothing partial leaves this room as whole: what could not be read stands in the text, as a sentence for people.

mod account;
mod call;
mod clients;
mod dump;
mod functions;
mod incomplete;
mod managed;
mod organization;
mod pages;
mod principals;
mod save;
mod watch;

use std::io;
use std::time::Duration;

pub use save::save;
pub use watch::{Counts, Watch};

use clients::Clients;
use dump::Dump;
use incomplete::Incomplete;

/// What to read.
#[derive(Clone, Debug)]
pub struct Request {
    /// The profile of the AWS CLI's configuration.
    pub profile: Option<String>,
    /// Where functions are looked for; empty for every region that the account has enabled.
    pub regions: Vec<String>,
    /// Empty for the whole account.
    pub only: Vec<Wanted>,
    pub organization: Organization,
    /// How long one call may take, its retries included.
    pub timeout: Duration,
}

/// One of the principals that are read, if not all of them are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Its name, or its ARN.
    Role(String),
    /// Its name, or its ARN.
    User(String),
    /// The role of this function: its name, or its ARN.
    Function(String),
}

/// Where service control policies come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Organization {
    /// From AWS Organizations, if the caller may read them there.
    Read,
    /// From whoever asks.
    Given,
}

/// What was read.
#[derive(Debug)]
pub struct Fetched {
    /// None if not even that could be found out.
    pub account: Option<String>,
    pub text: String,
    pub extent: FetchedExtent,
}

/// How much was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchedExtent {
    Whole,
    /// Some of it; the text says what is missing.
    Partial,
    /// No principal at all, and not because there is none.
    Nothing,
}

/// Reads what is asked for. What goes wrong stands in the text.
///
/// # Errors
/// If the system gives no means to wait for answers.
pub fn fetch(request: &Request, watch: &Watch<'_>) -> io::Result<Fetched> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let dump = runtime.block_on(read(request, watch));
    // Whatever still waits for an answer waits for nobody.
    runtime.shutdown_background();
    let none = dump.user_detail_list.is_empty() && dump.role_detail_list.is_empty();
    let extent = match dump.rolecall.incomplete.is_empty() {
        true => FetchedExtent::Whole,
        false if none => FetchedExtent::Nothing,
        false => FetchedExtent::Partial,
    };
    let account = Some(dump.rolecall.account.clone()).filter(|account| !account.is_empty());
    Ok(Fetched { account, text: dump.text(), extent })
}

async fn read(request: &Request, watch: &Watch<'_>) -> Dump {
    let clients = Clients::configure(request).await;
    let mut dump = Dump::default();
    let mut incomplete = Incomplete::default();
    if request.only.is_empty() {
        let account = account::read(&clients.iam, watch);
        let functions = functions::all(&clients, &request.regions, watch);
        let ((details, missing), found) = futures_util::future::join(account, functions).await;
        dump.take(details);
        incomplete.extend(missing);
        if !incomplete.is_fatal() {
            functions::add(found, &mut dump, &mut incomplete);
        }
    } else {
        principals::read(&clients, request, &mut dump, &mut incomplete, watch).await;
    }
    managed::complete(&clients.iam, &mut dump, &mut incomplete, watch).await;
    if request.organization == Organization::Read && !incomplete.is_fatal() {
        organization::read(&clients.organizations, &mut dump, &mut incomplete, watch).await;
    }
    dump.finish(incomplete)
}
