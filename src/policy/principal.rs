//! `Principal` and `NotPrincipal`: who a resource-based policy, such as a role's trust policy, speaks of.

use super::Polarity;

/// The element as a whole.
///
/// Source: IAM User Guide, "AWS JSON policy elements: Principal".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrincipalElement {
    pub polarity: Polarity,
    pub names: Vec<PrincipalName>,
}

/// One principal that the element names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrincipalName {
    pub kind: PrincipalKind,
    /// As written: an ARN, an account id, `lambda.amazonaws.com`, `*`.
    pub name: Box<str>,
}

/// The member of the `Principal` map under which the name stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PrincipalKind {
    /// `"Principal": "*"`.
    Everyone,
    Aws,
    Service,
    Federated,
    CanonicalUser,
}

impl PrincipalKind {
    /// The kind that a member of the `Principal` map stands for.
    pub fn parse(name: &str) -> Option<PrincipalKind> {
        Some(match name {
            "AWS" => PrincipalKind::Aws,
            "Service" => PrincipalKind::Service,
            "Federated" => PrincipalKind::Federated,
            "CanonicalUser" => PrincipalKind::CanonicalUser,
            _ => return None,
        })
    }
}

impl PrincipalElement {
    /// Does the element list this AWS service by its name?
    pub fn lists_service(&self, service: &str) -> bool {
        self.polarity == Polarity::Listed
            && self.names.iter().any(|principal| {
                principal.kind == PrincipalKind::Service && principal.name.eq_ignore_ascii_case(service)
            })
    }
}
