//! A request passed on to stateright's Explorer, and its answer.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// How long to wait for it to be there: the page is a moment before.
const STARTS: Duration = Duration::from_secs(5);
/// How long to wait for an answer.
const ANSWERS: Duration = Duration::from_secs(60);

/// The status and the body that it answers with. The path is one that `routes.rs` has composed.
///
/// Until it listens, its port is only reserved: a connection is refused, or cut when the port is handed over.
pub(super) fn ask(address: SocketAddr, method: &str, path: &str) -> io::Result<(u16, Vec<u8>)> {
    let start = Instant::now();
    loop {
        match ask_once(address, method, path) {
            Err(error) if is_not_there_yet(&error) && start.elapsed() < STARTS => {
                std::thread::sleep(Duration::from_millis(20));
            }
            result => return result,
        }
    }
}

fn is_not_there_yet(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionRefused, ConnectionReset, UnexpectedEof};
    let kinds = [
        BrokenPipe,
        ConnectionAborted,
        ConnectionRefused,
        ConnectionReset,
        UnexpectedEof,
    ];
    kinds.contains(&error.kind())
}

fn ask_once(address: SocketAddr, method: &str, path: &str) -> io::Result<(u16, Vec<u8>)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(ANSWERS))?;
    // HTTP/1.0, so that the answer is in one piece and ends with the connection.
    let request = format!("{method} {path} HTTP/1.0\r\nHost: {address}\r\nContent-Length: 0\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    if answer.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    parse(&answer).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn parse(answer: &[u8]) -> Option<(u16, Vec<u8>)> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(answer.get(..end)?).ok()?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, answer.get(end + 4..)?.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_has_a_status_and_a_body() {
        assert_eq!(
            parse(b"HTTP/1.0 404 Not Found\r\nA: b\r\n\r\nx\r\n\r\ny"),
            Some((404, b"x\r\n\r\ny".to_vec()))
        );
        for nonsense in [
            &b""[..],
            b"\r\n\r\n",
            b"HTTP/1.0 200 OK\r\n",
            b"HTTP/1.0 many\r\n\r\n",
            b"\xff 200\r\n\r\n",
        ] {
            assert_eq!(parse(nonsense), None);
        }
    }
}
