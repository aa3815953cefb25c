//! `#[engine_route]`. Use it through the `macros` feature of `guard`.
//!
//! Text flows one way: `parse` reads keys and values, `check` judges them against the contract, `expand` writes the facts.
//! Every step reports into one list of errors, so that all of them show at once.

#![forbid(unsafe_code)]

mod check;
mod errors;
mod expand;
mod parse;
mod shape;

use proc_macro::TokenStream;

/// States the facts of a route beside its handler, checks them, and lists them at run time.
///
/// ```
/// use guard::engine_route;
/// use guard::route::{GateDecision, Method};
///
/// #[engine_route(
///     method = POST,
///     path = "/video/masks/{mask_id}",
///     router = "engines.video_mask.routes",
///     tickets = ["ENG-STD-003"],
///     resource_kind = "video_mask",
///     action = "video_mask.update"
/// )]
/// async fn update_mask() {}
///
/// assert_eq!(UPDATE_MASK_ROUTE.method, Method::Post);
/// assert_eq!(UPDATE_MASK_ROUTE.gate, GateDecision::Action("video_mask.update"));
/// ```
///
/// The function stays as it is. Beside it stands a constant with its visibility and its name, in upper case with
/// `_ROUTE`: a `guard::route::RouteMeta`. The attribute mounts nothing and enforces nothing at run time.
///
/// | key | need | value |
/// |---|---|---|
/// | `method` | required | `GET`, `POST`, `PUT`, `PATCH` or `DELETE` |
/// | `path` | required | `"/a/{param}"`, or `"/a/{*rest}"` |
/// | `router` | required | the dotted module that the tickets name: `"engines.video_mask.routes"` |
/// | `tickets` | optional | a list of ticket ids: `["ENG-STD-003"]` |
/// | `resource_kind` | optional | one `snake_case` word |
/// | `action` | see below | the action that the gates judge |
/// | `no_gate` | see below | why a mutating method needs no gate |
/// | `exempt` | see below | `"EX-001"` or `"EX-002"`, on the router that it exempts |
/// | `crate` | optional | the path of `guard`, where it is renamed or re-exported |
///
/// A method other than `GET` needs exactly one of `action`, `no_gate` and `exempt`. `GET` may have `action` or `exempt`.
#[proc_macro_attribute]
pub fn engine_route(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = errors::Errors::default();
    let args = parse::args(args.into(), &mut errors);
    let route = check::route(&args, &mut errors);
    expand::item(item.into(), route, errors).into()
}
