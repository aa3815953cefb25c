//! Expressions.

use std::sync::Arc;

use smallvec::SmallVec;

use super::flow::Frame;
use super::known::BLOCK_KEYS;
use super::state::State;
use super::summary::{Oddity, Status, Witness};
use super::value::{Constant, Null, Shape, Tags, Val};
use crate::model::resolve::Entity;
use crate::model::types::Ty;
use crate::source::facts::{Expr, Name, Span};

impl<'s> Frame<'_, 's> {
    /// Evaluates an expression: its effects on the state, and its value.
    pub(super) fn expr(&mut self, expr: &'s Expr, state: &mut State) -> Val {
        match expr {
            Expr::Name(name, span) => self.name(*name, *span, state),
            Expr::Attr(attr) => {
                let base = self.expr(&attr.base, state);
                let value = self.member(&base, attr.name);
                if value.types.is_empty() {
                    self.note_missing_attribute(&base, attr);
                }
                value
            }
            Expr::Call(call) => self.call(call, state),
            Expr::Str(text, _) => Val {
                shape: Shape::Text,
                constant: Constant::Str(*text),
                null: Null::Never,
                ..Val::default()
            },
            Expr::Int(value) => Val {
                constant: Constant::Int(*value),
                null: Null::Never,
                ..Val::default()
            },
            Expr::Bool(value) => Val {
                constant: Constant::Bool(*value),
                null: Null::Never,
                ..Val::default()
            },
            Expr::None => Val::none(),
            Expr::Text(parts) => {
                let parts = self.all(parts, state);
                Val {
                    shape: Shape::Text,
                    null: Null::Never,
                    ..Val::derived(&parts)
                }
            }
            Expr::Dict(dict) => self.dict(&dict.items, state),
            Expr::Seq(items) => {
                let items = self.all(items, state);
                let list = Val::of(Ty::ExternalObject(self.model.literal("list")));
                let derived = Val::derived(&items);
                Val {
                    tags: derived.tags,
                    params: derived.params,
                    items: Some(items.into()),
                    ..list
                }
            }
            Expr::Other(parts) => {
                let parts = self.all(parts, state);
                Val::derived(&parts)
            }
            Expr::Not(inner) => {
                let inner = self.expr(inner, state);
                Val {
                    types: SmallVec::new(),
                    ..Val::derived([&inner])
                }
            }
            Expr::And(parts) => self.either(parts, true, state),
            Expr::Or(parts) => self.either(parts, false, state),
            Expr::Compare(compare) => {
                let left = self.expr(&compare.left, state);
                let right = self.expr(&compare.right, state);
                Val::derived([&left, &right])
            }
            Expr::Choice(choice) => {
                self.expr(&choice.test, state);
                let (mut then, mut otherwise) = self.split(&choice.test, state);
                let value = match (then.live, otherwise.live) {
                    (true, false) => self.expr(&choice.then, &mut then),
                    (false, true) => self.expr(&choice.otherwise, &mut otherwise),
                    _ => self
                        .expr(&choice.then, &mut then)
                        .or(self.expr(&choice.otherwise, &mut otherwise)),
                };
                *state = then.join(otherwise);
                value
            }
            Expr::Index(pair) => {
                let base = self.expr(&pair.base, state);
                let index = self.expr(&pair.index, state);
                if let (Some(items), Constant::Int(position)) = (&base.items, index.constant)
                    && let Some(item) = usize::try_from(position).ok().and_then(|position| items.get(position))
                {
                    return item.clone();
                }
                let shape = if base.shape == Shape::Canonical && self.is_text(index.constant, "error") {
                    Shape::Block
                } else {
                    Shape::Unknown
                };
                Val {
                    shape,
                    ..Val::derived([&base])
                }
            }
            Expr::Lambda(local) => Val::of(Ty::Entity(Entity::Function(
                self.model.local_function(self.module, *local),
            ))),
            Expr::Walrus(pair) => {
                let value = self.expr(&pair.1, state);
                state.set(pair.0, value.clone());
                value
            }
            Expr::Await(inner) | Expr::Star(inner) => self.expr(inner, state),
            Expr::Yield(inner) => {
                let value = inner.as_ref().map(|inner| self.expr(inner, state));
                // What a dependency yields is what its endpoint gets.
                self.note_return(state, value);
                Val::default()
            }
            Expr::Add(pair) | Expr::Pipe(pair) => {
                let left = self.expr(&pair.0, state);
                let right = self.expr(&pair.1, state);
                let shape = if left.shape == Shape::Text || right.shape == Shape::Text {
                    Shape::Text
                } else {
                    Shape::Unknown
                };
                Val {
                    shape,
                    ..Val::derived([&left, &right])
                }
            }
            Expr::Ellipsis => Val::default(),
        }
    }

    pub(super) fn all(&mut self, exprs: &'s [Expr], state: &mut State) -> Vec<Val> {
        exprs.iter().map(|expr| self.expr(expr, state)).collect()
    }

    /// `a and b`, `a or b`: later parts run only where the earlier ones let them.
    fn either(&mut self, parts: &'s [Expr], conjunction: bool, state: &mut State) -> Val {
        let mut value: Option<Val> = None;
        let mut running = state.clone();
        for (index, part) in parts.iter().enumerate() {
            let next = self.expr(part, &mut running);
            // What an earlier part learned by being evaluated (a call that refuses) holds whatever follows.
            if index == 0 {
                *state = running.clone();
            } else {
                *state = std::mem::replace(state, State::start()).join(running.clone());
            }
            running = self.assume(part, conjunction, running);
            value = Some(match value {
                None => next,
                // `x or default`: x only where it is present.
                Some(value) if !conjunction => {
                    let last = index + 1 == parts.len();
                    let null = if last { next.null } else { Null::Unknown };
                    let mut joined = value.or(next);
                    joined.null = null;
                    joined
                }
                Some(value) => value.or(next),
            });
        }
        value.unwrap_or_default()
    }

    fn name(&mut self, name: Name, span: Span, state: &State) -> Val {
        if let Some(value) = state.get(name) {
            return value.clone();
        }
        // A closure's name, or one that only later code binds: types are known without order.
        if let Some(parent) = self.model.function(self.function).parent {
            let types = self
                .model
                .infer(self.module, Some(parent), &Expr::Name(name, Span::default()));
            if !types.all.is_empty() {
                let mut value = Val::typed(types);
                if value.types.iter().any(|ty| self.is_context_type(*ty)) {
                    value.tags = value.tags.with(Tags::CONTEXT);
                }
                return value;
            }
        }
        match self.model.global(self.module, name) {
            Some(entity) => self.entity(entity),
            None => {
                self.note_missing_name(name, span);
                Val::default()
            }
        }
    }

    /// The value of a definition, module or module's variable.
    pub(super) fn entity(&self, entity: Entity) -> Val {
        match entity {
            Entity::Global(owner, name) => {
                let mut value = Val::typed(self.model.global_types(owner, name));
                value.tags = Tags::SHARED;
                if let Some(expr) = self.model.global_value(owner, name) {
                    match expr {
                        Expr::Str(text, _) => (value.constant, value.shape) = (Constant::Str(*text), Shape::Text),
                        Expr::Int(int) => value.constant = Constant::Int(*int),
                        Expr::Bool(bool) => value.constant = Constant::Bool(*bool),
                        _ => {}
                    }
                }
                // A variable that starts as None or a flag changes.
                if value.null == Null::Always || matches!(value.constant, Constant::Bool(_)) {
                    (value.null, value.constant) = (Null::Unknown, Constant::None);
                }
                value
            }
            entity => Val::of(Ty::Entity(entity)),
        }
    }

    /// `base.name`.
    pub(super) fn member(&mut self, base: &Val, name: Name) -> Val {
        let text = self.text(name);
        let mut value = Val::derived([base]);
        for ty in &base.types {
            let types = self.model.member_types(*ty, name);
            for ty in types.all {
                if !value.types.contains(&ty) {
                    value.types.push(ty);
                }
            }
        }
        // `exc.detail` of what was caught is whatever was raised.
        if let Some(caught) = &base.caught {
            let mut shapes = caught.iter().map(|exit| exit.shape);
            if text == "detail"
                && let Some(first) = shapes.next()
            {
                value.shape = if shapes.all(|shape| shape == first) {
                    first
                } else {
                    Shape::Unknown
                };
                value.tags = value.tags.with(Tags(base.tags.0 & Tags::RAISED.0));
            }
            value.tags = value.tags.with(Tags::EXCEPTION_TEXT);
        }
        // `self.items` of an object that may outlive the request.
        if base.types.iter().any(|ty| matches!(ty, Ty::Object { .. })) {
            value.tags = value.tags.with(Tags::SHARED);
        }
        if base.tags.has(Tags::CONTEXT) {
            value.tags = value.tags.with(Tags::CONTEXT);
        }
        if base.shape == Shape::Envelope && text == "error" {
            value.shape = Shape::Inner;
        }
        if value.types.iter().any(|ty| self.is_context_type(*ty)) {
            value.tags = value.tags.with(Tags::CONTEXT);
        }
        let plain = !base.tags.any(Tags::VERIFIED.with(Tags::CONTEXT));
        if plain && self.analyzer.known.is_ticket(text) {
            value.tags = value.tags.with(Tags::TICKET);
        }
        value
    }

    /// A dict, with what it is as an error's body.
    fn dict(&mut self, items: &'s [(Option<Expr>, Expr)], state: &mut State) -> Val {
        let mut values = Vec::with_capacity(items.len());
        let mut keys: Vec<Option<&str>> = Vec::with_capacity(items.len());
        for (key, value) in items {
            if let Some(key) = key {
                self.expr(key, state);
            }
            keys.push(key.as_ref().and_then(|key| key.as_str(self.model.names)));
            values.push(self.expr(value, state));
        }
        let dict = Val::of(Ty::ExternalObject(self.model.literal("dict")));
        let derived = Val::derived(&values);
        Val {
            tags: derived.tags,
            params: derived.params,
            shape: dict_shape(&keys, &values),
            ..dict
        }
    }

    pub(super) fn is_text(&self, constant: Constant, wanted: &str) -> bool {
        matches!(constant, Constant::Str(text) if self.text(text) == wanted)
    }

    pub(super) fn is_context_type(&self, ty: Ty) -> bool {
        match ty {
            Ty::Object { class, .. } => self.analyzer.known.is_context(self.model, class),
            Ty::ExternalObject(name) => self.analyzer.known.is_external_context(self.text(name)),
            _ => false,
        }
    }

    /// The types of the items of a container whose annotation is not followed: none.
    pub(super) fn item_types(&self, container: &Val) -> SmallVec<[Ty; 1]> {
        let items = container.items.iter().flat_map(|items| items.iter());
        let mut types = SmallVec::new();
        for ty in items.flat_map(|item| item.types.iter()) {
            if !types.contains(ty) {
                types.push(*ty);
            }
        }
        types
    }

    /// Assigns to a name, a tuple, an attribute or an item.
    pub(super) fn assign(&mut self, target: &'s Expr, value: Val, augmented: bool, state: &mut State) {
        match target {
            Expr::Name(name, _) => {
                let value = if augmented {
                    let old = state.get(*name).cloned().unwrap_or_default();
                    Val {
                        types: old.types.clone(),
                        ..Val::derived([&old, &value])
                    }
                } else {
                    self.named(*name, value)
                };
                state.set(*name, value);
            }
            Expr::Seq(targets) => {
                for (index, target) in targets.iter().enumerate() {
                    let item = match &value.items {
                        Some(items) if items.len() == targets.len() => items[index].clone(),
                        _ => Val::derived([&value]),
                    };
                    self.assign(target, item, false, state);
                }
            }
            Expr::Star(inner) => self.assign(inner, Val::derived([&value]), false, state),
            Expr::Attr(attr) => {
                let base = self.expr(&attr.base, state);
                self.matched_overwritten(&base, target, &value, state);
                if self.text(attr.name) == "status_code" && self.is_response(&base) {
                    state.status = sent_status(self.status(Some(&value)), attr.span);
                }
            }
            Expr::Index(pair) => {
                let container = self.expr(&pair.base, state);
                self.expr(&pair.index, state);
                if let Expr::Name(name, _) = &pair.base {
                    let (tags, params) = (value.tags.flowing(), value.params);
                    state.update(*name, |container| {
                        container.tags = container.tags.with(tags);
                        container.params |= params;
                        container.shape = Shape::Unknown;
                    });
                }
                self.change_container(&pair.base, &container, pair.span, state);
            }
            _ => {}
        }
    }

    /// A value under a name that says what it is.
    fn named(&self, name: Name, mut value: Val) -> Val {
        let plain = value.types.is_empty() && !value.tags.any(Tags::VERIFIED.with(Tags::CONTEXT));
        if plain && self.analyzer.known.is_ticket(self.text(name)) {
            value.tags = value.tags.with(Tags::TICKET);
        }
        value
    }

    pub(super) fn note_oddity(&mut self, oddity: Oddity) {
        let known = self
            .summary
            .oddities
            .iter()
            .any(|known| known.kind == oddity.kind && known.at.place == oddity.at.place);
        if !known {
            self.summary.oddities.push(oddity);
        }
    }

    /// Notes the first call whose effect is not known.
    pub(super) fn note_opaque(&mut self, witness: Witness) {
        self.summary.opaque.get_or_insert(witness);
    }

    /// The status that a value says.
    pub(super) fn status(&self, value: Option<&Val>) -> Status {
        match value.map(|value| value.constant) {
            Some(Constant::Int(status)) => u16::try_from(status).map_or(Status::Unknown, Status::Known),
            Some(Constant::Param(param)) => Status::Param(param),
            _ => match value {
                // `status.HTTP_404_NOT_FOUND`
                Some(value) => value
                    .types
                    .iter()
                    .find_map(|ty| self.status_constant(*ty))
                    .unwrap_or(Status::Unknown),
                None => Status::Unknown,
            },
        }
    }

    fn status_constant(&self, ty: Ty) -> Option<Status> {
        let Ty::Entity(Entity::External(name)) = ty else {
            return None;
        };
        let code = self.text(name).rsplit('.').next()?.strip_prefix("HTTP_")?.get(..3)?;
        code.parse().ok().map(Status::Known)
    }
}

