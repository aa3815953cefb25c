//! Streams of the Rust part: event streams and WebSockets, who carries their cursor, and what they replay.
//!
//! What stands in the handler runs before the response head; what stands in the closures, `async` blocks and `stream!`
//! bodies that it hands on runs after it.

use rustc_hash::FxHashSet;

use super::View;
use crate::analysis::summary::Exit;
use crate::analysis::value::Shape;
use crate::model::rust::{At, Def};
use crate::model::{FnId, Place};
use crate::reading::heartbeat::{is_alive, is_alive_name};
use crate::source::facts::Span;
use crate::source::rust::facts::{Expr, Kind, Type, each_in};
use crate::vocabulary::{has_word, starts_with, words};

/// How many functions a stream is followed through.
const REACH: usize = 64;

/// How many types a store's type is looked for in.
const HOPS: u32 = 6;

/// Methods that run their closure at once.
const AT_ONCE: [&str; 12] = [
    "and_then",
    "filter",
    "is_none_or",
    "is_ok_and",
    "is_some_and",
    "map_err",
    "map_or",
    "map_or_else",
    "ok_or_else",
    "or_else",
    "then",
    "unwrap_or_else",
];

/// A stream.
#[derive(Debug, Default)]
pub struct Stream {
    /// The names that carry the cursor.
    pub cursor: Vec<String>,
    /// Where an unknown cursor is refused, and whether that comes after the head.
    pub refused: Option<(Place, bool)>,
    /// Whether that refusal has the code of an invalid cursor.
    pub has_code: bool,
    /// Where a store is asked for what came after a cursor.
    pub replay: Option<Place>,
    /// Where it shows that it is alive.
    pub heartbeat: Option<Place>,
    /// A control event with an id, and its type.
    pub control_id: Option<(Place, String)>,
    /// A search for the cursor in a bounded part of the events.
    pub window: Option<(Place, String)>,
    /// A replay from what a restart empties, and the store's type.
    pub volatile: Option<(Place, String)>,
    /// Whether something that is called is not shown.
    pub hidden: bool,
}

/// A part of what a stream runs.
struct Part<'s> {
    function: FnId,
    expr: &'s Expr,
    after: bool,
}

impl<'s> View<'_, '_, 's> {
    /// Whether a handler answers with an event stream: by its type, or by what it makes.
    pub(super) fn is_event_stream(&self, handler: FnId) -> bool {
        fn is_sse(ty: &Type) -> bool {
            ty.last() == "Sse" || ty.arguments.iter().any(is_sse)
        }
        let Some(facts) = self.program.function(handler) else {
            return false;
        };
        if facts.returns.as_ref().is_some_and(is_sse) {
            return true;
        }
        let mut found = false;
        each_in(&facts.body, &mut |part| {
            found |= match &part.kind {
                Kind::Path(path) => path.ends_with(&["Sse".to_owned(), "new".to_owned()]),
                Kind::Text(text) => text == "text/event-stream",
                Kind::Call(head, _) => head
                    .as_path()
                    .is_some_and(|path| match self.program.value_in(handler, path) {
                        Def::Function(id) => {
                            let returns = self.program.function(id).and_then(|made| made.returns.as_ref());
                            returns.is_some_and(is_sse)
                        }
                        _ => false,
                    }),
                _ => false,
            };
        });
        found
    }

    /// What a handler that streams does, with the errors that judge its cursor.
    pub(super) fn stream(&self, handler: FnId, is_socket: bool) -> (Stream, Vec<Exit>) {
        let mut stream = Stream::default();
        let mut parts = Vec::new();
        let mut seen = FxHashSet::default();
        self.gather(handler, false, &mut seen, &mut parts);
        self.carriers(handler, &parts, &mut stream);
        let mut gone: Vec<(FnId, Span, bool)> = Vec::new();
        for part in &parts {
            self.look(part, &mut stream);
            if says_gone(part.expr) {
                gone.push((part.function, part.expr.span, part.after && !is_socket));
            }
        }
        gone.sort_by_key(|(_, _, after)| *after);
        if let Some((function, span, after)) = gone.first() {
            stream.refused = Some((self.at(*function, *span), *after));
        }
        let exits = gone.iter().filter_map(|(function, span, after)| {
            let place = self.at(*function, *span);
            let own = self
                .errors(*function)
                .into_iter()
                .find(|exit| exit.status.known() == Some(410));
            match own {
                Some(exit) if !after => (*function != handler).then_some(exit),
                Some(exit) => Some(Exit {
                    after_head: true,
                    ..exit
                }),
                None if *after => {
                    let shape = if stream.has_code { Shape::Envelope } else { Shape::Text };
                    let mut exit = self.exit(*function, place, shape, "axum.StatusCode");
                    exit.status = crate::analysis::summary::Status::Known(410);
                    exit.after_head = true;
                    Some(exit)
                }
                None => None,
            }
        });
        let mut exits: Vec<Exit> = exits.collect();
        exits.dedup_by(|one, other| one.place == other.place);
        (stream, exits)
    }

