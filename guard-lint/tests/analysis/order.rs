//! Verdicts do not depend on which endpoint is asked about first.

use std::fmt::Write as _;

use super::verdicts;

/// Checks that these endpoints get these verdicts, the first one first and the last one first.
#[track_caller]
fn check_orders(helpers: &str, endpoints: [&str; 2], expected: [&str; 2]) {
    let [first, last] = endpoints;
    for order in [[first, last], [last, first]] {
        let snippet = format!("{helpers}\n{}\n{}", order[0], order[1]);
        // A test's own thread has a hundredth of the stack that a run's threads have.
        let deep = std::thread::Builder::new().stack_size(256 << 20);
        let verdicts = deep.spawn(move || verdicts(&snippet)).unwrap().join().unwrap();
        let mut lines: Vec<&str> = verdicts.lines().collect();
        lines.sort_unstable();
        assert_eq!(lines, expected, "{} is asked about first", order[0]);
    }
}

#[test]
fn a_long_chain_of_calls() {
    let mut chain = String::new();
    for link in 0..500 {
        writeln!(chain, "def link_{link}():\n    link_{}()\n", link + 1).unwrap();
    }
    chain.push_str("def link_500():\n    raise HTTPException(status_code=404, detail='gone')\n");
    check_orders(
        &chain,
        [
            "@router.get('/far')\ndef far():\n    link_0()\n",
            "@router.get('/near')\ndef near():\n    link_450()\n",
        ],
        [
            "far missing none bare not_required",
            "near missing none bare not_required",
        ],
    );
}

#[test]
fn a_long_circle_of_calls() {
    let mut circle = String::new();
    for link in 0..200 {
        writeln!(circle, "def link_{link}(left):\n    if left:\n        return link_{}(left)\n    raise HTTPException(status_code=404, detail='gone')\n", (link + 1) % 200).unwrap();
    }
    check_orders(
        &circle,
        [
            "@router.get('/half')\ndef half():\n    link_100(3)\n",
            "@router.get('/start')\ndef start():\n    link_0(3)\n",
        ],
        [
            "half missing none bare not_required",
            "start missing none bare not_required",
        ],
    );
}

#[test]
fn functions_that_call_each_other() {
    check_orders(
        r"
def ping(left):
    if not left:
        raise HTTPException(status_code=404, detail='gone')
    return pong(left - 1)


def pong(left):
    try:
        return pang(left)
    except HTTPException:
        return None


def pang(left):
    if left > 3:
        return ping(left)
    return pong(left)
",
        [
            "@router.get('/ping')\ndef by_ping():\n    return ping(3)\n",
            "@router.get('/pong')\ndef by_pong():\n    return pong(3)\n",
        ],
        [
            "by_ping missing none bare not_required",
            "by_pong missing none silent not_required",
        ],
    );
}

/// Functions that call each other at random: an error arrives wherever calls lead to it, round however many circles.
#[test]
fn errors_go_round_all_circles() {
    const COUNT: usize = 9;
    let mut seed = 7_u64;
    let mut next = |below: u64| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    for graph in 0..60 {
        let density = 6 + graph % 12;
        let calls: Vec<Vec<usize>> = (0..COUNT)
            .map(|_| (0..COUNT).filter(|_| next(density) == 0).collect())
            .collect();
        let raises: Vec<bool> = (0..COUNT).map(|_| next(7) == 0).collect();

        let mut snippet = String::new();
        for own in 0..COUNT {
            writeln!(snippet, "def f{own}(left):").unwrap();
            for callee in &calls[own] {
                writeln!(snippet, "    if left:\n        f{callee}(left)").unwrap();
            }
            if raises[own] {
                snippet.push_str("    if left > 3:\n        raise HTTPException(status_code=404, detail='gone')\n");
            }
            writeln!(snippet, "    return left\n").unwrap();
            writeln!(
                snippet,
                "@router.get('/{own}')\ndef e{own}(left: int):\n    return f{own}(left)\n"
            )
            .unwrap();
        }
        let mut expected: Vec<String> = (0..COUNT)
            .map(|own| {
                let (mut reached, mut open) = ([false; COUNT], vec![own]);
                while let Some(function) = open.pop() {
                    if !std::mem::replace(&mut reached[function], true) {
                        open.extend(&calls[function]);
                    }
                }
                let fails = (0..COUNT).any(|function| reached[function] && raises[function]);
                let envelope = if fails { "bare" } else { "silent" };
                format!("e{own} missing none {envelope} not_required")
            })
            .collect();
        expected.sort_unstable();
        let verdicts = verdicts(&snippet);
        let mut lines: Vec<&str> = verdicts.lines().collect();
        lines.sort_unstable();
        assert_eq!(lines, expected, "{snippet}");
    }
}
