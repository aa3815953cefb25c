//! `KNOWN-WRONG.tsv`: what guard-lint is known to misjudge in the fixture, so that nothing else can go wrong unseen, and
//! what is mended cannot stay on the list.
//!
//! `UPDATE_KNOWN_WRONG=1` rewrites it: reasons stay, rows that are no longer wrong go, and new rows get a `?` that a
//! person has to replace.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

use super::{engine, row_key, table};

const NAME: &str = "KNOWN-WRONG.tsv";

/// What a judgement is about: file, function, methods, path, column. What is no endpoint has `-` in the middle.
pub(crate) type Subject = [String; 5];

/// The subject that is a file, a ticket or a rule.
pub(crate) fn whole(name: &str, column: &str) -> Subject {
    [name, "-", "-", "-", column].map(str::to_owned)
}

/// Compares what is wrong with what is known to be. `owns` says which columns the calling test judges.
pub(crate) fn check(owns: impl Fn(&str) -> bool, wrong: &BTreeMap<Subject, String>, judged: usize) {
    let mut known: BTreeMap<Subject, (String, String)> = BTreeMap::new();
    for row in table(NAME) {
        let [file, function, methods, path] = row_key(&row);
        let subject = [file, function, methods, path, row["column"].clone()];
        let twin = known.insert(subject.clone(), (row["says"].clone(), row["why"].clone()));
        assert!(twin.is_none(), "{NAME} says {subject:?} twice");
    }
    if std::env::var_os("UPDATE_KNOWN_WRONG").is_some() {
        update(owns, wrong, known);
        return;
    }
    known.retain(|subject, _| owns(&subject[4]));
    println!("{} of {judged} verdicts known to be wrong", known.len());
    let mut faults = Vec::new();
    for (subject, says) in wrong {
        let name = subject.join(" ");
        match known.get(subject) {
            None => faults.push(format!("wrong: {name} says {says}")),
            Some((known, _)) if known != says => faults.push(format!("wrong: {name} says {says}, and not {known}")),
            Some((_, why)) if why == "?" => faults.push(format!("no reason: {name}")),
            Some(_) => {}
        }
    }
    let mended = known.keys().filter(|subject| !wrong.contains_key(*subject));
    faults.extend(mended.map(|subject| format!("no longer wrong: {}", subject.join(" "))));
    assert!(
        faults.is_empty(),
        "{}\nmend these, or run with UPDATE_KNOWN_WRONG=1 and say why in {NAME}",
        faults.join("\n")
    );
}

fn update(owns: impl Fn(&str) -> bool, wrong: &BTreeMap<Subject, String>, known: BTreeMap<Subject, (String, String)>) {
    let mut rows: BTreeMap<Subject, (String, String)> = BTreeMap::new();
    for (subject, says) in wrong {
        let why = known.get(subject).map_or("?", |(_, why)| why);
        rows.insert(subject.clone(), (says.clone(), why.to_owned()));
    }
    rows.extend(known.into_iter().filter(|(subject, _)| !owns(&subject[4])));
    let mut text = "file\tfunction\tmethods\tpath\tcolumn\tsays\twhy\n".to_owned();
    for (subject, (says, why)) in rows {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}\t{says}\t{why}", subject.join("\t"));
    }
    fs::write(engine().join(NAME), text).unwrap();
}
