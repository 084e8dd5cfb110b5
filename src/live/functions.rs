//! Lambda's functions, in all their versions, and the event sources that need network interfaces: which roles have to
//! be able to make some.

use aws_sdk_account::types::RegionOptStatus;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::types::{EventSourceMappingConfiguration, FunctionConfiguration, FunctionVersion};
use futures_util::future::join;
use futures_util::{StreamExt, stream};

use super::call::{CallError, Reason};
use super::clients::Clients;
use super::dump::{Dump, EventSourceMapping, Function, RegionsAre, SourceAccess, VpcConfig};
use super::incomplete::Incomplete;
use super::pages::{Page, collect, follow};
use super::watch::Watch;

const REGIONS: &str = "account:ListRegions";
const FUNCTIONS: &str = "lambda:ListFunctions";
const VERSIONS: &str = "lambda:ListVersionsByFunction";
const MAPPINGS: &str = "lambda:ListEventSourceMappings";

/// So many regions at once.
const AT_ONCE: usize = 8;

/// What was found, and what could not be asked.
pub(super) struct Found {
    regions_are: RegionsAre,
    /// Why not all of the account's regions are known.
    regions_unknown: Option<CallError>,
    regions: Vec<Region>,
}

impl Found {
    /// Keeps these functions.
    pub(super) fn keep(&mut self, keep: impl Fn(&Function) -> bool) {
        self.regions.iter_mut().for_each(|region| region.functions.retain(&keep));
    }
}

/// One region.
pub(super) struct Region {
    pub name: String,
    pub functions: Vec<Function>,
    pub mappings: Vec<EventSourceMapping>,
    pub errors: Vec<CallError>,
}

/// The functions of the account, in the regions given or in all that it has enabled.
pub(super) async fn all(clients: &Clients, given: &[String], watch: &Watch<'_>) -> Found {
    let (names, regions_are, regions_unknown) = match given {
        [] => match enabled(clients).await {
            Ok(names) => (names, RegionsAre::All, None),
            Err(error) => (vec![clients.region()], RegionsAre::Some, Some(error)),
        },
        given => (given.to_vec(), RegionsAre::Some, None),
    };
    let regions = stream::iter(names).map(|name| of_region(clients, name, watch)).buffered(AT_ONCE).collect().await;
    Found { regions_are, regions_unknown, regions }
}

/// Adds what was found. To know the functions is not needed for a judgement; to know half of them would spoil it.
pub(super) fn add(found: Found, dump: &mut Dump, incomplete: &mut Incomplete) {
    dump.rolecall.regions_are = found.regions_are;
    if let Some(error) = found.regions_unknown {
        let read: Vec<&str> = found.regions.iter().map(|region| region.name.as_str()).collect();
        incomplete.optional(&error, &format!("functions in other regions than {}", read.join(", ")));
    }
    // What goes wrong in one region often goes wrong in the same way in others: it is said once.
    let mut failed: Vec<(CallError, Vec<String>)> = Vec::new();
    for region in found.regions {
        for error in &region.errors {
            dump.rolecall.regions_are = RegionsAre::Some;
            match failed.iter_mut().find(|(known, _)| known == error) {
                Some((_, regions)) => regions.push(region.name.clone()),
                None => failed.push((error.clone(), vec![region.name.clone()])),
            }
        }
        if !region.errors.iter().any(|error| error.action == FUNCTIONS) {
            dump.rolecall.regions.push(region.name);
        }
        dump.rolecall.functions.extend(region.functions);
        dump.rolecall.event_source_mappings.extend(region.mappings);
    }
    for (error, regions) in failed {
        let what = if error.action == MAPPINGS { "event sources of functions" } else { "functions" };
        incomplete.optional_in_regions(&error, &format!("{what} in {}", regions.join(", ")));
    }
}

async fn enabled(clients: &Clients) -> Result<Vec<String>, CallError> {
    let regions = collect(REGIONS, async |marker| {
        let contains = vec![RegionOptStatus::Enabled, RegionOptStatus::EnabledByDefault];
        let call = clients.account.list_regions().set_region_opt_status_contains(Some(contains)).max_results(50);
        let page = call.set_next_token(marker).send().await.map_err(|error| CallError::of(REGIONS, error))?;
        Page::listed(REGIONS, page.regions, page.next_token)
    })
    .await?;
    let mut names: Vec<String> = regions.into_iter().filter_map(|region| region.region_name).collect();
    names.sort();
    if names.is_empty() { Err(CallError::cut_short(REGIONS)) } else { Ok(names) }
}

