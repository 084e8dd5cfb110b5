//! One call of AWS's API: what came back in place of an answer, in words; and what the SDK does not look at itself.

use std::error::Error;
use std::time::Instant;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextMut,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, Metadata, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// A call that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CallError {
    /// `iam:ListRoles`.
    pub action: &'static str,
    pub reason: Reason,
    /// What AWS, or whoever was in the way, said.
    pub said: String,
}

/// What refuses a call, in the words of AWS's messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal<'s> {
    /// No Allow of the caller's own, as far as AWS says.
    NotAllowed,
    /// This layer has no Allow of it: `service control policy`.
    NotAllowedBy(&'s str),
    /// A Deny in this layer.
    DeniedBy(&'s str),
}

/// Why it did not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// The caller may not.
    Refused,
    NoCredentials,
    /// The credentials are not, or no longer, good.
    BadCredentials,
    /// There is no such thing.
    NotFound,
    /// AWS said something else.
    Answered,
    /// No answer in time.
    Slow,
    Unreachable,
    /// There was an answer, and nobody can read it.
    Garbled,
    /// It ended before its end.
    CutShort,
    /// The pages do not come to an end.
    EndlessPages,
}

impl CallError {
    pub(super) fn of<E>(action: &'static str, error: SdkError<E, HttpResponse>) -> CallError
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let (reason, said) = match &error {
            // Not from AWS: a proxy's page, for example.
            SdkError::ServiceError(answered) if answered.raw().status().is_success() => {
                (Reason::Garbled, chain(&error))
            }
            SdkError::ServiceError(answered) => {
                let (code, message) = (answered.err().code(), answered.err().message());
                let status = answered.raw().status().as_u16();
                let said = match (code, message) {
                    (Some(code), Some(message)) => format!("{code}: {message}"),
                    (Some(one), None) | (None, Some(one)) => one.to_owned(),
                    (None, None) => format!("HTTP status {status}"),
                };
                (reason_of(code.unwrap_or_default(), status), said)
            }
            SdkError::TimeoutError(_) => (Reason::Slow, String::new()),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => (Reason::Slow, String::new()),
            SdkError::ResponseError(_) if causes(&error).any(<dyn Error>::is::<CutShort>) => {
                (Reason::CutShort, String::new())
            }
            SdkError::ResponseError(_) => (Reason::Garbled, chain(&error)),
            _ if causes(&error)
                .any(|cause| matches!(cause.downcast_ref(), Some(CredentialsError::CredentialsNotLoaded(_)))) =>
            {
                (Reason::NoCredentials, chain(&error))
            }
            _ if causes(&error).any(<dyn Error>::is::<CredentialsError>) => (Reason::BadCredentials, chain(&error)),
            _ => (Reason::Unreachable, chain(&error)),
        };
        CallError { action, reason, said }
    }

    pub(super) fn new(action: &'static str, reason: Reason) -> CallError {
        CallError { action, reason, said: String::new() }
    }

    /// An answer in which something is not there that belongs there.
    pub(super) fn cut_short(action: &'static str) -> CallError {
        CallError::new(action, Reason::CutShort)
    }

    /// Would every other call fail as well?
    pub(super) fn is_fatal(&self) -> bool {
        matches!(self.reason, Reason::NoCredentials | Reason::BadCredentials)
    }

