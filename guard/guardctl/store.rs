//! From an address to the stores behind it.

use std::error::Error;
use std::path::Path;

use guard::store::Stores;
use guard::store::sqlite::SqliteOptions;

/// Opens what an engine keeps its state in. Nothing is made that is not there.
pub(crate) async fn open(address: &str) -> Result<Stores, Box<dyn Error>> {
    if let Some(path) = address.strip_prefix("sqlite:") {
        if !Path::new(path).is_file() {
            return Err(format!("there is no file {path}: name the one that the engine opens").into());
        }
        return Ok(Stores::of(SqliteOptions::new(path).shared().open().await?));
    }
    #[cfg(feature = "postgres")]
    if address.starts_with("postgres:") || address.starts_with("postgresql:") {
        return Ok(Stores::of(guard::store::postgres::Postgres::open(address).await?));
    }
    let postgres = if cfg!(feature = "postgres") {
        ""
    } else {
        "; this guardctl is built without the feature `postgres`"
    };
    Err(format!("the address of the store begins with sqlite: or postgres:{postgres}").into())
}
