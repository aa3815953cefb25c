//! Items: modules, uses, functions, types and constants.

use super::facts::{Constant, Facts, Function, ModDecl, Type, TypeDef, Use};
use super::{attributes, patterns, span, tokens, types};
use crate::source::facts::{self as shared, Module, Names, Scope, Span};
use crate::source::glance::Glance;

/// Collects the facts of a file.
pub(super) struct Lowering<'n> {
    names: &'n Names,
    module: Module,
    facts: Facts,
    inline: u32,
}

impl<'n> Lowering<'n> {
    pub(super) fn new(names: &'n Names) -> Self {
        Self {
            names,
            module: Module::default(),
            facts: Facts::default(),
            inline: 0,
        }
    }

    /// The facts. The module's own lists hold the functions' names and places only: what Rust code does is not read by
    /// Python's rules.
    pub(super) fn finish(self) -> Module {
        let mut module = self.module;
        module.rust = Some(Box::new(self.facts));
        module
    }

    /// The items of a module.
    pub(super) fn items(&mut self, items: &[syn::Item], within: u32) {
        for item in items {
            self.item(item, within);
        }
    }

    /// Notes a macro that may hide a route.
    pub(super) fn hide(&mut self, at: Span, name: &str) {
        self.facts.hidden.push((at, name.to_owned()));
    }

    /// Adds a function; its index.
    pub(super) fn function(&mut self, function: Function, at: Span, is_async: bool) -> u32 {
        self.module.functions.push(shared::Function {
            name: self.names.intern(&function.name),
            span: at,
            scope: Scope::Module,
            params: Vec::new(),
            decorators: Vec::new(),
            returns: None,
            body: Vec::new(),
            glance: Glance::default(),
            is_async,
            is_generator: false,
        });
        self.facts.functions.push(function);
        self.facts.functions.len() as u32 - 1
    }

    /// One item. Tests are no part of what runs.
    pub(super) fn item(&mut self, item: &syn::Item, within: u32) {
        match item {
            syn::Item::Mod(inner) => self.inner_module(inner, within),
            syn::Item::Use(inner) if !attributes::is_test(&inner.attrs) => {
                self.uses(&inner.tree, &mut Vec::new(), within);
            }
            syn::Item::ExternCrate(inner) => {
                if let Some((_, name)) = &inner.rename {
                    self.facts.uses.push(Use {
                        within,
                        path: vec![types::word(&inner.ident)],
                        name: Some(types::word(name)),
                    });
                }
            }
            syn::Item::Fn(inner) if !attributes::is_test(&inner.attrs) => {
                self.callable(&inner.attrs, &inner.sig, Some(&inner.block), within, None, None);
            }
            syn::Item::Impl(inner) if !attributes::is_test(&inner.attrs) => {
                let owner = types::lower(&inner.self_ty);
                let of_trait = inner.trait_.as_ref().map(|(path, _)| types::path(path));
                for item in &inner.items {
                    match item {
                        syn::ImplItem::Fn(method) if !attributes::is_test(&method.attrs) => self.callable(
                            &method.attrs,
                            &method.sig,
                            Some(&method.block),
                            within,
                            Some(owner.clone()),
                            of_trait.clone(),
                        ),
                        syn::ImplItem::Const(inner) => {
                            self.constant(&inner.ident, &inner.expr, Some(owner.clone()), within);
                        }
                        syn::ImplItem::Macro(inner) => self.item_macro(&inner.mac, None),
                        _ => {}
                    }
                }
            }
            syn::Item::Trait(inner) => {
                self.define(&inner.ident, &inner.attrs, None, within);
                let owner = Type {
                    path: vec![types::word(&inner.ident)],
                    arguments: Vec::new(),
                    is_bound: true,
                    span: span(inner.ident.span()),
                };
                for item in &inner.items {
                    match item {
                        syn::TraitItem::Fn(method) if method.default.is_some() => self.callable(
                            &method.attrs,
                            &method.sig,
                            method.default.as_ref(),
                            within,
                            Some(owner.clone()),
                            None,
                        ),
                        syn::TraitItem::Const(inner) => {
                            if let Some((_, value)) = &inner.default {
                                self.constant(&inner.ident, value, Some(owner.clone()), within);
                            }
                        }
                        _ => {}
                    }
                }
            }
            syn::Item::Struct(inner) => {
                let fields = inner.fields.iter().enumerate().map(|(index, field)| {
                    let name = field.ident.as_ref().map_or_else(|| index.to_string(), types::word);
                    (name, types::lower(&field.ty))
                });
                let fields = fields.collect();
                self.facts.types.push(TypeDef {
                    within,
                    name: types::word(&inner.ident),
                    alias: None,
                    typed_path: attributes::typed_path(&inner.attrs),
                    fields,
                });
            }
            syn::Item::Enum(inner) => self.define(&inner.ident, &inner.attrs, None, within),
            syn::Item::Union(inner) => self.define(&inner.ident, &inner.attrs, None, within),
            syn::Item::Type(inner) => self.define(&inner.ident, &inner.attrs, Some(types::lower(&inner.ty)), within),
            syn::Item::Const(inner) => self.constant(&inner.ident, &inner.expr, None, within),
            syn::Item::Static(inner) => self.constant(&inner.ident, &inner.expr, None, within),
            syn::Item::Macro(inner) => self.item_macro(&inner.mac, inner.ident.as_ref()),
            _ => {}
        }
    }

