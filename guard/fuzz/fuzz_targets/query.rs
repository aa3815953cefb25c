#![no_main]

libfuzzer_sys::fuzz_target!(|input: &str| guard_fuzz::query(input));
