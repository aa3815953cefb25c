//! Where a request repeats the scope: parameters and fields of its body that carry the tenant, mode, project or app.

use super::Reader;
use crate::analysis::matching::Field;
use crate::model::resolve::Entity;
use crate::model::routes::depends;
use crate::model::types::Ty;
use crate::model::{FnId, Place};
use crate::source::facts::{Expr, Param};

/// One repetition of a field of the scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carrier {
    /// The function whose parameter it is.
    pub function: FnId,
    /// The parameter's index.
    pub param: usize,
    /// The field.
    pub field: Field,
    /// As people write it: `payload.tenant_id`.
    pub label: String,
    /// The parameter.
    pub place: Place,
}

/// How deep dependencies of dependencies are followed.
const DEPTH: u32 = 6;

impl<'s> Reader<'_, 's> {
    /// The handler and the functions that it depends on, without those that `is_provider` knows to make the context itself.
    pub fn with_dependencies(&self, handler: FnId, is_provider: &dyn Fn(FnId) -> bool) -> Vec<FnId> {
        let mut found = vec![handler];
        self.add_dependencies(handler, is_provider, DEPTH, &mut found);
        found
    }

    fn add_dependencies(&self, function: FnId, is_provider: &dyn Fn(FnId) -> bool, depth: u32, found: &mut Vec<FnId>) {
        let Some(depth) = depth.checked_sub(1) else { return };
        let info = self.model.function(function);
        for param in &info.facts.params {
            for provider in self.providers(function, param) {
                if !found.contains(&provider) && !is_provider(provider) {
                    found.push(provider);
                    self.add_dependencies(provider, is_provider, depth, found);
                }
            }
        }
    }

    /// The functions that the framework calls for this parameter.
    pub fn providers(&self, function: FnId, param: &'s Param) -> Vec<FnId> {
        let info = self.model.function(function);
        let at = (info.module, info.parent);
        let annotated = match &param.annotation {
            Some(Expr::Index(pair)) => match &pair.index {
                Expr::Seq(parts) => parts.iter().skip(1).find_map(|part| depends(self.model, at, part)),
                _ => None,
            },
            _ => None,
        };
        let declared = param
            .default
            .as_ref()
            .and_then(|default| depends(self.model, at, default));
        let Some((at, Some(provider))) = declared.or(annotated) else {
            return Vec::new();
        };
        let entity = |ty: Ty| match ty {
            Ty::Entity(Entity::Function(function)) | Ty::Method(function) => Some(function),
            _ => None,
        };
        self.types(at, provider).into_iter().filter_map(entity).collect()
    }

    /// What the parameters of a function repeat. Headers are where the context comes from; they repeat nothing.
    pub fn carriers(&self, function: FnId) -> Vec<Carrier> {
        let info = self.model.function(function);
        let mut found = Vec::new();
        for (index, param) in info.facts.params.iter().enumerate() {
            let (marker, alias) = match &param.default {
                Some(Expr::Call(call)) => {
                    let alias = call
                        .keyword(self.model.names, "alias")
                        .and_then(|alias| self.string(alias));
                    (self.callee_name(&call.func), alias)
                }
                _ => ("", None),
            };
            if matches!(marker, "Depends" | "Security" | "Header" | "Cookie") {
                continue;
            }
            let name = self.model.text(param.name);
            let place = self.place(info.module, param.span);
            let mut add = |field: Field, label: String| {
                found.push(Carrier {
                    function,
                    param: index,
                    field,
                    label,
                    place,
                });
            };
            if let Some(field) = self.field(alias.unwrap_or(name)) {
                add(field, name.to_owned());
                continue;
            }
            for (field, label) in self.fields_of_body(function, param) {
                add(field, format!("{name}.{label}"));
            }
        }
        found
    }

    /// The scope's fields of a body's model, in the order of [`Field`].
    fn fields_of_body(&self, function: FnId, param: &'s Param) -> Vec<(Field, &'s str)> {
        let module = self.model.function(function).module;
        let Some(annotation) = &param.annotation else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for ty in self.model.annotation(module, annotation).all {
            let Ty::Object { class, .. } = ty else { continue };
            if !self
                .model
                .has_external_base(class, &["BaseModel", "SQLModel", "TypedDict"])
            {
                continue;
            }
            for class in self.model.ancestry(class) {
                for name in self.model.class(class).fields.keys() {
                    let name = self.model.text(*name);
                    found.extend(self.field(name).map(|field| (field, name)));
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The field of the scope that a name is of.
    pub fn field(&self, name: &str) -> Option<Field> {
        let rows = [
            (&self.words.tenant_fields, Field::Tenant),
            (&self.words.mode_fields, Field::Mode),
            (&self.words.project_fields, Field::Project),
            (&self.words.app_fields, Field::App),
        ];
        rows.into_iter()
            .find(|(names, _)| names.iter().any(|row| row == name))
            .map(|(_, field)| field)
    }
}
