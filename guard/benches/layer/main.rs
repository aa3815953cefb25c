//! What the guard costs, beside a bare router and beside the stack that people assemble for the same.
//!
//! `cargo bench -p guard --bench layer` times the cases and counts their allocations. Read the differences of medians of one
//! run: the guard's cost is `guarded_get - bare_get`, `guarded_parameter - bare_parameter` where the path has parameters,
//! and `exempt_status - bare_status` where a route is exempt.
//! `scripts/count-instructions.sh` counts the instructions of the same calls, which noise does not change.

#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]

mod cases;

use cases::Case;
use divan::{AllocProfiler, Bencher};

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

// Few requests at a time, so that one is still in the cache when it is answered, as it is after it was parsed.
#[divan::bench(sample_size = 8, sample_count = 4000, args = Case::ALL.map(|(name, _)| name))]
fn answer(bencher: Bencher<'_, '_>, name: &str) {
    let (_, case) = Case::ALL.into_iter().find(|(known, _)| *known == name).unwrap();
    let mut call = case.service();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let _entered = runtime.enter();
    assert_eq!(call(case.request()), case.status());
    bencher.with_inputs(|| case.request()).bench_local_values(call);
}
