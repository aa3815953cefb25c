//! Facts of one file: what the analysis needs of its text, and nothing of its syntax tree.
//!
//! A front end turns a file into a [`Module`]. Functions and classes of every depth are listed flat; a statement that
//! defines one refers to it by its index. Expressions keep calls, names, attributes, literals and conditions; all other
//! operators become [`Expr::Other`] over their operands, so that no call inside them is lost.

use thin_vec::ThinVec;

use super::glance::Glance;
pub use super::names::{Name, Names};

/// Byte offsets into the file's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

/// The facts of one file.
#[derive(Debug, Default)]
pub struct Module {
    /// The statements at module level.
    pub body: Vec<Stmt>,
    /// What they do at a glance.
    pub glance: Glance,
    /// The attributes that anything in the file assigns, on whatever object, each once.
    pub set_attributes: Vec<Name>,
    /// Every function of the file, at any depth, in source order.
    pub functions: Vec<Function>,
    /// Every class of the file, at any depth, in source order.
    pub classes: Vec<Class>,
    /// Places that the parser could not read, with its message.
    pub errors: Vec<(Span, String)>,
    /// The names that comprehensions and type parameters bind, each once: they are kept without the scope that they make.
    pub comprehended: Vec<Name>,
    /// Comments that carry a suppression, as (place of the comment, its text without the marker).
    pub directives: Vec<(Span, String)>,
    /// The facts of a Rust file, whose functions the list above names and places only.
    pub rust: Option<Box<super::rust::facts::Facts>>,
}

/// Where a definition stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Scope {
    /// At module level.
    #[default]
    Module,
    /// In the body of this class of the file.
    Class(u32),
    /// In the body of this function of the file.
    Function(u32),
}

/// A function, method or lambda.
#[derive(Debug)]
pub struct Function {
    /// Its name; `<lambda>` for a lambda.
    pub name: Name,
    /// The name's place.
    pub span: Span,
    /// Where it stands.
    pub scope: Scope,
    /// Its parameters in order.
    pub params: Vec<Param>,
    /// Its decorators, outermost first.
    pub decorators: Vec<Expr>,
    /// The annotation of what it returns.
    pub returns: Option<Expr>,
    /// Its statements.
    pub body: Vec<Stmt>,
    /// What they do at a glance.
    pub glance: Glance,
    /// Whether it is `async`.
    pub is_async: bool,
    /// Whether it yields: its body runs after its caller got the generator.
    pub is_generator: bool,
}

/// A parameter.
#[derive(Debug)]
pub struct Param {
    /// Its name.
    pub name: Name,
    /// How arguments reach it.
    pub kind: ParamKind,
    /// Its annotation.
    pub annotation: Option<Expr>,
    /// Its default.
    pub default: Option<Expr>,
    /// The name's place.
    pub span: Span,
}

/// How arguments reach a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamKind {
    /// By position only.
    PositionOnly,
    /// By position or keyword.
    Normal,
    /// `*args`.
    Rest,
    /// By keyword only.
    KeywordOnly,
    /// `**kwargs`.
    Keywords,
}

/// A class.
#[derive(Debug)]
pub struct Class {
    /// Its name.
    pub name: Name,
    /// The name's place.
    pub span: Span,
    /// Where it stands.
    pub scope: Scope,
    /// Its bases, without keywords.
    pub bases: Vec<Expr>,
    /// Its decorators.
    pub decorators: Vec<Expr>,
    /// Its statements; methods are [`Stmt::Function`].
    pub body: Vec<Stmt>,
    /// What they do at a glance.
    pub glance: Glance,
}

/// A statement.
#[derive(Debug)]
pub enum Stmt {
    /// An expression for its effect.
    Expr(Expr),
    /// `target = value`; a chain of targets gives one statement each, the value repeated only for the first.
    Assign(Box<Assign>),
    /// `return value`.
    Return(Option<Expr>, Span),
    /// `raise error from cause`.
    Raise(Box<Raise>),
    /// `if`, with `elif` as a nested `if` in `otherwise`.
    If(Box<If>),
    /// `for` and `while`.
    Loop(Box<Loop>),
    /// `try`.
    Try(Box<Try>),
    /// `with`.
    With(Box<With>),
    /// `match`.
    Match(Box<Match>),
    /// The definition of the function at this index.
    Function(u32),
    /// The definition of the class at this index.
    Class(u32),
    /// `import` and `from … import`.
    Import(Box<Import>),
    /// `global` and `nonlocal`.
    Global(Box<[Name]>),
    /// `assert test`.
    Assert(Expr),
    /// `break`.
    Break,
    /// `continue`.
    Continue,
}

