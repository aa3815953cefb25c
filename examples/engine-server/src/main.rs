//! Serves the application on the address of the first argument, or on 127.0.0.1:8080.

use std::io;

use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    axum::serve(TcpListener::bind(address).await?, engine_server::app()).await
}
