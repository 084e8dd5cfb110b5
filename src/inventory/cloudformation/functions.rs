//! Lambda functions of a template, in each of the worlds that matter to them; and the principals that no function uses.
//!
//! Source: CloudFormation Template Reference, "AWS::Lambda::Function"; AWS SAM Developer Guide,
//! "AWS::Serverless::Function".

use std::borrow::Cow;

use foldhash::{HashSet, HashSetExt};

use super::attaching::{Attaches, Holder};
use super::difference::difference;
use super::event_sources::EventSources;
use super::order::{Dependencies, depends_on};
use super::principals::{Principals, Read, Shown};
use super::roles::{Named, named, reference};
use super::sam::{self, MadeRole, SamRole};
use super::{NetworkReader, Places};
use crate::document::Doc;
use crate::inventory::{
    Collector, FoundFunction, FoundId, Function, Ignored, RoleNamed, VpcConfig, VpcConnection, When,
};
use crate::source::Place;
use crate::template::{
    Completeness, Evaluation, Existence, Kind, Member, Resource, ResourceId, Template, Value, World, Worlds,
};

/// Reads a template.
pub(super) struct Reader<'t, 'd, 'a> {
    template: &'t Template<'d>,
    principals: Principals<'t, 'd, 'a>,
    network: NetworkReader<'t, 'd>,
    event_sources: EventSources,
    dependencies: Dependencies<'t, 'd>,
    /// The resources of principals that functions use.
    used: HashSet<ResourceId>,
    /// The principals of which it is known under which values they are needed.
    settled: HashSet<FoundId>,
    pub problems: Vec<crate::template::Problem>,
}

/// A function in one world, and the same in others.
struct Variant<'w, 'a> {
    function: Box<Function>,
    role: RoleNamed<'a>,
    role_place: Option<Place>,
    worlds: Vec<&'w World>,
}

