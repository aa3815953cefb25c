use super::*;

fn sample() -> Explanation {
    Explanation {
        title: "GL301 bare-error".into(),
        kind: "rule".into(),
        facts: vec![
            ("severity".into(), "error".into()),
            ("decides".into(), "the clauses on `ErrorEnvelope` of ENG-STD-001 to ENG-STD-030, PR-HARD-05, PR-HARD-06".into()),
            ("evil\u{1b}[31m".into(), "a\u{9b}b".into()),
        ],
        body_markdown: "\
# What it finds

An error leaves an endpoint without the canonical envelope. Callers then
have to guess at its shape, and a client that retries on `error.retryable`
never does.

## Examples

```python
raise HTTPException(status_code=404, detail=\"asset not found, and this line of code is longer than any terminal is wide\")
\tif x:\u{1b}[2J
```

1. A first item that is long enough to be wrapped onto a second line, where it is indented to its text.
2. A second.
   - A nested item that is long enough to be wrapped onto a second line as well, and keeps its place.

> Quoted words.
* The last.


"
        .into(),
    }
}

#[test]
fn explained() {
    for (width, color) in [(80, false), (120, false), (50, false), (80, true)] {
        let style = Style {
            width,
            color,
            unicode: color,
        };
        insta::assert_snapshot!(
            format!("explained_{width}_{color}"),
            render(&sample(), &style).replace('\u{1b}', "␛")
        );
    }
}

#[test]
fn nothing_but_a_title_is_one_line() {
    let explanation = Explanation {
        title: "GL301".into(),
        kind: "rule".into(),
        ..Explanation::default()
    };
    assert_eq!(render(&explanation, &Style::plain()), "GL301  rule\n");
}
