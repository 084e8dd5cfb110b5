//! The configuration of a plan: modules, blocks, and what their expressions refer to.
//!
//! In: the `configuration` of an [`Output`](super::output::Output). Out: a [`Configuration`], in which blocks are read
//! when somebody asks about them.
//!
//! Source: Terraform, "JSON Output Format", "Configuration Representation", "Expression Representation".

use std::cell::OnceCell;

use foldhash::HashMap;

use super::address::{Mode, Step, most_specific};
use super::head::Head;
use super::output::{self, ConfigModule, ModuleCall, tree};
use crate::document::{Doc, Raw};
use crate::inventory::raw::Within;
use crate::inventory::{CalledModule, Declaration};
use crate::source::{At, Part, Path, Place, Wrapping};

/// Index in [`Configuration::modules`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ModuleId(usize);

/// Index in [`Configuration::blocks`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct BlockId(usize);

pub(super) struct Configuration<'a> {
    within: Within<'a>,
    modules: Vec<Module<'a>>,
    blocks: Vec<Block<'a>>,
    by_name: HashMap<(ModuleId, Mode, String, String), BlockId>,
    /// The configurations of providers, by their keys.
    pub providers: Doc<'a>,
}

/// A module as it is written; the root is the first.
pub(super) struct Module<'a> {
    pub parent: Option<ModuleId>,
    pub name: String,
    children: HashMap<String, ModuleId>,
    pub call: Call<'a>,
    pub outputs: Doc<'a>,
    pub blocks: Vec<BlockId>,
}

/// How a module is called.
pub(super) struct Call<'a> {
    pub source: Option<String>,
    pub arguments: Doc<'a>,
    /// `count` or `for_each`
    pub repetition: [Doc<'a>; 2],
    pub depends_on: Vec<String>,
}

/// `resource` or `data`.
pub(super) struct Block<'a> {
    pub module: ModuleId,
    pub mode: Mode,
    pub resource_type: String,
    pub name: String,
    pub raw: Raw<'a>,
    doc: OnceCell<Doc<'a>>,
}

impl<'a> Block<'a> {
    pub(super) fn doc(&self) -> &Doc<'a> {
        self.doc.get_or_init(|| tree(Some(self.raw)))
    }

    /// The expression of an argument.
    pub(super) fn argument(&self, name: &str) -> Option<&Doc<'a>> {
        Some(self.doc().get("expressions")?.1.get(name)?.1)
    }

    /// `count` or `for_each`.
    pub(super) fn repetition(&self) -> impl Iterator<Item = &Doc<'a>> {
        ["count_expression", "for_each_expression"].into_iter().filter_map(|name| Some(self.doc().get(name)?.1))
    }

    pub(super) fn provider(&self) -> Option<&str> {
        self.doc().get("provider_config_key")?.1.as_text()
    }

    pub(super) fn depends_on(&self) -> Vec<&str> {
        texts(self.doc().get("depends_on").map(|(_, list)| list))
    }

    /// Everything that the block refers to.
    pub(super) fn references(&self) -> Vec<&str> {
        let doc = self.doc();
        let parts = ["expressions", "count_expression", "for_each_expression", "provisioners"];
        let mut found = Vec::new();
        parts.iter().filter_map(|name| doc.get(name)).for_each(|(_, part)| collect(part, &mut found));
        found
    }
}

/// The references of an expression, and of those within it, the most specific only.
pub(super) fn references<'d>(expression: &'d Doc<'_>) -> Vec<&'d str> {
    let mut found = Vec::new();
    collect(expression, &mut found);
    found
}

