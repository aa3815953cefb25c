//! What a ticket is for.

use crate::code;
use crate::context::{
    AppId, ContextField, IdError, Mode, OpaqueId, ProjectId, RequestContext, ScopeHeaders, SurfaceId, TenantId,
};
use crate::envelope::ErrorEnvelope;

/// What a ticket is for: the scope of the request that asked for it, and the places that it is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TicketScope {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The mode.
    pub mode: Mode,
    /// The project.
    pub project_id: ProjectId,
    /// The surface.
    pub surface_id: Option<SurfaceId>,
    /// The app; a ticket of the Python engine may have none.
    pub app_id: Option<AppId>,
    /// The user; a ticket of the Python engine may have none.
    pub user_id: Option<OpaqueId>,
    /// The request that asked for it.
    pub request_id: OpaqueId,
    /// The path that it opens; any, if there is none.
    pub route: Option<OpaqueId>,
    /// The origin that may present it; any, if there is none.
    pub origin: Option<OpaqueId>,
    /// The second at which the credential of that request ends: no ticket outlives it.
    pub(super) not_after: Option<u64>,
}

/// A text that a ticket cannot be bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the {what} {problem}")]
pub struct BindingError {
    what: &'static str,
    problem: IdError,
}

impl TicketScope {
    /// The scope of a request. Only one whose credential was verified has a context.
    pub fn of(context: &RequestContext) -> Self {
        Self {
            tenant_id: context.tenant_id().clone(),
            mode: context.mode(),
            project_id: context.project_id().clone(),
            surface_id: context.surface_id().cloned(),
            app_id: Some(context.app_id().clone()),
            user_id: Some(context.user_id().clone()),
            request_id: context.request_id().clone(),
            route: None,
            origin: None,
            not_after: context.identity().expires_at(),
        }
    }

    /// Binds the ticket to a path, byte for byte as the request line will spell it.
    ///
    /// # Errors
    ///
    /// [`BindingError`] unless it is 1 to 128 bytes of visible ASCII without a comma.
    pub fn for_route(mut self, path: &str) -> Result<Self, BindingError> {
        self.route = Some(bound("route", path)?);
        Ok(self)
    }

    /// Binds the ticket to an origin, byte for byte as the header `Origin` will spell it.
    ///
    /// # Errors
    ///
    /// [`BindingError`] unless it is 1 to 128 bytes of visible ASCII without a comma.
    pub fn for_origin(mut self, origin: &str) -> Result<Self, BindingError> {
        self.origin = Some(bound("origin", origin)?);
        Ok(self)
    }

    /// Holds the headers of the request that presents the ticket against it.
    ///
    /// # Errors
    ///
    /// `auth.context_mismatch` with the first field in which they differ. What only one of the two names is no difference.
    pub fn agrees_with(&self, headers: &ScopeHeaders) -> Result<(), ErrorEnvelope> {
        let (app, surface, user) = (&self.app_id, &self.surface_id, &self.user_id);
        let (its_surface, its_user) = (&headers.surface_id, &headers.claims().user_id);
        let differing = [
            (ContextField::TenantId, self.tenant_id != headers.tenant_id),
            (ContextField::Mode, self.mode != headers.mode),
            (ContextField::ProjectId, self.project_id != headers.project_id),
            (
                ContextField::AppId,
                app.as_ref().is_some_and(|app| *app != headers.app_id),
            ),
            (ContextField::SurfaceId, differ(surface.as_ref(), its_surface.as_ref())),
            (ContextField::UserId, differ(user.as_ref(), its_user.as_ref())),
        ];
        let Some((field, _)) = differing.into_iter().find(|(_, differs)| *differs) else {
            return Ok(());
        };
        Err(ErrorEnvelope::builder(code::AUTH_CONTEXT_MISMATCH)
            .detail("in", "ticket")
            .detail("field", field.as_str())
            .build())
    }
}

fn differ<T: PartialEq>(ticket: Option<&T>, header: Option<&T>) -> bool {
    matches!((ticket, header), (Some(ticket), Some(header)) if ticket != header)
}

fn bound(what: &'static str, text: &str) -> Result<OpaqueId, BindingError> {
    OpaqueId::parse(text).map_err(|problem| BindingError { what, problem })
}

/// Where a ticket is presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Place<'a> {
    pub(super) route: &'a str,
    pub(super) origin: Option<&'a str>,
}

impl<'a> Place<'a> {
    /// At this path, from a client that names no origin.
    pub fn new(path: &'a str) -> Self {
        Self {
            route: path,
            origin: None,
        }
    }

    /// From this origin, as the header `Origin` spells it.
    pub fn origin(mut self, origin: &'a str) -> Self {
        self.origin = Some(origin);
        self
    }
}
