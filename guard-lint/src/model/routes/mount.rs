//! Which applications serve a router, and through what.

use rustc_hash::{FxHashMap, FxHashSet};

use super::path::join;
use super::{Router, RouterId};

/// One way from an application to a router.
#[derive(Debug, Clone)]
pub struct Mounting {
    /// The application.
    pub app: RouterId,
    /// The prefixes on the way, without the router's own.
    pub prefix: String,
    /// The routers in between, and for each step the include of its parent that made it.
    pub steps: Vec<Step>,
}

/// One include on the way.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// The including router.
    pub parent: RouterId,
    /// The index of the include in it.
    pub include: usize,
}

/// The most ways to one router that are told apart. Routers that include each other in circles have more ways than anybody
/// can list; an engine's have a few.
pub(super) const WAYS: usize = 256;

/// The mountings of every router. An application serves itself, where it is mounted on another too: below its place there.
pub(super) fn mountings(routers: &[Router<'_>]) -> Vec<Vec<Mounting>> {
    let places = places(routers);
    from(routers, |router, id| {
        let places = places.get(&id).cloned();
        if router.is_app {
            places.unwrap_or_else(|| vec![String::new()])
        } else {
            Vec::new()
        }
    })
}

/// The prefixes below which applications are mounted on others.
fn places(routers: &[Router<'_>]) -> FxHashMap<RouterId, Vec<String>> {
    let mut places: FxHashMap<RouterId, Vec<String>> = FxHashMap::default();
    let mounted = |routers: &[Router<'_>]| {
        routers
            .iter()
            .flat_map(|router| &router.includes)
            .any(|include| include.mounted)
    };
    // An application on an application on an application is the most that anyone writes.
    for _ in 0..if mounted(routers) { 3 } else { 0 } {
        let ways = from(routers, |router, id| match places.get(&id) {
            Some(places) => places.clone(),
            None if router.is_app => vec![String::new()],
            None => Vec::new(),
        });
        let mut found: FxHashMap<RouterId, Vec<String>> = FxHashMap::default();
        for (router, ways) in routers.iter().zip(&ways) {
            for include in router.includes.iter().filter(|include| include.mounted) {
                let below =
                    |way: &Mounting| join(&join(&way.prefix, &router.prefix), include.prefix.trim_end_matches('/'));
                found.entry(include.child).or_default().extend(ways.iter().map(below));
            }
        }
        for places in found.values_mut() {
            places.sort_unstable();
            places.dedup();
        }
        // What it is mounted on may be served by nobody.
        found.retain(|_, places| !places.is_empty());
        if found == places {
            break;
        }
        places = found;
    }
    places
}

/// The ways to routers that no application serves, from the outermost router that includes them: what those add holds
/// wherever the outermost one may be mounted.
pub(super) fn unserved(routers: &[Router<'_>]) -> Vec<Vec<Mounting>> {
    let included: FxHashSet<RouterId> = routers
        .iter()
        .flat_map(|router| &router.includes)
        .map(|include| include.child)
        .collect();
    from(routers, |router, id| {
        if router.is_app || included.contains(&id) {
            Vec::new()
        } else {
            vec![String::new()]
        }
    })
}

/// The ways from where they start: the prefixes that a router gets from outside, one for each start.
fn from(routers: &[Router<'_>], starts: impl Fn(&Router<'_>, RouterId) -> Vec<String>) -> Vec<Vec<Mounting>> {
    let mut mountings = vec![Vec::new(); routers.len()];
    for (index, router) in routers.iter().enumerate() {
        let app = RouterId(index as u32);
        for prefix in starts(router, app) {
            descend(routers, app, app, prefix, &mut Vec::new(), &mut mountings);
        }
    }
    mountings
}

/// A sub-application that is mounted answers with its own handlers: its routers belong to it, not to the outer one.
fn descend(
    routers: &[Router<'_>],
    app: RouterId,
    at: RouterId,
    prefix: String,
    steps: &mut Vec<Step>,
    mountings: &mut Vec<Vec<Mounting>>,
) {
    let ways = &mut mountings[at.0 as usize];
    if ways.len() == WAYS {
        return;
    }
    ways.push(Mounting {
        app,
        prefix: prefix.clone(),
        steps: steps.clone(),
    });
    let prefix = join(&prefix, &routers[at.0 as usize].prefix);
    for (index, include) in routers[at.0 as usize].includes.iter().enumerate() {
        let cyclic = include.child == at || steps.iter().any(|step| step.parent == include.child);
        if include.mounted || cyclic {
            continue;
        }
        steps.push(Step {
            parent: at,
            include: index,
        });
        descend(
            routers,
            app,
            include.child,
            join(&prefix, &include.prefix),
            steps,
            mountings,
        );
        steps.pop();
    }
}
