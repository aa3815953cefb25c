//! The context of a request.

use std::fmt;
use std::sync::{Arc, OnceLock};

use http::HeaderMap;
use smol_str::SmolStr;
use uuid::Uuid;
use uuid::fmt::Hyphenated;

use super::scan::{Scan, Single};
use super::{
    AppId, ContextField, Mode, OpaqueId, ProjectId, ScopeHeaders, ScopeRules, SurfaceId, TenantId, TraceHeaders,
};
use crate::code;
use crate::credential::Identity;
use crate::envelope::{ErrorEnvelope, ErrorEnvelopeBuilder};

/// Who asks, and in which scope: the scope that the headers choose, allowed by a verified credential.
///
/// A handler of a guarded route takes it as an argument. The layer alone makes it for a request; cloning it copies a
/// pointer.
#[derive(Clone, PartialEq, Eq)]
pub struct RequestContext(Arc<Inner>);

#[derive(PartialEq, Eq)]
struct Inner {
    scope: ScopeHeaders,
    identity: Arc<Identity>,
    role: Option<SmolStr>,
    request_id: ContextRequestId,
}

/// The id of a request. One that was generated becomes text when somebody asks for it.
#[derive(Debug, Clone)]
pub(crate) struct ContextRequestId {
    text: OnceLock<OpaqueId>,
    made: Uuid,
}

impl ContextRequestId {
    pub(crate) fn made(uuid: Uuid) -> Self {
        Self {
            text: OnceLock::new(),
            made: uuid,
        }
    }

    fn text(&self) -> &OpaqueId {
        self.text.get_or_init(|| {
            let mut text = [0; Hyphenated::LENGTH];
            OpaqueId::made(self.made.hyphenated().encode_lower(&mut text))
        })
    }
}

impl From<OpaqueId> for ContextRequestId {
    fn from(id: OpaqueId) -> Self {
        Self {
            text: OnceLock::from(id),
            made: Uuid::nil(),
        }
    }
}

impl PartialEq for ContextRequestId {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for ContextRequestId {}

impl RequestContext {
    /// The context of a request with these headers, under this identity and the rules of a route.
    ///
    /// `request_id` serves where the headers bring none. Nothing else of the request is read and nothing is remembered.
    ///
    /// # Errors
    ///
    /// The first of these:
    ///
    /// 1. As [`ScopeHeaders::from_headers_with`], with the identity's default tenant where no tenant is named.
    /// 2. `auth.token_invalid`: the credential has no end, and the mode is not `lab`.
    /// 3. `auth.tenant_mismatch`: the credential does not name the tenant.
    /// 4. `auth.identity_override`: `X-User-Id` or `X-Membership-Role` contradicts the credential.
    pub fn from_headers(
        headers: &HeaderMap,
        identity: Arc<Identity>,
        rules: &ScopeRules,
        request_id: OpaqueId,
    ) -> Result<Self, ErrorEnvelope> {
        let scan = Scan::new(headers).map_err(|fault| rules.scoped(fault.envelope()).build())?;
        let entry = Entry::read(&scan, identity, rules)?;
        let role = entry.token_role();
        entry.into_context(role, rules, request_id.into())
    }

    /// `X-Mode`.
    pub fn mode(&self) -> Mode {
        self.0.scope.mode
    }

    /// The tenant: one that the credential names.
    pub fn tenant_id(&self) -> &TenantId {
        &self.0.scope.tenant_id
    }

    /// `X-Project-Id`.
    pub fn project_id(&self) -> &ProjectId {
        &self.0.scope.project_id
    }

    /// `X-App-Id`.
    pub fn app_id(&self) -> &AppId {
        &self.0.scope.app_id
    }

    /// `X-Surface-Id`, after its aliases.
    pub fn surface_id(&self) -> Option<&SurfaceId> {
        self.0.scope.surface_id.as_ref()
    }

    /// The user, from the credential.
    pub fn user_id(&self) -> &OpaqueId {
        self.0.identity.user_id()
    }

    /// The user's role in the tenant.
    pub fn role(&self) -> Option<&str> {
        self.0.role.as_deref()
    }

    /// All that the credential says.
    pub fn identity(&self) -> &Arc<Identity> {
        &self.0.identity
    }

    /// `X-Request-Id`, or the one that was generated.
    pub fn request_id(&self) -> &OpaqueId {
        self.0.request_id.text()
    }

