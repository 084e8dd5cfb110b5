//! Which resources Terraform makes before which, and takes away after which.
//!
//! In: the configuration's references and `depends_on`, and for what goes what the state says. Out: whether a resource
//! waits for another, directly or through others, variables, outputs and modules. On destroy the order is reversed.
//!
//! Source: Terraform, "Resource Behavior", "The depends_on Meta-Argument", "Module Meta-Arguments"; "Resource Graph".

use foldhash::{HashMap, HashSet};

use super::address::Reference;
use super::configuration::{BlockId, ModuleId, references, texts};
use super::resource::Side;
use super::table::{ResourceId, Table};
use crate::inventory::OrderMend;

/// Something that waits, or is waited for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Node {
    Block(BlockId),
    Variable(ModuleId, String),
    Output(ModuleId, String),
    /// `count`, `for_each` and `depends_on` of a module's call, for which all of it waits.
    Call(ModuleId),
    /// Everything in a module: what `depends_on = [module.m]` waits for.
    All(ModuleId),
}

pub(super) struct Order<'t, 'a> {
    table: &'t Table<'a>,
    reached: HashMap<BlockId, HashSet<BlockId>>,
}

impl<'t, 'a> Order<'t, 'a> {
    pub(super) fn new(table: &'t Table<'a>) -> Self {
        Order { table, reached: HashMap::default() }
    }

    /// What would make a function wait for what attaches a policy; none if it waits, or if nobody can tell.
    pub(super) fn mend(&mut self, function: ResourceId, attaching: ResourceId, side: Side) -> Option<OrderMend> {
        let (own, other) = (self.table.get(function), self.table.get(attaching));
        let blocks = own.block.zip(other.block);
        let recorded = self.table.state_dependencies.get(&own.address);
        if side == Side::Before && recorded.is_some() {
            // What goes, goes in the order that was recorded when it was made.
            let waits = self.waits_in_state(&own.address, &other.address);
            return (!waits).then_some(OrderMend::DependsOn);
        }
        let (from, to) = blocks?;
        if self.waits(from, to) {
            return None;
        }
        Some(if self.waits(to, from) {
            OrderMend::OtherPolicy
        } else if self.needs_module_of(from, to) {
            OrderMend::WithinModule
        } else {
            OrderMend::DependsOn
        })
    }

    /// Does a block outside of a function's module need anything of that module? Then the module cannot wait for it, and
    /// from within, it cannot be named.
    fn needs_module_of(&mut self, function: BlockId, other: BlockId) -> bool {
        let configuration = &self.table.configuration;
        let around = |block: BlockId| configuration.ancestors(configuration.block(block).module);
        let (own, others) = (around(function), around(other));
        // The outermost module that has the function and not the other.
        let Some(called) = own.into_iter().find(|module| !others.contains(module)) else { return false };
        let within: Vec<BlockId> = configuration
            .within(called)
            .into_iter()
            .flat_map(|module| configuration.get(module).blocks.clone())
            .collect();
        within.into_iter().any(|block| self.waits(other, block))
    }

    /// Does a block wait for another?
    fn waits(&mut self, from: BlockId, to: BlockId) -> bool {
        if !self.reached.contains_key(&from) {
            let reached = self.reach(from);
            self.reached.insert(from, reached);
        }
        self.reached[&from].contains(&to)
    }

    fn reach(&self, from: BlockId) -> HashSet<BlockId> {
        let mut seen: HashSet<Node> = HashSet::default();
        let mut open = vec![Node::Block(from)];
        let mut blocks = HashSet::default();
        while let Some(node) = open.pop() {
            for next in self.named(&node) {
                if let Node::Block(block) = next {
                    blocks.insert(block);
                }
                if seen.insert(next.clone()) {
                    open.push(next);
                }
            }
        }
        blocks
    }

