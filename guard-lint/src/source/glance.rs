//! What a body does, told by names alone: whoever looks for something in a whole program looks here first, and into few
//! bodies. A body is spread over memory; this is not.

use super::facts::{Call, Expr, Name, Names};

/// Methods that change the dict, list or hash that they are called on.
pub const CHANGES: [&str; 8] = [
    "add",
    "append",
    "clear",
    "extend",
    "insert",
    "pop",
    "setdefault",
    "update",
];

/// What a body does. Nested functions, classes and lambdas tell for themselves; what stands in the head of one may be told
/// of both.
#[derive(Debug, Default)]
pub struct Glance {
    /// The last name of each call, each name once.
    pub called: Vec<Name>,
    /// Whether it calls what has no name: `make()()`.
    pub calls_unnamed: bool,
    /// The last names of the calls that get one of the function's parameters, or a part of one.
    pub hands: Vec<Name>,
    /// Whether it changes a part of one of its parameters.
    pub changes: bool,
    /// Whether a `return` stands in it.
    pub returns: bool,
}

impl Glance {
    /// Whether it calls something by one of these names.
    pub fn calls(&self, is_wanted: impl Fn(Name) -> bool) -> bool {
        self.called.iter().any(|name| is_wanted(*name))
    }
}

/// What is gathered while a body is read.
#[derive(Default)]
pub(super) struct Gathering {
    params: Vec<Name>,
    seen: Glance,
}

impl Gathering {
    /// Nothing was read yet of the body of a function with these parameters.
    pub(super) fn of(params: Vec<Name>) -> Self {
        Self {
            params,
            seen: Glance::default(),
        }
    }

    pub(super) fn finish(self) -> Glance {
        self.seen
    }

    /// A `return`.
    pub(super) fn returned(&mut self) {
        self.seen.returns = true;
    }

    pub(super) fn called(&mut self, call: &Call, names: &Names) {
        let (name, base) = match &call.func {
            Expr::Name(name, _) => (*name, None),
            Expr::Attr(attr) => (attr.name, Some(&attr.base)),
            _ => {
                self.seen.calls_unnamed = true;
                return;
            }
        };
        add(&mut self.seen.called, name);
        if self.params.is_empty() {
            return;
        }
        let mut given = call.args.iter().map(|arg| &arg.value).chain(base);
        if given.any(|given| self.is_of_param(given)) {
            add(&mut self.seen.hands, name);
            let changes = || CHANGES.contains(&names.resolve(name));
            self.seen.changes |= base.is_some_and(|base| self.is_of_param(base)) && changes();
        }
    }

    /// What is assigned to, or deleted.
    pub(super) fn set(&mut self, target: &Expr) {
        self.seen.changes |= matches!(target, Expr::Attr(_) | Expr::Index(_)) && self.is_of_param(target);
    }

    fn is_of_param(&self, expr: &Expr) -> bool {
        root(expr).is_some_and(|root| self.params.contains(&root))
    }
}

fn add(names: &mut Vec<Name>, name: Name) {
    if !names.contains(&name) {
        names.push(name);
    }
}

/// The variable that an expression is a part of.
fn root(expr: &Expr) -> Option<Name> {
    match expr {
        Expr::Name(name, _) => Some(*name),
        Expr::Attr(attr) => root(&attr.base),
        Expr::Index(pair) => root(&pair.base),
        Expr::Await(inner) | Expr::Star(inner) => root(inner),
        _ => None,
    }
}

/// Calls `set` for every attribute that this target assigns.
pub(crate) fn each_attribute(target: &Expr, set: &mut impl FnMut(Name)) {
    match target {
        Expr::Attr(attr) => set(attr.name),
        Expr::Seq(items) => items.iter().for_each(|item| each_attribute(item, set)),
        Expr::Star(inner) => each_attribute(inner, set),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::source::facts::{Module, Names};
    use crate::source::names::Recent;
    use crate::source::python;

    fn names_of(names: &Names, all: &[crate::source::facts::Name]) -> Vec<String> {
        all.iter().map(|name| names.resolve(*name).to_owned()).collect()
    }

    fn read(text: &str) -> (Module, Names) {
        let names = Names::default();
        let module = python::facts(text, &Recent::new(&names)).unwrap();
        (module, names)
    }

    #[test]
    fn each_body_tells_what_it_calls_and_hands_on() {
        let (module, names) = read(
            "setup(app)\nclass C:\n    field = made()\n    def m(self, x, y):\n        one(x.a)\n        two(y[0]).three()\n        \
             four(1)(2)\n        return lambda z: five(z)\n",
        );
        assert_eq!(names_of(&names, &module.glance.called), ["setup"]);
        assert_eq!(names_of(&names, &module.classes[0].glance.called), ["made"]);
        let method = &module.functions[0].glance;
        assert_eq!(names_of(&names, &method.called), ["one", "two", "three", "four"]);
        assert_eq!(names_of(&names, &method.hands), ["one", "two"]);
        assert!(method.calls_unnamed && method.returns && !method.changes);
        assert_eq!(names_of(&names, &module.functions[1].glance.hands), ["five"]);
    }

    #[test]
    fn changes_of_parameters_are_told() {
        for (body, changes) in [
            ("x['a'] = 1", true),
            ("x.b.c = 1", true),
            ("del x['a']", true),
            ("x.items.append(1)", true),
            ("x = 1", false),
            ("other['a'] = 1", false),
            ("x.read()", false),
        ] {
            let (module, _) = read(&format!("def f(x):\n    {body}\n"));
            assert_eq!(module.functions[0].glance.changes, changes, "{body}");
        }
        let (module, _) = read("class C:\n    def __init__(self, x):\n        self.x = x\n");
        assert!(
            !module.functions[0].glance.changes,
            "an object under construction is nobody's yet"
        );
    }

    #[test]
    fn attributes_that_are_set_are_listed() {
        let (module, names) = read("a.one, b.two = 1, 2\nfor c.three in x: pass\nwith y as d.four: pass\ne.five()\n");
        assert_eq!(
            names_of(&names, &module.set_attributes),
            ["one", "two", "three", "four"]
        );
    }
}
