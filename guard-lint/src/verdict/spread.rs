//! Work that needs an analyzer, spread over the threads.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::analysis::Analyzer;

/// How many items a thread takes at once: neighbours have much in common.
const BATCH: usize = 4;

/// Does something for each item with this analyzer or a fork of it; gives the results in the items' order.
///
/// Each thread takes the next few items until none is left.
pub(super) fn over<'m, 's, T, R>(
    analyzer: &Analyzer<'m, 's>,
    items: &[T],
    work: impl Fn(&Analyzer<'_, 's>, T) -> R + Sync,
) -> Vec<R>
where
    T: Copy + Sync,
    R: Send,
{
    let next = AtomicUsize::new(0);
    let take = |analyzer: &Analyzer<'_, 's>| {
        let mut done: Vec<(usize, Vec<R>)> = Vec::new();
        loop {
            let start = next.fetch_add(BATCH, Ordering::Relaxed);
            let Some(rest) = items.get(start..).filter(|rest| !rest.is_empty()) else {
                return done;
            };
            let batch = rest.iter().take(BATCH);
            done.push((start, batch.map(|item| work(analyzer, *item)).collect()));
        }
    };
    let helpers = (rayon::current_num_threads() - 1).min(items.len() / BATCH);
    let mut parts: Vec<Vec<(usize, Vec<R>)>> = Vec::new();
    parts.resize_with(helpers, Vec::new);
    let mut done = Vec::new();
    rayon::in_place_scope(|scope| {
        for part in &mut parts {
            let (fork, take) = (analyzer.fork(), &take);
            scope.spawn(move |_| *part = take(&fork.analyzer()));
        }
        done = take(analyzer);
    });
    done.extend(parts.into_iter().flatten());
    done.sort_unstable_by_key(|(start, _)| *start);
    done.into_iter().flat_map(|(_, batch)| batch).collect()
}
