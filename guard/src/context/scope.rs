//! The scope headers.

use http::HeaderMap;

#[cfg(feature = "ticket")]
use super::ContextField;
use super::header::Reader;
use super::scan::{Scan, Single};
use super::{AppId, Mode, OpaqueId, ProjectId, ScopeRules, SurfaceId, TenantId, TraceHeaders};
use crate::code;
use crate::envelope::ErrorEnvelope;

/// The scope that a request asks for, as its headers spell it. **Nobody is authenticated by having one.**
///
/// Anyone can send any headers. The credential is the only source of identity and has to allow this scope:
/// [`RequestContext`](super::RequestContext) says that it does.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScopeHeaders {
    /// `X-Mode`.
    pub mode: Mode,
    /// `X-Tenant-Id`, or the default tenant of [`ScopeRules`].
    pub tenant_id: TenantId,
    /// `X-Project-Id`.
    pub project_id: ProjectId,
    /// `X-App-Id`.
    pub app_id: AppId,
    /// `X-Surface-Id`, after its aliases.
    pub surface_id: Option<SurfaceId>,
    /// What few requests bring: none of it where this is `None`, so that the rest is small.
    carried: Option<Box<Carried>>,
}

/// A scope that a ticket names. What is `None` it does not say.
#[cfg(feature = "ticket")]
pub(crate) struct GivenScope {
    pub(crate) mode: Mode,
    pub(crate) tenant_id: TenantId,
    pub(crate) project_id: ProjectId,
    pub(crate) app_id: Option<AppId>,
    pub(crate) surface_id: Option<SurfaceId>,
}

/// Headers that choose no scope.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Carried {
    claims: ClaimHeaders,
    request_id: Option<OpaqueId>,
    trace: TraceHeaders,
}

static NOTHING: Carried = Carried {
    claims: ClaimHeaders {
        user_id: None,
        membership_role: None,
    },
    request_id: None,
    trace: TraceHeaders::NONE,
};

const CARRIED: u32 = Single::User.bit() | Single::Role.bit() | Single::Request.bit() | TraceHeaders::BITS;

/// What a request says of its user: to be compared with the credential, never believed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClaimHeaders {
    /// `X-User-Id`.
    pub user_id: Option<OpaqueId>,
    /// `X-Membership-Role`.
    pub membership_role: Option<OpaqueId>,
}

impl ScopeHeaders {
    /// Reads the scope by the contract's rules, from the headers alone.
    ///
    /// # Errors
    ///
    /// The first of these, headers in the contract's order:
    ///
    /// 1. `auth.env_forbidden`: `X-Env` is there.
    /// 2. `auth.*_invalid`: a header is spelled with an underscore (`x_tenant_id`).
    /// 3. `auth.header_duplicate`: an identity header, `Authorization` or `Last-Event-ID` occurs twice.
    /// 4. For each header: `auth.*_missing` if it is required and absent; `auth.*_invalid` if it is empty, over-long,
    ///    comma-joined, not visible ASCII, or not of its shape.
    ///
    /// A malformed header for which the contract has no code of its own (claims, request and trace ids) is a
    /// `validation.error`. No error quotes a header's value, except a legacy mode.
    pub fn from_headers(headers: &HeaderMap) -> Result<Self, ErrorEnvelope> {
        Self::from_headers_with(headers, &ScopeRules::default())
    }

    /// Reads the scope by the rules of a route.
    ///
    /// # Errors
    ///
    /// As [`ScopeHeaders::from_headers`], with the status and the resource kind that the rules give.
    pub fn from_headers_with(headers: &HeaderMap, rules: &ScopeRules) -> Result<Self, ErrorEnvelope> {
        let scan = Scan::new(headers).map_err(|fault| rules.scoped(fault.envelope()).build())?;
        Self::from_scan(&scan, rules, None)
    }

