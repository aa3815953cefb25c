//! Calls a case of the benchmark `layer` a number of times: `instructions CASE COUNT`. `scripts/count-instructions.sh` runs
//! it under callgrind, and takes the difference of two counts, which is free of what happens once.

#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]

#[path = "layer/cases.rs"]
mod cases;

use cases::Case;

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let (Some(name), Some(count)) = (args.next(), args.next()) else {
        // `cargo bench` calls every benchmark without arguments.
        return;
    };
    let (_, case) = Case::ALL.into_iter().find(|(known, _)| *known == name).unwrap();
    let mut call = case.service();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let _entered = runtime.enter();
    for _ in 0..count.parse().unwrap() {
        assert_eq!(call(case.request()), case.status());
    }
}
