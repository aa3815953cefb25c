//! The ids of the contract's tickets.

/// Each family with the number of its last ticket and the width of its numbers; each counts from one without a gap.
const FAMILIES: [(&str, u32, usize); 6] = [
    ("ENG-STD", 54, 3),
    ("EX", 2, 3),
    ("PR-ART", 6, 2),
    ("PR-HARD", 15, 2),
    ("PR-OBS", 6, 2),
    ("PR-STREAM", 2, 2),
];

/// Whether the contract has this ticket.
pub(crate) fn is_known(id: &str) -> bool {
    let Some((family, number)) = id.rsplit_once('-') else {
        return false;
    };
    FAMILIES.iter().any(|&(name, last, width)| {
        name == family
            && number.len() == width
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && number.parse().is_ok_and(|number: u32| (1..=last).contains(&number))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eighty_five() {
        let ids = FAMILIES
            .iter()
            .flat_map(|&(name, _, width)| (0..1000).map(move |n| format!("{name}-{n:0width$}")));
        assert_eq!(ids.filter(|id| is_known(id)).count(), 85);
        for id in ["ENG-STD-054", "EX-002", "PR-HARD-15", "PR-STREAM-01"] {
            assert!(is_known(id), "{id}");
        }
        for id in [
            "",
            "ENG-STD",
            "ENG-STD-000",
            "ENG-STD-055",
            "ENG-STD-54",
            "PR-HARD-001",
            "EX-003",
            "MY-01",
            "ENG-STD-+54",
        ] {
            assert!(!is_known(id), "{id}");
        }
    }
}
