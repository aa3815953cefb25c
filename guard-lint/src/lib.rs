//! guard-lint reads an engine's source and reports the status of every compliance ticket, with evidence.

pub mod analysis;
pub mod catalog;
pub mod error;
pub mod model;
pub mod report;
pub mod source;
pub mod verdict;
pub mod vocabulary;
