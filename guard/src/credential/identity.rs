//! A verified identity.

use smol_str::SmolStr;

use crate::context::{OpaqueId, TenantId};

/// What a verified credential says of its bearer.
///
/// Whoever makes one vouches for it: [`Identity::builder`] checks shapes, not truth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    user_id: OpaqueId,
    email: Option<SmolStr>,
    tenants: Vec<Membership>,
    default_tenant: Option<TenantId>,
    expires_at: Option<u64>,
}

/// One tenant that the credential names.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Membership {
    tenant: TenantId,
    role: Option<SmolStr>,
}

/// Why claims make no identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// The default tenant is not among the tenants.
    #[error("the default tenant is none of the tenants")]
    DefaultTenant,
    /// A role is given for a tenant that is not among the tenants.
    #[error("a role is given for a tenant that the credential does not name")]
    RoleWithoutTenant,
}

impl Identity {
    /// An identity of this user, in no tenant.
    pub fn builder(user_id: OpaqueId) -> IdentityBuilder {
        IdentityBuilder {
            identity: Self {
                user_id,
                email: None,
                tenants: Vec::new(),
                default_tenant: None,
                expires_at: None,
            },
            orphan_role: false,
        }
    }

    /// The user, from the claim `sub`.
    pub fn user_id(&self) -> &OpaqueId {
        &self.user_id
    }

    /// The user's address, as the credential spells it. It is no key to anything.
    pub fn email(&self) -> Option<&str> {
        self.email.as_deref()
    }

    /// The tenants that the credential names, in its order.
    pub fn tenants(&self) -> impl Iterator<Item = &TenantId> {
        self.tenants.iter().map(|membership| &membership.tenant)
    }

    /// Whether the credential names this tenant.
    pub fn names_tenant(&self, tenant: &TenantId) -> bool {
        self.tenants().any(|named| named == tenant)
    }

    /// The role in a tenant, if the credential gives one.
    pub fn role_in(&self, tenant: &TenantId) -> Option<&str> {
        self.shared_role_in(tenant).map(SmolStr::as_str)
    }

    pub(crate) fn shared_role_in(&self, tenant: &TenantId) -> Option<&SmolStr> {
        let membership = self.tenants.iter().find(|membership| &membership.tenant == tenant)?;
        membership.role.as_ref()
    }

    /// The tenant of a request that names none.
    pub fn default_tenant(&self) -> Option<&TenantId> {
        self.default_tenant.as_ref()
    }

    /// The second since 1970-01-01T00:00:00Z at which the credential ends, leeway included.
    ///
    /// `None` only for a token of the Python engine under the setting that allows it, and never in saas or enterprise.
    pub fn expires_at(&self) -> Option<u64> {
        self.expires_at
    }
}

/// Builds an [`Identity`].
#[derive(Debug, Clone)]
#[must_use]
pub struct IdentityBuilder {
    identity: Identity,
    orphan_role: bool,
}

impl IdentityBuilder {
    /// The user's address.
    pub fn email(mut self, email: impl Into<SmolStr>) -> Self {
        self.identity.email = Some(email.into());
        self
    }

    /// A tenant that the credential names.
    pub fn tenant(mut self, tenant: TenantId) -> Self {
        if !self.identity.names_tenant(&tenant) {
            self.identity.tenants.push(Membership { tenant, role: None });
        }
        self
    }

    /// A role in a tenant that was named before.
    pub fn role(mut self, tenant: &TenantId, role: impl Into<SmolStr>) -> Self {
        let mut memberships = self.identity.tenants.iter_mut();
        match memberships.find(|membership| &membership.tenant == tenant) {
            Some(membership) => membership.role = Some(role.into()),
            None => self.orphan_role = true,
        }
        self
    }

    /// The tenant of a request that names none.
    pub fn default_tenant(mut self, tenant: TenantId) -> Self {
        self.identity.default_tenant = Some(tenant);
        self
    }

    /// The second since 1970-01-01T00:00:00Z at which the credential ends, leeway included.
    pub fn expires_at(mut self, second: u64) -> Self {
        self.identity.expires_at = Some(second);
        self
    }

    /// The identity.
    ///
    /// # Errors
    ///
    /// [`IdentityError`] where the parts contradict each other.
    pub fn build(self) -> Result<Identity, IdentityError> {
        if self.orphan_role {
            return Err(IdentityError::RoleWithoutTenant);
        }
        let identity = self.identity;
        match &identity.default_tenant {
            Some(default) if !identity.names_tenant(default) => Err(IdentityError::DefaultTenant),
            _ => Ok(identity),
        }
    }
}