    /// What a node waits for.
    fn named(&self, node: &Node) -> Vec<Node> {
        let configuration = &self.table.configuration;
        let mut found = Vec::new();
        match node {
            Node::Block(id) => {
                let block = configuration.block(*id);
                block.references().into_iter().for_each(|text| self.add(block.module, text, &mut found));
                block.depends_on().into_iter().for_each(|text| self.add_whole(block.module, text, &mut found));
                found.push(Node::Call(block.module));
            }
            Node::Variable(module, name) => {
                let parent = configuration.get(*module).parent;
                if let Some((parent, argument)) = parent.zip(configuration.argument(*module, name)) {
                    references(argument).into_iter().for_each(|text| self.add(parent, text, &mut found));
                }
                found.push(Node::Call(*module));
            }
            Node::Output(module, name) => {
                if let Some((_, output)) = configuration.get(*module).outputs.get(name) {
                    if let Some((_, expression)) = output.get("expression") {
                        references(expression).into_iter().for_each(|text| self.add(*module, text, &mut found));
                    }
                    let whole = texts(output.get("depends_on").map(|(_, list)| list));
                    whole.into_iter().for_each(|text| self.add_whole(*module, text, &mut found));
                }
                found.push(Node::Call(*module));
            }
            Node::Call(module) => {
                let called = configuration.get(*module);
                if let Some(parent) = called.parent {
                    for expression in &called.call.repetition {
                        references(expression).into_iter().for_each(|text| self.add(parent, text, &mut found));
                    }
                    called.call.depends_on.iter().for_each(|text| self.add_whole(parent, text, &mut found));
                    found.push(Node::Call(parent));
                }
            }
            Node::All(module) => {
                for module in configuration.within(*module) {
                    found.extend(configuration.get(module).blocks.iter().map(|block| Node::Block(*block)));
                }
            }
        }
        found
    }

    /// What a reference in an expression waits for.
    fn add(&self, module: ModuleId, text: &str, found: &mut Vec<Node>) {
        let configuration = &self.table.configuration;
        match Reference::parse(text) {
            Reference::Variable(name) => found.push(Node::Variable(module, name.to_owned())),
            Reference::Module { name, output, .. } => {
                let Some(child) = configuration.child(module, name) else { return };
                match output {
                    Some(output) => found.push(Node::Output(child, output.to_owned())),
                    None => {
                        let outputs = configuration.get(child).outputs.as_map().unwrap_or_default();
                        found.extend(outputs.iter().map(|(name, _)| Node::Output(child, name.to_string())));
                    }
                }
            }
            Reference::Resource { mode, resource_type, name, .. } => {
                found.extend(configuration.find(module, mode, resource_type, name).map(Node::Block));
            }
            Reference::Local(_) | Reference::Each | Reference::Nothing => {}
        }
    }

    /// What an element of `depends_on` waits for: of a module, all of it.
    fn add_whole(&self, module: ModuleId, text: &str, found: &mut Vec<Node>) {
        match Reference::parse(text) {
            Reference::Module { name, output: None, .. } => {
                found.extend(self.table.configuration.child(module, name).map(Node::All));
            }
            _ => self.add(module, text, found),
        }
    }

    /// The same by what a state records.
    fn waits_in_state(&self, from: &str, to: &str) -> bool {
        let (from, to) = (without_keys(from), without_keys(to));
        let mut recorded: HashMap<String, Vec<&Vec<String>>> = HashMap::default();
        for (address, dependencies) in &self.table.state_dependencies {
            recorded.entry(without_keys(address)).or_default().push(dependencies);
        }
        let mut seen: HashSet<String> = HashSet::default();
        let mut open = vec![from];
        while let Some(address) = open.pop() {
            let named = recorded.get(&address).into_iter().flatten().flat_map(|list| list.iter());
            for next in named.map(|next| without_keys(next)) {
                if next == to {
                    return true;
                }
                if seen.insert(next.clone()) {
                    open.push(next);
                }
            }
        }
        false
    }
}

/// An address as the configuration has it.
fn without_keys(address: &str) -> String {
    let (steps, rest) = super::address::module_of(address);
    let mut text: String = steps.iter().map(|step| format!("module.{}.", step.name)).collect();
    text.push_str(rest.split('[').next().unwrap_or_default());
    text
}
