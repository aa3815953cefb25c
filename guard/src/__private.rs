//! What the expansions of `guard-macros` call. No part of the interface: it changes without notice.
//!
//! A call compiles where an argument, an output or a future is what axum takes it for, and says why not at the place of
//! the argument. None of them ever runs.

use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{FromRequest, FromRequestParts};
use axum::response::IntoResponse;

use crate::context::RequestContext;
use crate::credential::Identity;
use crate::stream::Subscribe;

/// An argument that is not the last.
pub fn from_head<T: FromRequestParts<S> + Send, S>() {}

/// The last argument.
pub fn from_request<T: FromRequest<S, M> + Send, S, M>() {}

/// The last argument, where it is known to take the body.
pub fn from_body<T: FromRequest<S> + Send, S>() {}

/// What a handler ends with.
pub fn into_response<T: IntoResponse>() {}

/// What the handler of a stream route ends with.
#[diagnostic::on_unimplemented(
    message = "the handler of a stream route answers which stream, and `{Self}` does not",
    label = "is no `Subscribe`",
    note = "return `guard::stream::Subscribe`, or `Result<Subscribe, E>` with an error that is a response"
)]
pub trait AnswersStream {}

impl AnswersStream for Subscribe {}
impl<E: IntoResponse> AnswersStream for Result<Subscribe, E> {}

/// What the handler of a stream route ends with.
pub fn answers_stream<T: AnswersStream>() {}

/// The future of a handler of a stream route.
pub fn answered_with_stream<F: Future<Output: AnswersStream> + Send>(_: F) {}

/// The future of a handler whose output has its own check.
pub fn sent<F: Future + Send>(_: F) {}

/// The future of a handler.
pub fn answered<F: Future<Output: IntoResponse> + Send>(_: F) {}

/// A value of whatever type is wanted, in code that is compiled and never runs.
pub fn any<T>() -> T {
    unreachable!("a check of #[engine_route] does not run")
}

/// Says who asks, or holds what does.
pub trait CarriesIdentity {}

impl CarriesIdentity for RequestContext {}
impl CarriesIdentity for Identity {}
impl<T: CarriesIdentity + ?Sized> CarriesIdentity for Arc<T> {}
impl<T: CarriesIdentity> CarriesIdentity for Option<T> {}
impl<T: CarriesIdentity, E> CarriesIdentity for Result<T, E> {}
impl<T: CarriesIdentity> CarriesIdentity for Extension<T> {}

/// An argument of an exempt handler.
pub struct Argument<T>(PhantomData<T>);

/// The argument says who asks.
pub struct Identified;

/// The argument does not.
pub struct Anonymous;

// A constant of a type goes before one that a trait gives it, but only where its bound holds. So the same name is one
// constant for the arguments that say who asks, and the other for the rest.
impl<T: CarriesIdentity> Argument<T> {
    /// Whether the argument says who asks.
    pub const SAYS_WHO_ASKS: Identified = Identified;
}

/// Otherwise.
pub trait Otherwise {
    /// Whether the argument says who asks.
    const SAYS_WHO_ASKS: Anonymous = Anonymous;
}

impl<T> Otherwise for Argument<T> {}

/// What an exempt handler may take.
#[diagnostic::on_unimplemented(
    message = "an exempt handler cannot take `{T}`: nobody is asked who they are",
    label = "says who asks, which an exempt route does not know",
    note = "an exemption lifts identity: remove the argument, or remove `exempt` and guard the route"
)]
pub trait ExemptArgument<T> {}

impl<T> ExemptArgument<T> for Anonymous {}

/// An argument of an exempt handler.
pub fn exempt_handler_takes<T, F: ExemptArgument<T>>(_: F) {}
