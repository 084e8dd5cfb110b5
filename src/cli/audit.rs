//! `rolecall audit`.

use super::args::AuditArgs;
use super::{Exit, Failure};

pub(super) fn run(_: &AuditArgs) -> Result<Exit, Failure> {
    Ok(Exit::Trouble)
}
