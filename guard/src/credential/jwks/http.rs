//! A JWKS document over HTTPS.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};

use super::{Fetch, JwksSource};

/// How long a connection may take to be made. The whole fetch has the key store's own timeout.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// A JWKS document at an `https` URL. Plain `http` is taken from this machine's own loopback address alone; no redirect is
/// followed, since whoever sends one would choose the keys.
#[derive(Clone)]
pub struct HttpJwks {
    client: Client,
    url: Url,
}

/// Why a document cannot be fetched over HTTP. The messages do not quote the URL.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpJwksError {
    /// It is no URL.
    #[error("the JWKS URL is malformed")]
    Url,
    /// It is not `https`, and not `http` to a loopback address.
    #[error("the JWKS URL is not https")]
    NotHttps,
    /// It has a user or a password, which would reach the log.
    #[error("the JWKS URL holds credentials")]
    Credentials,
    /// The TLS client could not be set up, or the request failed.
    #[error("the JWKS request failed")]
    Client(#[source] reqwest::Error),
    /// The answer is not 200.
    #[error("the JWKS request was answered with status {0}")]
    Status(u16),
    /// The answer has too many bytes.
    #[error("the JWKS answer is too large")]
    TooLarge,
}

impl HttpJwks {
    /// The document at this URL.
    ///
    /// # Errors
    ///
    /// [`HttpJwksError`] where the URL is not good, or the client cannot be set up.
    pub fn new(url: &str) -> Result<Self, HttpJwksError> {
        let url = Url::parse(url).map_err(|_| HttpJwksError::Url)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(HttpJwksError::Credentials);
        }
        let client = Client::builder()
            .redirect(Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .user_agent(concat!("guard/", env!("CARGO_PKG_VERSION")));
        let client = match url.scheme() {
            "https" => client.https_only(true),
            // A proxy would carry it off this machine.
            "http" if is_loopback(&url) => client.no_proxy(),
            _ => return Err(HttpJwksError::NotHttps),
        };
        let client = client.build().map_err(HttpJwksError::client)?;
        Ok(Self { client, url })
    }
}

impl HttpJwksError {
    fn client(error: reqwest::Error) -> Self {
        Self::Client(error.without_url())
    }
}

/// By address alone: what the name `localhost` means is a resolver's to say.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.is_ok_and(|address| address.is_loopback())
}

impl JwksSource for HttpJwks {
    fn fetch(&self, limit: usize) -> Fetch {
        let request = self.client.get(self.url.clone());
        Box::pin(async move { Ok(read(request, limit).await?) })
    }
}

async fn read(request: reqwest::RequestBuilder, limit: usize) -> Result<Bytes, HttpJwksError> {
    let mut response = request.send().await.map_err(HttpJwksError::client)?;
    if response.status() != StatusCode::OK {
        return Err(HttpJwksError::Status(response.status().as_u16()));
    }
    let mut document = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(HttpJwksError::client)? {
        if document.len() + chunk.len() > limit {
            return Err(HttpJwksError::TooLarge);
        }
        document.extend_from_slice(&chunk);
    }
    Ok(document.freeze())
}

impl fmt::Debug for HttpJwks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A query may hold a key of its own.
        f.debug_struct("HttpJwks")
            .field("host", &self.url.host_str())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_or_loopback() {
        for url in [
            "https://id.example.com/jwks.json",
            "http://127.0.0.1:8080/jwks.json",
            "http://[::1]/jwks.json",
        ] {
            assert!(HttpJwks::new(url).is_ok(), "{url}");
        }
        let refused = |url: &str| HttpJwks::new(url).unwrap_err().to_string();
        for url in [
            "http://id.example.com/",
            "http://localhost/",
            "http://127.0.0.1.example.com/",
            "http://10.0.0.1/",
            "http://169.254.169.254/",
            "file:///etc/passwd",
            "ftp://127.0.0.1/",
        ] {
            assert_eq!(refused(url), "the JWKS URL is not https", "{url}");
        }
        assert_eq!(refused("https://u:p@id.example.com/"), "the JWKS URL holds credentials");
        assert_eq!(refused("id.example.com"), "the JWKS URL is malformed");
    }
}
