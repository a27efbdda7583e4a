//! The envelope between banks over the wire: one that is altered anywhere, in its body, in a header, by a header that is
//! missing or there twice, is answered 401 and changes nothing; whole, it binds.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use super::banks;
use super::stage::Stage;
use super::table::rows;

const SIGNED: [&str; 5] =
    ["consortium-from", "consortium-to", "content-digest", "signature-input", "signature"];

#[tokio::test(flavor = "multi_thread")]
async fn every_byte_of_a_signed_batch_counts() {
    let stage = Stage::set().await;
    let row = rows().into_iter().find(|row| row.variant.starts_with("prepare, ours, paying out of it by"));
    let row = row.expect("a row of the page");
    let body = banks::body(&stage, &row).await;
    let headers = stage.member.sign(row.method(), row.path(), &body);
    let before = stage.books().await;
    let mut tried = 0;
    let mut refused = async |what: &str, body: &[u8], headers: &HeaderMap| {
        let answer = banks::send_with(&stage, &row, body, headers.clone(), None).await;
        assert_eq!(banks::said(&answer), "401", "{what}");
        tried += 1;
    };

    // Signed anew each time: where the headers hold, their nonce is used up, and a second try would say nothing of the body.
    let signed = || stage.member.sign(row.method(), row.path(), &body);
    for place in 0..body.len() {
        let mut altered = body.clone();
        altered[place] ^= 1 << (place % 8);
        refused(&format!("byte {place} of the body"), &altered, &signed()).await;
    }
    for length in [0, 1, body.len() - 1] {
        refused(&format!("{length} bytes of the body"), &body[..length], &signed()).await;
    }
    refused("one blank more", &[&body[..], b" "].concat(), &signed()).await;

    for name in SIGNED.map(HeaderName::from_static) {
        let value = headers[&name].as_bytes().to_vec();
        for place in 0..value.len() {
            let mut altered = value.clone();
            altered[place] = if altered[place] == b'0' { b'1' } else { b'0' };
            refused_with(&mut refused, &headers, &body, &name, &altered, &format!("{name} at {place}")).await;
            let shorter = [&value[..place], &value[place + 1..]].concat();
            refused_with(&mut refused, &headers, &body, &name, &shorter, &format!("{name} without {place}"))
                .await;
        }
        let mut without = headers.clone();
        without.remove(&name);
        refused(&format!("no {name}"), &body, &without).await;
        let mut twice = headers.clone();
        twice.append(&name, headers[&name].clone());
        refused(&format!("{name} twice"), &body, &twice).await;
    }
    assert!(stage.books().await == before, "what was altered has changed the books");
    println!("{tried} altered envelopes, each answered 401, none changed the books");

    let whole = banks::send_with(&stage, &row, &body, headers, None).await;
    assert_eq!(banks::said(&whole), "200 vote yes", "what was altered is sound as it was");
    assert!(stage.books().await != before);
}

async fn refused_with(
    refused: &mut impl AsyncFnMut(&str, &[u8], &HeaderMap),
    headers: &HeaderMap,
    body: &[u8],
    name: &HeaderName,
    value: &[u8],
    what: &str,
) {
    let mut altered = headers.clone();
    altered.insert(name.clone(), HeaderValue::from_bytes(value).expect("a header"));
    refused(what, body, &altered).await;
}
