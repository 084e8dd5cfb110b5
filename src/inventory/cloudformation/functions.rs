//! Lambda functions of a template, in each of the worlds that matter to them; and the principals that no function uses.
//!
//! Source: CloudFormation Template Reference, "AWS::Lambda::Function"; AWS SAM Developer Guide,
//! "AWS::Serverless::Function".

use foldhash::{HashSet, HashSetExt};

use super::attaching::{Attaches, Holder};
use super::difference::difference;
use super::event_sources::EventSources;
use super::order::{Dependencies, depends_on};
use super::principals::{Principals, Read};
use super::roles::{Named, named, reference};
use super::{NetworkReader, Places};
use crate::document::Doc;
use crate::inventory::{Collector, FoundFunction, FoundId, Function, RoleNamed, VpcConfig, VpcConnection, When};
use crate::source::Place;
use crate::template::{Completeness, Evaluation, Existence, ResourceId, Template, World, Worlds};

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
    function: Function,
    role: RoleNamed<'a>,
    role_place: Option<Place>,
    worlds: Vec<&'w World>,
}

impl<'t, 'd, 'a> Reader<'t, 'd, 'a> {
    pub(super) fn new(template: &'t Template<'d>, doc: &'d Doc<'d>, places: Places) -> Self {
        Reader {
            template,
            principals: Principals::new(template, places),
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
            .filter(|(_, resource)| resource.resource_type == "AWS::Lambda::Function")
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
        let evaluated = evaluation.resource(id);
        self.report(&evaluated.problems);
        let properties = evaluated.properties;
        let vpc_config = self.network.vpc_config(&mut collector.network, evaluation, resource, &properties);
        let role = properties.get("Role");
        let places = self.principals.places;
        let role_place = role.map(|role| places.value(&role.origin));
        let role_reference = reference(&self.principals, evaluation, role);
        let mut unordered = Vec::new();
        let role = match role.map(|role| named(&self.principals, evaluation, role)) {
            Some(Named::Resource(role)) => match self.role(collector, evaluation, role) {
                Some(read) => {
                    unordered = self.dependencies.unordered(evaluation, places, id, &read.attached_by);
                    RoleNamed::Found(read.id)
                }
                None => RoleNamed::Nothing,
            },
            Some(Named::MadeBySam(_)) | None => RoleNamed::Nothing,
            Some(Named::Elsewhere(named)) => named,
        };
        let function = Function {
            name: resource.id.to_string(),
            construct: resource.construct.as_deref().map(str::to_owned),
            arn: None,
            vpc: vpc_config.as_ref().map_or(VpcConnection::NotConnected, VpcConfig::connection),
            role: None,
            place: Some(self.principals.place_of(resource)),
            event_sources: self.event_sources.of(self.template, evaluation, places, resource),
            vpc_config,
            depends_on: depends_on(resource, places),
            unordered,
            role_reference,
            ignored_policies: None,
            when: Vec::new(),
        };
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
        let role = self.template.resource(function).property("Role");
        let mentions = evaluation.resource(function).mentions;
        // In whatever branch: a function names few roles, and most of these are its own.
        if role.is_some() {
            let roles = mentions.iter().filter_map(|mention| self.template.find(&mention.resource));
            for id in roles.filter(|id| Holder::of(&self.template.resource(*id).resource_type).is_some()) {
                found.extend(self.around(id));
            }
            if let Some(value) = role.and_then(|node| evaluation.value(&node))
                && let Named::Resource(id) = named(&self.principals, &evaluation, &value)
            {
                found.extend(self.around(id));
            }
        }
        found.extend(self.event_sources.candidates(&self.template.resource(function).id));
        found.sort_unstable();
        found.dedup();
        found
    }

    /// A principal with the policies, groups and boundaries that it names or that name it.
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
            if Holder::of(&resource.resource_type).is_none() {
                continue;
            }
            let named = evaluation.resource(id).mentions;
            let named = named.iter().filter_map(|mention| template.find(&mention.resource));
            let more = named.chain(self.principals.attaching.candidates(&resource.id)).filter(of_iam);
            for id in more.collect::<Vec<_>>() {
                if !found.contains(&id) {
                    found.push(id);
                }
            }
        }
        found
    }
}

/// The worlds in which a resource is there, or may be.
fn existing<'w>(template: &Template<'_>, worlds: &'w Worlds, id: ResourceId) -> Vec<&'w World> {
    worlds.worlds.iter().filter(|world| template.in_world(world).existence(id) != Existence::Absent).collect()
}
