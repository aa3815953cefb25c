//! All that the processes of a place said, put together.

use std::collections::{BTreeMap, BTreeSet};

use guard::store::EventId;

use crate::journal::{End, Line};

/// What was said of a charge.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) account: String,
    pub(crate) amount: u64,
    pub(crate) expires: bool,
    pub(crate) held: Option<bool>,
    pub(crate) end: Option<End>,
    pub(crate) finished: bool,
}

/// What was said of a ticket.
#[derive(Debug, Clone, Default)]
pub(crate) struct Uses {
    pub(crate) end: u64,
    /// How often it was the first.
    pub(crate) firsts: usize,
    /// Whether it has an answer from which on every use is a later one.
    pub(crate) is_used: bool,
}

/// Numbers of one writer, from one call.
#[derive(Debug, Clone)]
pub(crate) struct Batch {
    pub(crate) writer: u64,
    pub(crate) first: u64,
    pub(crate) count: u64,
}

/// Everything that was said.
#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    /// By stream.
    pub(crate) appends: BTreeMap<u64, Vec<Batch>>,
    /// By stream: the id, and whose which number it is.
    pub(crate) appended: BTreeMap<u64, Vec<(EventId, u64, u64)>>,
    pub(crate) charges: BTreeMap<String, Said>,
    pub(crate) tickets: BTreeMap<String, Uses>,
    pub(crate) records: Vec<Batch>,
    /// By number in the chain: hash, writer, number.
    pub(crate) recorded: BTreeMap<u64, (String, u64, u64)>,
    /// By policy: numbers that were put.
    pub(crate) puts: BTreeMap<String, BTreeSet<u64>>,
    /// By policy: the latest version that is known to have been kept, and what it says.
    pub(crate) stored: BTreeMap<String, (u64, u64)>,
}

impl History {
    /// Adds a process's lines. Says what cannot be, if two answers contradict each other.
    pub(crate) fn add(&mut self, lines: Vec<Line>) -> Result<(), String> {
        lines.into_iter().try_for_each(|line| self.add_line(line))
    }

    fn add_line(&mut self, line: Line) -> Result<(), String> {
        match line {
            Line::Open => {}
            Line::Append {
                stream,
                writer,
                first,
                count,
            } => {
                self.appends
                    .entry(stream)
                    .or_default()
                    .push(Batch { writer, first, count });
            }
            Line::Appended {
                stream,
                writer,
                first,
                ids,
            } => {
                let events = ids.into_iter().zip(first..).map(|(id, number)| (id, writer, number));
                self.appended.entry(stream).or_default().extend(events);
            }
            Line::Reserve {
                key,
                account,
                amount,
                expires,
            } => {
                let said = Said {
                    account,
                    amount,
                    expires,
                    held: None,
                    end: None,
                    finished: false,
                };
                self.charges.insert(key, said);
            }
            Line::Reserved { key, held } => self.charge(&key)?.held = Some(held),
            Line::Finish { key, end } => self.charge(&key)?.end = Some(end),
            Line::Finished { key } => self.charge(&key)?.finished = true,
            Line::Use { ticket, end } => self.tickets.entry(ticket).or_default().end = end,
            Line::Used { ticket, first } => {
                let uses = self.tickets.entry(ticket.clone()).or_default();
                uses.is_used = true;
                uses.firsts += usize::from(first);
                if uses.firsts > 1 {
                    return Err(format!("the ticket {ticket} was used twice"));
                }
            }
            Line::Record { writer, first, count } => self.records.push(Batch { writer, first, count }),
            Line::Recorded {
                writer,
                first,
                seq,
                hashes,
            } => {
                for (hash, (seq, number)) in hashes.into_iter().zip((seq..).zip(first..)) {
                    if let Some(other) = self.recorded.insert(seq, (hash, writer, number)) {
                        return Err(format!("two records have the number {seq}: {other:?} is one"));
                    }
                }
            }
            Line::Put { policy, number } => {
                self.puts.entry(policy).or_default().insert(number);
            }
            Line::Stored {
                policy,
                number,
                version,
            } => {
                let stored = self.stored.entry(policy).or_default();
                if version <= stored.0 {
                    return Err(format!("version {version} of a policy was given twice"));
                }
                *stored = (version, number);
            }
        }
        Ok(())
    }

    fn charge(&mut self, key: &str) -> Result<&mut Said, String> {
        self.charges
            .get_mut(key)
            .ok_or_else(|| format!("nobody said that {key} would be reserved"))
    }
}
