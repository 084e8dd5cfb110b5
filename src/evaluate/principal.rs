//! Callers, and whether a `Principal` element speaks of one.
//!
//! Source: IAM User Guide, "AWS JSON policy elements: Principal" and "… NotPrincipal", "IAM identifiers".

use super::truth::Truth;
use crate::policy::{Polarity, PrincipalElement, PrincipalKind, PrincipalName};

/// Who makes a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller<'a> {
    /// The request names nobody: some principal of the account that owns the resource.
    Unnamed,
    /// Nobody: a request without credentials (`*`).
    Anonymous,
    /// An AWS service that calls by itself: `lambda.amazonaws.com`.
    Service(&'a str),
    /// Somebody whom an identity provider vouches for, before a role is assumed: the provider's ARN or domain.
    Federated(&'a str),
    /// A principal of an account.
    Iam(IamCaller<'a>),
}

/// A principal of an account, by its ARN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IamCaller<'a> {
    pub arn: &'a str,
    pub account: &'a str,
    pub kind: IamKind<'a>,
}

/// What a principal of an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IamKind<'a> {
    /// `arn:aws:iam::111122223333:root`
    Root,
    /// `arn:aws:iam::111122223333:user/anna`
    User,
    /// `arn:aws:iam::111122223333:role/path/name`: some session of the role.
    Role { name: &'a str },
    /// The same under `/aws-service-role/`.
    ServiceLinkedRole { name: &'a str },
    /// `arn:aws:sts::111122223333:assumed-role/name/session`
    RoleSession { role: &'a str },
    /// `arn:aws:sts::111122223333:federated-user/anna`
    FederatedUser,
}

impl<'a> Caller<'a> {
    /// Reads an ARN, a service principal (`lambda.amazonaws.com`), an identity provider or `*`. None if the text is
    /// none of these.
    pub fn parse(text: &'a str) -> Option<Caller<'a>> {
        if text == "*" {
            return Some(Caller::Anonymous);
        }
        let (["arn", _, service, region, account, name], 6) = super::arn::cut(text) else {
            return Caller::parse_domain(text);
        };
        if !region.is_empty() || !is_account(account) {
            return None;
        }
        let (kind, rest) = name.split_once('/').unwrap_or((name, ""));
        let kind = match (service, kind) {
            ("iam", "root") if rest.is_empty() => IamKind::Root,
            ("iam", "saml-provider" | "oidc-provider") if !rest.is_empty() => return Some(Caller::Federated(text)),
            _ if rest.is_empty() => return None,
            ("iam", "user") => IamKind::User,
            ("iam", "role") => {
                let name = rest.rsplit('/').next()?;
                if rest.starts_with("aws-service-role/") {
                    IamKind::ServiceLinkedRole { name }
                } else {
                    IamKind::Role { name }
                }
            }
            // IAM names these roles, and nobody else may use the prefix.
            ("sts", "assumed-role") => match rest.split_once('/')? {
                (role, _) if role.starts_with("AWSServiceRoleFor") => IamKind::ServiceLinkedRole { name: role },
                (role, _) => IamKind::RoleSession { role },
            },
            ("sts", "federated-user") => IamKind::FederatedUser,
            _ => return None,
        };
        Some(Caller::Iam(IamCaller { arn: text, account, kind }))
    }

    fn parse_domain(text: &'a str) -> Option<Caller<'a>> {
        let is_domain = text.contains('.')
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'/' | b':'));
        // Web identity providers that AWS runs itself are no service principals.
        let is_service = text != "cognito-identity.amazonaws.com"
            && [".amazonaws.com", ".amazonaws.com.cn", ".amazon.com", ".amazonaws.eu", ".aws.internal"]
                .iter()
                .any(|suffix| text.ends_with(suffix))
            && text != "www.amazon.com";
        match (is_domain, is_service) {
            (true, true) => Some(Caller::Service(text)),
            (true, false) => Some(Caller::Federated(text)),
            (false, _) => None,
        }
    }

    /// The twelve digits of the account that the caller belongs to, if it belongs to one.
    pub fn account(&self) -> Option<&'a str> {
        match self {
            Caller::Iam(caller) => Some(caller.account),
            _ => None,
        }
    }

    /// "SCPs do not affect any service-linked role", and neither do RCPs.
    pub fn is_service_linked(&self) -> bool {
        matches!(self, Caller::Iam(IamCaller { kind: IamKind::ServiceLinkedRole { .. }, .. }))
    }
}

/// Twelve digits.
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// How directly a `Principal` element names a caller: it decides which layers an Allow passes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Naming {
    /// Its account: "delegates authority to the account", whose identity policies must allow as well.
    Account,
    /// The role of which the caller is a session, by the role's ARN.
    Role,
    /// `*`, everyone.
    Everyone,
    /// The caller itself: the user, the session, the service.
    Itself,
}

/// Does the element speak of the caller? The most direct of the names that do.
pub(super) fn named(element: &PrincipalElement, caller: &Caller<'_>) -> Option<Naming> {
    let listed = element.names.iter().filter_map(|name| names(name, caller)).max();
    match (element.polarity, listed) {
        (Polarity::Listed, listed) => listed,
        (Polarity::AllBut, None) => Some(Naming::Everyone),
        (Polarity::AllBut, Some(_)) => None,
    }
}

/// Whether a `Deny` speaks of the caller. Under `NotPrincipal`, "AWS might validate the account first, then the role,
/// and then the assumed-role user": who is to be left out has to be listed with all of these, or may be denied.
pub(super) fn may_be_denied(element: &PrincipalElement, caller: &Caller<'_>) -> Truth {
    let lists = |naming| element.names.iter().any(|name| names_as(name, caller, naming));
    match (element.polarity, caller) {
        // AWS does not say that this is all services, and it may be.
        (Polarity::Listed, Caller::Service(_)) if element.lists_service("*") => Truth::Unknown,
        (Polarity::Listed, _) => Truth::from(named(element, caller).is_some()),
        (Polarity::AllBut, _) if lists(Naming::Everyone) => Truth::No,
        (Polarity::AllBut, _) if named(element, caller).is_some() => Truth::Yes,
        (Polarity::AllBut, Caller::Iam(iam)) => {
            let chain: &[Naming] = match iam.kind {
                IamKind::RoleSession { .. } => &[Naming::Account, Naming::Role, Naming::Itself],
                IamKind::Role { .. } | IamKind::ServiceLinkedRole { .. } => &[Naming::Account, Naming::Role],
                IamKind::User | IamKind::FederatedUser => &[Naming::Account, Naming::Itself],
                IamKind::Root => &[Naming::Account],
            };
            if chain.iter().all(|naming| lists(*naming)) { Truth::No } else { Truth::Unknown }
        }
        (Polarity::AllBut, _) => Truth::No,
    }
}

fn names_as(name: &PrincipalName, caller: &Caller<'_>, naming: Naming) -> bool {
    names(name, caller) == Some(naming)
}

/// "You cannot use a wildcard to match part of a principal name or ARN": beside `*` alone, names are compared as they
/// stand.
fn names(name: &PrincipalName, caller: &Caller<'_>) -> Option<Naming> {
    let text = &*name.name;
    match (name.kind, caller) {
        (PrincipalKind::Everyone, _) => Some(Naming::Everyone),
        (PrincipalKind::Aws, _) if text == "*" => Some(Naming::Everyone),
        (PrincipalKind::Aws, Caller::Iam(caller)) => names_iam(text, caller),
        (PrincipalKind::Service, Caller::Service(service)) => {
            text.eq_ignore_ascii_case(service).then_some(Naming::Itself)
        }
        (PrincipalKind::Federated, Caller::Federated(provider)) => (text == *provider).then_some(Naming::Itself),
        _ => None,
    }
}

fn names_iam(text: &str, caller: &IamCaller<'_>) -> Option<Naming> {
    if is_account(text) {
        return (text == caller.account).then_some(Naming::Account);
    }
    let Some(Caller::Iam(named)) = Caller::parse(text) else { return None };
    if named.account != caller.account || partition(text) != partition(caller.arn) {
        return None;
    }
    match (named.kind, caller.kind) {
        (IamKind::Root, _) => Some(Naming::Account),
        _ if text == caller.arn => Some(match caller.kind {
            IamKind::Role { .. } | IamKind::ServiceLinkedRole { .. } => Naming::Role,
            _ => Naming::Itself,
        }),
        // A session's ARN leaves out the path of its role; a role's name is unique in its account.
        (IamKind::Role { name }, IamKind::RoleSession { role }) => (name == role).then_some(Naming::Role),
        (IamKind::ServiceLinkedRole { name }, IamKind::ServiceLinkedRole { name: role }) => {
            (name == role).then_some(Naming::Role)
        }
        _ => None,
    }
}

fn partition(arn: &str) -> Option<&str> {
    arn.split(':').nth(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/deploy/ci";
    const ROLE: &str = "arn:aws:iam::111122223333:role/path/deploy";
    const USER: &str = "arn:aws:iam::111122223333:user/anna";

    fn element(polarity: Polarity, names: &[(PrincipalKind, &str)]) -> PrincipalElement {
        let names = names.iter().map(|(kind, name)| PrincipalName { kind: *kind, name: (*name).into() }).collect();
        PrincipalElement { polarity, names }
    }

    #[test]
    fn callers() {
        let iam = |text| match Caller::parse(text) {
            Some(Caller::Iam(caller)) => Some(caller.kind),
            _ => None,
        };
        assert_eq!(Caller::parse("*"), Some(Caller::Anonymous));
        assert_eq!(Caller::parse("lambda.amazonaws.com"), Some(Caller::Service("lambda.amazonaws.com")));
        assert_eq!(Caller::parse("accounts.google.com"), Some(Caller::Federated("accounts.google.com")));
        assert_eq!(iam("arn:aws:iam::111122223333:root"), Some(IamKind::Root));
        assert_eq!(iam(USER), Some(IamKind::User));
        assert_eq!(iam(ROLE), Some(IamKind::Role { name: "deploy" }));
        assert_eq!(iam(SESSION), Some(IamKind::RoleSession { role: "deploy" }));
        assert_eq!(iam("arn:aws:sts::111122223333:federated-user/anna"), Some(IamKind::FederatedUser));
        let linked = "arn:aws:iam::111122223333:role/aws-service-role/lambda.amazonaws.com/AWSServiceRoleForLambda";
        assert!(Caller::parse(linked).is_some_and(|caller| caller.is_service_linked()));
        for wrong in
            ["", "anna", "arn:aws:iam::1234:user/anna", "arn:aws:s3:::b", "arn:aws:iam::111122223333:user/", "arn:aws"]
        {
            assert_eq!(Caller::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn how_a_caller_is_named() {
        use PrincipalKind::{Aws, CanonicalUser, Everyone, Service};
        let cases: &[(PrincipalKind, &str, &str, Option<Naming>)] = &[
            (Everyone, "*", USER, Some(Naming::Everyone)),
            (Aws, "*", SESSION, Some(Naming::Everyone)),
            (Aws, "111122223333", USER, Some(Naming::Account)),
            (Aws, "arn:aws:iam::111122223333:root", SESSION, Some(Naming::Account)),
            (Aws, "444455556666", USER, None),
            (Aws, USER, USER, Some(Naming::Itself)),
            (Aws, "arn:aws:iam::111122223333:user/*", USER, None),
            (Aws, "arn:aws-cn:iam::111122223333:user/anna", USER, None),
            (Aws, ROLE, SESSION, Some(Naming::Role)),
            (Aws, ROLE, ROLE, Some(Naming::Role)),
            (Aws, SESSION, SESSION, Some(Naming::Itself)),
            (Aws, SESSION, ROLE, None),
            (Aws, "arn:aws:sts::111122223333:assumed-role/deploy/other", SESSION, None),
            (Service, "lambda.amazonaws.com", "lambda.amazonaws.com", Some(Naming::Itself)),
            (Service, "ec2.amazonaws.com", "lambda.amazonaws.com", None),
            (Aws, "111122223333", "*", None),
            (Everyone, "*", "*", Some(Naming::Everyone)),
            (CanonicalUser, "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be", USER, None),
        ];
        for (kind, name, caller, expected) in cases {
            let caller = Caller::parse(caller).expect("a caller");
            assert_eq!(named(&element(Polarity::Listed, &[(*kind, name)]), &caller), *expected, "{name} {caller:?}");
        }
    }

    #[test]
    fn not_principal_spares_only_who_is_listed_whole() {
        use PrincipalKind::Aws;
        let cases: &[(&[&str], &str, Truth)] = &[
            (&[USER, "arn:aws:iam::111122223333:root"], USER, Truth::No),
            (&[USER], USER, Truth::Unknown),
            (&["arn:aws:iam::111122223333:user/bob"], USER, Truth::Yes),
            (&[SESSION, ROLE, "111122223333"], SESSION, Truth::No),
            (&[ROLE, "111122223333"], SESSION, Truth::Unknown),
            (&["*"], USER, Truth::No),
        ];
        for (listed, caller, expected) in cases {
            let names: Vec<(PrincipalKind, &str)> = listed.iter().map(|name| (Aws, *name)).collect();
            let caller = Caller::parse(caller).expect("a caller");
            assert_eq!(may_be_denied(&element(Polarity::AllBut, &names), &caller), *expected, "{listed:?} {caller:?}");
        }
    }
}
