//! What the `meta` of an artifact carries.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::json;

use super::canonical;
use super::hash::{CacheKey, PipelineHash};
use super::pipeline::PipelineError;
use crate::store::Scope;

/// The version of what a cache key is made of.
const VERSION: u32 = 1;

/// What made an artifact, with its version: `renderer/4.2.0`. At most 128 bytes of visible ASCII, with a digit.
///
/// Without a digit it says nothing that changes with the backend: `latest`, `dev` and `unknown` are refused.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct BackendVersion(String);

/// A text that is no version of a backend. The message does not quote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the version of a backend is 1 to 128 bytes of visible ASCII with a digit, as in renderer/4.2.0")]
pub struct BackendVersionError;

impl BackendVersion {
    /// From a text.
    ///
    /// # Errors
    ///
    /// [`BackendVersionError`] for another shape.
    pub fn parse(text: &str) -> Result<Self, BackendVersionError> {
        let fits = text.len() <= 128
            && text.bytes().all(|byte| byte.is_ascii_graphic())
            && text.bytes().any(|byte| byte.is_ascii_digit());
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(BackendVersionError)
        }
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BackendVersion {
    type Err = BackendVersionError;

    fn from_str(text: &str) -> Result<Self, BackendVersionError> {
        Self::parse(text)
    }
}

impl fmt::Display for BackendVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for BackendVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

/// What the `meta` of every artifact carries. Put it into an engine's own with `#[serde(flatten)]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ArtifactMeta {
    /// What made it.
    pub backend_version: BackendVersion,
    /// Under what it is cached; not there where it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_key: Option<CacheKey>,
    /// What it was made of.
    pub pipeline_hash: PipelineHash,
}

impl ArtifactMeta {
    /// Of an artifact that is not cached.
    pub fn new(pipeline_hash: PipelineHash, backend_version: BackendVersion) -> Self {
        Self {
            backend_version,
            cache_key: None,
            pipeline_hash,
        }
    }

    /// Of an artifact that is cached for a scope. The key changes with the pipeline, with the backend and with the scope: a
    /// cache that others share would tell them what was asked for here.
    ///
    /// # Errors
    ///
    /// [`PipelineError::Unwritten`], which nothing is known to lead to.
    pub fn cached_for(mut self, scope: &Scope) -> Result<Self, PipelineError> {
        let parts = json!({
            "backend_version": self.backend_version,
            "pipeline_hash": self.pipeline_hash,
            "scope": [scope.tenant.as_str(), scope.mode.as_str(), scope.project.as_str()],
            "v": VERSION,
        });
        let text = canonical::text(&parts).map_err(|error| PipelineError::Unwritten(error.to_string()))?;
        self.cache_key = Some(CacheKey::digest(text.as_bytes()));
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::Pipeline;
    use crate::context::{Mode, ProjectId, TenantId};

    fn scope(tenant: &str, mode: Mode, project: &str) -> Scope {
        Scope {
            tenant: TenantId::parse(tenant).unwrap(),
            mode,
            project: ProjectId::parse(project).unwrap(),
        }
    }

    #[test]
    fn h81_a_cache_key_is_of_one_pipeline_one_backend_and_one_scope() {
        let meta = |name: &str, version: &str, scope: &Scope| {
            let version = BackendVersion::parse(version).unwrap();
            let meta = ArtifactMeta::new(Pipeline::new(name).hash().unwrap(), version);
            meta.cached_for(scope).unwrap().cache_key.unwrap()
        };
        let here = scope("t_a", Mode::Lab, "p");
        let key = meta("a", "r/1", &here);
        assert_eq!(meta("a", "r/1", &here), key);
        for other in [
            meta("b", "r/1", &here),
            meta("a", "r/2", &here),
            meta("a", "r/1", &scope("t_b", Mode::Lab, "p")),
            meta("a", "r/1", &scope("t_a", Mode::Saas, "p")),
            meta("a", "r/1", &scope("t_a", Mode::Lab, "q")),
        ] {
            assert_ne!(other, key);
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let meta = ArtifactMeta::new(Pipeline::new("a").hash().unwrap(), "r/1".parse().unwrap());
        let written = serde_json::to_value(&meta).unwrap();
        assert_eq!(written.get("cache_key"), None);
        assert_eq!(serde_json::from_value::<ArtifactMeta>(written).unwrap(), meta);
        let cached = meta.cached_for(&scope("t_a", Mode::Lab, "p")).unwrap();
        let written = serde_json::to_value(&cached).unwrap();
        assert_eq!(serde_json::from_value::<ArtifactMeta>(written).unwrap(), cached);
    }

    #[test]
    fn a_version_says_which() {
        for wrong in [
            "",
            "latest",
            "unknown",
            "renderer",
            "r 1",
            "r/1\n",
            "r/1é",
            &"1".repeat(129),
        ] {
            assert_eq!(wrong.parse::<BackendVersion>(), Err(BackendVersionError), "{wrong:?}");
        }
        assert_eq!(
            "renderer/4.2.0".parse::<BackendVersion>().unwrap().as_str(),
            "renderer/4.2.0"
        );
    }
}
