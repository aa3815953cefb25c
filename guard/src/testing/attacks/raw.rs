//! A request as bytes, with everything that is wrong with it.

use super::Target;

/// A request line, headers as they come, and a body.
#[derive(Debug, Clone)]
pub(super) struct Raw {
    line: Vec<u8>,
    headers: Vec<(Vec<u8>, Vec<u8>)>,
    body: Vec<u8>,
}

impl Raw {
    /// The good request. The connection closes after it, so that its end is seen.
    pub(super) fn good(target: &Target) -> Self {
        let mut raw = Self {
            line: format!("GET {} HTTP/1.1", target.path).into_bytes(),
            headers: vec![
                (b"Host".to_vec(), b"guard.test".to_vec()),
                (b"Connection".to_vec(), b"close".to_vec()),
            ],
            body: Vec::new(),
        };
        for (name, value) in &target.headers {
            raw = raw.and(name, value);
        }
        raw
    }

    /// The good request with JSON, if the target has a route for it.
    pub(super) fn json(target: &Target) -> Option<Self> {
        let (path, body) = target.body.as_ref()?;
        let raw = Self::good(target)
            .line(format!("POST {path} HTTP/1.1"))
            .and("Content-Type", "application/json");
        Some(raw.sized_body(body))
    }

    pub(super) fn line(mut self, line: impl Into<Vec<u8>>) -> Self {
        self.line = line.into();
        self
    }

    /// With one more header, whatever it is made of.
    pub(super) fn and(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.as_ref().to_vec(), value.as_ref().to_vec()));
        self
    }

    pub(super) fn without(mut self, name: &str) -> Self {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name.as_bytes()));
        self
    }

    /// With another value in the place of the header.
    pub(super) fn with(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.without(name).and(name, value)
    }

    /// With a header once more, as it is.
    pub(super) fn twice(self, name: &str) -> Self {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name.as_bytes()));
        let value = found.map_or_else(|| b"1".to_vec(), |(_, value)| value.clone());
        let once = if found.is_some() { self } else { self.and(name, &value) };
        once.and(name, value)
    }

    pub(super) fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = body.as_ref().to_vec();
        self
    }

    pub(super) fn sized_body(self, body: impl AsRef<[u8]>) -> Self {
        let length = body.as_ref().len().to_string();
        self.with("Content-Length", length).body(body)
    }

    /// The path of the request line.
    pub(super) fn at(self, path: &str) -> Self {
        self.line(format!("GET {path} HTTP/1.1"))
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.line.clone();
        bytes.extend_from_slice(b"\r\n");
        for (name, value) in &self.headers {
            for part in [name, &b": "[..], value, b"\r\n"] {
                bytes.extend_from_slice(part);
            }
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }
}
