//! What a route asks of its requests.

use std::time::Duration;

use super::Limits;
use super::refusal::Refusal;
use crate::context::{ContextField, Mode, ScopeRules, SurfaceAliases};
use crate::envelope::ErrorEnvelopeBuilder;
use crate::route::RouteMeta;

/// The facts of a route, ready for a request.
#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) meta: RouteMeta,
    /// How its scope headers are read.
    pub(crate) rules: ScopeRules,
    /// The parameters of its path that repeat the context.
    pub(crate) path_fields: Vec<ContextField>,
    pub(crate) body_limit: u64,
    pub(crate) timeout: Duration,
    /// The modes in which its flag is on.
    pub(crate) on_in: [bool; Mode::ALL.len()],
}

impl Policy {
    pub(crate) fn new(
        meta: RouteMeta,
        aliases: &SurfaceAliases,
        limits: &Limits,
        on_in: [bool; Mode::ALL.len()],
    ) -> Self {
        let mut rules = ScopeRules::default()
            .missing_status(meta.missing_status)
            .surface_aliases(aliases.clone());
        if let Some(kind) = meta.resource_kind {
            rules = rules.resource_kind(kind);
        }
        Self {
            meta,
            rules,
            path_fields: parameters(meta.path).filter_map(ContextField::named).collect(),
            body_limit: meta.body_limit.unwrap_or(limits.body),
            timeout: meta.timeout.unwrap_or(limits.timeout),
            on_in,
        }
    }

    pub(crate) fn is_on(&self, mode: Mode) -> bool {
        self.on_in[mode as usize]
    }

    /// Whether it is on for a request with this mode header, read before anything is known of its sender. Nobody says in
    /// which mode an exempt route is called.
    pub(crate) fn is_on_for(&self, mode: Option<&[u8]>) -> bool {
        let mode = mode.and_then(|mode| Mode::parse(mode).ok());
        self.meta.exemption.is_none() && mode.is_some_and(|mode| self.is_on(mode))
    }

    /// A refusal that names the resource kind.
    pub(crate) fn refuse(&self, error: ErrorEnvelopeBuilder) -> Refusal {
        self.rules.scoped(error).into()
    }

    /// Whether it is on for a caller whose mode nobody knows.
    pub(crate) fn is_always_on(&self) -> bool {
        self.on_in == [true; Mode::ALL.len()]
    }
}

/// The names of a path's parameters, wherever in a segment they stand: `/masks/v{version}`. One that the matcher does not
/// take for a parameter has no value, and is then refused.
fn parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| {
        let (name, _) = rest.split_once('}')?;
        Some(name.strip_prefix('*').unwrap_or(name))
    })
}

#[cfg(test)]
mod tests {
    use super::parameters;

    #[test]
    fn parameters_are_found_wherever_they_stand() {
        for (path, names) in [
            ("/", vec![]),
            ("/{a}/b/{c}", vec!["a", "c"]),
            ("/x-{a}", vec!["a"]),
            ("/{a}.json", vec!["a"]),
            ("/x/{*rest}", vec!["rest"]),
        ] {
            assert_eq!(parameters(path).collect::<Vec<_>>(), names, "{path}");
        }
    }
}
