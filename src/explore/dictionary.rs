//! The different values that one word of the states takes, each with a number.

use hashbrown::HashTable;
use serde::{Deserialize, Serialize};

/// Values by number, in order of appearance, and numbers by value.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "Vec<u64>", into = "Vec<u64>")]
pub(crate) struct Dictionary {
    values: Vec<u64>,
    numbers: HashTable<(u64, u32)>,
}

impl From<Vec<u64>> for Dictionary {
    fn from(values: Vec<u64>) -> Self {
        let mut dictionary = Dictionary::default();
        for value in values {
            dictionary.learn(value);
        }
        dictionary
    }
}

impl From<Dictionary> for Vec<u64> {
    fn from(dictionary: Dictionary) -> Self {
        dictionary.values
    }
}

impl Dictionary {
    /// All values, by number.
    pub(crate) fn values(&self) -> &[u64] {
        &self.values
    }

    /// The number of a value, if it has one.
    #[inline]
    pub(crate) fn find(&self, value: u64) -> Option<u32> {
        let same = |entry: &(u64, u32)| entry.0 == value;
        self.numbers.find(hash(value), same).map(|&(_, number)| number)
    }

    /// The number of a value, which has one from now on.
    pub(crate) fn learn(&mut self, value: u64) -> u32 {
        self.find(value).unwrap_or_else(|| {
            let number = self.values.len() as u32;
            self.values.push(value);
            let rehash = |&(value, _): &(u64, u32)| hash(value);
            self.numbers.insert_unique(hash(value), (value, number), rehash);
            number
        })
    }

    /// Bits that its numbers need.
    pub(crate) fn width(&self) -> u32 {
        usize::BITS - (self.values.len() - 1).leading_zeros()
    }

    /// Bytes in use.
    pub(crate) fn bytes(&self) -> usize {
        self.values.capacity() * 8 + self.numbers.allocation_size()
    }
}

fn hash(value: u64) -> u64 {
    let wide = u128::from(value ^ 0x9e37_79b9_7f4a_7c15) * 0xd6e8_feb8_6659_fd93;
    (wide as u64) ^ (wide >> 64) as u64
}
