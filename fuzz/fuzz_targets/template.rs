#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| punchgate_fuzz::template(data));
