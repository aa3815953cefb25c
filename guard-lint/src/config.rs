//! `guard-lint.toml`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::Error;
use crate::report::model::Severity;
use crate::rules::{Meta, find};
use crate::verdict::clause::Judge;
use crate::vocabulary::Vocabulary;

/// The name of the file, looked for in the scanned folder.
pub const FILE: &str = "guard-lint.toml";

/// What a project sets. Every key is optional.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    /// Globs, relative to the scanned folder, of what is not read.
    pub exclude: Vec<String>,
    /// Ticket documents, relative to the configuration file, that replace the built-in catalog.
    pub catalog: Vec<PathBuf>,
    /// Where the envelope is judged for tickets.
    pub envelope: Judge,
    /// Severities by rule code or name; `off` switches a rule off.
    pub rules: BTreeMap<String, Level>,
    /// Rows added to the vocabulary.
    pub vocabulary: Additions,
}

/// The severity that a project gives a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "plain words")]
pub enum Level {
    Off,
    Note,
    Warning,
    Error,
}

/// Rows that a project adds to each list of the vocabulary.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct Additions(Vocabulary);

impl Default for Additions {
    fn default() -> Self {
        Self(Vocabulary::empty())
    }
}

impl Config {
    /// Reads the file given, or else the one in the scanned folder, or else nothing.
    pub fn load(root: &Path, given: Option<&Path>) -> Result<Self, Error> {
        let path = match given {
            Some(path) => path.to_owned(),
            None => {
                let path = root.join(FILE);
                if !path.is_file() {
                    return Ok(Self::default());
                }
                path
            }
        };
        let text = std::fs::read_to_string(&path).map_err(|source| Error::Io {
            path: path.clone(),
            source,
        })?;
        let mut config = Self::parse(&path, &text)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        config.catalog = config.catalog.iter().map(|document| folder.join(document)).collect();
        Ok(config)
    }

    /// Reads the text of a configuration file.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        let config: Self = toml::from_str(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            config_error(path, text, offset, error.message())
        })?;
        for rule in config.rules.keys() {
            if find(rule).is_none() {
                // The key stands in the text as it was written, but a comment may name it before.
                let is_code = |at: usize| !text[..at].rsplit('\n').next().unwrap_or("").contains('#');
                let offset = text
                    .match_indices(rule.as_str())
                    .map(|(at, _)| at)
                    .find(|at| is_code(*at))
                    .unwrap_or(0);
                return Err(config_error(path, text, offset, &format!("there is no rule `{rule}`")));
            }
        }
        Ok(config)
    }

    /// The vocabulary with the project's rows.
    pub fn vocabulary(&self) -> Vocabulary {
        let mut vocabulary = Vocabulary::default();
        vocabulary.extend(&self.vocabulary.0);
        vocabulary
    }

    /// The severity of a rule; none where it is off.
    pub fn severity(&self, meta: &Meta) -> Option<Severity> {
        let level = self
            .rules
            .iter()
            .find(|(rule, _)| rule.eq_ignore_ascii_case(meta.code) || rule.eq_ignore_ascii_case(meta.name));
        match level.map(|(_, level)| level) {
            None => Some(meta.severity),
            Some(Level::Off) => None,
            Some(Level::Note) => Some(Severity::Note),
            Some(Level::Warning) => Some(Severity::Warning),
            Some(Level::Error) => Some(Severity::Error),
        }
    }
}

fn config_error(path: &Path, text: &str, offset: usize, message: &str) -> Error {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() as u32 + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() as u32 + 1;
    let first = message.lines().next().unwrap_or(message).to_owned();
    let help = if first.contains("unknown") {
        "keys are listed under \"Configuration\" in guard-lint's README".to_owned()
    } else if first.starts_with("there is no rule") {
        "`guard-lint rules` lists them".to_owned()
    } else {
        "the file is TOML; see \"Configuration\" in guard-lint's README".to_owned()
    };
    Error::Config {
        path: path.to_owned(),
        line,
        column,
        message: first,
        help,
    }
}

#[cfg(test)]
mod tests {
    use super::{Config, Path, Severity};
    use crate::report::Style;
    use crate::rules::find;

    fn error(text: &str) -> String {
        match Config::parse(Path::new("guard-lint.toml"), text) {
            Ok(_) => "no error".to_owned(),
            Err(error) => error.render(&Style::plain()),
        }
    }

    #[test]
    fn an_unknown_key_is_named_with_its_place() {
        let text = error("exclude = []\nexclud = []\n");
        assert!(
            text.contains("guard-lint.toml:2:1") && text.contains("exclud"),
            "{text}"
        );
        let text = error("[vocabulary]\ngate-wordz = []\n");
        assert!(text.contains("guard-lint.toml:2:1"), "{text}");
        let text = error("[rules]\nGL999 = \"off\"\n");
        assert!(text.contains("guard-lint.toml:2:1") && text.contains("GL999"), "{text}");
        let text = error("exclude = [");
        assert!(text.contains("guard-lint.toml:1:"), "{text}");
    }

    #[test]
    fn rows_are_added_and_severities_changed() {
        let text = "[vocabulary]\nwrites = [\"enshrine\"]\n[rules]\nGL301 = \"note\"\nbare-error = \"off\"\n";
        let Ok(config) = Config::parse(Path::new("x"), text) else {
            panic!("does not parse")
        };
        let vocabulary = config.vocabulary();
        assert!(vocabulary.writes.iter().any(|write| write == "enshrine"));
        assert!(vocabulary.writes.iter().any(|write| write == "put_object"));
        let severity = |id: &str| find(id).map(|rule| config.severity(rule.meta()));
        assert_eq!(severity("GL301"), Some(Some(Severity::Note)));
        assert_eq!(severity("GL201"), Some(None));
        assert_eq!(severity("GL202"), Some(Some(Severity::Error)));
    }
}
