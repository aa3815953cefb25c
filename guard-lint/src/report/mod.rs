//! The report and its formats.

pub mod model;
