//! The body of a ticket.

use serde::{Deserialize, Deserializer, Serialize, de};

use super::scope::TicketScope;
use crate::context::{AppId, Mode, OpaqueId, ProjectId, SurfaceId, TenantId};

/// The body: fields in the order of their names, as CPython's `sort_keys` writes them.
///
/// Every text is visible ASCII by its type, and of that serde_json and CPython escape the same two characters in the same
/// way; so nothing is left for `ensure_ascii` to escape.
///
/// No key that is not known is read past: it might be a restriction that this version does not understand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Claims {
    // Without `deserialize_with` an `Option` could be left out.
    #[serde(deserialize_with = "Option::deserialize")]
    pub(super) app_id: Option<AppId>,
    pub(super) exp: u64,
    pub(super) iat: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) jti: Option<OpaqueId>,
    #[serde(deserialize_with = "exact_mode")]
    pub(super) mode: Mode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) origin: Option<OpaqueId>,
    pub(super) project_id: ProjectId,
    pub(super) request_id: OpaqueId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) route: Option<OpaqueId>,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(super) surface_id: Option<SurfaceId>,
    pub(super) tenant_id: TenantId,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(super) user_id: Option<OpaqueId>,
}

impl Claims {
    pub(super) fn new(scope: &TicketScope, issued: u64, expires: u64, jti: OpaqueId) -> Self {
        let scope = scope.clone();
        Self {
            app_id: scope.app_id,
            exp: expires,
            iat: issued,
            jti: Some(jti),
            mode: scope.mode,
            origin: scope.origin,
            project_id: scope.project_id,
            request_id: scope.request_id,
            route: scope.route,
            surface_id: scope.surface_id,
            tenant_id: scope.tenant_id,
            user_id: scope.user_id,
        }
    }

    /// Reads a body whose signature holds; `None` where it is not what a ticket holds.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        // serde also takes an array of the fields.
        body.first().filter(|first| **first == b'{')?;
        serde_json::from_slice(body).ok()
    }

    pub(super) fn write(&self) -> Option<Vec<u8>> {
        serde_json::to_vec(self).ok()
    }

    pub(super) fn into_scope(self) -> TicketScope {
        TicketScope {
            tenant_id: self.tenant_id,
            mode: self.mode,
            project_id: self.project_id,
            surface_id: self.surface_id,
            app_id: self.app_id,
            user_id: self.user_id,
            request_id: self.request_id,
            route: self.route,
            origin: self.origin,
            not_after: Some(self.exp),
        }
    }
}

/// In lower case only: both engines write it so.
fn exact_mode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Mode, D::Error> {
    let text = String::deserialize(deserializer)?;
    let mode = Mode::ALL.into_iter().find(|mode| mode.as_str() == text);
    mode.ok_or_else(|| de::Error::custom("no mode"))
}