/// An assignment.
#[derive(Debug)]
pub struct Assign {
    /// What is assigned to.
    pub target: Expr,
    /// The annotation.
    pub annotation: Option<Expr>,
    /// The value; none for a bare annotation.
    pub value: Option<Expr>,
    /// Whether the old value is part of the new (`+=`).
    pub augmented: bool,
    /// Its place.
    pub span: Span,
}

/// A `raise`.
#[derive(Debug)]
pub struct Raise {
    /// What is raised; nothing where the error at hand is raised again.
    pub error: Option<Expr>,
    /// What it comes from.
    pub cause: Option<Expr>,
    /// Its place.
    pub span: Span,
}

/// An `if`.
#[derive(Debug)]
pub struct If {
    /// The condition.
    pub test: Expr,
    /// What runs when it holds.
    pub then: Vec<Stmt>,
    /// What runs when not.
    pub otherwise: Vec<Stmt>,
}

/// A `for` or `while`.
#[derive(Debug)]
pub struct Loop {
    /// The target of a `for`.
    pub target: Option<Expr>,
    /// What a `for` iterates, what a `while` tests.
    pub head: Expr,
    /// The body.
    pub body: Vec<Stmt>,
    /// The `else`.
    pub otherwise: Vec<Stmt>,
}

/// A `try`.
#[derive(Debug)]
pub struct Try {
    /// The protected statements.
    pub body: Vec<Stmt>,
    /// The handlers in order.
    pub handlers: Vec<Handler>,
    /// The `else`.
    pub otherwise: Vec<Stmt>,
    /// The `finally`.
    pub finally: Vec<Stmt>,
}

/// An `except`.
#[derive(Debug)]
pub struct Handler {
    /// The classes; empty for a bare `except`.
    pub classes: Vec<Expr>,
    /// The name that the exception is bound to.
    pub name: Option<Name>,
    /// The statements.
    pub body: Vec<Stmt>,
    /// The place of the `except` line.
    pub span: Span,
}

/// A `with`.
#[derive(Debug)]
pub struct With {
    /// The managers with their targets.
    pub items: Vec<(Expr, Option<Expr>)>,
    /// The body.
    pub body: Vec<Stmt>,
}

/// A `match`.
#[derive(Debug)]
pub struct Match {
    /// What is matched.
    pub subject: Expr,
    /// The cases.
    pub cases: Vec<Case>,
}

/// A `case`.
#[derive(Debug)]
pub struct Case {
    /// The literal that it compares with, where the pattern is one.
    pub literal: Option<Expr>,
    /// The names that the pattern binds.
    pub binds: Vec<Name>,
    /// Whether it always matches.
    pub wildcard: bool,
    /// The guard.
    pub guard: Option<Expr>,
    /// The statements.
    pub body: Vec<Stmt>,
}

/// An import statement.
#[derive(Debug)]
pub struct Import {
    /// How many leading dots.
    pub level: u32,
    /// The dotted module of `from … import`; empty for `import a.b`.
    pub module: Option<Name>,
    /// The imported names with what they are bound to. `*` stands for all.
    pub names: Vec<(Name, Option<Name>)>,
    /// Its place.
    pub span: Span,
}

/// An expression.
#[derive(Debug)]
pub enum Expr {
    /// A name.
    Name(Name, Span),
    /// `base.name`.
    Attr(Box<Attr>),
    /// A call.
    Call(Box<Call>),
    /// A string literal.
    Str(Name, Span),
    /// An integer literal that fits.
    Int(i64),
    /// `True` and `False`.
    Bool(bool),
    /// `None`.
    None,
    /// `...`.
    Ellipsis,
    /// An f-string, its parts in order.
    Text(ThinVec<Expr>),
    /// A dict display.
    Dict(Box<Dict>),
    /// A list, tuple or set display.
    Seq(ThinVec<Expr>),
    /// `not x`.
    Not(Box<Expr>),
    /// `a and b`.
    And(ThinVec<Expr>),
    /// `a or b`.
    Or(ThinVec<Expr>),
    /// `a == b`.
    Compare(Box<Compare>),
    /// `then if test else otherwise`.
    Choice(Box<Choice>),
    /// `base[index]`.
    Index(Box<Index>),
    /// The lambda at this index.
    Lambda(u32),
    /// `(name := value)`.
    Walrus(Box<(Name, Expr)>),
    /// `await x`.
    Await(Box<Expr>),
    /// `yield x`.
    Yield(Option<Box<Expr>>),
    /// `*x` in a display.
    Star(Box<Expr>),
    /// `a + b`, for paths and texts.
    Add(Box<(Expr, Expr)>),
    /// `a | b`, for annotations.
    Pipe(Box<(Expr, Expr)>),
    /// Any other operator over these operands.
    Other(ThinVec<Expr>),
}