    fn at(&self, function: FnId, span: Span) -> Place {
        Place {
            module: self.program.model.function(function).module,
            span,
        }
    }

    /// Everything that a stream runs, with whether it runs after the head.
    fn gather(&self, function: FnId, after: bool, seen: &mut FxHashSet<FnId>, parts: &mut Vec<Part<'s>>) {
        if seen.len() >= REACH || !seen.insert(function) {
            return;
        }
        let Some(facts) = self.program.function(function) else {
            return;
        };
        for statement in &facts.body {
            match statement {
                crate::source::rust::facts::Stmt::Let(_, value, otherwise) => {
                    for expr in value.iter().chain(otherwise) {
                        self.gather_expr(function, expr, after, seen, parts);
                    }
                }
                crate::source::rust::facts::Stmt::Expr(expr, _) => self.gather_expr(function, expr, after, seen, parts),
            }
        }
    }

    fn gather_expr(
        &self,
        function: FnId,
        expr: &'s Expr,
        after: bool,
        seen: &mut FxHashSet<FnId>,
        parts: &mut Vec<Part<'s>>,
    ) {
        let mut found = Vec::new();
        expr.each(&mut |inner| found.push(inner));
        let deferred = deferred(&found);
        for inner in found {
            let is_later = after || deferred.contains(&std::ptr::from_ref(inner));
            parts.push(Part {
                function,
                expr: inner,
                after: is_later,
            });
            match &inner.kind {
                Kind::Call(head, arguments) => {
                    if let Some(path) = head.as_path()
                        && let Def::Function(id) = self.program.value_in(function, path)
                    {
                        self.gather(id, is_later, seen, parts);
                    }
                    self.closures(function, arguments, true, seen, parts);
                }
                Kind::Method(_, name, arguments) => {
                    if let [only] = self.program.methods(name) {
                        self.gather(*only, is_later, seen, parts);
                    }
                    let is_later = is_later || !AT_ONCE.contains(&name.as_str());
                    self.closures(function, arguments, is_later, seen, parts);
                }
                _ => {}
            }
        }
    }

    fn closures(
        &self,
        function: FnId,
        arguments: &'s [Expr],
        after: bool,
        seen: &mut FxHashSet<FnId>,
        parts: &mut Vec<Part<'s>>,
    ) {
        let module = self.program.model.function(function).module;
        for argument in arguments {
            match &argument.kind {
                Kind::Closure(index) => {
                    self.gather(self.program.model.local_function(module, *index), after, seen, parts);
                }
                // `on_upgrade(serve)`, `ok_or_else(gone)`
                Kind::Path(path) => {
                    if let Def::Function(id) = self.program.value_in(function, path) {
                        self.gather(id, after, seen, parts);
                    }
                }
                _ => {}
            }
        }
    }

