//! What banks say to each other, and the envelope that it comes in.

use std::fs;
use std::path::Path;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use bank_node::peers::batch::read_batch;
use bank_node::peers::keys::{PrivateKey, PublicKey};
use bank_node::peers::reads::{ReadAnswer, ReadRequest};
use bank_node::peers::signature::{self, Kind, Nonce, Stamp};
use bank_node::protocol::attempt::AttemptId;
use bank_node::protocol::message::Message;
use bank_node::protocol::records::LedgerAccount;
use bank_node::trace::read_header;
use shared::ids::BankId;

use super::driver::Reader;
use super::readers::{by, json, text};

/// The JSON examples of `docs/protocol.md` whose names fit.
fn examples(fits: impl Fn(&str) -> bool) -> Vec<Vec<u8>> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/protocol.md");
    let page = fs::read_to_string(page).expect("the protocol");
    let blocks = page.split("```json ").skip(1).filter_map(|block| block.split_once('\n'));
    let named = blocks.filter(|(name, _)| fits(name.trim()));
    named.map(|(_, rest)| rest.split("```").next().unwrap_or_default().as_bytes().to_vec()).collect()
}

/// Messages, reads and their answers.
pub fn messages() -> Vec<Reader> {
    let is_message =
        |name: &str| name != "batch" && !name.starts_with("read-") && !name.starts_with("answer-");
    let batch = |bytes: &[u8]| {
        let Ok(read) = read_batch(bytes) else { return Ok(false) };
        let printed = serde_json::to_vec(&read.batch).map_err(|error| error.to_string())?;
        match read_batch(&printed) {
            Ok(again) if again.batch == read.batch && again.bad.is_empty() => Ok(true),
            other => Err(format!("{read:?} is read back as {other:?}")),
        }
    };
    vec![
        json::<Message>("message", examples(is_message)),
        json::<ReadRequest>("read", examples(|name| name.starts_with("read-"))),
        json::<ReadAnswer>("answer", examples(|name| name.starts_with("answer-"))),
        Reader {
            name: "batch",
            samples: examples(|name| name == "batch"),
            read: Box::new(batch),
            share: 1000,
        },
        by("traces of packages", &[&traces(0..1), &traces(1..65), &traces(65..129)], |bytes| {
            let Ok(header) = std::str::from_utf8(bytes) else { return Ok(false) };
            let read = read_header(header);
            if read.len() > 64 { Err(format!("{} traces", read.len())) } else { Ok(!read.is_empty()) }
        }),
        text::<AttemptId>("attempt", &["aurora.3.17"]),
        text::<LedgerAccount>(
            "ledger account",
            &["till", "suspense", "due-to/boreal", "due-from/boreal", "1042-8"],
        ),
        text::<Nonce>("nonce", &["00112233445566778899aabbccddeeff"]),
        text::<PublicKey>(
            "public key",
            &[&PrivateKey::from_seed(&[3; 32]).expect("a key").public_key().to_string()],
        ),
        by(
            "private key",
            &[
                "ed25519-private:AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=\n",
                "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMD\n-----END PRIVATE KEY-----\n",
            ],
            |bytes| {
                let Some(key) =
                    std::str::from_utf8(bytes).ok().and_then(|text| text.parse::<PrivateKey>().ok())
                else {
                    return Ok(false);
                };
                if key.public_key().has_signed(b"this", &key.sign(b"this")) {
                    Ok(true)
                } else {
                    Err("a key whose signature does not hold".to_owned())
                }
            },
        ),
    ]
}

/// What is said of the traces of these packages.
fn traces(packages: std::ops::Range<u8>) -> String {
    let entries = packages.map(|number| {
        format!("0190f2a0-0000-7000-8000-0000000000{number:02x}=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    });
    entries.collect::<Vec<_>>().join(",")
}

/// An envelope as text: a line for each header, a blank one, the body.
fn envelope(headers: &[(HeaderName, &str)], body: &[u8]) -> Vec<u8> {
    let mut bytes: Vec<u8> =
        headers.iter().flat_map(|(name, value)| format!("{name}: {value}\n").into_bytes()).collect();
    bytes.push(b'\n');
    bytes.extend_from_slice(body);
    bytes
}

/// Header lines and body of an envelope; none where a line is no header.
fn opened(bytes: &[u8]) -> Option<(HeaderMap, &[u8])> {
    let mut headers = HeaderMap::new();
    let mut rest = bytes;
    loop {
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let (line, after) = (&rest[..end], &rest[end + 1..]);
        rest = after;
        if line.is_empty() {
            return Some((headers, rest));
        }
        let at = line.windows(2).position(|pair| pair == b": ")?;
        let name = HeaderName::from_bytes(&line[..at]).ok()?;
        headers.append(name, HeaderValue::from_bytes(&line[at + 2..]).ok()?);
    }
}

/// Nothing is taken but what was signed, header by header and byte by byte of the body. The order of headers says nothing,
/// and others beside the five are nobody's.
pub fn envelopes() -> Vec<Reader> {
    let key = |seed: u8| PrivateKey::from_seed(&[seed; 32]).expect("a key");
    let bank = |id: &str| -> BankId { id.parse().expect("a bank") };
    let stamp = Stamp { created_s: 1_790_000_000, nonce: Nonce::new([7; 16]) };
    let body = examples(|name| name == "batch").remove(0);
    let request_signature = "bank=:AAAA:";
    let kinds = [
        ("signed request", Kind::Request { method: "POST", path: "/interbank/v1/messages" }),
        ("signed answer", Kind::Response { status: 200, request_signature }),
    ];
    let readers = kinds.map(|(name, kind)| {
        let signed = signature::sign(&key(1), kind, &bank("boreal"), &bank("aurora"), &body, &stamp);
        let whole = body.clone();
        let each: Vec<(HeaderName, String)> =
            signed.each().into_iter().map(|(name, value)| (name, value.to_owned())).collect();
        let (own, keys) =
            (bank("aurora"), [("boreal", key(1).public_key()), ("cerrado", key(2).public_key())]);
        let sample = envelope(&signed.each(), &body);
        let read = move |bytes: &[u8]| {
            let Some((headers, body)) = opened(bytes) else { return Ok(false) };
            let key_of = |named: &BankId| {
                let found = keys.iter().find(|(id, _)| *id == named.as_str());
                found.map(|(_, key)| (*key).into())
            };
            let Ok(proven) = signature::verify(&headers, kind, &own, key_of) else { return Ok(false) };
            if proven.check_body(body).is_err() {
                return Ok(false);
            }
            let same = each.iter().all(|(name, value)| {
                let mut values = headers.get_all(name).iter();
                values.next().is_some_and(|first| first.as_bytes() == value.as_bytes())
                    && values.next().is_none()
            });
            match (same, body == whole.as_slice()) {
                (true, true) => Ok(true),
                (true, false) => Err("another body than was signed is taken".to_owned()),
                (false, _) => Err("other headers than were signed are taken".to_owned()),
            }
        };
        Reader { name, samples: vec![sample], read: Box::new(read), share: 1000 }
    });
    readers.into()
}
