//! One request a connection, one thread a connection: a browser that opens some and says nothing keeps nobody waiting.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How long a request may take to arrive.
const ARRIVES: Duration = Duration::from_secs(20);
/// How long an answer may wait to be read.
const IS_READ: Duration = Duration::from_secs(20);
/// Most bytes before the body, which nobody reads.
const LONGEST: usize = 64 * 1024;
/// Most header fields.
const FIELDS: usize = 100;
/// Most connections at once; more are closed.
const CONNECTIONS: usize = 256;

/// What is asked for.
pub(super) struct Request<'a> {
    pub method: &'a str,
    pub target: &'a str,
    pub host: Option<&'a str>,
    pub origin: Option<&'a str>,
}

/// An answer before it is sent.
pub(super) struct Answer {
    pub status: u16,
    pub kind: &'static str,
    pub body: Vec<u8>,
    pub headers: Vec<(&'static str, &'static str)>,
}

/// Answers whoever connects, for as long as the process lives.
pub(super) fn serve(listener: &TcpListener, answer: Arc<impl Fn(&Request) -> Answer + Send + Sync + 'static>) -> ! {
    let open = Arc::new(AtomicUsize::new(0));
    loop {
        let Ok((stream, _)) = listener.accept() else {
            // Too many open files, say: there may be fewer soon.
            std::thread::sleep(Duration::from_millis(50));
            continue;
        };
        let place = Place::new(&open);
        if open.load(Ordering::Relaxed) > CONNECTIONS {
            continue;
        }
        let answer = Arc::clone(&answer);
        let connection = move || {
            let _place = place;
            // Whoever asked may have gone away.
            let _ = talk(stream, &*answer);
        };
        // Without a thread for it the connection is closed.
        let _ = std::thread::Builder::new().spawn(connection);
    }
}

/// A connection that is open.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn new(open: &Arc<AtomicUsize>) -> Self {
        open.fetch_add(1, Ordering::Relaxed);
        Place(Arc::clone(open))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Reads a request and answers it.
fn talk(mut stream: TcpStream, answer: &impl Fn(&Request) -> Answer) -> io::Result<()> {
    let start = Instant::now();
    let mut said = Vec::new();
    let mut part = [0; 4096];
    stream.set_write_timeout(Some(IS_READ))?;
    let (head, answer) = loop {
        let left = ARRIVES.saturating_sub(start.elapsed()).max(Duration::from_millis(1));
        stream.set_read_timeout(Some(left))?;
        let more = match stream.read(&mut part) {
            Ok(more) if more > 0 && start.elapsed() < ARRIVES => more,
            _ => return Ok(()),
        };
        said.extend_from_slice(part.get(..more).unwrap_or_default());
        if let Some(done) = read(&said, answer) {
            break done;
        }
    };
    answer.write(&mut stream, head)?;
    // To close with something unread would take the answer away from whoever still sends.
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    let mut rest = stream.take(16 << 20);
    while rest.read(&mut part)? > 0 && start.elapsed() < ARRIVES {}
    Ok(())
}

/// Whether only the head of the answer is wanted, and the answer; `None` while the request is not complete.
fn read(said: &[u8], answer: &impl Fn(&Request) -> Answer) -> Option<(bool, Answer)> {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS];
    let mut request = httparse::Request::new(&mut fields);
    match request.parse(said) {
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) if said.len() <= LONGEST => return None,
        Ok(httparse::Status::Partial) | Err(httparse::Error::TooManyHeaders) => {
            return Some((false, Answer::error(431, "this request is too long")));
        }
        Err(_) => return Some((false, Answer::error(400, "this is no HTTP request"))),
    }
    let field = |name: &str| {
        let mut fields = request.headers.iter();
        let found = fields.find(|field| field.name.eq_ignore_ascii_case(name))?;
        // What is no text is nobody we know.
        Some(std::str::from_utf8(found.value).unwrap_or_default())
    };
    let asked = Request {
        method: request.method.unwrap_or_default(),
        target: request.path.unwrap_or_default(),
        host: field("Host"),
        origin: field("Origin"),
    };
    Some((asked.method == "HEAD", answer(&asked)))
}

impl Answer {
    fn write(&self, stream: &mut impl Write, only_head: bool) -> io::Result<()> {
        let reason = match self.status {
            200 => "OK",
            301 => "Moved Permanently",
            400 => "Bad Request",
            403 => "Forbidden",
            404 => "Not Found",
            405 => "Method Not Allowed",
            431 => "Request Header Fields Too Large",
            _ => "Internal Server Error",
        };
        // Another run may show something else at the same address.
        let mut head = format!(
            "HTTP/1.1 {} {reason}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\
             Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n",
            self.status,
            self.kind,
            self.body.len(),
        );
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        let mut bytes = (head + "\r\n").into_bytes();
        if !only_head {
            bytes.extend_from_slice(&self.body);
        }
        stream.write_all(&bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn echo(asked: &Request) -> Answer {
        let text = format!("{} {} {:?} {:?}", asked.method, asked.target, asked.host, asked.origin);
        Answer::error(200, &text)
    }

    fn status(said: &[u8]) -> Option<u16> {
        read(said, &echo).map(|(_, answer)| answer.status)
    }

    #[test]
    fn a_request_is_read_when_it_is_complete() {
        let request = b"GET /a?b HTTP/1.1\r\nhost: here\r\nOrigin: there\r\n\r\n";
        for end in 0..request.len() {
            assert!(read(&request[..end], &echo).is_none());
        }
        let (only_head, answer) = read(request, &echo).unwrap();
        assert!(!only_head);
        let body = String::from_utf8(answer.body).unwrap();
        assert_eq!(body, r#"{"error":"GET /a?b Some(\"here\") Some(\"there\")"}"#);
    }

    #[test]
    fn nonsense_is_refused() {
        assert_eq!(status(b"\0\0\0\0"), Some(400));
        assert_eq!(status(b"GET / HTTP/9.9\r\n\r\n"), Some(400));
        assert_eq!(
            status(&[b"GET /".as_slice(), &b"a".repeat(LONGEST)].concat()),
            Some(431)
        );
        let many = "A: b\r\n".repeat(FIELDS + 1);
        assert_eq!(status(format!("GET / HTTP/1.1\r\n{many}\r\n").as_bytes()), Some(431));
        let (_, answer) = read(b"GET / HTTP/1.1\r\nHost: \xff\r\n\r\n", &echo).unwrap();
        assert!(String::from_utf8(answer.body).unwrap().contains(r#"Some(\"\")"#));
    }

    #[test]
    fn a_head_has_the_length_of_the_body_that_it_is_without() {
        let mut written = Vec::new();
        Answer::error(404, "x").write(&mut written, true).unwrap();
        let written = String::from_utf8(written).unwrap();
        assert!(written.starts_with("HTTP/1.1 404 Not Found\r\n"));
        assert!(written.contains("Content-Length: 13\r\n") && written.ends_with("\r\n\r\n"));
    }
}
