//! The same work in another form.

use crate::{BOTH, COMPLIANT, VIOLATING, replace, same_verdicts};

#[test]
fn coroutines() {
    same_verdicts(|tree| {
        for path in BOTH {
            tree.edit(path, |text| {
                let text = text
                    .replace("\ndef ", "\nasync def ")
                    .replace(" find(", " await find(")
                    .replace("(find(", "(await find(")
                    .replace("    ask(", "    await ask(");
                text.replace("async def await ", "async def ")
            });
        }
    });
}

#[test]
fn a_condition_turned_around() {
    same_verdicts(|tree| {
        for path in BOTH {
            tree.edit(path, |text| {
                let start = text.find("    if row is None:\n").unwrap();
                let end = start + text[start..].find("    return row\n").unwrap();
                let raise = &text[start + "    if row is None:\n".len()..end];
                format!(
                    "{}    if row is not None:\n        return row\n    else:\n{raise}{}",
                    &text[..start],
                    &text[end + "    return row\n".len()..]
                )
            });
        }
    });
}

#[test]
fn work_inside_blocks_that_change_nothing() {
    for (open, close) in [
        ("if True:\n", ""),
        ("try:\n", "    finally:\n        print(key)\n"),
        ("try:\n", "    except HTTPException:\n        raise\n"),
        ("with open(\"log\") as log:\n", ""),
        ("for _ in range(1):\n", ""),
        ("while True:\n", ""),
    ] {
        same_verdicts(|tree| {
            for (path, name) in [(COMPLIANT, "right"), (VIOLATING, "wrong")] {
                let save = format!("    return get_table(\"{name}\").put(ctx.tenant_id, key, {{\"key\": key}})\n");
                let body = format!("    ask(ctx, key)\n{save}");
                let inner = format!("    {open}        ask(ctx, key)\n    {save}{close}");
                replace(tree, path, &body, &inner);
            }
        });
    }
}

#[test]
fn an_assignment_inside_the_condition() {
    same_verdicts(|tree| {
        for (path, name) in [(COMPLIANT, "right"), (VIOLATING, "wrong")] {
            let old = format!("    row = get_table(\"{name}\").get(tenant_id, key)\n    if row is None:\n");
            let new = format!("    if (row := get_table(\"{name}\").get(tenant_id, key)) is None:\n");
            replace(tree, path, &old, &new);
        }
    });
}

#[test]
fn a_subclass_of_the_exception() {
    same_verdicts(|tree| {
        for path in BOTH {
            tree.edit(path, |text| {
                let text = text.replace("raise HTTPException(", "raise Refused(");
                text.replacen("def find(", "class Refused(HTTPException):\n    pass\n\n\ndef find(", 1)
            });
        }
    });
}
