//! guard-lint reads an engine's source and reports the status of every compliance ticket, with evidence.

pub mod analysis;
pub mod assemble;
pub mod catalog;
pub mod cli;
pub mod config;
pub mod error;
pub mod evidence;
mod hex;
pub mod lineage;
pub mod model;
pub mod reading;
pub mod report;
pub mod rules;
pub mod run;
pub mod source;
mod spread;
pub mod suppress;
pub mod verdict;
pub mod vocabulary;
