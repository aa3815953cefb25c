//! The work that costs money here: a polygon as SVG.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};

use guard::artifact::{ArtifactMeta, BackendVersion, BackendVersionError, CacheKey, Pipeline, PipelineError};
use guard::store::Scope;
use serde::{Deserialize, Serialize};

/// What made an image. A change of what [`svg`] writes changes the version.
const BACKEND: &str = concat!("engine-server-svg/", env!("CARGO_PKG_VERSION"));

/// The most images that are kept.
const CACHED: usize = 256;

/// What to draw.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drawing {
    /// In pixels.
    width: u16,
    /// In pixels.
    height: u16,
    /// The corners of a polygon, in pixels.
    points: Vec<[f64; 2]>,
    /// Moves the corners a little, always alike for one seed.
    #[serde(default)]
    seed: u64,
}

/// An image, and what it was made of.
#[derive(Debug, Clone, Serialize)]
pub struct Image {
    /// The image itself.
    pub svg: String,
    /// What it was made of, and by what.
    pub meta: ArtifactMeta,
}

/// Why there is no metadata.
#[derive(Debug, thiserror::Error)]
pub enum MetaError {
    /// A parameter that cannot be hashed: the client's to mend.
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
    /// The version of this program says nothing.
    #[error(transparent)]
    Version(#[from] BackendVersionError),
}

impl Drawing {
    /// The metadata of the image, before it is drawn.
    ///
    /// # Errors
    ///
    /// [`MetaError`]: a number that not every language reads alike is refused.
    pub fn meta(&self, scope: &Scope) -> Result<ArtifactMeta, MetaError> {
        let pipeline = Pipeline::new("video.render")
            .parameter("width", self.width)
            .parameter("height", self.height)
            .parameter("points", self.points.clone())
            .parameter("seed", self.seed);
        Ok(ArtifactMeta::new(pipeline.hash()?, BackendVersion::parse(BACKEND)?).cached_for(scope)?)
    }

    /// The image itself: the same for the same drawing.
    pub fn svg(&self) -> String {
        let mut random = self.seed;
        let mut shake = || {
            // A linear congruential step, from which the upper bits are taken.
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            f64::from(u8::try_from(random >> 56).unwrap_or_default()) / 256.0
        };
        let mut points = String::new();
        for [x, y] in &self.points {
            let (x, y) = (x + shake(), y + shake());
            // Writing to a text does not fail.
            let _ = write!(points, "{x:.3},{y:.3} ");
        }
        let (width, height, points) = (self.width, self.height, points.trim_end());
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"><polygon points="{points}"/></svg>"#
        )
    }
}

/// Images that were drawn, by the key under which they are cached. What is lost is drawn again.
#[derive(Debug, Default)]
pub struct Images(Mutex<HashMap<CacheKey, String>>);

impl Images {
    /// The image of a drawing, and whether it was there.
    pub fn draw(&self, drawing: &Drawing, meta: ArtifactMeta) -> (Image, bool) {
        let there = meta.cache_key.and_then(|key| self.kept().get(&key).cloned());
        let cached = there.is_some();
        let svg = there.unwrap_or_else(|| drawing.svg());
        if let Some(key) = meta.cache_key.filter(|_| !cached) {
            let mut kept = self.kept();
            if kept.len() >= CACHED {
                kept.clear();
            }
            kept.insert(key, svg.clone());
        }
        (Image { svg, meta }, cached)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, HashMap<CacheKey, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
