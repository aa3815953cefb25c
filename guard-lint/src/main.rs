//! The command.
fn main() {
    let root = std::env::args().nth(1).unwrap_or_default();
    let t = std::time::Instant::now();
    let s = guard_lint::source::Sources::load(std::path::Path::new(&root), &[]);
    if let Ok(s) = s {
        #[allow(clippy::print_stdout, reason = "trial")]
        {
            println!("{} entries {} files {} unchecked {:?}", s.entries.len(), s.files.len(), s.unchecked.len(), t.elapsed());
            for u in &s.unchecked { println!("{u:?}"); }
        }
    }
}
