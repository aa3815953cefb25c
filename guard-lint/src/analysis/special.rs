//! Calls whose meaning is the framework's or the vocabulary's: responses, sockets, stores, and what cannot be resolved.

use super::call::Made;
use super::expr::{body_shape, shared};
use super::flow::Frame;
use super::lexicon::Says;
use super::state::State;
use super::summary::{ExitKind, Strength};
use super::value::{Facts, Null, Shape, Tags, Val};
use crate::model::classes::{Base, last_segment};
use crate::model::types::Ty;
use crate::source::facts::Expr;

/// Methods of plain objects that neither write nor fail for our purposes, and keep what flows.
const PLAIN: [&str; 38] = [
    "get",
    "items",
    "keys",
    "values",
    "copy",
    "strip",
    "lower",
    "upper",
    "split",
    "startswith",
    "endswith",
    "encode",
    "decode",
    "format",
    "join",
    "replace",
    "isoformat",
    "hexdigest",
    "digest",
    "count",
    "index",
    "find",
    "title",
    "rstrip",
    "lstrip",
    "total_seconds",
    "timestamp",
    "model_dump",
    "dict",
    "json",
    "model_dump_json",
    "model_copy",
    "rsplit",
    "partition",
    "hex",
    "issubset",
    "union",
    "isdigit",
];

/// Methods that change the container that they are called on.
const CHANGES: [&str; 15] = [
    "append",
    "extend",
    "insert",
    "add",
    "update",
    "pop",
    "popleft",
    "remove",
    "discard",
    "clear",
    "setdefault",
    "appendleft",
    "put_nowait",
    "sort",
    "reverse",
];

/// Built-in functions that only compute.
const BUILTINS: [&str; 46] = [
    "len",
    "str",
    "int",
    "float",
    "bool",
    "dict",
    "list",
    "set",
    "tuple",
    "sorted",
    "min",
    "max",
    "sum",
    "any",
    "all",
    "zip",
    "enumerate",
    "range",
    "isinstance",
    "issubclass",
    "hasattr",
    "repr",
    "print",
    "abs",
    "round",
    "map",
    "filter",
    "iter",
    "next",
    "type",
    "id",
    "hash",
    "vars",
    "bytes",
    "frozenset",
    "reversed",
    "callable",
    "divmod",
    "super",
    "object",
    "chr",
    "ord",
    "format",
    "bytearray",
    "hex",
    "pow",
];

