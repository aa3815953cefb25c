//! Routers, applications, endpoints, mounts and exception handlers, as FastAPI registers them when the modules are imported.

mod arguments;
mod collect;
mod constant;
mod construct;
mod finder;
mod foreign;
mod middleware;
mod mount;
mod path;
mod route_class;
mod shadow;
mod table;
mod turns;

use super::classes::Base;
use super::{FnId, ModId, Model, Place};
use crate::source::facts::{Expr, Name};

pub(crate) use arguments::{Declared, depends};
pub use foreign::Foreign;
pub use middleware::Middleware;
pub use mount::Mounting;
pub use path::join;

/// Where an expression stands: its file, and the function whose names it sees.
pub(crate) type Where = (ModId, Option<FnId>);

/// A router or application, by its index into [`Routes::routers`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RouterId(pub u32);

/// A router or application.
#[derive(Debug)]
pub struct Router<'s> {
    /// The file that makes it.
    pub module: ModId,
    /// The function that makes it.
    pub function: Option<FnId>,
    /// The variable that holds it first.
    pub variable: Name,
    /// The call that makes it.
    pub place: Place,
    /// Whether it is an application.
    pub is_app: bool,
    /// Its own prefix; `?` stands for what is not constant.
    pub prefix: String,
    /// Dependencies of all its routes.
    pub dependencies: Vec<Dependency<'s>>,
    /// Its routes, in the order of registration.
    pub routes: Vec<Route<'s>>,
    /// What it includes, in order.
    pub includes: Vec<Include<'s>>,
    /// Exception handlers registered on it.
    pub handlers: Vec<ExceptionHandler>,
    /// What runs around its requests.
    pub middleware: Vec<Middleware<'s>>,
    /// Whether its routes are of a class that catches what their handlers raise.
    pub catches: bool,
}

/// A provider that runs before a handler.
#[derive(Debug, Clone, Copy)]
pub struct Dependency<'s> {
    /// Where its expression stands.
    pub module: ModId,
    /// The function whose names its expression uses.
    pub function: Option<FnId>,
    /// The provider.
    pub provider: &'s Expr,
}

/// One registered route.
#[derive(Debug)]
pub struct Route<'s> {
    /// The handler.
    pub handler: FnId,
    /// Upper-case methods, sorted; empty for a WebSocket.
    pub methods: Vec<String>,
    /// The path without the router's prefix.
    pub path: String,
    /// Whether it is a WebSocket.
    pub websocket: bool,
    /// The status that it declares.
    pub status: Option<&'s Expr>,
    /// Dependencies of the decorator.
    pub dependencies: Vec<Dependency<'s>>,
    /// The registering decorator or call.
    pub place: Place,
}

/// One `include_router` or `mount`.
#[derive(Debug)]
pub struct Include<'s> {
    /// What is included.
    pub child: RouterId,
    /// The added prefix.
    pub prefix: String,
    /// The added dependencies.
    pub dependencies: Vec<Dependency<'s>>,
    /// The call.
    pub place: Place,
    /// Whether it is mounted as an application of its own, with its own exception handlers.
    pub mounted: bool,
}

/// One registered exception handler.
#[derive(Debug, Clone, Copy)]
pub struct ExceptionHandler {
    /// The exception class; none for a status code or what could not be resolved.
    pub class: Option<Base>,
    /// The handler.
    pub function: Option<FnId>,
    /// The registration.
    pub place: Place,
}

/// All routers of a program with how they are mounted.
#[derive(Debug)]
pub struct Routes<'s> {
    /// The routers and applications, by module and place.
    pub routers: Vec<Router<'s>>,
    /// For each router: the applications that serve it, and through what.
    pub mountings: Vec<Vec<Mounting>>,
    /// For each router that no application serves: the ways to it from the outermost router that includes it.
    pub unserved: Vec<Vec<Mounting>>,
    /// For each router, for each of its routes: the route that answers first.
    pub shadows: Vec<Vec<Option<(RouterId, usize)>>>,
    /// What is known of routers that another front end found.
    foreign: Foreign,
}

impl<'s> Routes<'s> {
    /// Finds every router of the program.
    pub fn new(model: &Model<'s>) -> Self {
        let (mut routers, made): (Vec<_>, Vec<_>) = construct::routers(model).into_iter().unzip();
        collect::fill(model, &mut routers, &made);
        let mountings = mount::mountings(&routers);
        let unserved = mount::unserved(&routers);
        let shadows = shadow::shadows(&routers);
        Self {
            routers,
            mountings,
            unserved,
            shadows,
            foreign: Foreign::default(),
        }
    }

    /// A router.
    pub fn router(&self, id: RouterId) -> &Router<'s> {
        &self.routers[id.0 as usize]
    }

    /// All ids in order.
    pub fn ids(&self) -> impl Iterator<Item = RouterId> + use<> {
        (0..self.routers.len() as u32).map(RouterId)
    }
}
