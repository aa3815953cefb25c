#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| guard_fuzz::bearer(input));
