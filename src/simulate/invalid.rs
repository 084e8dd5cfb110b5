//! A request that cannot be answered.

/// Which field of a request is wrong, where, and what was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct InvalidRequest {
    pub message: String,
}

impl InvalidRequest {
    pub(super) fn new(message: impl Into<String>) -> InvalidRequest {
        InvalidRequest { message: message.into() }
    }
}
