use std::process::ExitCode;

fn main() -> ExitCode {
    punchgate::cli::main()
}
