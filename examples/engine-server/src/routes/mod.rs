//! The routes, one file for each router of the tickets.

pub mod auth;
pub mod ops_status;
pub mod projects;
pub mod reports;
pub mod ticket;
pub mod video_mask;