    /// Reads the scope from headers that hold no fault together. `default_tenant` wins over that of the rules.
    pub(super) fn from_scan(
        scan: &Scan<'_>,
        rules: &ScopeRules,
        default_tenant: Option<&TenantId>,
    ) -> Result<Self, ErrorEnvelope> {
        let reader = Reader { scan, rules };
        let mode = reader.required(Single::Mode, code::AUTH_MODE_MISSING, |bytes| Mode::parse(bytes))?;
        let tenant = |bytes: &[u8]| TenantId::parse(bytes);
        let tenant_id = match default_tenant.or(rules.default_tenant.as_ref()) {
            None => reader.required(Single::Tenant, code::AUTH_TENANT_MISSING, tenant)?,
            Some(default) => {
                let named = reader.optional(Single::Tenant, tenant)?;
                named.unwrap_or_else(|| default.clone())
            }
        };
        let project_id = reader.required(Single::Project, code::AUTH_PROJECT_MISSING, |bytes| {
            ProjectId::parse(bytes)
        })?;
        let app_id = reader.required(Single::App, code::AUTH_APP_MISSING, |bytes| AppId::parse(bytes))?;
        let surface_id = reader.optional(Single::Surface, |bytes| rules.surface_aliases.resolve(bytes))?;
        Ok(Self {
            mode,
            tenant_id,
            project_id,
            app_id,
            surface_id,
            carried: Carried::read(&reader)?,
        })
    }

    /// The scope of a ticket. Headers may repeat it, and must then equal it; they name the app where the ticket does not.
    #[cfg(feature = "ticket")]
    pub(super) fn of_ticket(
        scan: &Scan<'_>,
        rules: &ScopeRules,
        user: &OpaqueId,
        given: GivenScope,
    ) -> Result<Self, ErrorEnvelope> {
        let reader = Reader { scan, rules };
        let mismatch = |field: ContextField| {
            let error = ErrorEnvelope::builder(code::AUTH_CONTEXT_MISMATCH);
            rules
                .scoped(error)
                .detail("in", "ticket")
                .detail("field", field.as_str())
                .build()
        };
        fn differ<T: PartialEq>(header: Option<&T>, given: Option<&T>) -> bool {
            matches!((header, given), (Some(header), Some(given)) if header != given)
        }
        let mode = reader.optional(Single::Mode, |bytes| Mode::parse(bytes))?;
        let tenant = reader.optional(Single::Tenant, |bytes| TenantId::parse(bytes))?;
        let project = reader.optional(Single::Project, |bytes| ProjectId::parse(bytes))?;
        let app = reader.optional(Single::App, |bytes| AppId::parse(bytes))?;
        let surface = reader.optional(Single::Surface, |bytes| rules.surface_aliases.resolve(bytes))?;
        let carried = Carried::read(&reader)?;
        let claimed = carried.as_ref().and_then(|carried| carried.claims.user_id.as_ref());
        let differing = [
            (ContextField::TenantId, differ(tenant.as_ref(), Some(&given.tenant_id))),
            (ContextField::Mode, differ(mode.as_ref(), Some(&given.mode))),
            (
                ContextField::ProjectId,
                differ(project.as_ref(), Some(&given.project_id)),
            ),
            (ContextField::AppId, differ(app.as_ref(), given.app_id.as_ref())),
            (
                ContextField::SurfaceId,
                differ(surface.as_ref(), given.surface_id.as_ref()),
            ),
            (ContextField::UserId, differ(claimed, Some(user))),
        ];
        if let Some((field, _)) = differing.into_iter().find(|(_, differs)| *differs) {
            return Err(mismatch(field));
        }
        let app_id = match given.app_id.or(app) {
            Some(app) => app,
            None => reader.required(Single::App, code::AUTH_APP_MISSING, |bytes| AppId::parse(bytes))?,
        };
        Ok(Self {
            mode: given.mode,
            tenant_id: given.tenant_id,
            project_id: given.project_id,
            app_id,
            surface_id: given.surface_id.or(surface),
            carried,
        })
    }

    /// What the request says of its user.
    pub fn claims(&self) -> &ClaimHeaders {
        &self.carried().claims
    }

    /// `X-Request-Id`. Generating one where it is absent, and echoing it on every response, is the layer's part.
    pub fn request_id(&self) -> Option<&OpaqueId> {
        self.carried().request_id.as_ref()
    }

    /// What joins the request to other work.
    pub fn trace(&self) -> &TraceHeaders {
        &self.carried().trace
    }

    fn carried(&self) -> &Carried {
        self.carried.as_deref().unwrap_or(&NOTHING)
    }
}

impl Carried {
    fn read(reader: &Reader<'_>) -> Result<Option<Box<Self>>, ErrorEnvelope> {
        if !reader.scan.has_any(CARRIED) && reader.scan.traceparent().is_none() {
            return Ok(None);
        }
        let carried = |header| reader.optional(header, |bytes| OpaqueId::parse(bytes));
        Ok(Some(Box::new(Self {
            claims: ClaimHeaders {
                user_id: carried(Single::User)?,
                membership_role: carried(Single::Role)?,
            },
            request_id: carried(Single::Request)?,
            trace: TraceHeaders::read(reader)?,
        })))
    }
}