impl<'s> Frame<'_, 's> {
    /// Calls that are known by what they are called on, before any body is looked at.
    pub(super) fn special_method(&mut self, made: &Made<'s>, state: &mut State) -> Option<Val> {
        let base = made.base.as_ref()?;
        match made.name {
            "model_dump" | "dict" | "to_dict" | "model_dump_json" | "json" | "dumps"
                if matches!(
                    base.shape,
                    Shape::Envelope | Shape::Inner | Shape::Canonical | Shape::Block
                ) =>
            {
                let shape = match base.shape {
                    Shape::Envelope | Shape::Canonical => Shape::Canonical,
                    _ => Shape::Block,
                };
                Some(Val {
                    shape,
                    ..Val::derived([base])
                })
            }
            "close" | "send_text" | "send_json" | "send_bytes" | "accept" | "receive_json" | "receive_text"
            | "receive"
                if self.is_socket(base) =>
            {
                Some(self.socket(made, state))
            }
            "__init__" => self.super_init(made),
            _ => None,
        }
    }

    /// `super().__init__(…)` in the class of an HTTP error: the error's status and detail.
    fn super_init(&mut self, made: &Made<'s>) -> Option<Val> {
        let class = self.model.function(self.function).class?;
        let is_super = match &made.call.func {
            Expr::Attr(attr) => match &attr.base {
                Expr::Call(call) => matches!(&call.func, Expr::Name(name, _) if self.text(*name) == "super"),
                Expr::Name(..) | Expr::Attr(_) => true,
                _ => false,
            },
            _ => false,
        };
        if !is_super || self.exit_kind(Base::Local(class)) == ExitKind::Other {
            return None;
        }
        let passes_self = matches!(made.call.args.first().map(|arg| &arg.value), Some(Expr::Name(name, _)) if self.text(*name) == "self");
        let offset = usize::from(passes_self);
        let mut exit = self.plain_exit(Base::Local(class), made.call.span);
        let init = self.model.literal("__init__");
        let above = self.model.ancestry(class).into_iter().skip(1);
        match above
            .filter_map(|class| self.model.class(class).methods.get(&init).copied())
            .next()
        {
            // The constructor of an error class of the program in between.
            Some(init) if !passes_self => self.fill_error(&mut exit, init, &self.bound_values(made, init)),
            _ => {
                exit.shape = body_shape(made.argument(self, "detail", 1 + offset));
                exit.status = self.status(made.argument(self, "status_code", offset));
            }
        }
        self.constructed = Some(exit);
        Some(Val::none())
    }

    /// What a call of something outside does beside giving a value.
    pub(super) fn external_effects(&mut self, made: &Made<'s>, dotted: &str, value: &mut Val, state: &mut State) {
        let known = &self.analyzer.known;
        let segment = last_segment(dotted);
        let says = known.says(dotted);
        if says.has(Says::VERIFIER) {
            return self.verified(made, value, state);
        }
        if says.any(Says::CONTEXT.with(Says::IDENTITY_PROVIDER)) {
            value.tags = value.tags.with(Tags::CONTEXT);
            if says.has(Says::IDENTITY_PROVIDER) {
                value.tags = value.tags.with(Tags::HEADER);
            }
            let mut source = value.clone();
            if says.has(Says::IDENTITY_PROVIDER) {
                source.grants = source.grants.with(Facts::DEMANDED);
            }
            return self.establish(made.call.span, value, &source, state);
        }
        if says.has(Says::CREDENTIAL_PROVIDER) {
            return self.verified(made, value, state);
        }
        if says.has(Says::COMPARISON) {
            self.matched_outside(made.call, &made.args, state);
            return state.learn(Facts::COMPARED);
        }
        if known.is_external_envelope(dotted) || says.has(Says::BUILDER) {
            value.shape = Shape::Envelope;
            return;
        }
        if says.has(Says::RAISER) {
            let mut exit = self.plain_exit(
                Base::External(self.model.literal("fastapi.HTTPException")),
                made.call.span,
            );
            exit.shape = Shape::Canonical;
            exit.status = self.status(made.keyword(self, "status_code"));
            self.exit(exit);
            return state.end();
        }
        if segment.ends_with("Response") {
            return self.response(made, segment, value);
        }
        if segment == "dumps" {
            value.shape = made.args.first().map_or(Shape::Unknown, |arg| arg.shape);
            return;
        }
        if segment == "jsonable_encoder" {
            value.shape = made.args.first().map_or(Shape::Unknown, |arg| match arg.shape {
                Shape::Envelope => Shape::Canonical,
                shape => shape,
            });
            return;
        }
        if known.is_plain_write(segment) || (dotted.starts_with("shutil.") && segment.starts_with("copy")) {
            self.write(made.call.span, Strength::Store, format!("`{dotted}`"), state);
        } else if !is_pure(dotted)
            && !says.has(Says::ASIDE)
            && !value_only(segment)
            && !known.says(segment).any(Says::READS.with(Says::STORE))
        {
            let witness = self.witness(made.call.span, dotted);
            self.note_opaque(witness);
        }
    }

    /// A call whose target is not known: judged by names alone.
    pub(super) fn unresolved(&mut self, made: &Made<'s>, state: &mut State) -> Val {
        let receiver = match &made.call.func {
            Expr::Attr(attr) => self.receiver_name(&attr.base),
            _ => None,
        };
        let known = &self.analyzer.known;
        let mut value = Val::derived(made.base.iter().chain(&made.args));
        if known.is_gate_call(receiver, made.name) {
            self.note_gate(made.call.span, made.name, None, state);
            state.learn(Facts::GATE);
            value.tags = value.tags.with(Tags::DECISION);
            return value;
        }
        if made.base.is_none() && (BUILTINS.contains(&made.name) || self.is_builtin_error(made.name)) {
            return self.builtin(made, value);
        }
        let dotted = match receiver {
            Some(receiver) => format!("{receiver}.{}", made.name),
            None => made.name.to_owned(),
        };
        if self.analyzer.known.is_credential_check(receiver, made.name) {
            self.verified(made, &mut value, state);
            return value;
        }
        if self.named_in_vocabulary(&dotted) {
            self.external_effects(made, &dotted, &mut value, state);
            return value;
        }
        self.by_method(made, receiver, state);
        value
    }

    fn named_in_vocabulary(&self, dotted: &str) -> bool {
        let providers = Says::IDENTITY_PROVIDER
            .with(Says::CREDENTIAL_PROVIDER)
            .with(Says::VERIFIER);
        let others = Says::RAISER.with(Says::BUILDER).with(Says::CONTEXT);
        let known = &self.analyzer.known;
        known.says(dotted).any(providers.with(others)) || known.is_external_envelope(dotted)
    }

    /// A method of an object of unknown or outside type.
    fn by_method(&mut self, made: &Made<'s>, receiver: Option<&'s str>, state: &mut State) {
        let span = made.call.span;
        let known = &self.analyzer.known;
        if let (Some(base), Expr::Attr(attr)) = (&made.base, &made.call.func)
            && CHANGES.contains(&made.name)
            && (base.tags.has(Tags::SHARED) || is_container(base, self))
        {
            let stores =
                receiver.is_some_and(|receiver| known.is_write(receiver, made.name)) && !is_container(base, self);
            if stores {
                return self.write(span, Strength::Store, call_text(receiver, made.name), state);
            }
            return self.change_container(&attr.base, base, span, state);
        }
        // `super().method()` of a class from outside.
        if receiver == Some("super") {
            return;
        }
        let Some(receiver) = receiver else {
            if made.base.is_none() && !known.is_read(made.name) {
                let witness = self.witness(span, made.name);
                self.note_opaque(witness);
            }
            return;
        };
        // `text.replace(a, b)`
        let of_text = made.name == "replace" && made.args.len() >= 2;
        if known.is_write(receiver, made.name) && !of_text {
            let aside = known.is_aside(receiver) || known.is_aside(made.name);
            self.write(
                span,
                if aside { Strength::Aside } else { Strength::Store },
                call_text(Some(receiver), made.name),
                state,
            );
        } else if !PLAIN.contains(&made.name)
            && !CHANGES.contains(&made.name)
            && !known.is_read(made.name)
            && !known.is_aside(receiver)
        {
            let witness = self.witness(span, format!("{receiver}.{}", made.name));
            self.note_opaque(witness);
        }
    }

    fn builtin(&mut self, made: &Made<'s>, mut value: Val) -> Val {
        if self.is_builtin_error(made.name) {
            let class = self.model.intern(made.name);
            let mut exit = self.plain_exit(Base::External(class), made.call.span);
            exit.leaks = made.args.iter().any(|arg| arg.tags.has(Tags::EXCEPTION_TEXT));
            value.types.push(Ty::ExternalObject(class));
            value.errors = shared(vec![exit]);
            value.null = Null::Never;
        }
        if matches!(made.name, "str" | "repr" | "format") {
            value.shape = Shape::Text;
        }
        if made.name == "dict"
            && let Some(arg) = made.args.first()
        {
            value.shape = arg.shape;
        }
        value
    }

    fn is_builtin_error(&self, name: &str) -> bool {
        (name.ends_with("Error") || name.ends_with("Exception") || name == "StopIteration")
            && name.starts_with(char::is_uppercase)
    }

    /// The last name of what a method is called on, calls and items looked through: `self.store().child` is `child`.
    fn receiver_name(&self, base: &'s Expr) -> Option<&'s str> {
        match base {
            Expr::Name(name, _) => Some(self.text(*name)),
            Expr::Attr(attr) => Some(self.text(attr.name)),
            Expr::Call(call) => match &call.func {
                Expr::Name(name, _) => Some(self.text(*name)),
                Expr::Attr(attr) => Some(self.text(attr.name)),
                _ => None,
            },
            Expr::Index(pair) => self.receiver_name(&pair.base),
            Expr::Await(inner) => self.receiver_name(inner),
            _ => None,
        }
    }
}

