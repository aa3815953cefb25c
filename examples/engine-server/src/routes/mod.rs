//! The routes, one file for each router of the tickets.

pub mod ops_status;
pub mod video_mask;
