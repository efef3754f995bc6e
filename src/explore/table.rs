//! The index over the keys met so far: buckets of one cache line each, with eight bits of every key's hash before its number.

use super::StateId;
use super::keys::Keys;

/// Entries of a bucket.
const ENTRIES: usize = 12;
/// So many tenths of the entries are used at most.
const TENTHS: usize = 8;
/// So many keys are looked up at a time, so that the memory that they need comes in together.
const WINDOW: usize = 128;

/// Twelve numbers of states, and a tag for each; 0 where there is none.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Bucket {
    /// A byte for each.
    tags: [u64; 2],
    states: [StateId; ENTRIES],
}

impl Bucket {
    const EMPTY: Bucket = Bucket {
        tags: [0; 2],
        states: [0; ENTRIES],
    };

    /// The entries with this tag, in order.
    #[inline]
    fn with(&self, tag: u8) -> impl Iterator<Item = usize> + use<> {
        let tag = u64::from(tag) * 0x0101_0101_0101_0101;
        let equal = [zeros(self.tags[0] ^ tag), zeros(self.tags[1] ^ tag) & 0x8080_8080];
        let bytes = |mut bits: u64| {
            std::iter::from_fn(move || {
                let byte = (bits != 0).then(|| bits.trailing_zeros() as usize / 8);
                bits &= bits.wrapping_sub(1);
                byte
            })
        };
        bytes(equal[0]).chain(bytes(equal[1]).map(|byte| byte + 8))
    }
}

/// The highest bit of each byte that is 0, and no other: neither its highest bit nor a carry out of the others is set.
#[inline]
fn zeros(bytes: u64) -> u64 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    !(((bytes & LOW) + LOW) | bytes | LOW)
}

/// The states whose hashes belong to one worker. Exact: keys are compared, not hashes.
pub(crate) struct Table {
    buckets: Vec<Bucket>,
    states: usize,
    /// Which of how many tables this is.
    share: (u32, u32),
    /// Where the states stand that were met last, and have no final number yet.
    fresh: Vec<(u32, u8)>,
}

impl Table {
    /// An empty table, the `share.0`-th of `share.1`.
    pub(crate) fn new(share: (u32, u32)) -> Self {
        Table {
            buckets: vec![Bucket::EMPTY; 16],
            states: 0,
            share,
            fresh: Vec::new(),
        }
    }

    /// The number of the table that a key with this hash belongs to.
    pub(crate) fn owner(hash: u64, tables: u32) -> u32 {
        (((hash & 0xffff) * u64::from(tables)) >> 16) as u32
    }

    fn owns(&self, hash: u64) -> bool {
        Table::owner(hash, self.share.1) == self.share.0
    }

    /// Looks up the keys that belong to this table, and adds those that are new; by key, in order: its state. The new ones are
    /// numbered from the end of `known` on, as if no other table had any.
    pub(crate) fn meet(&mut self, known: &Keys, found: &[(&Keys, &[u64])]) -> Vec<StateId> {
        let own = found
            .iter()
            .map(|(_, hashes)| self.owned(hashes.iter().copied()))
            .sum::<usize>();
        if self.is_small_for(own) {
            self.grow(known, own);
        }
        self.fresh.clear();
        let mut fresh = Keys::new(known.words());
        let mut answers = Vec::with_capacity(own);
        for (keys, hashes) in found {
            let mut window = Vec::with_capacity(WINDOW);
            for (at, &hash) in hashes.iter().enumerate() {
                if self.owns(hash) {
                    window.push((hash, at));
                }
                if window.len() == WINDOW || at + 1 == hashes.len() {
                    self.fetch(known, &window);
                    answers.extend(
                        window
                            .drain(..)
                            .map(|(hash, at)| self.meet_one(known, &mut fresh, hash, keys.key(at))),
                    );
                }
            }
        }
        answers
    }

    /// How many of these hashes belong to this table. Their share is no bound: those of a small graph may all fall to one.
    fn owned(&self, hashes: impl ExactSizeIterator<Item = u64>) -> usize {
        match self.share.1 {
            1 => hashes.len(),
            _ => hashes.filter(|&hash| self.owns(hash)).count(),
        }
    }

    /// Touches what looking up these keys will need: the processor waits for all of it at once.
    fn fetch(&self, known: &Keys, window: &[(u64, usize)]) {
        self.touch(window);
        let mut touched = 0;
        for &(hash, _) in window {
            let bucket = &self.buckets[self.home(hash)];
            if let Some(entry) = bucket.with(tag(hash)).next() {
                touched ^= known.touch(bucket.states[entry]);
            }
        }
        std::hint::black_box(touched);
    }

    /// Touches the buckets of these keys.
    fn touch(&self, window: &[(u64, usize)]) {
        let mut touched = 0;
        for &(hash, _) in window {
            touched ^= self.buckets[self.home(hash)].tags[0];
        }
        std::hint::black_box(touched);
    }

