//! A whole account, as GetAccountAuthorizationDetails gives it.

use std::collections::HashSet;

use aws_sdk_iam::Client;
use aws_sdk_iam::types::{EntityType, SummaryKeyType};

use super::call::CallError;
use super::dump::{Details, Role, User};
use super::incomplete::Missing;
use super::pages::{Page, follow};
use super::watch::Watch;

const DETAILS: &str = "iam:GetAccountAuthorizationDetails";
const SUMMARY: &str = "iam:GetAccountSummary";

/// As many as AWS gives on one page at most.
const PAGE: i32 = 1_000;

/// Reads it, and holds it against the account's own counts.
pub(super) async fn read(iam: &Client, watch: &Watch<'_>) -> (Details, Vec<Missing>) {
    let before = summary(iam).await;
    let mut details = Details::default();
    let mut seen = HashSet::new();
    let mut fresh = |arn: &Option<String>| arn.as_ref().is_none_or(|arn| seen.insert(arn.clone()));
    let read = follow(
        DETAILS,
        async |marker| {
            // AWS's own managed policies come later: only few of them are named by anybody.
            let filter = [EntityType::User, EntityType::Group, EntityType::Role, EntityType::LocalManagedPolicy];
            let call = iam.get_account_authorization_details().set_filter(Some(filter.into())).max_items(PAGE);
            let page = call.set_marker(marker).send().await.map_err(|error| CallError::of(DETAILS, error))?;
            Ok(Page { truncated: page.is_truncated, marker: page.marker.clone(), items: page })
        },
        |page| {
            let users = page.user_detail_list.unwrap_or_default().into_iter().filter(|found| fresh(&found.arn));
            let users: Vec<User> = users.map(User::from).collect();
            let groups = page.group_detail_list.unwrap_or_default().into_iter().filter(|found| fresh(&found.arn));
            details.groups.extend(groups.map(Into::into));
            let roles = page.role_detail_list.unwrap_or_default().into_iter().filter(|found| fresh(&found.arn));
            let roles: Vec<Role> = roles.map(Role::from).collect();
            let policies = page.policies.unwrap_or_default().into_iter().filter(|found| fresh(&found.arn));
            details.policies.extend(policies.map(Into::into));
            watch.page(users.len(), roles.len(), 0);
            details.users.extend(users);
            details.roles.extend(roles);
        },
    )
    .await;
    let missing = match (read, before) {
        (Err(error), _) => Some(Missing::call(&error, "some principals and policies are not judged")),
        (Ok(()), Err(error)) => Some(uncounted(&error)),
        (Ok(()), Ok(before)) => match Lack::of(&details, &before) {
            None => None,
            // Accounts change while they are read: what is gone by now need not be there.
            Some(lack) => match summary(iam).await {
                Ok(after) => Lack::of(&details, &after).map(|_| lack.missing()),
                Err(error) => Some(uncounted(&error)),
            },
        },
    };
    (details, missing.into_iter().collect())
}

fn uncounted(error: &CallError) -> Missing {
    Missing::call(error, "whether everything was read cannot be told")
}

/// How many there are of what was asked for.
struct Counted([(Kind, usize); 4]);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Users,
    Groups,
    Roles,
    Policies,
}

impl Kind {
    const ALL: [(Kind, SummaryKeyType, &str); 4] = [
        (Kind::Users, SummaryKeyType::Users, "users"),
        (Kind::Groups, SummaryKeyType::Groups, "groups"),
        (Kind::Roles, SummaryKeyType::Roles, "roles"),
        (Kind::Policies, SummaryKeyType::Policies, "customer managed policies"),
    ];
}

async fn summary(iam: &Client) -> Result<Counted, CallError> {
    let answer = iam.get_account_summary().send().await.map_err(|error| CallError::of(SUMMARY, error))?;
    let map = answer.summary_map.unwrap_or_default();
    let count = |key| map.get(&key).and_then(|count| usize::try_from(*count).ok()).unwrap_or_default();
    Ok(Counted(Kind::ALL.map(|(kind, key, _)| (kind, count(key)))))
}

/// What the account counts and was not read.
struct Lack(Vec<(&'static str, usize, usize)>);

impl Lack {
    fn of(details: &Details, counted: &Counted) -> Option<Lack> {
        let read = |kind| match kind {
            Kind::Users => details.users.len(),
            Kind::Groups => details.groups.len(),
            Kind::Roles => details.roles.len(),
            Kind::Policies => details.policies.len(),
        };
        let lacking: Vec<_> = Kind::ALL
            .iter()
            .zip(&counted.0)
            .map(|((_, _, name), (kind, count))| (*name, read(*kind), *count))
            .filter(|(_, read, count)| read < count)
            .collect();
        (!lacking.is_empty()).then_some(Lack(lacking))
    }

    fn missing(&self) -> Missing {
        let lacking: Vec<String> =
            self.0.iter().map(|(name, read, count)| format!("{read} of {count} {name}")).collect();
        let message =
            format!("AWS gave only {}, by its own count; what is not there is not judged", lacking.join(", "));
        Missing::said(message, Some("run the audit again; --verbose shows every call"))
    }
}