/// Where a function has its role from.
enum RoleOf<'d> {
    /// What it names, if it names one.
    Given(Option<Value<'d>>),
    Made(MadeRole<'d>),
}

impl<'t, 'd, 'a> Reader<'t, 'd, 'a> {
    pub(super) fn new(template: &'t Template<'d>, doc: &'d Doc<'d>, places: Places) -> Self {
        Reader {
            template,
            principals: Principals::new(template, doc, places),
            network: NetworkReader::new(template, doc, places),
            event_sources: EventSources::read(template),
            dependencies: Dependencies::new(template),
            used: HashSet::new(),
            settled: HashSet::new(),
            problems: Vec::new(),
        }
    }

    pub(super) fn read(&mut self, collector: &mut Collector<'a>) {
        let functions: Vec<ResourceId> = self
            .template
            .iter()
            .filter(|(_, resource)| resource.resource_type == "AWS::Lambda::Function" || sam::is_function(resource))
            .map(|(id, _)| id)
            .collect();
        for id in functions {
            self.function(collector, id);
        }
        let principals: Vec<ResourceId> = self
            .template
            .iter()
            .filter(|(id, resource)| {
                matches!(Holder::of(&resource.resource_type), Some(Holder::Role | Holder::User))
                    && !self.used.contains(id)
            })
            .map(|(id, _)| id)
            .collect();
        for id in principals {
            self.principal(collector, id);
        }
        let problems = std::mem::take(&mut self.principals.problems);
        self.report(&problems);
        self.report(&sam::problems(self.template));
    }

    /// A principal that no function uses.
    fn principal(&mut self, collector: &mut Collector<'a>, id: ResourceId) {
        let template = self.template;
        let worlds = self.worlds(&self.around(id), &[]);
        let mut variants: Vec<(FoundId, Vec<&World>)> = Vec::new();
        let existing = existing(template, &worlds, id);
        for world in &existing {
            let evaluation = template.in_world(world);
            let Some(Read { id: found, .. }) = self.role(collector, &evaluation, id) else { continue };
            match variants.iter_mut().find(|(known, _)| *known == found) {
                Some((_, worlds)) => worlds.push(world),
                None => variants.push((found, vec![world])),
            }
        }
        for (found, having) in variants {
            self.settle(collector, found, difference(&existing, &having));
        }
    }

    /// Says under which values a principal is needed. Another function may use it under all values: then it is needed
    /// under all.
    fn settle(&mut self, collector: &mut Collector<'a>, id: FoundId, when: Vec<When>) {
        if self.settled.insert(id) || when.is_empty() {
            collector.set_when(id, when);
        }
    }

    fn function(&mut self, collector: &mut Collector<'a>, id: ResourceId) {
        let template = self.template;
        let needed = self.closure(id);
        let attaches = |id: &&ResourceId| Attaches::of(&template.resource(**id).resource_type).is_some();
        let attaching: Vec<ResourceId> = needed.iter().filter(attaches).copied().collect();
        let explaining = [self.dependencies.between(id, &attaching), self.network.related(id)].concat();
        let worlds = self.worlds(&needed, &explaining);
        let existing = existing(template, &worlds, id);
        let mut variants: Vec<Variant<'_, 'a>> = Vec::new();
        for world in &existing {
            let evaluation = template.in_world(world);
            let variant = self.variant(collector, &evaluation, id, world);
            let same = |known: &&mut Variant<'_, 'a>| known.function == variant.function && known.role == variant.role;
            match variants.iter_mut().find(same) {
                Some(known) => known.worlds.push(world),
                None => variants.push(variant),
            }
        }
        // The values under which the role matters are those under which the function needs it.
        variants.sort_by_key(|variant| !variant.function.needs_interfaces());
        let mut own: Vec<FoundId> = Vec::new();
        for at in 0..variants.len() {
            let RoleNamed::Found(found) = variants[at].role else { continue };
            if !own.contains(&found) {
                own.push(found);
                let needs = variants[at].function.needs_interfaces();
                let alike = variants.iter().filter(|variant| {
                    variant.role == RoleNamed::Found(found) && variant.function.needs_interfaces() == needs
                });
                let worlds: Vec<&World> = alike.flat_map(|variant| variant.worlds.iter().copied()).collect();
                self.settle(collector, found, difference(&existing, &worlds));
            }
        }
        for Variant { mut function, role, role_place, worlds } in variants {
            function.when = difference(&existing, &worlds);
            collector.function(FoundFunction { function, role, role_place });
        }
    }

    /// A function in a world.
    fn variant<'w>(
        &mut self,
        collector: &mut Collector<'a>,
        evaluation: &Evaluation<'_, 'd>,
        id: ResourceId,
        world: &'w World,
    ) -> Variant<'w, 'a> {
        let resource = self.template.resource(id);
        self.report(&evaluation.problems_of(id));
        let (properties, role, ignored) = if sam::is_function(resource) {
            let properties = sam::properties(self.template, evaluation, id);
            match sam::role(self.template, evaluation, id) {
                SamRole::Given { role, ignored } => (properties, RoleOf::Given(Some(role)), ignored),
                SamRole::Made(made) => (properties, RoleOf::Made(made), None),
            }
        } else {
            let properties = properties(evaluation, resource);
            let role = properties.get("Role").cloned();
            (properties, RoleOf::Given(role), None)
        };
        let vpc_config = self.network.vpc_config(&mut collector.network, evaluation, resource, &properties);
        let places = self.principals.places;
        let given = match &role {
            RoleOf::Given(given) => given.as_ref(),
            RoleOf::Made(_) => None,
        };
        let role_place = given.map(|role| places.value(&role.origin));
        let role_reference = reference(&self.principals, evaluation, given);
        let named = match &role {
            RoleOf::Given(given) => given.as_ref().map(|role| named(&self.principals, evaluation, role)),
            RoleOf::Made(_) => Some(Named::MadeBySam(id)),
        };
        let read = match (&named, role) {
            (Some(Named::Resource(role)), _) => self.role(collector, evaluation, *role),
            (Some(Named::MadeBySam(_)), RoleOf::Made(made)) => Some(self.made(collector, evaluation, id, &made)),
            (Some(Named::MadeBySam(function)), _) => self.made_for(collector, evaluation, *function),
            _ => None,
        };
        let unordered = read.as_ref().map(|read| &read.attached_by[..]).unwrap_or_default();
        let unordered = self.dependencies.unordered(evaluation, places, id, unordered);
        let role = match (read, named) {
            (Some(read), _) => RoleNamed::Found(read.id),
            (None, Some(Named::Elsewhere(named))) => named,
            (None, _) => RoleNamed::Nothing,
        };
        let function = Box::new(Function {
            name: resource.id.to_string(),
            construct: resource.construct.as_deref().map(str::to_owned),
            region: None,
            vpc: vpc_config.as_ref().map_or(VpcConnection::NotConnected, VpcConfig::connection),
            role: None,
            place: Some(self.principals.place_of(resource)),
            event_sources: self.event_sources.of(self.template, evaluation, places, (resource, &properties)),
            vpc_config: vpc_config.map(Box::new),
            depends_on: depends_on(resource, places),
            unordered,
            role_reference,
            ignored_policies: ignored.map(|(name, path)| Ignored { name, place: places.key(&path) }),
            when: Vec::new(),
        });
        Variant { function, role, role_place, worlds: vec![world] }
    }

    /// A principal that is a resource, in a world.
    fn role(&mut self, collector: &mut Collector<'a>, evaluation: &Evaluation<'_, 'd>, id: ResourceId) -> Option<Read> {
        self.used.insert(id);
        let template = self.template;
        let evaluated = evaluation.resource(id);
        self.report(&evaluated.problems);
        let shown = self.principals.shown(template.resource(id), &evaluated.properties)?;
        Some(self.principals.principal(collector, evaluation, &shown))
    }

    /// The role that SAM makes for another function, in a world; none if it makes none there.
    fn made_for(
        &mut self,
        collector: &mut Collector<'a>,
        evaluation: &Evaluation<'_, 'd>,
        function: ResourceId,
    ) -> Option<Read> {
        if evaluation.existence(function) == Existence::Absent {
            return None;
        }
        match sam::role(self.template, evaluation, function) {
            SamRole::Made(made) => Some(self.made(collector, evaluation, function, &made)),
            SamRole::Given { .. } => None,
        }
    }

    /// A role that SAM makes for a function, in a world.
    fn made(
        &mut self,
        collector: &mut Collector<'a>,
        evaluation: &Evaluation<'_, 'd>,
        function: ResourceId,
        made: &MadeRole<'d>,
    ) -> Read {
        self.report(&made.problems);
        let shown = Shown {
            logical_id: Cow::Borrowed(&made.logical_id),
            holder: Holder::Role,
            place: self.principals.place_of(self.template.resource(function)),
            properties: &made.properties,
            include: self.template.resource(function).include().or_else(|| {
                let globals = self.template.globals.as_ref()?;
                globals.get("Function")?.get("Fn::Transform")
            }),
        };
        self.principals.principal(collector, evaluation, &shown)
    }

    fn report(&mut self, problems: &[crate::template::Problem]) {
        for problem in problems {
            if !self.problems.contains(problem) {
                self.problems.push(problem.clone());
            }
        }
    }

    /// The worlds of some resources; with those that only explain, if there are not too many then.
    fn worlds(&mut self, needed: &[ResourceId], explaining: &[ResourceId]) -> Worlds {
        let all: Vec<ResourceId> = needed.iter().chain(explaining).copied().collect();
        let worlds = self.template.worlds(&all);
        let worlds = match worlds.completeness {
            Completeness::TooMany if !explaining.is_empty() => self.template.worlds(needed),
            _ => worlds,
        };
        self.report(&worlds.problems);
        worlds
    }

    /// A function with its role, and all that decides what that may do.
    fn closure(&self, function: ResourceId) -> Vec<ResourceId> {
        let nowhere = World::default();
        let evaluation = self.template.in_world(&nowhere);
        let mut found = vec![function];
        let resource = self.template.resource(function);
        if sam::is_function(resource) {
            found = self.around(function);
        }
        // In whatever branch: a function names few roles, and most of these are its own.
        if let Some(role) = resource.property("Role") {
            let mentions = evaluation.mentions_of(function);
            for id in mentions.iter().filter_map(|mention| self.holder(&mention.resource)) {
                found.extend(self.around(id));
            }
            if let Some(value) = evaluation.value(&role)
                && let Named::Resource(id) | Named::MadeBySam(id) = named(&self.principals, &evaluation, &value)
            {
                found.extend(self.around(id));
            }
        }
        found.extend(self.event_sources.candidates(&self.template.resource(function).id));
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The principal of this logical id; for a role that SAM makes, the function for which it does.
    fn holder(&self, id: &str) -> Option<ResourceId> {
        match self.template.find(id) {
            Some(found) => Holder::of(&self.template.resource(found).resource_type).map(|_| found),
            None => sam::maker(self.template, id),
        }
    }

    /// A principal, or a function for which SAM makes one, with the policies, groups and boundaries that it names or
    /// that name it.
    fn around(&self, id: ResourceId) -> Vec<ResourceId> {
        let template = self.template;
        let nowhere = World::default();
        let evaluation = template.in_world(&nowhere);
        let of_iam = |id: &ResourceId| template.resource(*id).resource_type.starts_with("AWS::IAM::");
        let mut found = vec![id];
        let mut at = 0;
        while let Some(id) = found.get(at).copied() {
            at += 1;
            let resource = template.resource(id);
            let holder = if sam::is_function(resource) {
                Cow::Owned(sam::role_id(&resource.id))
            } else if Holder::of(&resource.resource_type).is_some() {
                Cow::Borrowed(&*resource.id)
            } else {
                continue;
            };
            let named = sam::mentions(template, &evaluation, id);
            let named = named.iter().filter_map(|mention| template.find(&mention.resource));
            let more = named.chain(self.principals.attaching.candidates(&holder)).filter(of_iam);
            for id in more.collect::<Vec<_>>() {
                if !found.contains(&id) {
                    found.push(id);
                }
            }
        }
        found
    }
}

/// The properties of an AWS::Lambda::Function that say how it is connected, and as whom it runs. To evaluate the others
/// takes time, and nobody reads them.
const READ: [&str; 3] = ["VpcConfig", "CapacityProviderConfig", "Role"];

/// What an AWS::Lambda::Function says in a world of how it is connected, and as whom it runs.
fn properties<'d>(evaluation: &Evaluation<'_, 'd>, function: &Resource<'d>) -> Value<'d> {
    let node = function.node.get("Properties");
    let value = match &node {
        // A function among the members may bring others, and a loop variable may stand in a name.
        Some(node) if node.keys().any(|name| name.starts_with("Fn::") || name == "Ref" || name.contains('{')) => {
            evaluation.value(node)
        }
        Some(node) => {
            let member = |name: &str| {
                let node = node.get(name)?;
                let key_origin = node.path.clone();
                Some(Member { key: Cow::Owned(name.to_owned()), key_origin, value: evaluation.value(&node)? })
            };
            let members = READ.into_iter().filter_map(member).collect();
            Some(Value { origin: node.path.clone(), kind: Kind::Map(members) })
        }
        None => None,
    };
    value.unwrap_or_else(|| Value { origin: function.node.path.clone(), kind: Kind::Map(Vec::new()) })
}

/// The worlds in which a resource is there, or may be.
fn existing<'w>(template: &Template<'_>, worlds: &'w Worlds, id: ResourceId) -> Vec<&'w World> {
    worlds.worlds.iter().filter(|world| template.in_world(world).existence(id) != Existence::Absent).collect()
}
