//! guard-lint reads an engine's source and reports the status of every compliance ticket, with evidence.

pub mod catalog;
pub mod report;
pub mod model;
pub mod source;