/// `base[index]`.
#[derive(Debug)]
pub struct Index {
    /// The object.
    pub base: Expr,
    /// What it is asked for.
    pub index: Expr,
    /// The whole expression's place.
    pub span: Span,
}

/// A dict display.
#[derive(Debug)]
pub struct Dict {
    /// Its keys with their values; a `**value` has no key.
    pub items: ThinVec<(Option<Expr>, Expr)>,
    /// Its place.
    pub span: Span,
}

/// `base.name`.
#[derive(Debug)]
pub struct Attr {
    /// The object.
    pub base: Expr,
    /// The attribute.
    pub name: Name,
    /// The whole expression's place.
    pub span: Span,
}

/// A call.
#[derive(Debug)]
pub struct Call {
    /// What is called.
    pub func: Expr,
    /// Its arguments in order.
    pub args: ThinVec<Arg>,
    /// The whole expression's place.
    pub span: Span,
}

/// An argument.
#[derive(Debug)]
pub struct Arg {
    /// How it is given.
    pub kind: ArgKind,
    /// Its value.
    pub value: Expr,
}

/// How an argument is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArgKind {
    /// By position.
    Position,
    /// By this keyword.
    Keyword(Name),
    /// `*value`.
    Star,
    /// `**value`.
    DoubleStar,
}

/// A comparison of two operands.
#[derive(Debug)]
pub struct Compare {
    /// The left operand.
    pub left: Expr,
    /// The operator.
    pub op: CompareOp,
    /// The right operand.
    pub right: Expr,
    /// The whole expression's place.
    pub span: Span,
}

/// A comparison operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the operators' own names")]
pub enum CompareOp {
    Eq,
    NotEq,
    Is,
    IsNot,
    In,
    NotIn,
    Order,
}

/// `then if test else otherwise`.
#[derive(Debug)]
pub struct Choice {
    /// The condition.
    pub test: Expr,
    /// The value when it holds.
    pub then: Expr,
    /// The value when not.
    pub otherwise: Expr,
}

impl Expr {
    /// Its place, as far as the facts keep one.
    pub fn span(&self) -> Option<Span> {
        match self {
            Expr::Name(_, span) | Expr::Str(_, span) => Some(*span),
            Expr::Index(index) => Some(index.span),
            Expr::Dict(dict) => Some(dict.span),
            Expr::Attr(attr) => Some(attr.span),
            Expr::Call(call) => Some(call.span),
            Expr::Compare(compare) => Some(compare.span),
            Expr::Await(inner) | Expr::Not(inner) | Expr::Star(inner) => inner.span(),
            _ => None,
        }
    }

    /// The expression without `await`.
    pub fn awaited(&self) -> &Expr {
        match self {
            Expr::Await(inner) => inner.awaited(),
            other => other,
        }
    }

    /// The literal string.
    pub fn as_str<'n>(&self, names: &'n Names) -> Option<&'n str> {
        match self {
            Expr::Str(value, _) => Some(names.resolve(*value)),
            _ => None,
        }
    }
}

impl Call {
    /// The argument given by this keyword.
    pub fn keyword<'c>(&'c self, names: &Names, keyword: &str) -> Option<&'c Expr> {
        self.args.iter().find_map(|arg| match arg.kind {
            ArgKind::Keyword(name) if names.resolve(name) == keyword => Some(&arg.value),
            _ => None,
        })
    }

    /// The argument at this position, when every earlier one is plain too.
    pub fn position(&self, index: usize) -> Option<&Expr> {
        let arg = self.args.get(index)?;
        let plain = self.args[..=index].iter().all(|arg| arg.kind == ArgKind::Position);
        plain.then_some(&arg.value)
    }

    /// The argument by keyword, or else at this position.
    pub fn argument<'c>(&'c self, names: &Names, keyword: &str, index: usize) -> Option<&'c Expr> {
        self.keyword(names, keyword).or_else(|| self.position(index))
    }
}
