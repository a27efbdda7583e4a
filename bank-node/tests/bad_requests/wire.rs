//! What is wrong before there is a request: bytes that are no HTTP, lengths that contradict each other, floods.

use std::time::Duration;

use bank_node::simulation::chance::Chance;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long an answer, or the end of the connection, may take. (The bank itself waits 10 s for headers and for bodies.)
const PATIENCE: Duration = Duration::from_secs(25);

/// Requests that no server may take for right ones. `TOKEN` is a customer's, `ID` a new package's, `ACCOUNT` one with money.
pub fn oddities() -> Vec<(&'static str, String)> {
    let order = |headers: &str, body: &str| {
        format!(
            "PUT /v1/packages/ID HTTP/1.1\r\nhost: x\r\nauthorization: Bearer TOKEN\r\ncontent-type: application/json\r\n\
             connection: close\r\n{headers}\r\n{body}"
        )
    };
    let body = r#"{"legs":[{"from":"ACCOUNT","amount":1}]}"#;
    let chunked = |body: &str| order("transfer-encoding: chunked\r\n", body);
    let get = |headers: &str| format!("GET /v1/customers/me HTTP/1.1\r\nhost: x\r\n{headers}\r\n");
    let many: String = (0..5_000).map(|place| format!("x-{place}: 1\r\n")).collect();
    vec![
        ("a negative length", order("content-length: -5\r\n", body)),
        ("a length with a sign", order("content-length: +40\r\n", body)),
        ("a length in hexadecimal", order("content-length: 0x28\r\n", body)),
        ("a length beyond numbers", order("content-length: 99999999999999999999999\r\n", body)),
        ("no length in the header", order("content-length: \r\n", body)),
        ("two lengths", order("content-length: 40\r\ncontent-length: 41\r\n", body)),
        ("two lengths in one", order("content-length: 40, 41\r\n", body)),
        ("a coding that is not known", order("transfer-encoding: gzip\r\n", body)),
        ("a coding misspelt", order("transfer-encoding: xchunked\r\n", body)),
        ("chunked, and then not", order("transfer-encoding: chunked, identity\r\n", body)),
        ("a chunk's size that is no number", chunked("zz\r\n{}\r\n0\r\n\r\n")),
        ("a negative chunk", chunked("-1\r\n{}\r\n0\r\n\r\n")),
        ("a chunk beyond numbers", chunked("fffffffffffffffff\r\n{}\r\n0\r\n\r\n")),
        ("a chunk that is longer than it says", chunked("1\r\n{}\r\n0\r\n\r\n")),
        ("a chunk without an end", chunked("2\r\n{}0\r\n\r\n")),
        (
            "a chunk's extension without end",
            chunked(&format!("2;{}\r\n{{}}\r\n0\r\n\r\n", "x".repeat(100_000))),
        ),
        ("trailers without end", chunked(&format!("2\r\n{{}}\r\n0\r\n{}\r\n", many))),
        ("no colon", get("no colon\r\n")),
        ("a blank in a name", get("a b: c\r\n")),
        ("no name", get(": c\r\n")),
        ("a NUL in a value", get("x: a\0b\r\n")),
        ("a folded header", get("x: a\r\n b\r\n")),
        ("a bare return", get("x: a\rb\r\n")),
        ("five thousand headers", get(&many)),
        ("a header of a megabyte", get(&format!("x: {}\r\n", "y".repeat(1 << 20)))),
        ("HTTP/0.9", "GET /v1/customers/me\r\n\r\n".to_owned()),
        ("HTTP/9.9", "GET /v1/customers/me HTTP/9.9\r\nhost: x\r\n\r\n".to_owned()),
        ("HTTP/2 in words", "GET /v1/customers/me HTTP/2.0\r\nhost: x\r\n\r\n".to_owned()),
        ("no version", "GET /v1/customers/me HTTP/\r\nhost: x\r\n\r\n".to_owned()),
        ("back to front", "HTTP/1.1 GET /v1/customers/me\r\nhost: x\r\n\r\n".to_owned()),
        ("no path", "GET  HTTP/1.1\r\nhost: x\r\n\r\n".to_owned()),
        ("two blanks", "GET /v1/customers/me  HTTP/1.1\r\nhost: x\r\n\r\n".to_owned()),
        ("a tab", "GET\t/v1/customers/me\tHTTP/1.1\r\nhost: x\r\n\r\n".to_owned()),
        ("a method of ten thousand letters", format!("{} / HTTP/1.1\r\nhost: x\r\n\r\n", "M".repeat(10_000))),
        ("a method of signs", "G(T /v1/customers/me HTTP/1.1\r\nhost: x\r\n\r\n".to_owned()),
        ("a path with letters as they are", "GET /v1/accounts/é HTTP/1.1\r\nhost: x\r\n\r\n".to_owned()),
        ("the words of TLS", "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{fc}\u{3}\u{3}\r\n\r\n".to_owned()),
        ("another protocol", "SSH-2.0-OpenSSH_9.6\r\n\r\n".to_owned()),
        ("a mail", "EHLO bank\r\nMAIL FROM:<a@b>\r\n\r\n".to_owned()),
    ]
}

/// A right order with one or a few bytes wrong, cut off, doubled or in another place.
pub fn garbled(chance: &mut Chance) -> Vec<u8> {
    // The token opens nothing: what is still whole after all is no order.
    let right = "PUT /v1/packages/019a8c5e-0000-7000-8000-000000000001 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer \
                 nobody\r\ncontent-type: application/json\r\ncontent-length: 46\r\n\r\n\
                 {\"legs\":[{\"to\":\"aurora/1001-4\",\"amount\":1}]}  ";
    let mut bytes = right.as_bytes().to_vec();
    for _ in 0..=chance.between(0, 5) {
        let place = chance.place(bytes.len());
        match chance.between(0, 5) {
            0 => bytes[place] ^= 1 << chance.between(0, 7),
            1 => bytes.insert(place, *chance.pick(b"\0\r\n :;,%/\xff\x80{}")),
            2 => bytes.truncate(place.max(1)),
            3 => {
                let end = (place + chance.place(40)).min(bytes.len());
                let piece = bytes[place..end].to_vec();
                let at = chance.place(bytes.len());
                bytes.splice(at..at, piece);
            }
            4 => {
                bytes.remove(place);
                if bytes.is_empty() {
                    bytes.push(b'x');
                }
            }
            _ => {
                let end = (place + chance.place(40)).min(bytes.len());
                bytes.drain(place..end);
                bytes.push(b'\n');
            }
        }
    }
    bytes
}

/// Says `bytes` and nothing more; what comes back until the bank ends the connection.
pub async fn say(address: &str, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let (mut reading, mut writing) = stream.split();
    let mut answer = Vec::new();
    let talk = async {
        // The bank may have answered and ended before it has heard all of it.
        let said = async {
            let _cut_off = writing.write_all(bytes).await;
            let _cut_off = writing.shutdown().await;
        };
        let heard = async {
            let _cut_off = reading.read_to_end(&mut answer).await;
        };
        tokio::join!(said, heard);
    };
    tokio::time::timeout(PATIENCE, talk).await.expect("an answer or the end of the connection in time");
    answer
}

/// The status of each answer in what came back.
pub fn statuses(answer: &[u8]) -> Vec<u16> {
    let text = String::from_utf8_lossy(answer);
    let starts = text.split("HTTP/1.").skip(1);
    starts.filter_map(|rest| rest.get(2..5)?.parse().ok()).collect()
}