    fn inner_module(&mut self, inner: &syn::ItemMod, within: u32) {
        let is_test = attributes::is_test(&inner.attrs);
        let inline = inner.content.as_ref().map(|_| {
            self.inline += 1;
            self.inline
        });
        self.facts.modules.push(ModDecl {
            within,
            name: types::word(&inner.ident),
            inline,
            path: attributes::path_of_module(&inner.attrs),
            is_test,
            span: span(inner.ident.span()),
        });
        if let (Some(number), Some((_, items)), false) = (inline, &inner.content, is_test) {
            self.items(items, number);
        }
    }

    fn define(&mut self, name: &syn::Ident, attrs: &[syn::Attribute], alias: Option<Type>, within: u32) {
        self.facts.types.push(TypeDef {
            within,
            name: types::word(name),
            alias,
            typed_path: attributes::typed_path(attrs),
            fields: Vec::new(),
        });
    }

    fn constant(&mut self, name: &syn::Ident, value: &syn::Expr, owner: Option<Type>, within: u32) {
        let value = self.expr(value, within);
        self.facts.constants.push(Constant {
            within,
            name: types::word(name),
            owner,
            value,
        });
    }

    /// A macro among the items, or the rules of one: nobody expands it here.
    fn item_macro(&mut self, mac: &syn::Macro, defined: Option<&syn::Ident>) {
        if tokens::may_route(&mac.tokens) {
            let name = match defined {
                Some(name) => types::word(name),
                None => types::path(&mac.path).pop().unwrap_or_default(),
            };
            self.hide(types::path_span(&mac.path), &name);
        }
    }

    fn callable(
        &mut self,
        attrs: &[syn::Attribute],
        signature: &syn::Signature,
        block: Option<&syn::Block>,
        within: u32,
        owner: Option<Type>,
        of_trait: Option<Vec<String>>,
    ) {
        let params = signature.inputs.iter().filter_map(|input| match input {
            syn::FnArg::Typed(typed) => Some((patterns::names(&typed.pat), types::lower(&typed.ty))),
            _ => None,
        });
        let params = params.collect();
        let returns = match &signature.output {
            syn::ReturnType::Type(_, ty) => Some(types::lower(ty)),
            syn::ReturnType::Default => None,
        };
        let body = block.map_or_else(Vec::new, |block| self.block(block, within));
        let function = Function {
            within,
            name: types::word(&signature.ident),
            owner,
            of_trait,
            params,
            returns,
            attributes: attributes::lower(attrs),
            body,
            is_closure: false,
        };
        self.function(function, span(signature.ident.span()), signature.asyncness.is_some());
    }

    /// One entry for each name that a `use` binds.
    fn uses(&mut self, tree: &syn::UseTree, before: &mut Vec<String>, within: u32) {
        match tree {
            syn::UseTree::Path(inner) => {
                before.push(types::word(&inner.ident));
                self.uses(&inner.tree, before, within);
                before.pop();
            }
            syn::UseTree::Name(inner) => {
                let name = types::word(&inner.ident);
                self.bind(&name, name.clone(), before, within);
            }
            syn::UseTree::Rename(inner) => {
                self.bind(&types::word(&inner.ident), types::word(&inner.rename), before, within);
            }
            syn::UseTree::Glob(_) => self.facts.uses.push(Use {
                within,
                path: before.clone(),
                name: None,
            }),
            syn::UseTree::Group(inner) => {
                for tree in &inner.items {
                    self.uses(tree, before, within);
                }
            }
        }
    }

    fn bind(&mut self, what: &str, name: String, before: &[String], within: u32) {
        let mut path = before.to_vec();
        let mut name = name;
        if what == "self" {
            // `use a::b::{self}` binds `b`.
            if name == "self" {
                name = before.last().cloned().unwrap_or_default();
            }
        } else {
            path.push(what.to_owned());
        }
        self.facts.uses.push(Use {
            within,
            path,
            name: Some(name),
        });
    }
}
