//! The command `guard-lint`.

/// Summaries are many small values that live and die together, on threads whose arenas the system's allocator grows a page
/// at a time: a seventh of a run.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// How much memory is asked for in one piece, in bytes: more than an engine of fifteen hundred files takes.
const ROOM: usize = 64 << 20;

fn main() -> std::process::ExitCode {
    // Nothing is touched here, and the allocator keeps what is given back. A piece that grew bit by bit would have seams,
    // and around each seam memory that no large page covers: three quarters of all page faults.
    let mut room: Vec<u8> = Vec::new();
    let _ = room.try_reserve_exact(ROOM);
    drop(std::hint::black_box(room));
    guard_lint::cli::main()
}
