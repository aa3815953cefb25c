//! What an artifact was made of, and by what: the `pipeline_hash`, `backend_version` and `cache_key` of its `meta`.
//!
//! Two artifacts with one [`PipelineHash`] were made by the same steps, with the same parameters, from the same inputs. The
//! hash is the same in Rust, Python and JavaScript, today and next year, so nothing may get into it that is not: the manual's
//! chapter on artifacts says what is kept out and how.
//!
//! ```
//! use guard::artifact::{ArtifactMeta, BackendVersion, ContentHash, Pipeline};
//!
//! let pipeline = Pipeline::new("video.render")
//!     .parameter("width", 1920)
//!     .parameter("codec", "h264")
//!     .parameter("gain", 0.5)
//!     .input("source", ContentHash::of(b"the bytes of the clip"));
//! let backend = BackendVersion::parse("renderer/4.2.0")?;
//! let meta = ArtifactMeta::new(pipeline.hash()?, backend);
//! let hash = "108ed8543bacd2e1eec1e382d045ede2b5d1e4d19689f667526296216f0eaacf";
//! let expected = serde_json::json!({"backend_version": "renderer/4.2.0", "pipeline_hash": hash});
//! assert_eq!(serde_json::to_value(&meta)?, expected);
//!
//! let seed = Pipeline::new("video.render").parameter("seed", u64::MAX).hash();
//! assert_eq!(
//!     seed.unwrap_err().to_string(),
//!     "/parameters/seed: 18446744073709551615 is beyond 9007199254740991, where JavaScript rounds; send it as a text",
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod canonical;
mod hash;
mod meta;
mod part;
mod pipeline;

pub use hash::{CacheKey, ContentHash, HashError, PipelineHash};
pub use meta::{ArtifactMeta, BackendVersion, BackendVersionError};
pub use part::{Part, PartFault};
pub use pipeline::{Pipeline, PipelineError};