    /// Source: IAM User Guide, "Troubleshoot access denied error messages".
    pub(super) fn refusal(&self) -> Refusal<'_> {
        let layer = |rest: &'_ str| {
            let ends =
                rest.find([':', ',', '.']).unwrap_or(rest.len()).min(rest.find(" allows ").unwrap_or(rest.len()));
            rest[..ends].trim_end().len()
        };
        if let Some((_, rest)) = self.said.split_once("explicit deny in a") {
            // "a permissions boundary", "an identity-based policy"
            let rest = rest.strip_prefix('n').unwrap_or(rest).trim_start();
            return Refusal::DeniedBy(&rest[..layer(rest)]);
        }
        match self.said.split_once("because no ") {
            Some((_, rest)) if !rest.starts_with("identity-based policy") => {
                Refusal::NotAllowedBy(&rest[..layer(rest)])
            }
            _ => Refusal::NotAllowed,
        }
    }

    /// Why it did not succeed, in words; the actor is AWS.
    pub(super) fn why(&self) -> String {
        let said = &self.said;
        match self.reason {
            Reason::Refused => format!("AWS says: {said}"),
            Reason::NoCredentials => format!("there are no credentials: {said}"),
            Reason::BadCredentials => format!("the credentials are not good: {said}"),
            Reason::NotFound if said.is_empty() => "the answer is empty".to_owned(),
            Reason::NotFound | Reason::Answered => format!("AWS says: {said}"),
            Reason::Slow => "no whole answer came in time (--timeout)".to_owned(),
            Reason::Unreachable => format!("the endpoint could not be reached: {said}"),
            Reason::Garbled => format!("the answer cannot be read: {said}"),
            Reason::CutShort => "the answer is cut short".to_owned(),
            Reason::EndlessPages => "the pages of the answer do not come to their end".to_owned(),
        }
    }
}

/// Source: the common errors of the IAM, Lambda, Organizations and Account Management API references.
fn reason_of(code: &str, status: u16) -> Reason {
    match code {
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "NotAuthorized" => Reason::Refused,
        "ExpiredToken"
        | "ExpiredTokenException"
        | "RequestExpired"
        | "InvalidClientTokenId"
        | "SignatureDoesNotMatch"
        | "UnrecognizedClientException"
        | "InvalidSignatureException"
        | "IncompleteSignature"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "OptInRequired" => Reason::BadCredentials,
        "NoSuchEntity" | "ResourceNotFoundException" => Reason::NotFound,
        "" if status == 403 => Reason::Refused,
        _ => Reason::Answered,
    }
}

fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| {
        // Not that of the reference, which lives shorter.
        let error: &'e (dyn Error + 'static) = *error;
        error.source()
    })
}

/// What an error and its causes say, each thing once. The SDK's own first words ("dispatch failure") say nothing.
fn chain(error: &(dyn Error + 'static)) -> String {
    const LONGEST: usize = 1_000;
    const SAYS_NOTHING: [&str; 2] = ["other", "the credential provider was not enabled"];
    let mut said: Vec<String> = Vec::new();
    for cause in causes(error).skip(1) {
        let text = cause.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        if !SAYS_NOTHING.contains(&&*text) && !said.iter().any(|known| known.contains(&text)) {
            said.push(text);
        }
    }
    let mut said = if said.is_empty() { error.to_string() } else { said.join(": ") };
    if let Some((end, _)) = said.char_indices().nth(LONGEST) {
        said.truncate(end);
        said.push('…');
    }
    said
}

/// Looks at every answer. The SDK's decoders take an XML document that ends in its middle for whole, and nothing for an
/// empty list, so that half an account would pass for an account: such an answer is made an error, which the SDK's
/// retries take for a broken connection. Also says, to whoever listens, what was called and how long it took; never what
/// was sent or answered.
#[derive(Debug)]
pub(super) struct Whole;

/// An XML document without its end.
#[derive(Debug, thiserror::Error)]
#[error("the answer is cut short")]
struct CutShort;

/// When an attempt was begun.
#[derive(Debug)]
struct Begun(Instant);

impl Storable for Begun {
    type Storer = StoreReplace<Begun>;
}

impl Intercept for Whole {
    fn name(&self) -> &'static str {
        "Whole"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        config.interceptor_state().store_put(Begun(Instant::now()));
        Ok(())
    }

    fn modify_before_attempt_completion(
        &self,
        context: &mut FinalizerInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let status = response.map(|response| response.status().as_u16());
        let bytes = response.and_then(|response| response.body().bytes()).map(<[u8]>::len);
        let answered = response.filter(|response| response.status().is_success());
        let cut = answered.and_then(|response| response.body().bytes()).is_some_and(is_cut_short);
        if cut && let Some(outcome) = context.output_or_error_mut() {
            *outcome = Err(OrchestratorError::response(CutShort.into()));
        }
        if let Some(call) = config.load::<Metadata>() {
            let took = config.load::<Begun>().map_or(0, |begun| begun.0.elapsed().as_millis());
            let status = status.map_or("no answer".to_owned(), |status| status.to_string());
            let cut = if cut { ", cut short" } else { "" };
            let bytes = bytes.unwrap_or_default();
            tracing::debug!("{}:{} {status}, {bytes} bytes{cut}, {took} ms", call.service(), call.name());
        }
        Ok(())
    }
}

