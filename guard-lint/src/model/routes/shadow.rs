//! Routes that never answer, because an earlier one matches the same requests.

use rustc_hash::FxHashMap;

use super::mount::WAYS;
use super::path::{covers, join};
use super::{Router, RouterId};

/// A route as one application serves it.
struct Served<'r> {
    router: RouterId,
    route: usize,
    methods: &'r [String],
    websocket: bool,
    path: String,
}

/// For each route of each router, the first route that covers it: in the same router, or in every application that serves
/// the router.
pub(super) fn shadows(routers: &[Router<'_>]) -> Vec<Vec<Option<(RouterId, usize)>>> {
    let mut shadows: Vec<Vec<Option<(RouterId, usize)>>> =
        routers.iter().map(|router| vec![None; router.routes.len()]).collect();
    for (index, router) in routers.iter().enumerate() {
        let mut served = Vec::new();
        if router.is_app {
            let mut way = Way {
                above: Vec::new(),
                ways: vec![0; routers.len()],
            };
            serve(routers, RouterId(index as u32), "", &mut way, &mut served);
        } else {
            own_routes(router, RouterId(index as u32), &router.prefix, &mut served);
        }
        for (later, by) in covered(&served) {
            let entry = &mut shadows[served[later].router.0 as usize][served[later].route];
            let by = (served[by].router, served[by].route);
            let place = |(router, route): (RouterId, usize)| routers[router.0 as usize].routes[route].place;
            // Within its own router is the surer place to point at. A name may hold one of two routers: a route on both of
            // them does not stand before itself.
            if entry.is_none() && place(by) != place((served[later].router, served[later].route)) {
                *entry = Some(by);
            }
        }
    }
    shadows
}

/// The way through an application's routers.
struct Way {
    /// The routers above.
    above: Vec<RouterId>,
    /// How many ways led to each router.
    ways: Vec<usize>,
}

/// The routes of an application in the order in which it tries them.
fn serve<'r>(routers: &'r [Router<'_>], id: RouterId, prefix: &str, way: &mut Way, served: &mut Vec<Served<'r>>) {
    let ways = &mut way.ways[id.0 as usize];
    if *ways == WAYS || way.above.contains(&id) {
        return;
    }
    *ways += 1;
    let router = &routers[id.0 as usize];
    let prefix = join(prefix, &router.prefix);
    own_routes(router, id, &prefix, served);
    way.above.push(id);
    for include in router.includes.iter().filter(|include| !include.mounted) {
        serve(routers, include.child, &join(&prefix, &include.prefix), way, served);
    }
    way.above.pop();
}

fn own_routes<'r>(router: &'r Router<'_>, id: RouterId, prefix: &str, served: &mut Vec<Served<'r>>) {
    served.extend(router.routes.iter().enumerate().map(|(route, facts)| Served {
        router: id,
        route,
        methods: &facts.methods,
        websocket: facts.websocket,
        path: join(prefix, &facts.path),
    }));
}

/// Pairs of (later, earlier) where the earlier covers the later. A path with an unknown part covers and is covered by
/// nothing.
fn covered(served: &[Served<'_>]) -> Vec<(usize, usize)> {
    // A path without parameters is covered by its like and by templates only: most routes are never compared.
    let mut literal: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    let mut templates: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
    let mut rest: Vec<usize> = Vec::new();
    let mut pairs = Vec::new();
    for (later, route) in served.iter().enumerate() {
        if route.path.contains('?') {
            continue;
        }
        let length = route.path.matches('/').count();
        let covers_it = |earlier: &&usize| {
            let other = &served[**earlier];
            other.websocket == route.websocket
                && route.methods.iter().all(|method| other.methods.contains(method))
                && covers(&other.path, &route.path)
        };
        let groups = [literal.get(route.path.as_str()), templates.get(&length), Some(&rest)];
        let first = groups
            .into_iter()
            .flatten()
            .filter_map(|group| group.iter().find(covers_it))
            .min();
        pairs.extend(first.map(|earlier| (later, *earlier)));
        if route.path.contains(":path}") {
            rest.push(later);
        } else if route.path.contains('{') {
            templates.entry(length).or_default().push(later);
        } else {
            literal.entry(&route.path).or_default().push(later);
        }
    }
    pairs
}