fn call_text(receiver: Option<&str>, method: &str) -> String {
    receiver.map_or_else(|| format!("`{method}`"), |receiver| format!("`{receiver}.{method}`"))
}

fn is_container(value: &Val, frame: &Frame<'_, '_>) -> bool {
    const CONTAINERS: [&str; 10] = [
        "dict",
        "list",
        "set",
        "Dict",
        "List",
        "Set",
        "defaultdict",
        "deque",
        "OrderedDict",
        "MutableMapping",
    ];
    value.types.iter().any(|ty| match ty {
        Ty::ExternalObject(name) => CONTAINERS.contains(&last_segment(frame.text(*name))),
        _ => false,
    })
}

/// Modules whose functions change nothing outside the process.
fn is_pure(dotted: &str) -> bool {
    const PURE: [&str; 38] = [
        "abc",
        "asyncio",
        "base64",
        "collections",
        "contextlib",
        "copy",
        "dataclasses",
        "datetime",
        "decimal",
        "enum",
        "fastapi",
        "functools",
        "hashlib",
        "hmac",
        "inspect",
        "io",
        "itertools",
        "json",
        "logging",
        "math",
        "mimetypes",
        "operator",
        "os",
        "pathlib",
        "pydantic",
        "random",
        "re",
        "secrets",
        "starlette",
        "statistics",
        "string",
        "struct",
        "sys",
        "threading",
        "time",
        "types",
        "typing",
        "uuid",
    ];
    PURE.contains(&dotted.split('.').next().unwrap_or(dotted))
}

/// A capitalised name makes an object; what it does comes with its methods.
fn value_only(segment: &str) -> bool {
    segment.starts_with(char::is_uppercase)
}
