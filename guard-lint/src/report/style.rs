//! How a renderer may write: with or without colour, in Unicode or ASCII, within how many columns.

use anstyle::{AnsiColor, Effects, Style as Paint};

use super::model::{ClauseVerdict, Severity, TicketStatus};

/// What stands out: headings and ids.
pub(crate) const STRONG: Paint = Paint::new().effects(Effects::BOLD);
/// What steps back: places, hints, rules.
pub(crate) const FAINT: Paint = Paint::new().effects(Effects::DIMMED);
/// Plain text.
pub(crate) const PLAIN: Paint = Paint::new();
/// What is well.
pub(crate) const GOOD: Paint = AnsiColor::Green.on_default();
/// What is well in part.
pub(crate) const FAIR: Paint = AnsiColor::Yellow.on_default();
/// What is not.
pub(crate) const BAD: Paint = AnsiColor::Red.on_default().effects(Effects::BOLD);
/// What nobody can tell, or is not where it should be.
pub(crate) const ODD: Paint = AnsiColor::Magenta.on_default();
/// What leads on: the next step, a command.
pub(crate) const LEAD: Paint = AnsiColor::Cyan.on_default();

/// The terminal's abilities, decided by the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether escape sequences may be written. Without it, no escape byte ever is.
    pub color: bool,
    /// Whether decoration may use more than ASCII. Names and source text keep their characters either way.
    pub unicode: bool,
    /// How many columns a line may take. Places (`path:line:column`) are never cut, so that they stay clickable.
    pub width: usize,
}

impl Style {
    /// Neither colour nor anything beyond ASCII, 80 columns: for pipes and files.
    pub const fn plain() -> Self {
        Self {
            color: false,
            unicode: false,
            width: 80,
        }
    }

    /// The same abilities within another width.
    pub const fn with_width(self, width: usize) -> Self {
        Self { width, ..self }
    }

    /// The text in a colour, or as it is.
    pub(crate) fn paint(&self, paint: Paint, text: &str) -> String {
        if self.color && paint != PLAIN && !text.is_empty() {
            format!("{paint}{text}{paint:#}")
        } else {
            text.to_owned()
        }
    }

    /// What stands for cut text.
    pub(crate) const fn ellipsis(&self) -> &'static str {
        if self.unicode { "…" } else { "..." }
    }

    /// What stands between the parts of one line.
    pub(crate) const fn dot(&self) -> &'static str {
        if self.unicode { " · " } else { ", " }
    }

    /// What a heading is underlined with.
    pub(crate) const fn rule(&self) -> &'static str {
        if self.unicode { "─" } else { "-" }
    }

    /// What opens an item of a list.
    pub(crate) const fn bullet(&self) -> &'static str {
        if self.unicode { "•" } else { "-" }
    }
}

/// The word for a status, as in the JSON.
pub(crate) const fn status_word(status: TicketStatus) -> &'static str {
    match status {
        TicketStatus::Done => "done",
        TicketStatus::Partial => "partial",
        TicketStatus::Open => "open",
        TicketStatus::Exempt => "exempt",
        TicketStatus::Missing => "missing",
        TicketStatus::Unknown => "unknown",
    }
}

/// The colour of a status.
pub(crate) const fn status_paint(status: TicketStatus) -> Paint {
    match status {
        TicketStatus::Done => GOOD,
        TicketStatus::Partial => FAIR,
        TicketStatus::Open => BAD,
        TicketStatus::Exempt => FAINT,
        TicketStatus::Missing | TicketStatus::Unknown => ODD,
    }
}

/// The word for a severity, as in the JSON.
pub(crate) const fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// The colour of a severity.
pub(crate) const fn severity_paint(severity: Severity) -> Paint {
    match severity {
        Severity::Error => BAD,
        Severity::Warning => FAIR,
        Severity::Note => LEAD,
    }
}

/// The sign, the word and the colour of a clause's verdict.
pub(crate) const fn verdict_mark(verdict: ClauseVerdict, unicode: bool) -> (&'static str, &'static str, Paint) {
    let (sign, ascii, word, paint) = match verdict {
        ClauseVerdict::Met => ("✓", "+", "met", GOOD),
        ClauseVerdict::Partial => ("◐", "~", "partial", FAIR),
        ClauseVerdict::Unmet => ("✗", "x", "unmet", BAD),
        ClauseVerdict::NotApplicable => ("–", "-", "not applicable", FAINT),
        ClauseVerdict::Unknown => ("?", "?", "unknown", ODD),
    };
    (if unicode { sign } else { ascii }, word, paint)
}
