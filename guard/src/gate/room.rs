//! Room for the actions that run: of the process, and of each tenant in it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::context::TenantId;

/// All the room there is.
pub(crate) struct Rooms {
    process: Arc<Semaphore>,
    most: u32,
    most_of_tenant: usize,
    /// How many actions of each tenant run; those without any are not here.
    tenants: Mutex<HashMap<TenantId, usize>>,
}

/// Room for one action, which is free again when this is dropped.
pub(crate) struct Room {
    rooms: Arc<Rooms>,
    tenant: TenantId,
    _permit: OwnedSemaphorePermit,
}

/// Why there is no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Full {
    Process,
    Tenant,
}

impl Rooms {
    pub(super) fn new(most: usize, most_of_tenant: usize) -> Arc<Self> {
        let most = u32::try_from(most.min(Semaphore::MAX_PERMITS)).unwrap_or(u32::MAX);
        Arc::new(Self {
            process: Arc::new(Semaphore::new(most as usize)),
            most,
            most_of_tenant,
            tenants: Mutex::default(),
        })
    }

    /// Takes room for one action of a tenant.
    pub(super) fn enter(self: &Arc<Self>, tenant: &TenantId) -> Result<Room, Full> {
        let permit = Arc::clone(&self.process).try_acquire_owned();
        let permit = permit.map_err(|_| Full::Process)?;
        let mut tenants = self.tenants();
        let running = tenants.get(tenant).copied().unwrap_or(0);
        if running >= self.most_of_tenant {
            return Err(Full::Tenant);
        }
        tenants.insert(tenant.clone(), running + 1);
        drop(tenants);
        Ok(Room {
            rooms: Arc::clone(self),
            tenant: tenant.clone(),
            _permit: permit,
        })
    }

    /// Waits until nothing runs.
    pub(super) async fn empty(&self) {
        drop(self.process.acquire_many(self.most).await);
    }

    /// Each change under this lock is whole at once, so what a panic left is whole too.
    fn tenants(&self) -> MutexGuard<'_, HashMap<TenantId, usize>> {
        self.tenants.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let mut tenants = self.rooms.tenants();
        match tenants.get_mut(&self.tenant) {
            Some(running) if *running > 1 => *running -= 1,
            _ => {
                tenants.remove(&self.tenant);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_makes_room_and_leaves_nothing_behind() {
        let (acme, other) = (TenantId::parse("t_acme").unwrap(), TenantId::parse("t_other").unwrap());
        let rooms = Rooms::new(3, 2);
        let first = rooms.enter(&acme);
        let second = rooms.enter(&acme);
        assert_eq!(rooms.enter(&acme).err(), Some(Full::Tenant));
        let third = rooms.enter(&other);
        assert_eq!(rooms.enter(&other).err(), Some(Full::Process));
        assert!(first.is_ok() && second.is_ok() && third.is_ok());
        drop(first);
        let again = rooms.enter(&acme);
        assert!(again.is_ok());
        drop((second, third, again));
        assert!(rooms.tenants().is_empty());
        assert_eq!(rooms.process.available_permits(), 3);
    }
}
