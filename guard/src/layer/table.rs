//! The one matcher: from a method and a path to a route.

use http::{HeaderValue, Method as HttpMethod};

use super::policy::Policy;
use crate::route::Method;

/// A route in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RouteId(usize);

impl RouteId {
    /// The place of the route in the list that the table was made from.
    pub(crate) fn index(self) -> usize {
        self.0
    }
}

/// What a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// A route.
    Route(RouteId),
    /// A path that has routes, none of this method. The value is for `Allow`.
    WrongMethod(HeaderValue),
    /// Nothing.
    Unknown,
}

/// Every route with its policy.
#[derive(Debug)]
pub(crate) struct RouteTable {
    paths: matchit::Router<usize>,
    entries: Vec<PathEntry>,
    policies: Vec<Policy>,
}

#[derive(Debug)]
struct PathEntry {
    path: &'static str,
    routes: [Option<RouteId>; Method::ALL.len()],
    allow: HeaderValue,
}

/// Why a route cannot be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TableFault {
    /// Another route has the method and path.
    Duplicate,
    /// The path conflicts with this one.
    Conflict(String),
    /// The path is not of the matcher's syntax.
    Syntax(String),
}

impl RouteTable {
    pub(crate) fn new() -> Self {
        Self {
            paths: matchit::Router::new(),
            entries: Vec::new(),
            policies: Vec::new(),
        }
    }

    /// Adds a route. One that is refused still takes its place in the numbering.
    pub(crate) fn add(&mut self, policy: Policy) -> Result<(), TableFault> {
        let (method, path) = (policy.meta.method, policy.meta.path);
        let id = RouteId(self.policies.len());
        self.policies.push(policy);
        let entry = match self.entries.iter().position(|entry| entry.path == path) {
            Some(entry) => entry,
            None => {
                self.paths
                    .insert(path, self.entries.len())
                    .map_err(|error| match error {
                        matchit::InsertError::Conflict { with } => TableFault::Conflict(with),
                        other => TableFault::Syntax(other.to_string()),
                    })?;
                self.entries.push(PathEntry {
                    path,
                    routes: [None; Method::ALL.len()],
                    allow: HeaderValue::from_static(""),
                });
                self.entries.len() - 1
            }
        };
        let entry = &mut self.entries[entry];
        if entry.routes[method as usize].is_some() {
            return Err(TableFault::Duplicate);
        }
        entry.routes[method as usize] = Some(id);
        entry.allow = allow(&entry.routes);
        Ok(())
    }

    /// Finds the route among those that are on. The others are as if they were not there, so `Allow` does not name them.
    pub(crate) fn find(&self, method: &HttpMethod, path: &str, is_on: impl Fn(&Policy) -> bool) -> Target {
        let Ok(matched) = self.paths.at(path) else {
            return Target::Unknown;
        };
        let entry = &self.entries[*matched.value];
        let is_on = |id: &RouteId| is_on(self.policy(*id));
        let route = Method::serving(method).and_then(|method| entry.routes[method as usize]);
        if let Some(id) = route.filter(is_on) {
            return Target::Route(id);
        }
        let on = entry.routes.map(|route| route.filter(is_on));
        if on == entry.routes {
            Target::WrongMethod(entry.allow.clone())
        } else if on.iter().all(Option::is_none) {
            Target::Unknown
        } else {
            Target::WrongMethod(allow(&on))
        }
    }

    pub(crate) fn policy(&self, id: RouteId) -> &Policy {
        &self.policies[id.0]
    }

    pub(crate) fn policies(&self) -> &[Policy] {
        &self.policies
    }

    /// The parameters of a path, still escaped.
    pub(crate) fn parameters<'t, 'p>(&'t self, path: &'p str) -> Option<matchit::Params<'t, 'p>> {
        self.paths.at(path).ok().map(|matched| matched.params)
    }
}

fn allow(routes: &[Option<RouteId>; Method::ALL.len()]) -> HeaderValue {
    let mut names = Vec::new();
    for method in Method::ALL {
        if routes[method as usize].is_some() {
            names.push(method.as_str());
            if method == Method::Get {
                names.push("HEAD");
            }
        }
    }
    HeaderValue::try_from(names.join(", ")).unwrap_or(HeaderValue::from_static(""))
}
