//! The command.
#[allow(clippy::print_stdout, clippy::print_stderr, reason = "trial")]
fn main() {
    let root = std::env::args().nth(1).unwrap_or_default();
    let want = std::env::args().nth(2);
    let t = std::time::Instant::now();
    let Ok(s) = guard_lint::source::Sources::load(std::path::Path::new(&root), &[]) else { return };
    let t1 = t.elapsed();
    let m = guard_lint::model::Model::new(&s);
    let r = guard_lint::model::routes::Routes::new(&m);
    let t2 = t.elapsed();
    let v = guard_lint::vocabulary::Vocabulary::default();
    let a = guard_lint::analysis::Analyzer::new(&m, &v, r.routers.iter().map(|r| r.module).collect());
    for id in r.ids() {
        let router = r.router(id);
        for (i, route) in router.routes.iter().enumerate() {
            let h = m.function(route.handler);

            let e = guard_lint::analysis::evaluate(&a, &r, id, i);
            use guard_lint::verdict::endpoint as ve;
            let name = m.text(h.facts.name);
            let eff = ve::effect(&e, &route.methods, a.reads_by_name(name));
            println!("{}\t{}\t{}\t{}{}\t{:?}\t{:?}\t{:?}\t{:?}", m.file(router.module).path, name, route.methods.join(","), router.prefix, route.path,
               ve::identity(&e), ve::credential(&e), ve::envelope(&e), ve::gate(&e, eff));
            if want.as_deref() == Some(name) {
                let at = |p: guard_lint::model::Place| { let f = m.file(p.module); format!("{}:{}", f.path, f.line(p.span.start)) };
                println!("   must {:?} may {:?} effect {eff:?} unresolved {:?}", e.summary.must, e.summary.may, e.unresolved.len());
                for (x, k) in ve::sites(&e) {
                    let tr = a.trace(x.via, |s| s.exits.iter().find(|y| y.place == x.place).map(|y| y.via));
                    println!("   site {k:?} {:?} {:?} {} class {:?} via {:?}", x.kind, x.status, at(x.place), x.class, tr.iter().map(|(p, f)| format!("{} {}", at(*p), m.function_name(*f))).collect::<Vec<_>>());
                }
                for g in &e.summary.gates { println!("   gate {} {:?} sw {} aw {}", at(g.at.place), g.unbindable, g.swallowed, g.after_write); }
                if let Some(w) = &e.summary.write { println!("   write {} {} {:?} via {:?}", at(w.at.place), w.at.what, w.strength, w.at.via.map(|v| at(v.0))); }
                if let Some(w) = &e.summary.ungated { 
                    let tr = a.trace(w.at.via, |s| s.ungated.as_ref().map(|y| y.at.via));
                    println!("   ungated {} {} {:?} via {:?}", at(w.at.place), w.at.what, w.strength, tr.iter().map(|(p, f)| format!("{} {}", at(*p), m.function_name(*f))).collect::<Vec<_>>()); }
                if let Some(w) = &e.summary.opaque { println!("   opaque {} {}", at(w.place), w.what); }
                for o in &e.summary.oddities { println!("   odd {:?} {} {}", o.kind, at(o.at.place), o.at.what); }
            }
        }
    }
    eprintln!("{:?} {:?} {:?}", t1, t2, t.elapsed());
}
