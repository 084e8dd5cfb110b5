//! Follows references: which resources a value comes from that is known only after apply.
//!
//! In: an expression of the configuration and the instance that it belongs to. Out: the resources of the wanted types
//! that it leads to, through variables, outputs, and attributes that repeat an argument; and the names of what the plan
//! does not show (`local.…`), for whoever has to say why nothing is known.

use foldhash::HashSet;

use super::address::{Key, Mode, Reference};
use super::configuration::{ModuleId, references};
use super::resource::Resource;
use super::table::{ResourceId, Table, Wanted};
use crate::document::Doc;

/// Where an expression leads.
#[derive(Debug, Default)]
pub(super) struct Led {
    /// The resources, with the attribute that is taken of each.
    pub to: Vec<(ResourceId, Option<String>)>,
    /// References that lead nowhere.
    pub opaque: Vec<String>,
}

impl Led {
    pub(super) fn resources(&self) -> Vec<ResourceId> {
        let mut found: Vec<ResourceId> = Vec::new();
        for (id, _) in &self.to {
            if !found.contains(id) {
                found.push(*id);
            }
        }
        found
    }

    /// The one resource that it leads to.
    pub(super) fn only(&self) -> Option<ResourceId> {
        match self.resources()[..] {
            [one] => Some(one),
            _ => None,
        }
    }
}

/// The instance that an expression is evaluated for.
#[derive(Clone, Debug)]
struct Scope {
    module: ModuleId,
    instance: Vec<Wanted>,
    key: Option<Key>,
    /// The expressions of `count` and `for_each` around it.
    within: Around,
}

#[derive(Clone, Copy, Debug)]
enum Around {
    Block(super::configuration::BlockId),
    Call(ModuleId),
    Nothing,
}

/// Does what is looked for have this type?
pub(super) type Sought<'s> = &'s dyn Fn(Mode, &str) -> bool;

struct Walk<'t, 'a, 's> {
    table: &'t Table<'a>,
    sought: Sought<'s>,
    seen: HashSet<(ModuleId, Vec<Wanted>, String)>,
    led: Led,
}

/// No chain of modules is longer.
const FARTHEST: usize = 200;

impl<'a> Table<'a> {
    /// Where an argument of a resource leads.
    pub(super) fn led_by(&self, resource: &Resource<'a>, argument: &str, sought: Sought<'_>) -> Led {
        let expression = resource.block.and_then(|block| self.configuration.block(block).argument(argument));
        match expression {
            Some(expression) => self.led(resource, expression, sought),
            None => Led::default(),
        }
    }

    /// Where an expression of a resource's block leads.
    pub(super) fn led(&self, resource: &Resource<'a>, expression: &Doc<'a>, sought: Sought<'_>) -> Led {
        let Some(block) = resource.block else { return Led::default() };
        let scope = Scope {
            module: self.configuration.block(block).module,
            instance: Wanted::exactly(&resource.module),
            key: resource.key.clone(),
            within: Around::Block(block),
        };
        let mut walk = Walk { table: self, sought, seen: HashSet::default(), led: Led::default() };
        walk.expression(expression, &scope, 0);
        walk.led
    }

    /// Of as many resources as there are instances of a block for which the argument is unknown (`for_each` over their
    /// ARNs, a list by `count.index`), the one that stands for this instance. Which of them has which, the plan does not
    /// say: so all of the instances have to be about the same holder.
    pub(super) fn share(&self, resource: &Resource<'a>, argument: &str, found: &[ResourceId]) -> Option<ResourceId> {
        let block = self.configuration.block(resource.block?);
        let by_instance = |text: &str| text.starts_with("each.") || text.starts_with("count.");
        let differs = |name: &str| {
            block.argument(name).is_some_and(|expression| references(expression).into_iter().any(by_instance))
        };
        if !differs(argument) || ["role", "user", "group"].into_iter().any(differs) {
            return None;
        }
        let all = self.instances(resource.block?).iter().copied();
        let open: Vec<ResourceId> = all
            .filter(|id| self.get(*id).module == resource.module && self.get(*id).get(argument).is_unknown())
            .collect();
        let own = open.iter().position(|id| self.get(*id).address == resource.address)?;
        (open.len() == found.len()).then(|| found[own])
    }

