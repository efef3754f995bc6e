//! Files of the user, before anything is believed about them: regular files of a size that is said, and UTF-8.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::source::Diagnostic;

/// The longest listing, in bytes: it keeps the synchronisation skeleton only.
pub(crate) const MAX_LISTING: u64 = 1 << 17;
/// The longest TLA+ module and the longest .cfg, in bytes.
pub const MAX_MODULE: u64 = 1 << 20;

/// The bytes of a file of at most `most` bytes.
///
/// # Errors
///
/// A folder, a device, a pipe and a socket are no files to read from, as some of them never end; nor is what is longer.
pub fn bytes(path: &Path, most: u64) -> Result<Vec<u8>, Diagnostic> {
    let name = path.display();
    let unreadable = |error| Diagnostic::general(format!("cannot read {name}: {error}"));
    // A pipe is not even opened: that would wait for whoever writes.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(Diagnostic::general(format!("{name} is not a regular file"))
            .help("save what it has to say in a file, and name that"));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(most + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > most {
        return Err(Diagnostic::general(format!("{name} is longer than {}", size(most))));
    }
    Ok(bytes)
}

/// The same as text.
///
/// # Errors
///
/// As [`bytes`]; and the line of the first byte that is not UTF-8.
pub fn text(path: &Path, most: u64) -> Result<String, Diagnostic> {
    utf8(&path.display().to_string(), bytes(path, most)?)
}

/// Bytes as text, or the line that is none.
pub(crate) fn utf8(name: &str, bytes: Vec<u8>) -> Result<String, Diagnostic> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.iter().filter(|&&byte| byte == b'\n').count() + 1;
        Diagnostic::general(format!("{name} is not UTF-8: line {line}")).help("save it as UTF-8 text")
    })
}

fn size(bytes: u64) -> String {
    match bytes {
        _ if bytes >= 1 << 20 => format!("{} MiB", bytes >> 20),
        _ => format!("{} KiB", bytes >> 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_of_a_size_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, [b'x'; 2048]).unwrap();
        assert_eq!(bytes(&path, 2048).unwrap().len(), 2048);
        assert!(
            bytes(&path, 2047)
                .unwrap_err()
                .message
                .ends_with("is longer than 1 KiB")
        );
        assert!(
            bytes(&folder.path().join("b"), 1)
                .unwrap_err()
                .message
                .starts_with("cannot read")
        );
        for special in [folder.path(), Path::new("/dev/zero"), Path::new("/dev/null")] {
            assert!(
                bytes(special, 1 << 20)
                    .unwrap_err()
                    .message
                    .ends_with("is not a regular file")
            );
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_an_error_with_the_line() {
        let error = utf8("a.c", b"bool a;\nbool \xff;".to_vec()).unwrap_err();
        assert_eq!(error.message, "a.c is not UTF-8: line 2");
    }
}
