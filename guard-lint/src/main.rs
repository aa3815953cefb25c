//! The command.
fn main() {
    let root = std::env::args().nth(1).unwrap_or_default();
    let t = std::time::Instant::now();
    let s = guard_lint::source::Sources::load(std::path::Path::new(&root), &[]);
    if let Ok(s) = s {
        #[allow(clippy::print_stdout, clippy::print_stderr, reason = "trial")]
        {
            let t1 = t.elapsed();
            let m = guard_lint::model::Model::new(&s);
            let r = guard_lint::model::routes::Routes::new(&m);
            eprintln!("{:?} {:?}", t1, t.elapsed());
            for router in &r.routers {
                for route in &router.routes {
                    let h = m.function(route.handler);
                    let f = m.file(h.module);
                    println!("{}\t{}\t{}\t{}{}\t{}\t{}", m.file(router.module).path, m.text(router.variable), route.methods.join(","), router.prefix, route.path, m.text(h.facts.name), f.line(h.facts.span.start));
                }
            }
        }
    }
}
