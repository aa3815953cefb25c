//! The fields that a request may repeat.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A field of the context that a query, a path or a body may repeat. A repetition must equal the context, byte for byte;
/// it never supplies a missing value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ContextField {
    /// `tenant_id`
    TenantId,
    /// `mode`
    Mode,
    /// `project_id`
    ProjectId,
    /// `app_id`
    AppId,
    /// `surface_id`
    SurfaceId,
    /// `user_id`
    UserId,
}

impl ContextField {
    /// Every field.
    pub const ALL: [Self; 6] = [
        Self::TenantId,
        Self::Mode,
        Self::ProjectId,
        Self::AppId,
        Self::SurfaceId,
        Self::UserId,
    ];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TenantId => "tenant_id",
            Self::Mode => "mode",
            Self::ProjectId => "project_id",
            Self::AppId => "app_id",
            Self::SurfaceId => "surface_id",
            Self::UserId => "user_id",
        }
    }

    /// The field of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == name)
    }
}

impl fmt::Display for ContextField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