/// Is it nothing, or XML that does not end with the end of its first element? No call that is made here has an empty
/// answer.
fn is_cut_short(body: &[u8]) -> bool {
    let mut text = body.trim_ascii();
    if text.is_empty() {
        return true;
    }
    if !text.starts_with(b"<") {
        return false;
    }
    while text.starts_with(b"<?") || text.starts_with(b"<!") {
        let Some(end) = memchr::memchr(b'>', text) else { return true };
        text = text[end + 1..].trim_ascii_start();
    }
    let name = text.get(1..).unwrap_or_default();
    let end = name.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'));
    let Some(name) = end.map(|end| &name[..end]).filter(|name| !name.is_empty()) else { return true };
    let last = text.strip_suffix(b">").map(<[u8]>::trim_ascii_end);
    !last.is_some_and(|last| last.strip_suffix(name).is_some_and(|rest| rest.ends_with(b"</")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_an_answer_ends() {
        const WHOLE: &str = "<?xml version=\"1.0\"?>\n<ListRolesResponse xmlns=\"https://iam.amazonaws.com/\"><A/>\n</ListRolesResponse>\n";
        assert!(!is_cut_short(WHOLE.as_bytes()));
        for end in 1..WHOLE.trim_end().len() {
            assert!(is_cut_short(&WHOLE.as_bytes()[..end]), "{}", &WHOLE[..end]);
        }
        for nothing in ["", " \n"] {
            assert!(is_cut_short(nothing.as_bytes()), "{nothing:?}");
        }
        for json in ["{}", "{\"Functions\": [", "null"] {
            assert!(!is_cut_short(json.as_bytes()), "whoever reads it sees to {json}");
        }
        assert!(is_cut_short(b"<ListRolesResponse></ListRoles>"));
        assert!(!is_cut_short(b"<a >x</a >"), "white space may stand before the bracket");
    }

    #[test]
    fn what_an_error_code_means() {
        for (code, status, reason) in [
            ("AccessDenied", 403, Reason::Refused),
            ("AccessDeniedException", 400, Reason::Refused),
            ("", 403, Reason::Refused),
            ("ExpiredToken", 403, Reason::BadCredentials),
            ("ExpiredTokenException", 400, Reason::BadCredentials),
            ("InvalidClientTokenId", 403, Reason::BadCredentials),
            ("NoSuchEntity", 404, Reason::NotFound),
            ("Throttling", 400, Reason::Answered),
            ("", 503, Reason::Answered),
        ] {
            assert_eq!(reason_of(code, status), reason, "{code} {status}");
        }
    }

    #[test]
    fn what_refuses() {
        let said = |rest: &str| CallError {
            action: "iam:GetRole",
            reason: Reason::Refused,
            said: format!("AccessDenied: User: arn:aws:iam::1:user/a is not authorized to perform: iam:GetRole {rest}"),
        };
        for (rest, expected) in [
            ("on resource: role orders", Refusal::NotAllowed),
            ("on resource: * because no identity-based policy allows the iam:GetRole action", Refusal::NotAllowed),
            (
                "because no service control policy allows the iam:GetRole action",
                Refusal::NotAllowedBy("service control policy"),
            ),
            ("because no session policy allows the iam:GetRole action", Refusal::NotAllowedBy("session policy")),
            ("with an explicit deny in a permissions boundary", Refusal::DeniedBy("permissions boundary")),
            ("with an explicit deny in an identity-based policy", Refusal::DeniedBy("identity-based policy")),
            (
                "with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o-a/p-b",
                Refusal::DeniedBy("service control policy"),
            ),
        ] {
            assert_eq!(said(rest).refusal(), expected, "{rest}");
        }
    }
}
