use super::*;

fn all() -> Vec<Error> {
    let fault = |line, message: &str| CatalogFault {
        path: "tickets/OWN.md".into(),
        line,
        message: message.into(),
    };
    vec![
        Error::PathMissing { path: "no/such".into() },
        Error::NotADirectory {
            path: "src/main.rs".into(),
        },
        Error::NoRouters {
            root: "engine".into(),
            files: 1,
            hint: String::new(),
        },
        Error::NoRouters {
            root: "engine".into(),
            files: 212,
            hint: "routers lie in `engine/service`, which .gitignore leaves out; use --no-ignore".into(),
        },
        Error::NoTickets { documents: Vec::new() },
        Error::NoTickets {
            documents: vec!["a.md".into(), "b.md".into()],
        },
        Error::Config {
            path: "guard-lint.toml".into(),
            line: 3,
            column: 9,
            message: "unknown field `seveirty`".into(),
            help: "the fields are `severity`, `tickets`, `vocabulary`".into(),
        },
        Error::Catalog(vec![
            fault(4, "the ticket has no file"),
            fault(9, "ENG-STD-001 stands twice, first in line 2"),
        ]),
        Error::Io {
            path: "report\u{1b}[31m.json".into(),
            source: io::ErrorKind::PermissionDenied.into(),
        },
        Error::UnknownId {
            id: "GL30".into(),
            nearest: vec!["GL301".into(), "GL302".into(), "GL303".into()],
        },
        Error::UnknownId {
            id: "x".into(),
            nearest: Vec::new(),
        },
        Error::Usage {
            message: "--fix and --stdin exclude each other".into(),
            help: "leave one out".into(),
        },
    ]
}

#[test]
fn every_error_says_what_where_and_how_to_mend_it() {
    let style = Style::plain();
    let out: Vec<String> = all().iter().map(|error| error.render(&style)).collect();
    insta::assert_snapshot!(out.join("\n"));
    assert!(
        out.iter()
            .all(|out| !out.contains('\u{1b}') && out.contains("  help: "))
    );
}

#[test]
fn a_narrow_terminal_wraps() {
    let style = Style {
        color: true,
        unicode: true,
        width: 50,
    };
    let out: Vec<String> = all().iter().map(|error| error.render(&style)).collect();
    insta::assert_snapshot!(out.join("\n").replace('\u{1b}', "␛"));
}

#[test]
fn nothing_to_check_is_not_a_usage_error() {
    for error in all() {
        let nothing = matches!(error, Error::NoRouters { .. } | Error::NoTickets { .. });
        assert_eq!(error.exit_code(), if nothing { 3 } else { 2 });
    }
    assert_eq!(
        [
            Exit::Clean,
            Exit::Findings,
            Exit::Usage,
            Exit::NothingToCheck,
            Exit::Unchecked
        ]
        .map(Exit::code),
        [0, 1, 2, 3, 4]
    );
}