/// What a dict with these keys is as an error's body.
fn dict_shape(keys: &[Option<&str>], values: &[Val]) -> Shape {
    let has = |wanted: &str| keys.contains(&Some(wanted));
    if has("error") {
        let inner = keys
            .iter()
            .position(|key| *key == Some("error"))
            .and_then(|index| values.get(index));
        return match inner.map(|inner| inner.shape) {
            Some(Shape::Block) if keys.len() == 1 => Shape::Canonical,
            Some(Shape::Foreign) if keys.len() == 1 => Shape::Near,
            _ => Shape::Foreign,
        };
    }
    if keys.len() == BLOCK_KEYS.len() && BLOCK_KEYS.iter().all(|key| has(key)) {
        return Shape::Block;
    }
    let looks_like_one = ["code", "error_code", "message", "http_status"].into_iter().any(has);
    if looks_like_one { Shape::Foreign } else { Shape::Plain }
}

/// The shape of a value as the body of an error.
pub(super) fn body_shape(value: Option<&Val>) -> Shape {
    match value.map(|value| value.shape) {
        None => Shape::Text,
        // An object where a dict belongs cannot be sent as it is, and every handler dumps it.
        Some(Shape::Envelope) => Shape::Canonical,
        Some(Shape::Block | Shape::Inner) => Shape::Foreign,
        Some(shape) => shape,
    }
}

/// The status that a response is sent with, where that may be an error's.
pub(super) fn sent_status(status: Status, span: Span) -> Option<(Status, Span)> {
    (!matches!(status, Status::Known(..400))).then_some((status, span))
}

/// One tuple of values as a shared slice.
pub(super) fn shared(exits: Vec<super::summary::Exit>) -> Option<Arc<[super::summary::Exit]>> {
    (!exits.is_empty()).then(|| exits.into())
}
