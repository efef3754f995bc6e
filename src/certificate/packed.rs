//! Rows of bytes as text: column by column, since neighbours differ little; then compressed, then as base64.

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

/// Packs rows of so many bytes each.
pub(crate) fn pack<'a>(rows: impl ExactSizeIterator<Item = &'a [u64]>, words: usize) -> String {
    let count = rows.len();
    let mut bytes = vec![0; count * words * 8];
    for (number, row) in rows.enumerate() {
        for (column, byte) in row.iter().flat_map(|word| word.to_be_bytes()).enumerate() {
            bytes[column * count + number] = byte;
        }
    }
    STANDARD.encode(compressed(&bytes))
}

fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    // Writing into memory does not fail.
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .unwrap_or_default()
}

/// The rows again, one after the other; or what is wrong. Needs no more memory than so many rows have.
pub(crate) fn unpack(text: &str, count: usize, words: usize) -> Result<Vec<u64>, String> {
    let size = count.checked_mul(words * 8).ok_or("there are too many")?;
    let compressed = STANDARD.decode(text).map_err(|error| format!("no base64: {error}"))?;
    let mut bytes = Vec::new();
    let mut decoder = ZlibDecoder::new(&compressed[..]).take(size as u64 + 1);
    let read = decoder.read_to_end(&mut bytes);
    read.map_err(|error| format!("no zlib stream: {error}"))?;
    if bytes.len() > size {
        return Err(format!("more than {size} bytes when unpacked"));
    }
    if bytes.len() != size {
        return Err(format!("{} bytes when unpacked, not {size}", bytes.len()));
    }
    let word = |row: usize, word: usize| {
        let bytes = std::array::from_fn(|byte| bytes[(word * 8 + byte) * count + row]);
        u64::from_be_bytes(bytes)
    };
    let rows = (0..count).flat_map(|row| (0..words).map(move |column| (row, column)));
    Ok(rows.map(|(row, column)| word(row, column)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back() {
        let rows = [[1, u64::MAX], [2, 3], [0x0102_0304_0506_0708, 0]];
        let text = pack(rows.iter().map(|row| &row[..]), 2);
        assert_eq!(unpack(&text, 3, 2).unwrap(), rows.concat());
    }

    #[test]
    fn what_was_not_packed_is_refused() {
        let text = pack([[7u64; 3]; 10].iter().map(|row| &row[..]), 3);
        assert!(unpack(&text, 9, 3).unwrap_err().contains("more than 216 bytes"));
        assert!(unpack(&text, 11, 3).unwrap_err().contains("240 bytes"));
        assert!(unpack("?", 10, 3).unwrap_err().contains("base64"));
        assert!(unpack(&text[..8], 10, 3).is_err());
        assert!(unpack(&text, usize::MAX, 3).is_err());
    }

    #[test]
    fn a_bomb_does_not_go_off() {
        let bomb = STANDARD.encode(compressed(&vec![0; 50_000_000]));
        assert!(unpack(&bomb, 10, 1).unwrap_err().contains("more than 80 bytes"));
    }
}
