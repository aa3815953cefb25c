//! The command `guard-lint`.

fn main() -> std::process::ExitCode {
    guard_lint::cli::main()
}