    /// Notes what one part shows.
    fn look(&self, part: &Part<'s>, stream: &mut Stream) {
        let known = self.analyzer.known.vocabulary();
        let here = self.at(part.function, part.expr.span);
        match &part.expr.kind {
            Kind::Text(text) => {
                stream.has_code |= text.ends_with("cursor_invalid");
                if part.after && is_alive(text) {
                    stream.heartbeat.get_or_insert(here);
                }
            }
            Kind::Path(path) => {
                let [.., ty, name] = path.as_slice() else { return };
                stream.has_code |= name == "CURSOR_INVALID" || name == "CursorInvalid";
                if ty == "KeepAlive" || ty == "Message" && name == "Ping" || is_alive_name(name) {
                    stream.heartbeat.get_or_insert(here);
                }
            }
            Kind::Method(receiver, name, arguments) => {
                if matches!(name.as_str(), "keep_alive" | "ping") || is_alive_name(name) {
                    stream.heartbeat.get_or_insert(here);
                }
                if let Some(kind) = self.control_event(part.expr) {
                    stream.control_id.get_or_insert((here, kind));
                }
                if matches!(name.as_str(), "position" | "find" | "any" | "skip_while" | "rposition")
                    && is_bounded(receiver)
                {
                    let mut named = false;
                    let module = self.program.model.function(part.function).module;
                    for argument in arguments {
                        if let Kind::Closure(index) = &argument.kind
                            && let Some(facts) =
                                self.program.function(self.program.model.local_function(module, *index))
                        {
                            each_in(&facts.body, &mut |inner| named |= self.names_cursor(inner));
                        }
                    }
                    if named {
                        let name = self.program.model.function_name(part.function);
                        stream.window.get_or_insert((here, name));
                    }
                }
                let asks = arguments.iter().any(|argument| {
                    let mut found = false;
                    argument.each(&mut |inner| found |= self.names_cursor(inner));
                    found
                });
                let source = receiver.core();
                let says = last_name(source).is_some_and(|name| has_word(name, &known.store_words));
                if asks && says && !starts_with(name, &known.write_verbs) && !is_check(name) {
                    stream.replay.get_or_insert(here);
                    if stream.volatile.is_none() {
                        stream.volatile = self.volatile(part.function, source, here);
                    }
                }
            }
            Kind::Call(head, _) => {
                if let Some(path) = head.as_path()
                    && let Def::External(full) = self.program.value_in(part.function, path)
                    && full.len() == 1
                {
                    stream.hidden |= has_word(&full[0], &known.store_words);
                }
            }
            _ => {}
        }
    }

    /// Whether an expression is a variable or field that holds a cursor.
    fn names_cursor(&self, expr: &Expr) -> bool {
        match &expr.kind {
            Kind::Path(path) => path.len() == 1 && self.is_cursor(&path[0]),
            Kind::Field(_, name) => self.is_cursor(name),
            _ => false,
        }
    }