    fn meet_one(&mut self, known: &Keys, fresh: &mut Keys, hash: u64, key: &[u64]) -> StateId {
        let mut at = self.home(hash);
        loop {
            let bucket = &self.buckets[at];
            for entry in bucket.with(tag(hash)) {
                let state = bucket.states[entry];
                let other = match (state as usize).checked_sub(known.len()) {
                    None => known.key(state as usize),
                    Some(new) => fresh.key(new),
                };
                if other.iter().zip(key).all(|(other, word)| other == word) {
                    return state;
                }
            }
            if let Some(entry) = bucket.with(0).next() {
                let state = (known.len() + fresh.len()) as StateId;
                fresh.push(key);
                self.put(at, entry, hash, state);
                self.fresh.push((at as u32, entry as u8));
                return state;
            }
            at = self.after(at);
        }
    }

    /// Gives the states that were met last the numbers that they have among those of all tables.
    pub(crate) fn number(&mut self, numbers: &[StateId]) {
        for (&(bucket, entry), &number) in self.fresh.iter().zip(numbers) {
            self.buckets[bucket as usize].states[entry as usize] = number;
        }
    }

    /// True if there is no room for so many more.
    pub(crate) fn is_small_for(&self, more: usize) -> bool {
        (self.states + more.max(1)) * 10 > self.buckets.len() * ENTRIES * TENTHS
    }

    /// Makes room for so many more, half as much again at least.
    pub(crate) fn grow(&mut self, known: &Keys, more: usize) {
        let wanted = (self.states + more) * 10 / (ENTRIES * TENTHS) + 1;
        let buckets = wanted.max(self.buckets.len() + self.buckets.len() / 2);
        // The old buckets are given back first: what is in them is known.
        self.buckets = Vec::new();
        self.buckets = vec![Bucket::EMPTY; buckets];
        self.rebuild(known);
    }

    /// Enters all keys of a search that goes on.
    pub(crate) fn fill(&mut self, known: &Keys) {
        let own = self.owned((0..known.len()).map(|state| known.hash(state)));
        self.grow(known, own);
    }

    /// Enters all keys anew, which may have changed.
    pub(crate) fn rebuild(&mut self, known: &Keys) {
        self.buckets.fill(Bucket::EMPTY);
        self.states = 0;
        self.fresh.clear();
        let mut window = Vec::with_capacity(WINDOW);
        for state in 0..known.len() {
            let hash = known.hash(state);
            if self.owns(hash) {
                window.push((hash, state));
            }
            if window.len() == WINDOW || state + 1 == known.len() {
                self.touch(&window);
                for (hash, state) in window.drain(..) {
                    self.enter(hash, state as StateId);
                }
            }
        }
    }

    fn enter(&mut self, hash: u64, state: StateId) {
        let mut at = self.home(hash);
        loop {
            if let Some(entry) = self.buckets[at].with(0).next() {
                self.put(at, entry, hash, state);
                return;
            }
            at = self.after(at);
        }
    }

    fn put(&mut self, bucket: usize, entry: usize, hash: u64, state: StateId) {
        // The place was free: its byte is 0.
        self.buckets[bucket].tags[entry / 8] |= u64::from(tag(hash)) << (entry % 8 * 8);
        self.buckets[bucket].states[entry] = state;
        self.states += 1;
    }

    #[inline]
    fn home(&self, hash: u64) -> usize {
        (((hash >> 32) * self.buckets.len() as u64) >> 32) as usize
    }

    fn after(&self, bucket: usize) -> usize {
        if bucket + 1 == self.buckets.len() {
            0
        } else {
            bucket + 1
        }
    }

    /// Bytes in use.
    pub(crate) fn bytes(&self) -> usize {
        self.buckets.len() * size_of::<Bucket>()
    }
}

/// What stands beside a state's number: never 0. The bits belong neither to the table's number nor to the bucket's.
#[inline]
fn tag(hash: u64) -> u8 {
    ((hash >> 16) as u8).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_takes_all_that_belongs_to_it_even_if_all_does() {
        let mut found = Keys::new(1);
        for word in 0.. {
            let mut candidate = Keys::new(1);
            candidate.push(&[word]);
            if Table::owner(candidate.hash(0), 16) == 3 {
                found.push(&[word]);
            }
            if found.len() == 1000 {
                break;
            }
        }
        let known = Keys::new(1);
        let mut table = Table::new((3, 16));
        let hashes: Vec<u64> = (0..found.len()).map(|at| found.hash(at)).collect();
        let states = table.meet(&known, &[(&found, &hashes)]);
        assert_eq!(states, (0..1000).collect::<Vec<StateId>>());
    }
}
