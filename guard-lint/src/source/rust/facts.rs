//! Facts of one Rust file: its items by module, and of bodies what can register a route, refuse a request or answer.
//!
//! They are the counterpart of [`crate::source::facts`]. Names stay texts: Rust files are few beside what their engines
//! depend on, and paths are compared segment by segment.

use crate::source::facts::Span;

/// The facts of one file. Functions stand in the order of the module's [`crate::source::facts::Module::functions`].
#[derive(Debug, Default)]
pub struct Facts {
    /// `mod` declarations, inline and not.
    pub modules: Vec<ModDecl>,
    /// What `use` binds, one entry a name.
    pub uses: Vec<Use>,
    /// Functions, methods and closures.
    pub functions: Vec<Function>,
    /// Structs, enums, traits and type aliases.
    pub types: Vec<TypeDef>,
    /// Constants and statics.
    pub constants: Vec<Constant>,
    /// Macros that may hide a route: their places, and their names.
    pub hidden: Vec<(Span, String)>,
}

/// A `mod`. Inline modules are numbered from 1 on in the file; 0 is the file itself.
#[derive(Debug)]
pub struct ModDecl {
    /// The module that it stands in.
    pub within: u32,
    /// Its name.
    pub name: String,
    /// Its own number, where its items stand in the same file.
    pub inline: Option<u32>,
    /// `#[path = "..."]`.
    pub path: Option<String>,
    /// Whether it is there in tests only.
    pub is_test: bool,
    /// The name's place.
    pub span: Span,
}

/// A name that `use` binds.
#[derive(Debug)]
pub struct Use {
    /// The module that it stands in.
    pub within: u32,
    /// What it names.
    pub path: Vec<String>,
    /// The name that it binds; none for `*`.
    pub name: Option<String>,
}

/// A function, method or closure.
#[derive(Debug)]
pub struct Function {
    /// The module that it stands in.
    pub within: u32,
    /// Its name.
    pub name: String,
    /// The type whose method it is.
    pub owner: Option<Type>,
    /// The trait that it implements a method of.
    pub of_trait: Option<Vec<String>>,
    /// Its parameters without `self`: the names that the pattern binds, and the type.
    pub params: Vec<(Vec<String>, Type)>,
    /// What it returns.
    pub returns: Option<Type>,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
    /// Its statements.
    pub body: Block,
    /// Whether it is a closure: nobody calls it by a name.
    pub is_closure: bool,
}

/// A struct, enum, trait or type alias.
#[derive(Debug)]
pub struct TypeDef {
    /// The module that it stands in.
    pub within: u32,
    /// Its name.
    pub name: String,
    /// What it stands for, where it is an alias.
    pub alias: Option<Type>,
    /// The path that it states for routes: `#[typed_path("/users/{id}")]`.
    pub typed_path: Option<String>,
    /// The fields of a struct, by their names or numbers.
    pub fields: Vec<(String, Type)>,
}

/// A constant or static.
#[derive(Debug)]
pub struct Constant {
    /// The module that it stands in.
    pub within: u32,
    /// Its name.
    pub name: String,
    /// The type or trait that it belongs to.
    pub owner: Option<Type>,
    /// Its value.
    pub value: Expr,
}

/// An attribute with its arguments.
#[derive(Debug)]
pub struct Attribute {
    /// Its path.
    pub path: Vec<String>,
    /// `key = value`.
    pub arguments: Vec<(String, Value)>,
    /// Its place.
    pub span: Span,
}

/// A value in an attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A string.
    Text(String),
    /// A word: `POST`.
    Word(String),
    /// A whole number.
    Number(u64),
    /// A list.
    List(Vec<Value>),
    /// A word with values behind it: `sse("chat")`.
    Call(String, Vec<Value>),
    /// Anything else.
    Other,
}

/// A type.
#[derive(Debug, Clone)]
pub struct Type {
    /// The path, without generics. A tuple is `()`, an array or slice `[]`; a reference is what it refers to, and
    /// `impl Trait` and `dyn Trait` are their first trait.
    pub path: Vec<String>,
    /// Generic arguments, elements of a tuple.
    pub arguments: Vec<Type>,
    /// Whether it is `impl Trait` or `dyn Trait`.
    pub is_bound: bool,
    /// Its place.
    pub span: Span,
}

/// Statements.
pub type Block = Vec<Stmt>;

/// A statement.
#[derive(Debug)]
pub enum Stmt {
    /// `let pattern = value else { otherwise };`
    Let(Pattern, Option<Expr>, Option<Expr>),
    /// An expression, and whether its value is dropped.
    Expr(Expr, bool),
}

/// A pattern.
#[derive(Debug, Default)]
pub struct Pattern {
    /// The names that it binds, in order. A constant in a pattern looks like a name and is one more.
    pub names: Vec<String>,
    /// The outermost constructors that a value may have: `Ok`, `None`, `true`. `_` where any will do, and empty for what
    /// has no name.
    pub heads: Vec<String>,
}

/// An operator that decides something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain words")]
pub enum Operator {
    And,
    Or,
    Equal,
    Unequal,
}

