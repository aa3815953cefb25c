//! Routers that another front end found, added to those of FastAPI: rules, tickets and reports ask them the same.

use std::collections::BTreeMap;

use super::{Mounting, Route, Router, RouterId, Routes};
use crate::model::rust::{Found, Origin};
use crate::model::{FnId, Model, Place};

/// What is known of such routers beside what all routers have.
#[derive(Debug, Default)]
pub struct Foreign {
    /// The number of the first one.
    first: u32,
    /// Their names.
    names: Vec<String>,
    /// For each, for each route: the index of its endpoint among those found.
    found: Vec<Vec<usize>>,
}

impl<'s> Routes<'s> {
    /// Adds the Rust part's endpoints: one router for each that the registry's facts name, and one for each function that
    /// puts a plain router together.
    pub fn add_rust(&mut self, model: &Model<'s>, found: &[Found<'_>]) {
        let mut groups: BTreeMap<(&str, Option<FnId>), Vec<usize>> = BTreeMap::new();
        for (index, endpoint) in found.iter().enumerate() {
            let of = matches!(endpoint.origin, Origin::Plain { .. }).then_some(endpoint.function);
            groups.entry((endpoint.router.as_str(), of)).or_default().push(index);
        }
        self.foreign.first = self.routers.len() as u32;
        for ((name, function), indices) in groups {
            let id = RouterId(self.routers.len() as u32);
            let first = &found[indices[0]];
            let place = if function.is_some() {
                first.place
            } else {
                model.function_place(first.handler)
            };
            let variable = match function {
                Some(function) => model.function(function).facts.name,
                None => model.intern("routes"),
            };
            let served = indices.iter().any(|index| match &found[*index].origin {
                Origin::Registry { listed, .. } => *listed,
                Origin::Plain { .. } => true,
            });
            self.routers.push(router(
                place,
                function,
                variable,
                indices.iter().map(|index| &found[*index]),
            ));
            self.shadows.push(vec![None; indices.len()]);
            self.unserved.push(Vec::new());
            let mounting = Mounting {
                app: id,
                prefix: String::new(),
                steps: Vec::new(),
            };
            self.mountings.push(if served { vec![mounting] } else { Vec::new() });
            self.foreign.names.push(name.to_owned());
            self.foreign.found.push(indices);
        }
    }

    /// How many routers are Python's: they come first.
    pub fn python(&self) -> usize {
        self.routers.len() - self.foreign.names.len()
    }

    /// The endpoint of a route of another front end, by its index among those found.
    pub fn found(&self, id: RouterId, route: usize) -> Option<usize> {
        self.foreign.found.get(self.number(id)?)?.get(route).copied()
    }

    /// The dotted name of a router's module.
    pub fn name<'r>(&'r self, model: &'r Model<'_>, id: RouterId) -> &'r str {
        match self.number(id).and_then(|number| self.foreign.names.get(number)) {
            Some(name) => name,
            None => &model.dotted[self.router(id).module.0 as usize],
        }
    }

    /// Whether another front end found a router.
    pub fn is_foreign(&self, id: RouterId) -> bool {
        self.number(id).is_some()
    }

    fn number(&self, id: RouterId) -> Option<usize> {
        let number = id.0.checked_sub(self.foreign.first)? as usize;
        (number < self.foreign.names.len()).then_some(number)
    }
}

fn router<'s, 'f>(
    place: Place,
    function: Option<FnId>,
    variable: crate::source::facts::Name,
    endpoints: impl Iterator<Item = &'f Found<'f>>,
) -> Router<'s> {
    let routes = endpoints.map(|endpoint| Route {
        handler: endpoint.handler,
        methods: endpoint.methods.clone(),
        path: endpoint.path.clone(),
        websocket: endpoint.websocket,
        status: None,
        dependencies: Vec::new(),
        place: endpoint.place,
    });
    Router {
        module: place.module,
        function,
        variable,
        place,
        is_app: false,
        prefix: String::new(),
        dependencies: Vec::new(),
        routes: routes.collect(),
        includes: Vec::new(),
        handlers: Vec::new(),
        middleware: Vec::new(),
        catches: false,
    }
}
