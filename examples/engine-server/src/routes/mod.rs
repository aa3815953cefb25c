//! The routes, one file for each router of the tickets, but for the three of chat, which are one thing.

pub mod auth;
pub mod canvas;
pub mod chat;
pub mod ops_status;
pub mod projects;
pub mod render;
pub mod reports;
pub mod ticket;
pub mod video_mask;
