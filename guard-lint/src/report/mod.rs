//! The report and its formats.
//!
//! [`model`] is what one run found out. Everything else here turns it into text and nothing else: a renderer computes no
//! verdict, reads no file and prints nothing. It takes the report, the source texts where it shows code ([`Sources`]) and
//! the terminal's abilities ([`Style`]), and returns a `String`.
//!
//! | module | what it renders |
//! |---|---|
//! | [`text`] | `check` for people: findings as code frames ([`frame`]) or one line each, a summary, the next step |
//! | [`tickets`] | the status of every ticket as a table; one ticket in detail |
//! | [`matrix`] | routers by what is asked of them, as TSV or Markdown |
//! | [`json`], [`schema`] | the report as JSON, and the JSON Schema it follows |
//! | [`github`] | workflow commands that annotate a pull request |
//! | [`explain`] | the documentation of a rule or a ticket |
//!
//! Names, messages and source text come from the scanned tree, so they may hold anything. Every renderer that writes for a
//! terminal passes them through `measure::clean`, after which a terminal shows them and obeys nothing in them.

pub mod explain;
pub mod frame;
pub mod github;
pub mod json;
pub mod matrix;
pub mod model;
pub mod schema;
pub mod sources;
pub mod style;
pub mod text;
pub mod tickets;

pub(crate) mod measure;
mod next;
mod table;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod testing;

pub use explain::Explanation;
pub use model::Report;
pub use sources::{NoSources, SourceMap, Sources};
pub use style::Style;
pub use text::Detail;
pub use tickets::Grouping;
