//! Work on many items, spread over the threads.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How many items a thread takes at once: neighbours have much in common.
const BATCH: usize = 4;

/// Does something for each item, with `own` on this thread and a clone of it on every other; gives the results in the
/// items' order.
///
/// What `own` remembers decides how long the work takes, and must not decide what it gives. Each thread takes the next few
/// items until none is left.
pub(crate) fn over<C, T, R>(own: &C, items: &[T], work: impl Fn(&C, T) -> R + Sync) -> Vec<R>
where
    C: Clone + Send,
    T: Copy + Sync,
    R: Send,
{
    let next = AtomicUsize::new(0);
    let take = |context: &C| {
        let mut done: Vec<(usize, Vec<R>)> = Vec::new();
        loop {
            let start = next.fetch_add(BATCH, Ordering::Relaxed);
            let Some(rest) = items.get(start..).filter(|rest| !rest.is_empty()) else {
                return done;
            };
            let batch = rest.iter().take(BATCH);
            done.push((start, batch.map(|item| work(context, *item)).collect()));
        }
    };
    let others = (rayon::current_num_threads() - 1).min(items.len() / BATCH);
    let mut parts: Vec<Vec<(usize, Vec<R>)>> = Vec::new();
    parts.resize_with(others, Vec::new);
    let mut done = Vec::new();
    rayon::in_place_scope(|scope| {
        for part in &mut parts {
            let (clone, take) = (own.clone(), &take);
            scope.spawn(move |_| *part = take(&clone));
        }
        done = take(own);
    });
    done.extend(parts.into_iter().flatten());
    done.sort_unstable_by_key(|(start, _)| *start);
    let mut all = Vec::with_capacity(items.len());
    done.into_iter().for_each(|(_, batch)| all.extend(batch));
    all
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    #[test]
    fn results_are_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..1_000).collect();
        for threads in [1, 2, 7] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let squares = pool.install(|| {
                // A context that only one thread may use.
                let asked = Cell::new(0);
                super::over(&asked, &items, |asked, item| {
                    asked.set(asked.get() + 1);
                    item * item
                })
            });
            assert!(
                squares.into_iter().eq(items.iter().map(|item| item * item)),
                "{threads}"
            );
        }
        assert!(super::over(&(), &items[..0], |(), item| item).is_empty());
    }
}
