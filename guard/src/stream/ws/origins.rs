//! The pages that may open a WebSocket.

use http::{HeaderMap, header};

/// The origins whose pages may open a WebSocket. A browser lets any page try, and sends the user's cookies along; only the
/// server can refuse.
///
/// Without a setting nobody may.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct Origins {
    exact: Vec<String>,
    without: bool,
}

impl Origins {
    /// These origins, byte for byte as the header `Origin` spells them: `https://app.example`, with the port where it is not
    /// the scheme's own.
    pub fn exactly(origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            exact: origins.into_iter().map(Into::into).collect(),
            without: false,
        }
    }

    /// Also clients that send no `Origin`, which no browser does.
    pub fn and_clients_without_one(mut self) -> Self {
        self.without = true;
        self
    }

    /// Whether a request with these headers may go on. Two origins are one too many.
    pub(super) fn allow(&self, headers: &HeaderMap) -> bool {
        let mut found = headers.get_all(header::ORIGIN).iter();
        match (found.next(), found.next()) {
            (None, _) => self.without,
            (Some(origin), None) => self.exact.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes()),
            (Some(_), Some(_)) => false,
        }
    }
}
