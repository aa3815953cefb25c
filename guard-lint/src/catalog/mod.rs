//! Tickets, read from documents.
