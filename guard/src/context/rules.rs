//! What a route may change about reading its scope.

use std::borrow::Cow;

use http::StatusCode;

use super::{SurfaceAliases, TenantId};
use crate::envelope::{ErrorEnvelopeBuilder, ErrorStatus};

/// The status for a missing identity header.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MissingStatus {
    /// 400, the contract's default.
    #[default]
    BadRequest,
    /// 401, as PR-HARD-09 wants it.
    Unauthorized,
    /// 422, as ENG-STD-003 wants it.
    UnprocessableEntity,
}

impl MissingStatus {
    pub(super) fn status(self) -> ErrorStatus {
        const BAD_REQUEST: ErrorStatus = ErrorStatus::literal(StatusCode::BAD_REQUEST);
        const UNAUTHORIZED: ErrorStatus = ErrorStatus::literal(StatusCode::UNAUTHORIZED);
        const UNPROCESSABLE: ErrorStatus = ErrorStatus::literal(StatusCode::UNPROCESSABLE_ENTITY);
        match self {
            Self::BadRequest => BAD_REQUEST,
            Self::Unauthorized => UNAUTHORIZED,
            Self::UnprocessableEntity => UNPROCESSABLE,
        }
    }
}

/// What a route may change about [`ScopeHeaders::from_headers_with`](super::ScopeHeaders::from_headers_with). The default
/// changes nothing.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct ScopeRules {
    pub(super) missing_status: MissingStatus,
    pub(super) resource_kind: Option<Cow<'static, str>>,
    pub(super) surface_aliases: SurfaceAliases,
    pub(super) default_tenant: Option<TenantId>,
}

impl ScopeRules {
    /// The status for a missing identity header.
    pub fn missing_status(mut self, status: MissingStatus) -> Self {
        self.missing_status = status;
        self
    }

    /// The `resource_kind` of the errors.
    pub fn resource_kind(mut self, kind: impl Into<Cow<'static, str>>) -> Self {
        self.resource_kind = Some(kind.into());
        self
    }

    pub(crate) fn scoped(&self, builder: ErrorEnvelopeBuilder) -> ErrorEnvelopeBuilder {
        match &self.resource_kind {
            Some(kind) => builder.resource_kind(kind.clone()),
            None => builder,
        }
    }

    /// The aliases of surfaces.
    pub fn surface_aliases(mut self, aliases: SurfaceAliases) -> Self {
        self.surface_aliases = aliases;
        self
    }

    /// The tenant of a request without `X-Tenant-Id`.
    ///
    /// Only a credential that the caller has verified may name it, never anything else in the request.
    pub fn default_tenant(mut self, tenant: TenantId) -> Self {
        self.default_tenant = Some(tenant);
        self
    }
}
