//! What is done, with which parameters, to which inputs.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::canonical::{self, Place};
use super::hash::{ContentHash, PipelineHash};
use super::part::{Part, PartFault};
use crate::envelope::{ErrorEnvelope, ErrorEnvelopeBuilder, ValidationIssue};

/// The version of what is hashed.
const VERSION: u32 = 1;

/// What is done, with which parameters, to which inputs. What names it is the [`hash`](Self::hash).
///
/// Inputs are named by what they hold, so that no path, temporary or not, gets into the hash. The order in which parameters and
/// inputs are added does not count.
#[derive(Debug, Clone)]
#[must_use]
pub struct Pipeline {
    name: String,
    parameters: BTreeMap<String, Part>,
    inputs: BTreeMap<String, Value>,
    /// The first name that was given twice.
    twice: Option<Place>,
}

/// Why a pipeline has no hash.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineError {
    /// A value that canonical JSON cannot carry exactly. It is refused and not rounded.
    #[error("{}: {fault}", Place(steps.clone()))]
    Part {
        /// The steps to it from the top: `parameters`, `seed`.
        steps: Vec<String>,
        /// What is wrong with it.
        fault: PartFault,
    },
    /// A name that was given twice. Which of the two would count is nobody's guess.
    #[error("{}: the name is given twice; give each a name of its own", Place(steps.clone()))]
    Twice {
        /// The steps to it from the top.
        steps: Vec<String>,
    },
    /// The pipeline has no name.
    #[error("/pipeline: the name is empty; name what is done, as in video.render")]
    Unnamed,
    /// It cannot be written as JSON, which no part leads to.
    #[error("the pipeline cannot be written as JSON: {0}")]
    Unwritten(String),
}

impl Pipeline {
    /// A pipeline without parameters and inputs. The name says what is done, as in `video.render`: two that do different
    /// things to one input differ by it.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            parameters: BTreeMap::new(),
            inputs: BTreeMap::new(),
            twice: None,
        }
    }

    /// Adds a parameter. A default that is left out and one that is spelled out are different: add what the result depends
    /// on after the defaults are filled in.
    pub fn parameter(mut self, name: impl Into<String>, part: impl Into<Part>) -> Self {
        let name = name.into();
        let there = self.parameters.insert(name.clone(), part.into()).is_some();
        self.note("parameters", name, there)
    }

    /// Adds an input.
    pub fn input(self, name: impl Into<String>, content: ContentHash) -> Self {
        self.any_input(name.into(), json!(content))
    }

    /// Adds a list of inputs, whose order counts.
    pub fn inputs(self, name: impl Into<String>, contents: impl IntoIterator<Item = ContentHash>) -> Self {
        let contents: Vec<ContentHash> = contents.into_iter().collect();
        self.any_input(name.into(), json!(contents))
    }

    fn any_input(mut self, name: String, content: Value) -> Self {
        let there = self.inputs.insert(name.clone(), content).is_some();
        self.note("inputs", name, there)
    }

    fn note(mut self, kind: &str, name: String, there: bool) -> Self {
        if there && self.twice.is_none() {
            self.twice = Some(Place(vec![kind.to_owned(), name]));
        }
        self
    }

    /// What is hashed: `{"inputs":{..},"parameters":{..},"pipeline":"..","v":1}` as canonical JSON, RFC 8785.
    ///
    /// # Errors
    ///
    /// [`PipelineError`], which names the place and the mend.
    pub fn canonical(&self) -> Result<String, PipelineError> {
        if let Some(Place(steps)) = self.twice.clone() {
            return Err(PipelineError::Twice { steps });
        }
        if self.name.is_empty() {
            return Err(PipelineError::Unnamed);
        }
        let mut place = Place(vec!["parameters".to_owned()]);
        let parameters = canonical::map(&self.parameters, &mut place)
            .map_err(|fault| PipelineError::Part { steps: place.0, fault })?;
        let inputs: Map<String, Value> = self.inputs.clone().into_iter().collect();
        let whole = json!({"inputs": inputs, "parameters": parameters, "pipeline": self.name, "v": VERSION});
        canonical::text(&whole).map_err(|error| PipelineError::Unwritten(error.to_string()))
    }

    /// The hash that stands for it.
    ///
    /// # Errors
    ///
    /// As [`canonical`](Self::canonical).
    pub fn hash(&self) -> Result<PipelineHash, PipelineError> {
        Ok(PipelineHash::digest(self.canonical()?.as_bytes()))
    }
}

impl PipelineError {
    /// As `validation.error`, for a handler whose parameters are what the client sent.
    pub fn envelope(&self) -> ErrorEnvelopeBuilder {
        let loc = match self {
            Self::Part { steps, .. } | Self::Twice { steps } => steps.clone(),
            Self::Unnamed | Self::Unwritten(_) => vec!["pipeline".to_owned()],
        };
        let issue = ValidationIssue {
            loc,
            msg: self.to_string(),
            kind: "value_error".to_owned(),
        };
        ErrorEnvelope::validation(&[issue])
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_text_is_canonical() {
        let content = ContentHash::of(b"");
        let pipeline = Pipeline::new("a.b")
            .parameter("z", vec![Some(1), None])
            .parameter("a", json!({"y": 1.0, "x": "é\u{1}/"}))
            .inputs("clips", [content, content]);
        let expected = format!(
            "{{\"inputs\":{{\"clips\":[\"{content}\",\"{content}\"]}},\"parameters\":{{\"a\":{{\"x\":\"é\\u0001/\",\"y\":1}},\
             \"z\":[1,null]}},\"pipeline\":\"a.b\",\"v\":1}}"
        );
        assert_eq!(pipeline.canonical().unwrap(), expected);
    }

    #[test]
    fn what_cannot_be_carried_names_its_place_and_the_mend() {
        let of = |part: Part| Pipeline::new("a").parameter("p", part).hash().unwrap_err().to_string();
        let deep = json!({"a/b": [0, {"~": 9_007_199_254_740_992_u64}]});
        assert_eq!(
            of(deep.into()),
            "/parameters/p/a~1b/1/~0: 9007199254740992 is beyond 9007199254740991, where JavaScript rounds; send it as a text"
        );
        let not_a_number = "/parameters/p/0: NaN has no JSON; leave it out, or send a text that says what is meant";
        assert_eq!(of(vec![f64::NAN].into()), not_a_number);
        assert_eq!(
            of((-0.0).into()),
            "/parameters/p: -0 loses its sign in canonical JSON; send 0"
        );
        let twice = Pipeline::new("a")
            .parameter("p", 1)
            .parameter("p", 1)
            .hash()
            .unwrap_err();
        assert_eq!(
            twice.to_string(),
            "/parameters/p: the name is given twice; give each a name of its own"
        );
        assert_eq!(Pipeline::new("").hash(), Err(PipelineError::Unnamed));
        let envelope = twice.envelope().build();
        assert_eq!(envelope.code(), "validation.error");
        assert_eq!(envelope.details()["errors"][0]["loc"], json!(["parameters", "p"]));
    }
}
