//! `#[engine_route]` and `routes!`. Use them through the `macros` feature of `guard`.
//!
//! Text flows one way: `parse` reads keys and values, `signature` the function's head, `check` judges the facts against the
//! contract and `handler` the function against axum, `expand` writes the facts. Every step reports into one list of errors,
//! so that all of them show at once.

#![forbid(unsafe_code)]

mod check;
mod errors;
mod expand;
mod handler;
mod parse;
mod routes;
mod shape;
mod signature;

use proc_macro::TokenStream;
use quote::quote;

use errors::Errors;

#[doc = include_str!("../docs/engine_route.md")]
#[proc_macro_attribute]
pub fn engine_route(args: TokenStream, item: TokenStream) -> TokenStream {
    expand_route(args.into(), &item.into()).into()
}

/// Always re-emits the item, so that an error here does not make others elsewhere.
fn expand_route(args: proc_macro2::TokenStream, item: &proc_macro2::TokenStream) -> proc_macro2::TokenStream {
    let mut errors = Errors::default();
    let args = parse::args(args, &mut errors);
    let signature = match signature::read(item.clone()) {
        Ok(signature) => Some(signature),
        Err(_) => {
            errors.over(item, "#[engine_route] stands on a function");
            None
        }
    };
    let shape = signature.as_ref().and_then(|signature| signature.shape.as_ref());
    let route = check::route(&args, shape, &mut errors);
    let receiver = shape.and_then(|shape| shape.receiver);
    if let Some(span) = receiver {
        errors.at(
            span,
            "#[engine_route] stands on a free function: a route has no `self`, and takes what it needs as `State`",
        );
    }
    let constant = signature.filter(|_| receiver.is_none()).map(|signature| {
        let guard = expand::guard(&args);
        let checks = if cfg!(feature = "axum") {
            handler::checks(&args, &guard, &signature, &mut errors)
        } else {
            proc_macro2::TokenStream::new()
        };
        expand::constant(&signature, &route, &guard, &checks)
    });
    let errors = errors.into_compile_errors();
    quote! { #item #constant #errors }
}

#[doc = include_str!("../docs/routes.md")]
#[proc_macro]
pub fn routes(input: TokenStream) -> TokenStream {
    routes::list(input.into()).into()
}
