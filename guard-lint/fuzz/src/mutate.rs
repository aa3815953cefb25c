//! Mutations that know words: half of what they make of a sound file still parses, and so reaches the analysis.

use crate::words::words;

/// Words that no seed may hold beside each other.
const FOREIGN: [&str; 40] = [
    "await ",
    "yield ",
    "async ",
    "return ",
    "raise ",
    "global x\n",
    "lambda: ",
    "*",
    "**",
    "...",
    "None",
    "self",
    "super()",
    "class X:",
    "try:",
    "finally:",
    "except* E:",
    "match x:",
    "case _:",
    "with a as b:",
    "del x",
    "import *",
    "from . ",
    "@",
    "é",
    "\u{202e}",
    "\t",
    "\r\n",
    "?",
    "&mut ",
    "move |x| ",
    "impl Trait for ",
    "dyn ",
    "#[path = \"x\"]",
    "mod x;",
    "use super::*;",
    "macro!{}",
    "r#type",
    "'a",
    "::<>",
];

/// Numbers from a seed (splitmix64).
pub struct Dice(u64);

impl Dice {
    /// The same numbers for the same seed.
    pub fn new(seed: u32) -> Self {
        Self(u64::from(seed))
    }

    /// A number below `limit`; 0 where that is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        (mixed % limit.max(1) as u64) as usize
    }
}

/// The text after a few edits of its words.
pub fn edited(text: &str, dice: &mut Dice) -> String {
    let mut all = words(text);
    for _ in 0..=dice.below(4) {
        if all.is_empty() {
            break;
        }
        let (at, other) = (dice.below(all.len()), dice.below(all.len()));
        match dice.below(9) {
            0 => drop(all.remove(at)),
            1 => drop(all.drain(at..(at + 1 + dice.below(12)).min(all.len()))),
            2 => all.insert(other, all[at]),
            3 => all.swap(at, other),
            4 => all[at] = all[other],
            5 => all.insert(at, FOREIGN[dice.below(FOREIGN.len())]),
            6 => all[at] = FOREIGN[dice.below(FOREIGN.len())],
            7 => drop(all.drain(line(&all, at))),
            _ => {
                let copied: Vec<&str> = all[line(&all, at)].to_vec();
                let place = line(&all, other).start;
                all.splice(place..place, copied);
            }
        }
    }
    all.concat()
}

/// The words of the line around one of them, with the line break before it.
fn line(all: &[&str], at: usize) -> std::ops::Range<usize> {
    let breaks = |word: &&str| word.starts_with('\n');
    let start = all[..=at].iter().rposition(breaks).unwrap_or(0);
    let end = all[at + 1..]
        .iter()
        .position(breaks)
        .map_or(all.len(), |more| at + 1 + more);
    start..end
}