    /// An argument in the words of its expression: what it refers to.
    pub(super) fn words(&self, resource: &Resource<'a>, argument: &str) -> Option<String> {
        let expression = resource.block.and_then(|block| self.configuration.block(block).argument(argument))?;
        let found = references(expression);
        (!found.is_empty()).then(|| found.join(", "))
    }
}

impl Walk<'_, '_, '_> {
    fn expression(&mut self, expression: &Doc<'_>, scope: &Scope, depth: usize) {
        for reference in references(expression) {
            self.reference(reference, scope, depth);
        }
    }

    fn reference(&mut self, text: &str, scope: &Scope, depth: usize) {
        let key = (scope.module, scope.instance.clone(), text.to_owned());
        if depth > FARTHEST || !self.seen.insert(key) {
            return;
        }
        let configuration = &self.table.configuration;
        match Reference::parse(text) {
            Reference::Nothing => {}
            Reference::Local(_) => self.led.opaque.push(text.to_owned()),
            Reference::Variable(name) => {
                let module = configuration.get(scope.module);
                let Some(parent) = module.parent else {
                    // A value that somebody gave on the command line.
                    return self.led.opaque.push(text.to_owned());
                };
                let Some(expression) = configuration.argument(scope.module, name) else { return };
                let mut instance = scope.instance.clone();
                let key = instance.pop().and_then(|wanted| wanted.key).flatten();
                let outer = Scope { module: parent, instance, key, within: Around::Call(scope.module) };
                self.expression(expression, &outer, depth + 1);
            }
            Reference::Module { name, key, output } => {
                let Some(module) = configuration.child(scope.module, name) else {
                    return self.led.opaque.push(text.to_owned());
                };
                let mut instance = scope.instance.clone();
                instance.push(Wanted { name: name.to_owned(), key: key.clone().map(Some) });
                let inner = Scope { module, instance, key, within: Around::Nothing };
                match output {
                    Some(output) => match configuration.output(module, output) {
                        Some(expression) => self.expression(expression, &inner, depth + 1),
                        None => self.led.opaque.push(text.to_owned()),
                    },
                    None => {
                        let outputs = configuration.get(module).outputs.as_map().unwrap_or_default();
                        for (_, output) in outputs {
                            self.expression(output, &inner, depth + 1);
                        }
                    }
                }
            }
            Reference::Each => match scope.within {
                Around::Block(block) => {
                    for expression in configuration.block(block).repetition() {
                        self.expression(expression, scope, depth + 1);
                    }
                }
                Around::Call(module) => {
                    for expression in &configuration.get(module).call.repetition {
                        self.expression(expression, scope, depth + 1);
                    }
                }
                Around::Nothing => {}
            },
            Reference::Resource { mode, resource_type, name, key, attribute } => {
                let found = configuration.find(scope.module, mode, resource_type, name);
                let Some(block) = found else { return self.led.opaque.push(text.to_owned()) };
                if (self.sought)(mode, resource_type) {
                    let all = self.table.instances(block);
                    let here: Vec<ResourceId> =
                        all.iter().copied().filter(|id| self.table.is_in(*id, &scope.instance)).collect();
                    let of_key = |key: &Option<Key>| {
                        here.iter().copied().find(|id| key.is_some() && self.table.get(*id).key == *key)
                    };
                    let found = match &key {
                        Some(_) => of_key(&key).into_iter().collect(),
                        // `r[each.key]` and `r[count.index]` are written as `r`.
                        None => of_key(&scope.key).map_or(here.clone(), |own| vec![own]),
                    };
                    let attribute = attribute.map(str::to_owned);
                    self.led.to.extend(found.into_iter().map(|id| (id, attribute.clone())));
                    return;
                }
                let block_of = configuration.block(block);
                let inner =
                    Scope { key: key.or_else(|| scope.key.clone()), within: Around::Block(block), ..scope.clone() };
                match attribute.and_then(|attribute| block_of.argument(echoed(resource_type, attribute))) {
                    Some(expression) => self.expression(expression, &inner, depth + 1),
                    None => self.led.opaque.push(text.to_owned()),
                }
            }
        }
    }
}

/// The argument that an attribute repeats, or is looked up by.
fn echoed<'n>(resource_type: &str, attribute: &'n str) -> &'n str {
    match (resource_type, attribute) {
        ("aws_iam_role" | "aws_iam_policy", "arn" | "id") => "name",
        _ => attribute,
    }
}