    fn is_cursor(&self, name: &str) -> bool {
        let plain = name.to_lowercase().replace('-', "_");
        let ends = |word: &String| {
            plain
                .strip_suffix(word.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
        };
        self.analyzer.known.vocabulary().cursor_words.iter().any(ends)
    }

    /// The parameters, headers and fields that carry the cursor.
    fn carriers(&self, handler: FnId, parts: &[Part<'s>], stream: &mut Stream) {
        let (Some(facts), Some(at)) = (self.program.function(handler), self.program.module_of(handler)) else {
            return;
        };
        let mut add = |name: &str| {
            if !stream.cursor.iter().any(|known| known == name) {
                stream.cursor.push(name.to_owned());
            }
        };
        for (names, ty) in &facts.params {
            names
                .iter()
                .filter(|name| self.is_cursor(name))
                .for_each(|name| add(name));
            let mut types = vec![ty];
            types.extend(&ty.arguments);
            for ty in types {
                if words(ty.last()).eq(["last", "event", "id"].map(str::to_owned)) {
                    add("Last-Event-ID");
                }
                if let Def::Type(_, own) = self.program.type_def(at, ty) {
                    let fields = own.fields.iter().filter(|(name, _)| self.is_cursor(name));
                    fields.for_each(|(name, _)| add(name));
                }
            }
        }
        for part in parts {
            if let Kind::Method(_, name, arguments) = &part.expr.kind
                && matches!(name.as_str(), "get" | "remove")
                && let Some(Kind::Text(text)) = arguments.first().map(|argument| &argument.core().kind)
                && self.is_cursor(text)
            {
                add(text);
            }
        }
    }

    /// `Event::default().event("ping").id(n)`: the type of a control event that gets an id.
    fn control_event(&self, expr: &Expr) -> Option<String> {
        let (mut has_id, mut kind, mut current) = (false, None, expr);
        while let Kind::Method(receiver, name, arguments) = &current.kind {
            has_id |= name == "id" && arguments.len() == 1;
            if let ("event", [value]) = (name.as_str(), arguments.as_slice())
                && let Kind::Text(text) = &value.core().kind
            {
                kind = Some(text.clone());
            }
            current = receiver;
        }
        let control = &self.analyzer.known.vocabulary().control_events;
        kind.filter(|kind| has_id && control.contains(kind))
    }

    /// Where a restart empties the store that is asked, by its name or by what it is made of, and its type.
    fn volatile(&self, function: FnId, source: &Expr, here: Place) -> Option<(Place, String)> {
        let (at, ty) = self.type_of(function, source, HOPS)?;
        let (at, ty) = self.inside(at, ty)?;
        let known = self.analyzer.known.vocabulary();
        let Def::Type(_, own) = self.program.type_def(at, ty) else {
            return None;
        };
        if ty.is_bound {
            return self.fallback(own);
        }
        let kept = !own.fields.is_empty() && own.fields.iter().all(|(_, field)| is_memory(field));
        (kept || has_word(&own.name, &known.volatile_words)).then(|| (here, own.name.clone()))
    }

    /// The type of a variable or field, with the module that names it.
    fn type_of(&self, function: FnId, source: &Expr, hops: u32) -> Option<(At, &'s Type)> {
        let hops = hops.checked_sub(1)?;
        match &source.kind {
            Kind::Path(path) => {
                let [name] = path.as_slice() else { return None };
                let (facts, at) = (self.program.function(function)?, self.program.module_of(function)?);
                let (_, ty) = facts.params.iter().find(|(names, _)| names.contains(name))?;
                Some((at, ty))
            }
            Kind::Field(base, name) => {
                let (at, ty) = match base.as_path() {
                    Some([own]) if own == "self" => {
                        let owner = self.program.function(function)?.owner.as_ref()?;
                        (self.program.module_of(function)?, owner)
                    }
                    _ => self.type_of(function, base.core(), hops)?,
                };
                let (at, ty) = self.inside(at, ty)?;
                let Def::Type(module, own) = self.program.type_def(at, ty) else {
                    return None;
                };
                let (_, field) = own.fields.iter().find(|(field, _)| field == name)?;
                Some((module, field))
            }
            Kind::Method(receiver, name, _) if matches!(name.as_str(), "clone" | "as_ref" | "lock" | "read") => {
                self.type_of(function, receiver.core(), hops)
            }
            _ => None,
        }
    }

    /// What `State<Arc<T>>` holds.
    fn inside(&self, at: At, mut ty: &'s Type) -> Option<(At, &'s Type)> {
        for _ in 0..HOPS {
            match (ty.last(), ty.arguments.as_slice()) {
                ("State" | "Extension" | "Arc" | "Box" | "Rc" | "Mutex" | "RwLock", [inner]) => ty = inner,
                _ => return Some((at, ty)),
            }
        }
        None
    }
}

/// The `async` blocks of a statement and all in them: they run when their maker has returned.
fn deferred<'e>(all: &[&'e Expr]) -> FxHashSet<*const Expr> {
    let mut deferred = FxHashSet::default();
    for expr in all {
        if let Kind::Async(block) = &expr.kind {
            each_in(block, &mut |inner: &'e Expr| {
                deferred.insert(std::ptr::from_ref(inner));
            });
        }
    }
    deferred
}

/// `StatusCode::GONE`, or the code of an invalid cursor.
fn says_gone(expr: &Expr) -> bool {
    match &expr.kind {
        Kind::Path(path) => path
            .last()
            .is_some_and(|name| path.len() > 1 && matches!(name.as_str(), "GONE" | "CURSOR_INVALID" | "CursorInvalid")),
        Kind::Text(text) => text.ends_with(".cursor_invalid") || text == "cursor_invalid",
        _ => false,
    }
}

/// Whether an iterator is cut off before this: `.take(100)`.
fn is_bounded(receiver: &Expr) -> bool {
    let mut current = receiver;
    while let Kind::Method(inner, name, arguments) = &current.kind {
        if name == "take" && arguments.len() == 1 {
            return true;
        }
        current = inner;
    }
    false
}

fn is_check(name: &str) -> bool {
    matches!(
        name,
        "contains" | "contains_key" | "validate" | "check" | "verify" | "knows" | "has" | "exists"
    )
}

fn last_name(source: &Expr) -> Option<&str> {
    match &source.kind {
        Kind::Path(path) => path.last().map(String::as_str),
        Kind::Field(_, name) => Some(name),
        Kind::Method(receiver, _, _) => last_name(receiver.core()),
        _ => None,
    }
}

/// Whether a field's type is nothing but memory: a collection, behind a lock or not.
pub(super) fn is_memory(ty: &Type) -> bool {
    match ty.last() {
        "Vec" | "VecDeque" | "HashMap" | "BTreeMap" | "DashMap" | "LinkedList" => true,
        "Mutex" | "RwLock" | "RefCell" | "Arc" | "Box" => ty.arguments.iter().all(is_memory),
        "AtomicU64" | "AtomicUsize" | "AtomicU32" => true,
        _ => false,
    }
}