    /// What joins the request to other work.
    pub fn trace(&self) -> &TraceHeaders {
        self.0.scope.trace()
    }

    /// The text of a field, as a repetition of it must spell it; `None` for a surface that was not given.
    pub fn field(&self, field: ContextField) -> Option<&str> {
        Some(match field {
            ContextField::TenantId => self.tenant_id().as_str(),
            ContextField::Mode => self.mode().as_str(),
            ContextField::ProjectId => self.project_id().as_str(),
            ContextField::AppId => self.app_id().as_str(),
            ContextField::SurfaceId => self.surface_id()?.as_str(),
            ContextField::UserId => self.user_id().as_str(),
        })
    }
}

/// A scope that the credential names; the user's role in it is still open.
pub(crate) struct Entry {
    scope: ScopeHeaders,
    identity: Arc<Identity>,
}

impl Entry {
    /// Reads the scope and holds it against the credential.
    pub(crate) fn read(scan: &Scan<'_>, identity: Arc<Identity>, rules: &ScopeRules) -> Result<Self, ErrorEnvelope> {
        let scope = ScopeHeaders::from_scan(scan, rules, identity.default_tenant())?;
        let fault = if identity.expires_at().is_none() && scope.mode != Mode::Lab {
            ErrorEnvelope::builder(code::AUTH_TOKEN_INVALID)
        } else if !identity.names_tenant(&scope.tenant_id) {
            ErrorEnvelope::builder(code::AUTH_TENANT_MISMATCH)
        } else if contradicts(scope.claims().user_id.as_ref(), Some(identity.user_id().as_str())) {
            overridden(Single::User)
        } else {
            return Ok(Self { scope, identity });
        };
        Err(rules.scoped(fault).build())
    }

    /// The scope of a ticket, of which this identity is the bearer.
    #[cfg(feature = "ticket")]
    pub(crate) fn of_ticket(
        scan: &Scan<'_>,
        identity: Arc<Identity>,
        given: super::GivenScope,
        rules: &ScopeRules,
    ) -> Result<Self, ErrorEnvelope> {
        let scope = ScopeHeaders::of_ticket(scan, rules, identity.user_id(), given)?;
        Ok(Self { scope, identity })
    }

    /// The user that the credential names.
    pub(crate) fn user_id(&self) -> &OpaqueId {
        self.identity.user_id()
    }

    /// The tenant that the request is for.
    pub(crate) fn tenant_id(&self) -> &TenantId {
        &self.scope.tenant_id
    }

    /// The user's role in the tenant, as the credential has it.
    pub(crate) fn token_role(&self) -> Option<SmolStr> {
        self.identity.shared_role_in(&self.scope.tenant_id).cloned()
    }

    /// The context of a user with this role.
    pub(crate) fn into_context(
        self,
        role: Option<SmolStr>,
        rules: &ScopeRules,
        request_id: ContextRequestId,
    ) -> Result<RequestContext, ErrorEnvelope> {
        let Self { scope, identity } = self;
        if contradicts(scope.claims().membership_role.as_ref(), role.as_deref()) {
            return Err(rules.scoped(overridden(Single::Role)).build());
        }
        Ok(RequestContext(Arc::new(Inner {
            request_id: scope.request_id().map_or(request_id, |sent| sent.clone().into()),
            scope,
            identity,
            role,
        })))
    }
}

fn contradicts(claim: Option<&OpaqueId>, fact: Option<&str>) -> bool {
    claim.is_some_and(|claim| Some(claim.as_str()) != fact)
}

fn overridden(header: Single) -> ErrorEnvelopeBuilder {
    ErrorEnvelope::builder(code::AUTH_IDENTITY_OVERRIDE).detail("header", header.name())
}

/// The scope and the user; no more of the identity than that.
impl fmt::Debug for RequestContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestContext")
            .field("mode", &self.mode())
            .field("tenant_id", &self.tenant_id().as_str())
            .field("project_id", &self.project_id().as_str())
            .field("app_id", &self.app_id().as_str())
            .field("surface_id", &self.surface_id().map(SurfaceId::as_str))
            .field("user_id", &self.user_id().as_str())
            .field("request_id", &self.request_id().as_str())
            .finish_non_exhaustive()
    }
}
