//! The ground that state belongs to.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::context::{Mode, ProjectId, RequestContext, TenantId};

/// A tenant's project in a mode. No store answers across scopes, but where its method says so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Scope {
    /// The tenant.
    pub tenant: TenantId,
    /// The mode.
    pub mode: Mode,
    /// The project.
    pub project: ProjectId,
}

impl Scope {
    /// The scope of a request.
    pub fn of(context: &RequestContext) -> Self {
        Self {
            tenant: context.tenant_id().clone(),
            mode: context.mode(),
            project: context.project_id().clone(),
        }
    }
}

/// Its parts with spaces between them, which no part can hold.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.tenant, self.mode, self.project)
    }
}
