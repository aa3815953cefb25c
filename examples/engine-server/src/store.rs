//! Masks, in memory.

use std::sync::{Mutex, MutexGuard, PoisonError};

use guard::code;
use guard::context::{Mode, ProjectId, RequestContext, TenantId};
use guard::envelope::{EngineError, ErrorEnvelope};
use serde::Serialize;

/// A mask of a project.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mask {
    /// From 1, in the order in which they were made.
    pub id: usize,
    /// For people.
    pub name: String,
    /// In square pixels.
    pub area: f64,
}

/// A mask, and whose it is.
type Kept = (TenantId, ProjectId, Mask);

/// Masks, in memory.
///
/// Such a store may serve the mode lab alone: a restart loses what it holds.
#[derive(Debug, Default)]
pub struct MaskStore {
    masks: Mutex<Vec<Kept>>,
}

impl MaskStore {
    /// The masks of the context's tenant and project, the oldest first.
    ///
    /// # Errors
    ///
    /// `video_mask.backend_forbidden` outside of lab.
    pub fn list(&self, context: &RequestContext) -> Result<Vec<Mask>, EngineError> {
        let masks = self.open(context)?;
        let of_the_context = masks
            .iter()
            .filter(|(tenant, project, _)| tenant == context.tenant_id() && project == context.project_id());
        Ok(of_the_context.map(|(_, _, mask)| mask.clone()).collect())
    }

    /// Adds a mask to the context's tenant and project.
    ///
    /// # Errors
    ///
    /// `video_mask.backend_forbidden` outside of lab.
    pub fn add(&self, context: &RequestContext, name: String, area: f64) -> Result<Mask, EngineError> {
        let mut masks = self.open(context)?;
        let id = masks.len() + 1;
        let mask = Mask { id, name, area };
        masks.push((context.tenant_id().clone(), context.project_id().clone(), mask.clone()));
        Ok(mask)
    }

    fn open(&self, context: &RequestContext) -> Result<MutexGuard<'_, Vec<Kept>>, EngineError> {
        if context.mode() != Mode::Lab {
            let code = code::backend_forbidden("video_mask").map_err(EngineError::internal)?;
            return Err(ErrorEnvelope::builder(code).resource_kind("video_mask").build().into());
        }
        // What a panic left behind is still a list of masks.
        Ok(self.masks.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
