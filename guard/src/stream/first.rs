//! Two futures, of which one is waited for.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

/// Which one was ready.
pub(crate) enum First<A, B> {
    Left(A),
    Right(B),
}

/// Waits for the first of two. Where both are ready it is the left one; the other is dropped.
pub(crate) async fn first<A, B>(left: impl Future<Output = A>, right: impl Future<Output = B>) -> First<A, B> {
    let (mut left, mut right) = (pin!(left), pin!(right));
    poll_fn(|cx| {
        if let Poll::Ready(value) = left.as_mut().poll(cx) {
            return Poll::Ready(First::Left(value));
        }
        right.as_mut().poll(cx).map(First::Right)
    })
    .await
}
