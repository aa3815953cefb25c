//! The secrets of the engine, from the environment.

use std::fmt;

use guard::credential::jwt::{SecretError, SharedSecret};
use guard::ticket::{TicketSecret, TicketSecretError};
use uuid::Uuid;

/// Signs tokens.
pub const TOKENS: &str = "AUTH_JWT_SIGNING";
/// Signs tickets.
pub const TICKETS: &str = "ENGINES_TICKET_SECRET";
/// What the users of this example log in with.
pub const LOGIN: &str = "DEMO_LOGIN_SECRET";

/// The shortest login secret in bytes.
const MIN_LOGIN_BYTES: usize = 16;

/// The secrets of the engine.
#[derive(Debug)]
pub struct Secrets {
    pub(crate) tokens: SharedSecret,
    pub(crate) tickets: TicketSecret,
    pub(crate) login: LoginSecret,
}

/// What the users of this example log in with. `Debug` does not show it.
pub struct LoginSecret(String);

impl LoginSecret {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for LoginSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LoginSecret(..)")
    }
}

/// Why the engine does not start. No message quotes a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretsError {
    /// It is not set, or empty.
    #[error("{0} is not set")]
    Missing(&'static str),
    /// It is not UTF-8.
    #[error("{0} is not UTF-8")]
    NotText(&'static str),
    /// The secret of tokens is too weak.
    #[error(transparent)]
    Tokens(#[from] SecretError),
    /// The secret of tickets is too weak.
    #[error(transparent)]
    Tickets(#[from] TicketSecretError),
    /// The login secret is too weak.
    #[error("{LOGIN} has {0} bytes; at least {MIN_LOGIN_BYTES} are needed")]
    Login(usize),
    /// Two secrets are the same, so that one kind of credential could be taken for another.
    #[error("{0} and {1} are the same; each needs a secret of its own")]
    Same(&'static str, &'static str),
}

/// Everything that is wrong with the secrets, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretsErrors(Vec<SecretsError>);

impl fmt::Display for SecretsErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the engine does not start:")?;
        for error in &self.0 {
            writeln!(f, "  {error}")?;
        }
        writeln!(f, "set each to a random secret of its own, for example")?;
        writeln!(f, "  export {TOKENS}=\"$(openssl rand -hex 32)\"")?;
        write!(f, "or try the engine with --demo, which makes secrets for one run")
    }
}

impl std::error::Error for SecretsErrors {}

impl Secrets {
    /// Reads the secrets through `read`, which knows the environment.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with them, at once.
    pub fn from_env(read: impl Fn(&str) -> Result<String, std::env::VarError>) -> Result<Self, SecretsErrors> {
        let text = |name: &'static str| match read(name) {
            Ok(text) if text.is_empty() => Err(SecretsError::Missing(name)),
            Ok(text) => Ok(text),
            Err(std::env::VarError::NotPresent) => Err(SecretsError::Missing(name)),
            Err(std::env::VarError::NotUnicode(_)) => Err(SecretsError::NotText(name)),
        };
        let (tokens, tickets, login) = (text(TOKENS), text(TICKETS), text(LOGIN));
        let mut errors = Vec::new();
        for (name, one, other_name, other) in [
            (TOKENS, &tokens, TICKETS, &tickets),
            (TOKENS, &tokens, LOGIN, &login),
            (TICKETS, &tickets, LOGIN, &login),
        ] {
            if one.is_ok() && one == other {
                errors.push(SecretsError::Same(name, other_name));
            }
        }
        let tokens = tokens.and_then(|text| Ok(SharedSecret::new(text)?));
        let tickets = tickets.and_then(|text| Ok(TicketSecret::new(text)?));
        let login = login.and_then(|text| match text.len() {
            0..MIN_LOGIN_BYTES => Err(SecretsError::Login(text.len())),
            _ => Ok(LoginSecret(text)),
        });
        match (tokens, tickets, login) {
            (Ok(tokens), Ok(tickets), Ok(login)) if errors.is_empty() => Ok(Self { tokens, tickets, login }),
            (tokens, tickets, login) => {
                errors.extend([tokens.err(), tickets.err(), login.err()].into_iter().flatten());
                Err(SecretsErrors(errors))
            }
        }
    }

    /// Random secrets for one run, and the one to log in with. The environment is not read.
    ///
    /// # Errors
    ///
    /// None: they are long enough.
    pub fn demo() -> Result<(Self, String), SecretsErrors> {
        let login = random();
        let secrets = Self::from_env(|name| Ok(if name == LOGIN { login.clone() } else { random() }))?;
        Ok((secrets, login))
    }
}

/// 64 letters with 244 random bits.
fn random() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

#[cfg(test)]
mod tests {
    use std::env::VarError;

    use super::*;

    fn errors(tokens: Option<&str>, tickets: Option<&str>, login: Option<&str>) -> Vec<SecretsError> {
        let read = |name: &str| {
            let value = match name {
                TOKENS => tokens,
                TICKETS => tickets,
                _ => login,
            };
            value.map(str::to_owned).ok_or(VarError::NotPresent)
        };
        Secrets::from_env(read).err().map(|errors| errors.0).unwrap_or_default()
    }

    #[test]
    fn every_fault_is_named_at_once() {
        let (one, two) = ("1".repeat(32), "2".repeat(32));
        assert_eq!(errors(Some(&one), Some(&two), Some("0123456789abcdef")), []);
        assert_eq!(
            errors(None, Some(""), None),
            [TOKENS, TICKETS, LOGIN].map(SecretsError::Missing)
        );
        assert_eq!(
            errors(Some(&one[1..]), Some(&two[1..]), Some("short")),
            [
                SecretsError::Tokens(SecretError::TooShort(31)),
                SecretsError::Tickets(TicketSecretError::TooShort(31)),
                SecretsError::Login(5),
            ]
        );
        assert_eq!(
            errors(Some(&one), Some(&one), Some(&two)),
            [SecretsError::Same(TOKENS, TICKETS)]
        );
        assert_eq!(errors(Some(&one), Some(&one), Some(&one)).len(), 3);
    }

    #[test]
    fn nothing_shows_a_secret() {
        let (secrets, login) = Secrets::demo().unwrap();
        assert_eq!(login.len(), 64);
        assert_ne!(random(), random());
        assert!(!format!("{secrets:?}").contains(&login));
    }
}
