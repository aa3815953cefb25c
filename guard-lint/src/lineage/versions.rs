//! A map of which every version stays: a copy costs nothing, and two copies are told apart by what was set since.
//!
//! Branches of a function, and values that are looked at later, each keep the state as it was. Keys are small numbers; a node
//! has a place for each value of three of their bits.

use std::rc::Rc;

/// How many bits of a key one level looks at.
const BITS: u32 = 3;

/// How many children a node has.
const WIDTH: usize = 1 << BITS;

/// A map from small numbers.
#[derive(Debug, Clone)]
pub(super) struct Versions<V> {
    root: Option<Rc<Node<V>>>,
    /// How many levels of inner nodes there are.
    height: u32,
}

#[derive(Debug, Clone)]
enum Node<V> {
    Inner([Option<Rc<Node<V>>>; WIDTH]),
    Leaf([Option<V>; WIDTH]),
}

impl<V> Default for Versions<V> {
    fn default() -> Self {
        Self { root: None, height: 0 }
    }
}

/// The place of a key in a node at this height.
fn slot(key: u32, height: u32) -> usize {
    (key >> (height * BITS)) as usize & (WIDTH - 1)
}

impl<V: Clone> Versions<V> {
    /// What stands under a key.
    pub(super) fn get(&self, key: u32) -> Option<&V> {
        if !self.spans(key) {
            return None;
        }
        let (mut node, mut height) = (self.root.as_deref()?, self.height);
        loop {
            match node {
                Node::Inner(children) => node = children[slot(key, height)].as_deref()?,
                Node::Leaf(values) => return values[slot(key, 0)].as_ref(),
            }
            height = height.saturating_sub(1);
        }
    }

    /// The same, to be changed; other copies keep theirs.
    pub(super) fn get_mut(&mut self, key: u32) -> Option<&mut V> {
        self.get(key)?;
        self.place(key).as_mut()
    }

    /// Sets what stands under a key.
    pub(super) fn insert(&mut self, key: u32, value: V) {
        *self.place(key) = Some(value);
    }

    fn spans(&self, key: u32) -> bool {
        key.checked_shr((self.height + 1) * BITS).is_none_or(|rest| rest == 0)
    }

    /// Where a key's value stands, or will.
    fn place(&mut self, key: u32) -> &mut Option<V> {
        while !self.spans(key) {
            if let Some(root) = self.root.take() {
                let mut children = [const { None }; WIDTH];
                children[0] = Some(root);
                self.root = Some(Rc::new(Node::Inner(children)));
            }
            self.height += 1;
        }
        let mut height = self.height;
        let mut node = Rc::make_mut(self.root.get_or_insert_with(|| empty(height)));
        loop {
            match node {
                Node::Inner(children) => {
                    let child = &mut children[slot(key, height)];
                    height -= 1;
                    node = Rc::make_mut(child.get_or_insert_with(|| empty(height)));
                }
                Node::Leaf(values) => return &mut values[slot(key, 0)],
            }
        }
    }

    /// Visits what two versions do not share, in the keys' order: with what this one and the other have there.
    pub(super) fn differences<'v>(
        &'v self,
        other: &'v Self,
        visit: &mut impl FnMut(u32, Option<&'v V>, Option<&'v V>),
    ) {
        let height = self.height.max(other.height);
        differ(self.raised(height), other.raised(height), height, 0, visit);
    }

    /// The root, with how many levels are missing above it.
    fn raised(&self, height: u32) -> (Option<&Rc<Node<V>>>, u32) {
        (self.root.as_ref(), height - self.height)
    }
}

fn empty<V>(height: u32) -> Rc<Node<V>> {
    Rc::new(if height == 0 {
        Node::Leaf([const { None }; WIDTH])
    } else {
        Node::Inner([const { None }; WIDTH])
    })
}

/// A node and how many levels are missing above it: only the first child of each of them is there.
type Raised<'v, V> = (Option<&'v Rc<Node<V>>>, u32);

fn child<V>((node, missing): Raised<'_, V>, index: usize) -> Raised<'_, V> {
    match (node, missing.checked_sub(1)) {
        (node, Some(missing)) if index == 0 => (node, missing),
        (_, Some(_)) => (None, 0),
        (Some(node), None) => match &**node {
            Node::Inner(children) => (children[index].as_ref(), 0),
            Node::Leaf(_) => (None, 0),
        },
        (None, None) => (None, 0),
    }
}

fn differ<'v, V>(
    own: Raised<'v, V>,
    other: Raised<'v, V>,
    height: u32,
    base: u32,
    visit: &mut impl FnMut(u32, Option<&'v V>, Option<&'v V>),
) {
    match (own, other) {
        ((None, _), (None, _)) => return,
        ((Some(own), 0), (Some(other), 0)) if Rc::ptr_eq(own, other) => return,
        _ => {}
    }
    if height == 0 {
        let value = |node: Option<&'v Rc<Node<V>>>, index: usize| match node.map(|node| &**node) {
            Some(Node::Leaf(values)) => values[index].as_ref(),
            _ => None,
        };
        for index in 0..WIDTH {
            let (own, other) = (value(own.0, index), value(other.0, index));
            if own.is_some() || other.is_some() {
                visit(base | index as u32, own, other);
            }
        }
        return;
    }
    for index in 0..WIDTH {
        let base = base | (index as u32) << (height * BITS);
        differ(child(own, index), child(other, index), height - 1, base, visit);
    }
}

#[cfg(test)]
mod tests {
    use super::Versions;

    fn changes(own: &Versions<char>, other: &Versions<char>) -> Vec<(u32, Option<char>, Option<char>)> {
        let mut found = Vec::new();
        own.differences(other, &mut |key, own, other| {
            if own != other {
                found.push((key, own.copied(), other.copied()));
            }
        });
        found
    }

    #[test]
    fn a_copy_keeps_what_was_there() {
        let mut map = Versions::default();
        for (key, value) in [(0, 'a'), (15, 'b'), (16, 'c'), (70_000, 'd'), (u32::MAX, 'e')] {
            assert_eq!(map.get(key), None);
            let before = map.clone();
            map.insert(key, value);
            assert_eq!((before.get(key), map.get(key)), (None, Some(&value)));
        }
        let before = map.clone();
        *map.get_mut(16).unwrap() = 'x';
        assert_eq!((before.get(16), map.get(16)), (Some(&'c'), Some(&'x')));
        assert!(map.get_mut(17).is_none());
    }

    #[test]
    fn differences_are_what_was_set_since() {
        let mut one = Versions::default();
        one.insert(3, 'a');
        let mut other = one.clone();
        assert_eq!(changes(&one, &other), []);
        other.insert(300, 'b');
        one.insert(4, 'c');
        one.insert(3, 'd');
        let expected = vec![(3, Some('d'), Some('a')), (4, Some('c'), None), (300, None, Some('b'))];
        assert_eq!(changes(&one, &other), expected);
        assert_eq!(
            changes(&Versions::default(), &other),
            [(3, None, Some('a')), (300, None, Some('b'))]
        );
    }
}
