//! The command `guard-lint`.

/// Summaries are many small values that live and die together, on threads whose arenas the system's allocator grows a page
/// at a time: a seventh of a run.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> std::process::ExitCode {
    guard_lint::cli::main()
}
