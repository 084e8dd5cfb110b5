//! All resources of a plan that matter, and how to find them.

use foldhash::{HashMap, HashSet};
use serde::Deserialize;

use super::address::{Key, Mode, Step};
use super::configuration::{BlockId, Configuration, constant};
use super::head::Head;
use super::output::{Output, tree};
use super::resource::{Resource, Side};
use crate::document::{Doc, Raw, from_text};
use crate::inventory::raw::Within;
use crate::inventory::{Declaration, InputProblem};
use crate::source::{At, Place, Span};

/// Index in [`Table::resources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ResourceId(pub usize);

pub(super) struct Table<'a> {
    pub resources: Vec<Resource<'a>>,
    pub configuration: Configuration<'a>,
    by_block: HashMap<BlockId, Vec<ResourceId>>,
    by_type: HashMap<String, Vec<ResourceId>>,
    /// The values of the root module's variables.
    variables: Doc<'a>,
    /// What the state says that a resource depends on, by address.
    pub state_dependencies: HashMap<String, Vec<String>>,
}

/// Types about IAM, functions, networks and what names functions. All others are passed over.
fn matters(resource_type: &str) -> bool {
    const STARTS: [&str; 12] = [
        "aws_iam_role",
        "aws_iam_policy",
        "aws_iam_user",
        "aws_iam_group",
        "aws_vpc",
        "aws_subnet",
        "aws_security_group",
        "aws_default_",
        "aws_route",
        "aws_main_route_table",
        "aws_organizations_policy",
        "aws_vpn_gateway",
    ];
    const WHOLE: [&str; 12] = [
        "aws_lambda_function",
        "aws_lambda_event_source_mapping",
        "aws_cloudfront_distribution",
        "aws_internet_gateway",
        "aws_nat_gateway",
        "aws_egress_only_internet_gateway",
        "aws_msk_cluster",
        "aws_msk_serverless_cluster",
        "aws_mq_broker",
        "aws_caller_identity",
        "aws_partition",
        "aws_region",
    ];
    WHOLE.contains(&resource_type) || STARTS.iter().any(|start| resource_type.starts_with(start))
}

