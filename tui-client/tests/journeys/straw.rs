//! What is no bank, and what stands between the client and one: it listens and says nothing, says rubbish, or carries a
//! real bank's words until the order that it waits for comes by.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// Something that answers each request with these bytes, or never, and ends with the test.
pub fn straw(answer: Option<Vec<u8>>) -> String {
    let (listener, address) = listen();
    thread::spawn(move || {
        let mut kept = Vec::new();
        for mut stream in listener.incoming().flatten() {
            if let Some(answer) = &answer {
                let answer = answer.clone();
                thread::spawn(move || {
                    let mut request = [0u8; 4096];
                    if matches!(stream.read(&mut request), Ok(1..)) {
                        let _client_gone = stream.write_all(&answer);
                    }
                });
            } else {
                kept.push(stream);
            }
        }
    });
    address
}

/// JSON in an answer that is well, as a bank would send it.
pub fn answer(json: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{json}",
        json.len()
    )
    .into_bytes()
}

/// What no bank says, and what would harm a terminal that printed it.
pub fn rubbish() -> Vec<u8> {
    let mut bytes = answer("{\"lixo\": \"\x1b[2J\x1b]0;lixo\x07\u{202e}\"");
    bytes.extend_from_slice(&[0xff, 0x00, 0x1b, b'c']);
    bytes
}

/// What a line does with what goes over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Does {
    /// Carries both ways.
    Carry,
    /// Brings the bank what the client says, and the client nothing.
    LoseAnswers,
    /// The same, and rubbish in place of the answers.
    GarbleAnswers,
    /// Brings the bank nothing.
    LoseRequests,
}

const ALL: [Does; 4] = [Does::Carry, Does::LoseAnswers, Does::GarbleAnswers, Does::LoseRequests];

/// A line to a bank.
pub struct Line {
    pub address: String,
    wire: Arc<Wire>,
}

struct Wire {
    bank: String,
    does: AtomicU8,
    /// What it does from the next order on.
    at_order: Mutex<Option<Does>>,
    /// What is open, so that all of it can be cut.
    open: Mutex<Vec<TcpStream>>,
}

impl Line {
    /// To the bank at this address, carrying.
    pub fn to(bank: &str) -> Self {
        let (listener, address) = listen();
        let wire = Arc::new(Wire {
            bank: bank.to_owned(),
            does: AtomicU8::new(Does::Carry as u8),
            at_order: Mutex::new(None),
            open: Mutex::new(Vec::new()),
        });
        let accepting = Arc::clone(&wire);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                accepting.join(client);
            }
        });
        Self { address, wire }
    }

    /// From the next order on, that order included.
    pub fn at_the_next_order(&self, does: Does) {
        *self.wire.at_order.lock().expect("no test thread panics with it") = Some(does);
    }

    /// From now on. What was open is cut: no answer of before arrives late.
    pub fn carry(&self) {
        self.wire.does.store(Does::Carry as u8, Ordering::SeqCst);
        for stream in self.wire.open.lock().expect("no test thread panics with it").drain(..) {
            let _gone = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Wire {
    fn does(&self) -> Does {
        ALL[usize::from(self.does.load(Ordering::SeqCst))]
    }

    fn join(self: &Arc<Self>, client: TcpStream) {
        // A bank that is away is away behind the line too.
        let Ok(bank) = TcpStream::connect(&self.bank) else { return };
        let clone = |stream: &TcpStream| stream.try_clone().expect("a stream is cloned");
        self.open.lock().expect("no test thread panics with it").extend([clone(&client), clone(&bank)]);
        let (mut from_client, mut to_bank) = (clone(&client), clone(&bank));
        let (mut from_bank, mut to_client) = (bank, client);
        let wire = Arc::clone(self);
        thread::spawn(move || {
            let mut buffer = [0u8; 64 * 1024];
            while let Ok(count @ 1..) = from_client.read(&mut buffer) {
                let said = &buffer[..count];
                // The client writes the head of a request in one piece.
                if said.starts_with(b"PUT /v1/packages/") {
                    let armed = wire.at_order.lock().expect("no test thread panics with it").take();
                    if let Some(does) = armed {
                        wire.does.store(does as u8, Ordering::SeqCst);
                    }
                }
                if wire.does() != Does::LoseRequests && to_bank.write_all(said).is_err() {
                    break;
                }
            }
            let _gone = to_bank.shutdown(Shutdown::Both);
        });
        let wire = Arc::clone(self);
        thread::spawn(move || {
            let mut buffer = [0u8; 64 * 1024];
            while let Ok(count @ 1..) = from_bank.read(&mut buffer) {
                let written = match wire.does() {
                    Does::Carry => to_client.write_all(&buffer[..count]),
                    Does::GarbleAnswers => to_client.write_all(&rubbish()),
                    Does::LoseAnswers | Does::LoseRequests => Ok(()),
                };
                if written.is_err() {
                    break;
                }
            }
            let _gone = to_client.shutdown(Shutdown::Both);
        });
    }
}

fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    (listener, address)
}
