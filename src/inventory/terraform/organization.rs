//! Service control policies of a plan, as far as it attaches them to an account by its number.
//!
//! What is attached to a root or an organizational unit may or may not be above the roles of the plan: that is for
//! `--scp` to say. Source: Terraform Registry, hashicorp/aws, "aws_organizations_policy",
//! "aws_organizations_policy_attachment"; Organizations User Guide, "SCP evaluation".

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::policies::Policies;
use super::resource::Action;
use super::table::{ResourceId, Table};
use crate::inventory::{Attached, Attachment, Collector, Document, PolicyEntry, PolicyId};
use crate::policy::PolicyType;

const FULL_ACCESS: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// Reads the policies, and the levels that they make.
pub(super) fn read<'a>(table: &Table<'a>, policies: &mut Policies<'_, 'a>, collector: &mut Collector<'a>) {
    let stays = |id: &ResourceId| table.get(*id).action != Action::Delete;
    let controls =
        |id: &ResourceId| matches!(table.get(*id).text("type"), None | Some("SERVICE_CONTROL_POLICY")) && stays(id);
    for id in table.managed("aws_organizations_policy").filter(controls) {
        // Whether anybody has it or not, it has to be well-formed.
        policies.of(collector, id, "content", PolicyType::ServiceControl);
    }
    let mut levels: BTreeMap<String, Vec<Attached>> = BTreeMap::new();
    let mut allows: BTreeMap<String, bool> = BTreeMap::new();
    for by in table.managed("aws_organizations_policy_attachment").filter(stays) {
        let attachment = table.get(by);
        let target = attachment
            .text("target_id")
            .filter(|target| target.len() == 12 && target.bytes().all(|byte| byte.is_ascii_digit()));
        let named = attachment.text("policy_id");
        let by_id = || table.managed("aws_organizations_policy").find(|id| table.get(*id).text("id") == named);
        let policy = match named {
            Some(_) => by_id(),
            None => table.led_by(attachment, "policy_id", &|_, found| found == "aws_organizations_policy").only(),
        };
        let (Some(account), Some(policy)) = (target, policy.filter(controls)) else { continue };
        let place = Some(attachment.place());
        let attached = |policy| Attached { policy, through: Attachment::ServiceControl, place: place.clone() };
        let level = levels.entry(account.to_owned()).or_default();
        level.extend(policies.of(collector, policy, "content", PolicyType::ServiceControl).into_iter().map(attached));
        let says_allow = table.get(policy).text("content").is_none_or(|text| text.contains("\"Allow\""));
        *allows.entry(account.to_owned()).or_default() |= says_allow;
    }
    for (account, mut level) in levels {
        // Every account has FullAWSAccess until somebody puts a list of what is allowed in its place.
        if allows.get(&account) == Some(&false) {
            let policy = full_access(collector);
            level.push(Attached { policy, through: Attachment::ServiceControl, place: None });
        }
        collector.organization(account, level);
    }
}

fn full_access(collector: &mut Collector<'_>) -> PolicyId {
    collector.policy(PolicyEntry {
        name: Some(Cow::Borrowed("FullAWSAccess")),
        arn: Some(Cow::Borrowed("arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess")),
        policy_type: PolicyType::ServiceControl,
        place: None,
        document: Some(Document::embedded(Cow::Borrowed(FULL_ACCESS))),
        meant: None,
    })
}
