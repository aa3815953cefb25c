//! Binding a call's arguments to a function's parameters, as Python does.

use super::{FnId, Model};
use crate::source::facts::{Arg, ArgKind, Call, Expr, Function, Name, ParamKind};

/// Which argument reaches which parameter.
#[derive(Debug)]
pub struct Bound<'c> {
    /// For each parameter, in order: the argument's value.
    pub values: Vec<Option<&'c Expr>>,
    /// Whether `*args` or `**kwargs` in the call may fill more.
    pub open: bool,
}

/// Why a call can never bind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BindError {
    /// No parameter has this name.
    UnexpectedKeyword(Name),
    /// More positional arguments than parameters.
    TooManyPositional {
        /// How many the callee takes.
        takes: usize,
        /// How many are given.
        given: usize,
    },
    /// A parameter is given by position and by keyword.
    Twice(Name),
    /// Required parameters have no argument.
    Missing(Vec<Name>),
}

/// Binds `call` to `function`; `skip_first` for a method called on an object or class.
pub fn bind<'c>(function: &Function, call: &'c Call, skip_first: bool) -> Result<Bound<'c>, BindError> {
    bind_arguments(function, &call.args, skip_first)
}

fn bind_arguments<'c>(function: &Function, args: &'c [Arg], skip_first: bool) -> Result<Bound<'c>, BindError> {
    let params = &function.params;
    let mut values: Vec<Option<&'c Expr>> = vec![None; params.len()];
    let positional: Vec<usize> = (0..params.len())
        .filter(|index| matches!(params[*index].kind, ParamKind::PositionOnly | ParamKind::Normal))
        .skip(usize::from(skip_first))
        .collect();
    // `def method(*args)` takes the object in its rest.
    let has_rest = params.iter().any(|param| param.kind == ParamKind::Rest);
    let has_keywords = params.iter().any(|param| param.kind == ParamKind::Keywords);
    let (mut given, mut open_positional, mut open) = (0, false, false);
    for arg in args {
        match arg.kind {
            ArgKind::Position => {
                match positional.get(given) {
                    Some(index) if !open_positional => values[*index] = Some(&arg.value),
                    Some(_) => {}
                    None if has_rest || open_positional => {}
                    None => {
                        let given = args.iter().filter(|arg| arg.kind == ArgKind::Position).count();
                        return Err(BindError::TooManyPositional {
                            takes: positional.len(),
                            given,
                        });
                    }
                }
                given += 1;
            }
            ArgKind::Keyword(name) => {
                let found = params.iter().position(|param| {
                    param.name == name && matches!(param.kind, ParamKind::Normal | ParamKind::KeywordOnly)
                });
                match found {
                    Some(index) if values[index].is_some() => return Err(BindError::Twice(name)),
                    Some(index) => values[index] = Some(&arg.value),
                    None if has_keywords => {}
                    None => return Err(BindError::UnexpectedKeyword(name)),
                }
            }
            ArgKind::Star => (open_positional, open) = (true, true),
            ArgKind::DoubleStar => open = true,
        }
    }
    if !open {
        let skipped = if skip_first { first_positional(function) } else { None };
        let required = params.iter().enumerate().filter(|(index, param)| {
            param.default.is_none()
                && values[*index].is_none()
                && Some(*index) != skipped
                && !matches!(param.kind, ParamKind::Rest | ParamKind::Keywords)
        });
        let missing: Vec<Name> = required.map(|(_, param)| param.name).collect();
        if !missing.is_empty() {
            return Err(BindError::Missing(missing));
        }
    }
    Ok(Bound { values, open })
}

fn first_positional(function: &Function) -> Option<usize> {
    function
        .params
        .iter()
        .position(|param| matches!(param.kind, ParamKind::PositionOnly | ParamKind::Normal))
}

impl BindError {
    /// The sentence that follows the callee's name: `got an unexpected keyword argument 'x'`.
    pub fn describe(&self, model: &Model<'_>) -> String {
        let quote = |name: &Name| format!("`{}`", model.text(*name));
        match self {
            Self::UnexpectedKeyword(name) => format!("has no parameter {}", quote(name)),
            Self::TooManyPositional { takes, given } => {
                format!("takes {takes} positional arguments, and {given} are given")
            }
            Self::Twice(name) => format!("is given {} twice", quote(name)),
            Self::Missing(names) => {
                format!(
                    "is not given {}",
                    names.iter().map(quote).collect::<Vec<_>>().join(", ")
                )
            }
        }
    }
}

impl Model<'_> {
    /// Whether decorators leave the signature of this function as it is written.
    pub fn signature_is_known(&self, function: FnId) -> bool {
        const TRANSPARENT: [&str; 16] = [
            "staticmethod",
            "classmethod",
            "abstractmethod",
            "override",
            "final",
            "lru_cache",
            "cache",
            "contextmanager",
            "asynccontextmanager",
            "inject",
            "wraps",
            "property",
            "cached_property",
            "no_type_check",
            "deprecated",
            "retry",
        ];
        const ROUTES: [&str; 13] = [
            "get",
            "post",
            "put",
            "patch",
            "delete",
            "head",
            "options",
            "trace",
            "websocket",
            "api_route",
            "route",
            "exception_handler",
            "middleware",
        ];
        self.function(function).facts.decorators.iter().all(|decorator| {
            let (func, called) = match decorator {
                Expr::Call(call) => (&call.func, true),
                other => (other, false),
            };
            match func {
                Expr::Name(name, _) => TRANSPARENT.contains(&self.text(*name)),
                Expr::Attr(attr) => {
                    let name = self.text(attr.name);
                    TRANSPARENT.contains(&name) || (called && ROUTES.contains(&name))
                }
                _ => false,
            }
        })
    }

    /// Whether a method is read like an attribute.
    pub fn is_property(&self, method: FnId) -> bool {
        self.is_decorated(method, "property") || self.is_decorated(method, "cached_property")
    }

    /// Whether a method has this decorator.
    pub fn is_decorated(&self, function: FnId, wanted: &str) -> bool {
        self.function(function)
            .facts
            .decorators
            .iter()
            .any(|decorator| match decorator {
                Expr::Name(name, _) => self.text(*name) == wanted,
                Expr::Attr(attr) => self.text(attr.name) == wanted,
                _ => false,
            })
    }
}