impl<'a> Table<'a> {
    pub(super) fn read(
        output: Output<'a>,
        side: Side,
        within: Within<'a>,
        problems: &mut Vec<InputProblem>,
    ) -> Table<'a> {
        let mut table = Table {
            resources: Vec::new(),
            configuration: Configuration::read(output.configuration, within),
            by_block: HashMap::default(),
            by_type: HashMap::default(),
            variables: tree(output.variables),
            state_dependencies: HashMap::default(),
        };
        let mut known: HashSet<String> = HashSet::default();
        let mut changes = output.resource_changes.unwrap_or_default();
        changes.extend(output.deferred_changes.into_iter().flatten().filter_map(|deferred| deferred.resource_change));
        table.add_all(&changes, (side, Of::Plan), within, &mut known, problems);
        let planned = output.planned_values.or(output.values).and_then(|values| values.root_module);
        if side == Side::After {
            let entries = planned.map(|module| module.all()).unwrap_or_default();
            table.add_all(&entries, (side, Of::Plan), within, &mut known, problems);
        }
        // With -target, and where only the state is refreshed, the plan has no word of what stays as it is.
        let prior = output.prior_state.and_then(|state| state.values).and_then(|values| values.root_module);
        let entries = prior.map(|module| module.all()).unwrap_or_default();
        table.add_all(&entries, (side, Of::PriorState), within, &mut known, problems);
        table.index();
        table
    }

    fn add_all(
        &mut self,
        entries: &[Raw<'a>],
        (side, of): (Side, Of),
        within: Within<'a>,
        known: &mut HashSet<String>,
        problems: &mut Vec<InputProblem>,
    ) {
        for raw in entries {
            let Some(head) = Head::read(*raw, matters) else { continue };
            let is_known = known.contains(&*head.address);
            if of == Of::PriorState && head.mode == Mode::Managed && side == Side::Before {
                // What goes, goes in the order that was recorded when it was made.
                if let Some(recorded) = from_text::<Recorded>(raw.get()).ok().and_then(|entry| entry.depends_on) {
                    self.state_dependencies.insert(head.address.clone().into_owned(), recorded);
                }
            }
            if is_known {
                continue;
            }
            match Resource::read(*raw, head, side, within.id, within.span(raw.get()).start) {
                Ok(Some(resource)) => {
                    known.insert(resource.address.clone());
                    self.resources.push(resource);
                }
                Ok(None) => {}
                Err(error) => {
                    let at = within.span(raw.get()).start + error.offset;
                    problems.push(InputProblem {
                        path: within.source.name().to_owned(),
                        message: format!("this resource cannot be read: {}", error.message),
                        help: Some("the others are judged; this one is not".to_owned()),
                        place: Some(Place { source: within.id, at: At::Span(Span { start: at, end: at + 1 }) }),
                    });
                }
            }
        }
    }

    fn index(&mut self) {
        for (index, resource) in self.resources.iter_mut().enumerate() {
            let module = self.configuration.module_at(&resource.module);
            resource.block = module.and_then(|module| {
                self.configuration.find(module, resource.mode, &resource.resource_type, &resource.name)
            });
            if let Some(block) = resource.block {
                self.by_block.entry(block).or_default().push(ResourceId(index));
            }
            self.by_type.entry(resource.resource_type.clone()).or_default().push(ResourceId(index));
        }
    }

    /// Where its entries, and the blocks of its configuration, are declared.
    pub(super) fn declarations(&self) -> impl Iterator<Item = Declaration> + '_ {
        let of_entry = |resource: &Resource<'a>| {
            let (source, start, end) = resource.extent();
            let modules = self.configuration.module_at(&resource.module)?;
            Some(Declaration {
                source,
                start,
                end,
                modules: self.configuration.calls(modules),
                keyword: resource.mode.keyword(),
                resource_type: resource.resource_type.clone(),
                name: resource.name.clone(),
            })
        };
        self.resources.iter().filter_map(of_entry).chain(self.configuration.declarations())
    }

    pub(super) fn get(&self, id: ResourceId) -> &Resource<'a> {
        &self.resources[id.0]
    }

    /// The managed resources of a type, in the order of the input.
    pub(super) fn managed(&self, resource_type: &str) -> impl Iterator<Item = ResourceId> + '_ {
        self.of_type(resource_type, Mode::Managed)
    }

    pub(super) fn data(&self, resource_type: &str) -> impl Iterator<Item = ResourceId> + '_ {
        self.of_type(resource_type, Mode::Data)
    }

    fn of_type(&self, resource_type: &str, mode: Mode) -> impl Iterator<Item = ResourceId> + '_ {
        let all = self.by_type.get(resource_type).map_or(&[][..], Vec::as_slice);
        all.iter().copied().filter(move |id| self.get(*id).mode == mode)
    }

    /// The instances of a block.
    pub(super) fn instances(&self, block: BlockId) -> &[ResourceId] {
        self.by_block.get(&block).map_or(&[], Vec::as_slice)
    }

    /// What a variable of the root module is.
    pub(super) fn variable(&self, name: &str) -> Option<&Doc<'a>> {
        Some(self.variables.get(name)?.1.get("value")?.1)
    }

    /// A text that an expression of the root module is: a constant, or a variable's value.
    pub(super) fn text_of<'t>(&'t self, expression: &'t Doc<'a>) -> Option<&'t str> {
        if let Some(constant) = constant(expression) {
            return constant.as_text();
        }
        match &super::configuration::references(expression)[..] {
            [one] => self.variable(one.strip_prefix("var.")?)?.as_text(),
            _ => None,
        }
    }

    /// Is a resource's module instance this one?
    pub(super) fn is_in(&self, id: ResourceId, module: &[Wanted]) -> bool {
        let own = &self.get(id).module;
        own.len() == module.len() && own.iter().zip(module).all(|(step, wanted)| wanted.fits(step))
    }
}

/// What a state says that a resource waits for.
#[derive(Deserialize)]
struct Recorded {
    depends_on: Option<Vec<String>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Plan,
    PriorState,
}

/// A module instance on the way to what is looked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Wanted {
    pub name: String,
    /// None for any.
    pub key: Option<Option<Key>>,
}

impl Wanted {
    fn fits(&self, step: &Step) -> bool {
        self.name == step.name && self.key.as_ref().is_none_or(|key| *key == step.key)
    }

    pub(super) fn exactly(steps: &[Step]) -> Vec<Wanted> {
        steps.iter().map(|step| Wanted { name: step.name.clone(), key: Some(step.key.clone()) }).collect()
    }
}