async fn of_region(clients: &Clients, name: String, watch: &Watch<'_>) -> Region {
    let lambda = clients.lambda(&name);
    let mut functions = Vec::new();
    let listed = follow(
        FUNCTIONS,
        async |marker| {
            let call = lambda.list_functions().function_version(FunctionVersion::All).max_items(50);
            let page = call.set_marker(marker).send().await.map_err(|error| CallError::of(FUNCTIONS, error))?;
            Page::listed(FUNCTIONS, page.functions, page.next_marker)
        },
        |page: Vec<FunctionConfiguration>| {
            watch.page(0, 0, page.len());
            functions.extend(page.into_iter().map(Function::from));
        },
    );
    let (listed, mapped) = join(listed, mappings(&lambda, None)).await;
    let mut errors: Vec<CallError> = listed.err().into_iter().collect();
    let mappings = mapped.unwrap_or_else(|error| {
        errors.push(error);
        Vec::new()
    });
    Region { name, functions, mappings, errors }
}

/// One function, with all its versions.
pub(super) async fn one(clients: &Clients, region: String, name: &str, watch: &Watch<'_>) -> Region {
    let lambda = clients.lambda(&region);
    let versions = collect(VERSIONS, async |marker| {
        let call = lambda.list_versions_by_function().function_name(name).max_items(50).set_marker(marker);
        let page = call.send().await.map_err(|error| CallError::of(VERSIONS, error))?;
        watch.page(0, 0, page.versions().len());
        Page::listed(VERSIONS, page.versions, page.next_marker)
    });
    let (versions, mapped) = join(versions, mappings(&lambda, Some(name))).await;
    // A function has one version at least, $LATEST.
    let versions = versions.and_then(|versions| {
        if versions.is_empty() { Err(CallError::new(VERSIONS, Reason::NotFound)) } else { Ok(versions) }
    });
    let mut errors = Vec::new();
    let mut kept = |error| errors.push(error);
    let functions = versions.map_err(&mut kept).unwrap_or_default().into_iter().map(Function::from).collect();
    // Of a function that is not there, that is the only thing to say.
    let not_found = |error: &CallError| error.reason == Reason::NotFound;
    let mappings = mapped.or_else(|error| if not_found(&error) { Ok(Vec::new()) } else { Err(error) });
    let mappings = mappings.map_err(&mut kept).unwrap_or_default();
    Region { name: region, functions, mappings, errors }
}

async fn mappings(lambda: &Client, function: Option<&str>) -> Result<Vec<EventSourceMapping>, CallError> {
    let mappings = collect(MAPPINGS, async |marker| {
        let call = lambda.list_event_source_mappings().set_function_name(function.map(str::to_owned)).max_items(100);
        let page = call.set_marker(marker).send().await.map_err(|error| CallError::of(MAPPINGS, error))?;
        Page::listed(MAPPINGS, page.event_source_mappings, page.next_marker)
    })
    .await?;
    Ok(mappings.into_iter().map(EventSourceMapping::from).collect())
}

impl From<FunctionConfiguration> for Function {
    fn from(found: FunctionConfiguration) -> Function {
        // What its environment holds is nobody's business here.
        Function {
            function_name: found.function_name.unwrap_or_default(),
            function_arn: found.function_arn.unwrap_or_default(),
            version: found.version.unwrap_or_default(),
            role: found.role.unwrap_or_default(),
            vpc_config: found.vpc_config.map(|config| VpcConfig {
                subnet_ids: config.subnet_ids.unwrap_or_default(),
                security_group_ids: config.security_group_ids.unwrap_or_default(),
                vpc_id: config.vpc_id.unwrap_or_default(),
                ipv6_allowed_for_dual_stack: config.ipv6_allowed_for_dual_stack.unwrap_or_default(),
            }),
        }
    }
}

impl From<EventSourceMappingConfiguration> for EventSourceMapping {
    fn from(found: EventSourceMappingConfiguration) -> EventSourceMapping {
        let access = found.source_access_configurations.unwrap_or_default().into_iter();
        let kinds = access.filter_map(|access| access.r#type);
        EventSourceMapping {
            function_arn: found.function_arn.unwrap_or_default(),
            event_source_arn: found.event_source_arn,
            source_access_configurations: kinds.map(|kind| SourceAccess { kind: kind.as_str().to_owned() }).collect(),
        }
    }
}