fn collect<'d>(doc: &'d Doc<'_>, found: &mut Vec<&'d str>) {
    match doc {
        Doc::Map(members) => {
            for (name, value) in members {
                match (&**name, value) {
                    ("references", Doc::List(items)) => {
                        found.extend(most_specific(items.iter().filter_map(Doc::as_text)));
                    }
                    ("constant_value", _) => {}
                    (_, value) => collect(value, found),
                }
            }
        }
        Doc::List(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}

/// The text that an expression is, if it is a constant.
pub(super) fn constant<'d>(expression: &'d Doc<'_>) -> Option<&'d Doc<'d>> {
    Some(expression.get("constant_value")?.1)
}

pub(super) fn texts<'d>(list: Option<&'d Doc<'_>>) -> Vec<&'d str> {
    list.and_then(Doc::as_list).unwrap_or_default().iter().filter_map(Doc::as_text).collect()
}

/// Modules lie in each other no deeper than this.
const DEEPEST: usize = 100;

impl<'a> Configuration<'a> {
    pub(super) fn read(configuration: Option<output::Configuration<'a>>, within: Within<'a>) -> Configuration<'a> {
        let mut read = Configuration {
            within,
            modules: Vec::new(),
            blocks: Vec::new(),
            by_name: HashMap::default(),
            providers: Doc::Null,
        };
        let Some(configuration) = configuration else { return read };
        read.providers = tree(configuration.provider_config);
        if let Some(root) = configuration.root_module {
            let call =
                Call { source: None, arguments: Doc::Null, repetition: [Doc::Null, Doc::Null], depends_on: Vec::new() };
            read.module(root, None, String::new(), call, 0);
        }
        read
    }

    fn module(
        &mut self,
        module: ConfigModule<'a>,
        parent: Option<ModuleId>,
        name: String,
        call: Call<'a>,
        depth: usize,
    ) -> ModuleId {
        let id = ModuleId(self.modules.len());
        self.modules.push(Module {
            parent,
            name,
            children: HashMap::default(),
            call,
            outputs: tree(module.outputs),
            blocks: Vec::new(),
        });
        for raw in module.resources.into_iter().flatten() {
            let Some(head) = Head::of_block(raw) else { continue };
            let (mode, name, resource_type) = (head.mode, head.name.into_owned(), head.resource_type.into_owned());
            let block = BlockId(self.blocks.len());
            self.by_name.insert((id, mode, resource_type.clone(), name.clone()), block);
            self.blocks.push(Block { module: id, mode, resource_type, name, raw, doc: OnceCell::new() });
            self.modules[id.0].blocks.push(block);
        }
        for (name, call) in module.module_calls.into_iter().flatten().filter(|_| depth < DEEPEST) {
            let ModuleCall { source, expressions, count_expression, for_each_expression, depends_on, module } = call;
            let Some(module) = module else { continue };
            let call = Call {
                source,
                arguments: tree(expressions),
                repetition: [tree(count_expression), tree(for_each_expression)],
                depends_on: depends_on.unwrap_or_default(),
            };
            let child = self.module(module, Some(id), name.clone(), call, depth + 1);
            self.modules[id.0].children.insert(name, child);
        }
        id
    }

    pub(super) fn module_at(&self, steps: &[Step]) -> Option<ModuleId> {
        let root = (!self.modules.is_empty()).then_some(ModuleId(0))?;
        steps.iter().try_fold(root, |module, step| self.child(module, &step.name))
    }

    pub(super) fn child(&self, module: ModuleId, name: &str) -> Option<ModuleId> {
        self.modules[module.0].children.get(name).copied()
    }

    pub(super) fn get(&self, module: ModuleId) -> &Module<'a> {
        &self.modules[module.0]
    }

    /// A module and those around it, the root first.
    pub(super) fn ancestors(&self, module: ModuleId) -> Vec<ModuleId> {
        let mut found: Vec<ModuleId> =
            std::iter::successors(Some(module), |module| self.modules[module.0].parent).collect();
        found.reverse();
        found
    }

    /// A module and all within it.
    pub(super) fn within(&self, module: ModuleId) -> Vec<ModuleId> {
        let mut found = vec![module];
        let mut at = 0;
        while let Some(next) = found.get(at).copied() {
            at += 1;
            found.extend(self.modules[next.0].children.values());
        }
        found
    }

    pub(super) fn block(&self, id: BlockId) -> &Block<'a> {
        &self.blocks[id.0]
    }

    pub(super) fn find(&self, module: ModuleId, mode: Mode, resource_type: &str, name: &str) -> Option<BlockId> {
        self.by_name.get(&(module, mode, resource_type.to_owned(), name.to_owned())).copied()
    }

    /// The calls that lead to a module, from the root.
    pub(super) fn calls(&self, module: ModuleId) -> Vec<CalledModule> {
        let mut calls = Vec::new();
        let mut at = &self.modules[module.0];
        while let Some(parent) = at.parent {
            calls.push(CalledModule { name: at.name.clone(), source: at.call.source.clone() });
            at = &self.modules[parent.0];
        }
        calls.reverse();
        calls
    }

    /// Where the blocks themselves are declared.
    pub(super) fn declarations(&self) -> impl Iterator<Item = Declaration> + '_ {
        self.blocks.iter().map(|block| {
            let span = self.within.span(block.raw.get());
            Declaration {
                source: self.within.id,
                start: span.start,
                end: span.end,
                modules: self.calls(block.module),
                keyword: block.mode.keyword(),
                resource_type: block.resource_type.clone(),
                name: block.name.clone(),
            }
        })
    }

    /// The place of a member of a block: of its key.
    pub(super) fn place_in(&self, block: &Block<'a>, member: usize) -> Place {
        let at = At::Node {
            root: self.within.span(block.raw.get()).start,
            wrapping: Wrapping::Bare,
            path: Path::from([member as u32]),
            part: Part::Key,
        };
        Place { source: self.within.id, at }
    }

    /// The argument that a module is called with.
    pub(super) fn argument(&self, module: ModuleId, variable: &str) -> Option<&Doc<'a>> {
        Some(self.modules[module.0].call.arguments.get(variable)?.1)
    }

    /// Do the outputs of the root module name a resource of this type and name, which others may then add to? Through
    /// modules, anybody may.
    pub(super) fn hands_out(&self, resource_type: &str, name: &str) -> bool {
        let own = format!("{resource_type}.{name}");
        let named = |reference: &str| {
            let rest = reference.strip_prefix(&own);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '['])) || reference.starts_with("module.")
        };
        self.modules.first().is_some_and(|root| references(&root.outputs).into_iter().any(named))
    }

    /// The expression of an output.
    pub(super) fn output(&self, module: ModuleId, name: &str) -> Option<&Doc<'a>> {
        Some(self.modules[module.0].outputs.get(name)?.1.get("expression")?.1)
    }
}
