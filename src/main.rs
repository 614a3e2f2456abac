use std::process::ExitCode;

/// A cart is many small texts: with the C library's allocator a third of its time goes into getting and giving back memory.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    punchgate::cli::main()
}
