//! Answers that come in pages.

use std::collections::HashSet;

use super::call::{CallError, Reason};

/// What a page says of the next one.
pub(super) struct Page<T> {
    pub items: T,
    pub truncated: bool,
    pub marker: Option<String>,
}

impl<T> Page<Vec<T>> {
    /// A page of an API that says nothing but the next marker. Without a list it is not what AWS answers: the SDK's
    /// decoder takes an empty body, and `{}`, for an answer.
    pub(super) fn listed(
        action: &'static str,
        items: Option<Vec<T>>,
        marker: Option<String>,
    ) -> Result<Page<Vec<T>>, CallError> {
        let items = items.ok_or_else(|| CallError::cut_short(action))?;
        Ok(Page { items, truncated: false, marker })
    }
}

/// More pages than any account has.
const MOST: usize = 20_000;

/// Asks for page after page. What was taken before an error stays taken.
///
/// A marker that comes a second time, and a page that is not the last and has no marker, are errors: the SDK's own
/// paginators end there as if all were read.
pub(super) async fn follow<T>(
    action: &'static str,
    mut ask: impl AsyncFnMut(Option<String>) -> Result<Page<T>, CallError>,
    mut take: impl FnMut(T),
) -> Result<(), CallError> {
    let mut seen: HashSet<String> = HashSet::new();
    let mut marker = None;
    loop {
        let page = ask(marker.take()).await?;
        take(page.items);
        match page.marker.filter(|marker| !marker.is_empty()) {
            None if page.truncated => return Err(CallError::cut_short(action)),
            None => return Ok(()),
            Some(next) if seen.len() < MOST && seen.insert(next.clone()) => marker = Some(next),
            Some(_) => return Err(CallError::new(action, Reason::EndlessPages)),
        }
    }
}

/// All items of all pages.
pub(super) async fn collect<T>(
    action: &'static str,
    ask: impl AsyncFnMut(Option<String>) -> Result<Page<Vec<T>>, CallError>,
) -> Result<Vec<T>, CallError> {
    let mut items = Vec::new();
    follow(action, ask, |page| items.extend(page)).await?;
    Ok(items)
}