/// An expression.
#[derive(Debug)]
pub struct Expr {
    /// What it is.
    pub kind: Kind,
    /// The place of its telling word: the method's name, the path, the `?`.
    pub span: Span,
}

/// What an expression is.
#[derive(Debug)]
pub enum Kind {
    /// A path, without generics.
    Path(Vec<String>),
    /// A string literal.
    Text(String),
    /// A whole number.
    Number(u64),
    /// `true` or `false`.
    Bool(bool),
    /// A call.
    Call(Box<Expr>, Vec<Expr>),
    /// `receiver.name(arguments)`.
    Method(Box<Expr>, String, Vec<Expr>),
    /// `name!(...)`, with its arguments where they are expressions.
    Macro(Vec<String>, Vec<Expr>),
    /// `value?`.
    Try(Box<Expr>),
    /// `value.await`.
    Await(Box<Expr>),
    /// `&value`.
    Reference(Box<Expr>),
    /// A block; `unsafe` ones too.
    Block(Block),
    /// `async { … }`: what returns in it leaves it, and not the function.
    Async(Block),
    /// `if test { then } else { otherwise }`.
    If(Box<Expr>, Block, Option<Box<Expr>>),
    /// `match value { arms }`: for each arm its pattern, its guard, and its value.
    Match(Box<Expr>, Vec<(Pattern, Option<Expr>, Expr)>),
    /// The closure at this index of the file's functions.
    Closure(u32),
    /// `return value`.
    Return(Option<Box<Expr>>),
    /// `target = value`.
    Assign(Box<Expr>, Box<Expr>),
    /// `break`, or `continue` where false, with its value.
    Jump(bool, Option<Box<Expr>>),
    /// `let pattern = value` as a condition.
    Let(Pattern, Box<Expr>),
    /// A tuple.
    Tuple(Vec<Expr>),
    /// An array.
    Array(Vec<Expr>),
    /// A struct literal: its path, and its fields' values.
    Struct(Vec<String>, Vec<Expr>),
    /// `base.name`.
    Field(Box<Expr>, String),
    /// A loop: what it goes through or tests, and its body.
    Loop(Option<Box<Expr>>, Vec<String>, Block),
    /// `!value`.
    Not(Box<Expr>),
    /// An operator that decides something, between two values.
    Binary(Operator, Box<Expr>, Box<Expr>),
    /// Any other operator.
    Other(Vec<Expr>),
}

impl Type {
    /// The last segment of its path.
    pub fn last(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }
}

impl Expr {
    /// The expression without `await`, `?`, `&` and parentheses: what makes the value.
    pub fn core(&self) -> &Expr {
        match &self.kind {
            Kind::Await(inner) | Kind::Try(inner) | Kind::Reference(inner) => inner.core(),
            _ => self,
        }
    }

    /// The path that it is.
    pub fn as_path(&self) -> Option<&[String]> {
        match &self.kind {
            Kind::Path(path) => Some(path),
            _ => None,
        }
    }

    /// Calls `each` for this expression and all below it, outer ones first; what closures hold is left out.
    pub fn each<'e>(&'e self, each: &mut impl FnMut(&'e Expr)) {
        each(self);
        match &self.kind {
            Kind::Call(head, rest) | Kind::Method(head, _, rest) => {
                head.each(each);
                rest.iter().for_each(|inner| inner.each(each));
            }
            Kind::Macro(_, all) | Kind::Tuple(all) | Kind::Array(all) | Kind::Struct(_, all) | Kind::Other(all) => {
                all.iter().for_each(|inner| inner.each(each));
            }
            Kind::Try(inner)
            | Kind::Await(inner)
            | Kind::Reference(inner)
            | Kind::Let(_, inner)
            | Kind::Not(inner)
            | Kind::Field(inner, _) => inner.each(each),
            Kind::Return(inner) | Kind::Jump(_, inner) => inner.iter().for_each(|inner| inner.each(each)),
            Kind::Assign(left, right) | Kind::Binary(_, left, right) => {
                left.each(each);
                right.each(each);
            }
            Kind::Block(block) | Kind::Async(block) => each_in(block, each),
            Kind::If(test, then, otherwise) => {
                test.each(each);
                each_in(then, each);
                otherwise.iter().for_each(|inner| inner.each(each));
            }
            Kind::Match(value, arms) => {
                value.each(each);
                for (_, guard, arm) in arms {
                    guard.iter().for_each(|inner| inner.each(each));
                    arm.each(each);
                }
            }
            Kind::Loop(head, _, body) => {
                head.iter().for_each(|inner| inner.each(each));
                each_in(body, each);
            }
            Kind::Path(_) | Kind::Text(_) | Kind::Number(_) | Kind::Bool(_) | Kind::Closure(_) => {}
        }
    }
}

/// Calls `each` for every expression of a block, outer ones first.
pub fn each_in<'e>(block: &'e Block, each: &mut impl FnMut(&'e Expr)) {
    for statement in block {
        match statement {
            Stmt::Let(_, value, otherwise) => {
                value.iter().chain(otherwise).for_each(|inner| inner.each(each));
            }
            Stmt::Expr(value, _) => value.each(each),
        }
    }
}
