//! Artifacts: what they were made of, in a hash that every language computes alike.
#![doc = include_str!("../../docs/manual/artifacts.md")]
//!
//! [`BackendVersion`]: crate::artifact::BackendVersion
//! [`ContentHash`]: crate::artifact::ContentHash
//! [`PipelineError::envelope`]: crate::artifact::PipelineError::envelope
