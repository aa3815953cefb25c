//! Scopes as arguments.

use std::error::Error;

use clap::Args;
use guard::context::{Mode, ProjectId, TenantId};
use guard::store::{PolicyScope, Scope};

/// Where a policy holds: everywhere, unless one of these is given.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct Place {
    /// For this tenant, in every mode and project.
    #[arg(long)]
    tenant: Option<String>,
    /// In this scope: TENANT/MODE/PROJECT.
    #[arg(long, value_parser = scope)]
    scope: Option<Scope>,
}

impl Place {
    pub(crate) fn policy_scope(self) -> Result<PolicyScope, Box<dyn Error>> {
        Ok(match (self.scope, self.tenant) {
            (Some(scope), _) => PolicyScope::Scope(scope),
            (None, Some(tenant)) => {
                PolicyScope::Tenant(TenantId::parse(&tenant).map_err(|error| format!("the tenant {error}"))?)
            }
            (None, None) => PolicyScope::Everywhere,
        })
    }
}

/// `t_acme/saas/launch`.
pub(crate) fn scope(text: &str) -> Result<Scope, String> {
    let mut parts = text.splitn(3, '/');
    let (Some(tenant), Some(mode), Some(project)) = (parts.next(), parts.next(), parts.next()) else {
        return Err("a scope is TENANT/MODE/PROJECT, like t_acme/saas/launch".to_owned());
    };
    Ok(Scope {
        tenant: TenantId::parse(tenant).map_err(|error| format!("the tenant {error}"))?,
        mode: Mode::parse(mode).map_err(|error| format!("the mode {error}"))?,
        project: ProjectId::parse(project).map_err(|error| format!("the project {error}"))?,
    })
}

/// As [`scope`] reads it.
pub(crate) fn shown(scope: &Scope) -> String {
    format!("{}/{}/{}", scope.tenant, scope.mode, scope.project)
}
