//! What the terminal can do.

use std::io::IsTerminal;

use super::args::Color;
use crate::report::Style;

/// How to write to standard output.
pub(super) fn style(color: Color) -> Style {
    made(color, std::io::stdout().is_terminal())
}

/// How to write to standard error.
pub(super) fn error_style(color: Color) -> Style {
    made(color, std::io::stderr().is_terminal())
}

fn made(color: Color, terminal: bool) -> Style {
    let color = match color {
        Color::Always => true,
        Color::Never => false,
        // https://no-color.org
        Color::Auto => terminal && !is_set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
    };
    Style {
        color,
        unicode: is_unicode(),
        width: width(),
    }
}

fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

/// The first of the locale's variables that is set decides, as in POSIX.
fn is_unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find(|name| is_set(name));
    locale.and_then(|name| std::env::var(name).ok()).is_some_and(|value| {
        let value = value.to_uppercase();
        value.contains("UTF-8") || value.contains("UTF8")
    })
}

/// `COLUMNS`, the terminal's width, or 80.
fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let width = columns.or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)));
    width.unwrap_or(80).clamp(20, 400)
}
