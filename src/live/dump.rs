//! The text that is made of what was read: what `aws iam get-account-authorization-details` prints, and a member
//! `Rolecall` for everything that is not in it. `inventory::audited` reads that member.

use aws_sdk_iam::types;
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::value::RawValue;

use super::incomplete::Incomplete;

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Dump {
    pub user_detail_list: Vec<User>,
    pub group_detail_list: Vec<Group>,
    pub role_detail_list: Vec<Role>,
    pub policies: Vec<ManagedPolicy>,
    pub rolecall: Rolecall,
}

/// What IAM gives of an account.
#[derive(Debug, Default)]
pub(super) struct Details {
    pub users: Vec<User>,
    pub groups: Vec<Group>,
    pub roles: Vec<Role>,
    pub policies: Vec<ManagedPolicy>,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Rolecall {
    pub account: String,
    /// When it was read, ISO 8601.
    pub read_at: String,
    pub regions: Vec<String>,
    pub regions_are: RegionsAre,
    pub functions: Vec<Function>,
    pub event_source_mappings: Vec<EventSourceMapping>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_control_policies: Option<Vec<Level>>,
    pub done_without: Vec<String>,
    pub incomplete: Vec<MissingOut>,
}

/// Whether functions were looked for wherever the account may have some.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) enum RegionsAre {
    All,
    #[default]
    Some,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MissingOut {
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct User {
    pub path: String,
    pub user_name: String,
    pub user_id: String,
    pub arn: String,
    pub user_policy_list: Vec<Inline>,
    pub group_list: Vec<String>,
    pub attached_managed_policies: Vec<Attached>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions_boundary: Option<Boundary>,
    pub tags: Vec<Tag>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Group {
    pub path: String,
    pub group_name: String,
    pub group_id: String,
    pub arn: String,
    pub group_policy_list: Vec<Inline>,
    pub attached_managed_policies: Vec<Attached>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Role {
    pub path: String,
    pub role_name: String,
    pub role_id: String,
    pub arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assume_role_policy_document: Option<Box<RawValue>>,
    pub role_policy_list: Vec<Inline>,
    pub attached_managed_policies: Vec<Attached>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions_boundary: Option<Boundary>,
    pub tags: Vec<Tag>,
}

/// A managed policy, with the version that is in force.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ManagedPolicy {
    pub policy_name: String,
    pub arn: String,
    pub default_version_id: String,
    pub policy_version_list: Vec<Version>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Version {
    pub version_id: String,
    pub is_default_version: bool,
    pub document: Box<RawValue>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Inline {
    pub policy_name: String,
    pub policy_document: Box<RawValue>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Attached {
    pub policy_name: String,
    pub policy_arn: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Boundary {
    pub permissions_boundary_type: String,
    pub permissions_boundary_arn: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    pub key: String,
    pub value: String,
}

/// A version of a function, as ListFunctions has it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Function {
    pub function_name: String,
    pub function_arn: String,
    pub version: String,
    pub role: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_config: Option<VpcConfig>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct VpcConfig {
    pub subnet_ids: Vec<String>,
    pub security_group_ids: Vec<String>,
    pub vpc_id: String,
    pub ipv6_allowed_for_dual_stack: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct EventSourceMapping {
    pub function_arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_source_arn: Option<String>,
    pub source_access_configurations: Vec<SourceAccess>,
}

/// Its `URI` may name a secret, and is of no use.
#[derive(Debug, Serialize)]
pub(super) struct SourceAccess {
    #[serde(rename = "Type")]
    pub kind: String,
}

/// The service control policies of the root, of an organizational unit, or of the account.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Level {
    pub target: String,
    pub policies: Vec<ServiceControlPolicy>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ServiceControlPolicy {
    pub name: String,
    pub arn: String,
    pub content: Box<RawValue>,
}

impl Dump {
    pub(super) fn take(&mut self, details: Details) {
        self.user_detail_list.extend(details.users);
        self.group_detail_list.extend(details.groups);
        self.role_detail_list.extend(details.roles);
        self.policies.extend(details.policies);
    }

    /// The account, as the ARNs of what was read say it.
    pub(super) fn account(&self) -> Option<&str> {
        let arns = self.role_detail_list.iter().map(|role| &role.arn);
        let arns = arns.chain(self.user_detail_list.iter().map(|user| &user.arn));
        let mut arns = arns.chain(self.group_detail_list.iter().map(|group| &group.arn));
        arns.find_map(|arn| arn.split(':').nth(4).filter(|account| !account.is_empty()))
    }

    /// Every managed policy that is attached to somebody, or bounds somebody.
    pub(super) fn named_policies(&self) -> impl Iterator<Item = &str> {
        let attached = self.role_detail_list.iter().flat_map(|role| &role.attached_managed_policies);
        let attached = attached.chain(self.user_detail_list.iter().flat_map(|user| &user.attached_managed_policies));
        let attached = attached.chain(self.group_detail_list.iter().flat_map(|group| &group.attached_managed_policies));
        let bounds = self.role_detail_list.iter().filter_map(|role| role.permissions_boundary.as_ref());
        let bounds = bounds.chain(self.user_detail_list.iter().filter_map(|user| user.permissions_boundary.as_ref()));
        attached
            .map(|attached| attached.policy_arn.as_str())
            .chain(bounds.map(|bound| bound.permissions_boundary_arn.as_str()))
    }

    pub(super) fn finish(mut self, mut incomplete: Incomplete) -> Dump {
        self.rolecall.account = self.account().unwrap_or_default().to_owned();
        self.rolecall.read_at =
            jiff::Timestamp::now().round(jiff::Unit::Second).map_or_else(|_| String::new(), |now| now.to_string());
        self.rolecall.done_without = std::mem::take(&mut incomplete.done_without);
        let missing = incomplete.into_missing().into_iter();
        self.rolecall.incomplete =
            missing.map(|missing| MissingOut { message: missing.message, help: missing.help }).collect();
        self
    }

    pub(super) fn text(&self) -> String {
        let mut text = Vec::new();
        let pretty = serde_json::ser::PrettyFormatter::with_indent(b"    ");
        let mut serializer = serde_json::Serializer::with_formatter(&mut text, pretty);
        // Nothing of it can fail: there are no maps, and it is written to memory.
        let _ = self.serialize(&mut serializer);
        text.push(b'\n');
        String::from_utf8(text).unwrap_or_default()
    }
}

/// A policy document as JSON: AWS percent-encodes it (RFC 3986), other servers do not. What is no JSON stays a text.
pub(super) fn document(text: &str) -> Box<RawValue> {
    let plain = match text.trim_start().starts_with(['{', '[']) {
        true => text.into(),
        false => percent_decode_str(text).decode_utf8_lossy(),
    };
    let raw = RawValue::from_string(plain.trim().to_owned());
    let raw = raw.ok().filter(|raw| raw.get().starts_with('{'));
    raw.or_else(|| serde_json::value::to_raw_value(&plain).ok()).unwrap_or_else(|| RawValue::NULL.to_owned())
}

pub(super) fn attached(policies: Option<Vec<types::AttachedPolicy>>) -> Vec<Attached> {
    let policies = policies.unwrap_or_default().into_iter();
    policies
        .map(|policy| Attached {
            policy_name: policy.policy_name.unwrap_or_default(),
            policy_arn: policy.policy_arn.unwrap_or_default(),
        })
        .collect()
}

pub(super) fn boundary(boundary: Option<types::AttachedPermissionsBoundary>) -> Option<Boundary> {
    boundary.map(|boundary| Boundary {
        permissions_boundary_type: "Policy".to_owned(),
        permissions_boundary_arn: boundary.permissions_boundary_arn.unwrap_or_default(),
    })
}

pub(super) fn tags(tags: Option<Vec<types::Tag>>) -> Vec<Tag> {
    tags.unwrap_or_default().into_iter().map(|tag| Tag { key: tag.key, value: tag.value }).collect()
}

fn inline(policies: Option<Vec<types::PolicyDetail>>) -> Vec<Inline> {
    let policies = policies.unwrap_or_default().into_iter();
    policies
        .map(|policy| Inline {
            policy_name: policy.policy_name.unwrap_or_default(),
            policy_document: document(&policy.policy_document.unwrap_or_default()),
        })
        .collect()
}

impl From<types::UserDetail> for User {
    fn from(found: types::UserDetail) -> User {
        User {
            path: found.path.unwrap_or_default(),
            user_name: found.user_name.unwrap_or_default(),
            user_id: found.user_id.unwrap_or_default(),
            arn: found.arn.unwrap_or_default(),
            user_policy_list: inline(found.user_policy_list),
            group_list: found.group_list.unwrap_or_default(),
            attached_managed_policies: attached(found.attached_managed_policies),
            permissions_boundary: boundary(found.permissions_boundary),
            tags: tags(found.tags),
        }
    }
}

impl From<types::GroupDetail> for Group {
    fn from(found: types::GroupDetail) -> Group {
        Group {
            path: found.path.unwrap_or_default(),
            group_name: found.group_name.unwrap_or_default(),
            group_id: found.group_id.unwrap_or_default(),
            arn: found.arn.unwrap_or_default(),
            group_policy_list: inline(found.group_policy_list),
            attached_managed_policies: attached(found.attached_managed_policies),
        }
    }
}

impl From<types::RoleDetail> for Role {
    fn from(found: types::RoleDetail) -> Role {
        Role {
            path: found.path.unwrap_or_default(),
            role_name: found.role_name.unwrap_or_default(),
            role_id: found.role_id.unwrap_or_default(),
            arn: found.arn.unwrap_or_default(),
            assume_role_policy_document: found.assume_role_policy_document.as_deref().map(document),
            role_policy_list: inline(found.role_policy_list),
            attached_managed_policies: attached(found.attached_managed_policies),
            permissions_boundary: boundary(found.permissions_boundary),
            tags: tags(found.tags),
        }
    }
}

impl From<types::ManagedPolicyDetail> for ManagedPolicy {
    fn from(found: types::ManagedPolicyDetail) -> ManagedPolicy {
        let arn = found.arn.unwrap_or_default();
        let in_force = found.policy_version_list.unwrap_or_default().into_iter().find(|found| found.is_default_version);
        ManagedPolicy {
            policy_name: found.policy_name.unwrap_or_else(|| name_of(&arn).to_owned()),
            default_version_id: found.default_version_id.unwrap_or_default(),
            policy_version_list: in_force.and_then(version).into_iter().collect(),
            arn,
        }
    }
}

/// The version of a managed policy that is in force; none without its document.
pub(super) fn version(found: types::PolicyVersion) -> Option<Version> {
    Some(Version {
        document: document(&found.document?),
        version_id: found.version_id.unwrap_or_default(),
        is_default_version: true,
    })
}

/// The name at the end of an ARN.
pub(super) fn name_of(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

#[cfg(test)]
mod tests {
    use super::document;

    #[test]
    fn documents_are_decoded_if_they_are_encoded() {
        for (text, expected) in [
            ("%7B%22Version%22%3A%20%222012-10-17%22%7D", "{\"Version\": \"2012-10-17\"}"),
            ("{\"Sid\": \"50%25\"}", "{\"Sid\": \"50%25\"}"),
            ("\n {\"a\": \"x+y\"}\n", "{\"a\": \"x+y\"}"),
            // A plus sign is one: this is no form.
            ("%7B%22a%22%3A%22x+y%22%7D", "{\"a\":\"x+y\"}"),
            ("%7B%22a%22", "\"{\\\"a\\\"\""),
            ("", "\"\""),
        ] {
            assert_eq!(document(text).get(), expected, "{text}");
        }
    }
}
