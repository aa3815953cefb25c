//! The users of this example.

use guard::context::{OpaqueId, TenantId};
use guard::credential::Identity;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::secrets::LoginSecret;

/// The only tenant.
pub const TENANT: &str = "t_demo";

/// Each user is named like the role that it has in the tenant.
const USERS: [&str; 2] = ["owner", "viewer"];

/// Two users who share one secret. A real engine asks a store that keeps argon2 hashes, one for each user.
#[derive(Debug)]
pub struct Users {
    secret: LoginSecret,
}

impl Users {
    pub(crate) fn new(secret: LoginSecret) -> Self {
        Self { secret }
    }

    /// The identity of a user who knows the secret.
    ///
    /// The time it takes tells nothing of the secret: digests of one length are compared, and before the name is looked at.
    pub fn log_in(&self, user: &str, secret: &str) -> Option<Identity> {
        let (given, expected) = (Sha256::digest(secret), Sha256::digest(self.secret.as_bytes()));
        let knows = bool::from(given.as_slice().ct_eq(expected.as_slice()));
        let role = USERS.into_iter().find(|name| *name == user).filter(|_| knows)?;
        let tenant = TenantId::parse(TENANT).ok()?;
        let identity = Identity::builder(OpaqueId::parse(role).ok()?)
            .tenant(tenant.clone())
            .role(&tenant, role)
            .default_tenant(tenant);
        identity.build().ok()
    }
}
