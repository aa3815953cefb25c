//! Which applications serve a router, and through what.

use rustc_hash::FxHashSet;

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

/// The mountings of every router. An application serves itself.
pub(super) fn mountings(routers: &[Router<'_>]) -> Vec<Vec<Mounting>> {
    from(routers, |router, _| router.is_app)
}

/// The ways to routers that no application serves, from the outermost router that includes them: what those add holds
/// wherever the outermost one may be mounted.
pub(super) fn unserved(routers: &[Router<'_>]) -> Vec<Vec<Mounting>> {
    let included: FxHashSet<RouterId> = routers
        .iter()
        .flat_map(|router| &router.includes)
        .map(|include| include.child)
        .collect();
    from(routers, |router, id| !router.is_app && !included.contains(&id))
}

fn from(routers: &[Router<'_>], starts: impl Fn(&Router<'_>, RouterId) -> bool) -> Vec<Vec<Mounting>> {
    let mut mountings = vec![Vec::new(); routers.len()];
    for (index, router) in routers.iter().enumerate() {
        let app = RouterId(index as u32);
        if starts(router, app) {
            descend(routers, app, app, String::new(), &mut Vec::new(), &mut mountings);
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
    mountings[at.0 as usize].push(Mounting {
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
