//! What a signature covers: every change of what was signed is noticed, and only one spelling is read.

use axum::http::HeaderMap;
use proptest::prelude::*;

use super::*;

const BODY: &[u8] = br#"{"read":"ping"}"#;
const NOW_S: i64 = 1_798_761_600;

fn bank(id: &str) -> BankId {
    id.parse().unwrap()
}

fn key(seed: u8) -> PrivateKey {
    PrivateKey::from_seed(&[seed; 32]).unwrap()
}

fn stamp() -> Stamp {
    Stamp { created_s: NOW_S, nonce: Nonce::new([0xab; 16]) }
}

fn keys(id: &BankId) -> Option<BankKeys> {
    match id.as_str() {
        "aurora" => Some(key(1).public_key().into()),
        "boreal" => Some(key(2).public_key().into()),
        _ => None,
    }
}

const REQUEST: Kind<'_> = Kind::Request { method: "POST", path: "/interbank/v1/reads" };

fn signed_request() -> HeaderMap {
    let mut headers = HeaderMap::new();
    sign(&key(1), REQUEST, &bank("aurora"), &bank("boreal"), BODY, &stamp()).put_into(&mut headers);
    headers
}

fn check_request(headers: &HeaderMap, body: &[u8]) -> Result<Proven, Unauthenticated> {
    let proven = verify(headers, REQUEST, &bank("boreal"), keys)?;
    proven.check_body(body)?;
    Ok(proven)
}

#[test]
fn what_a_bank_signed_is_proved() {
    let proven = check_request(&signed_request(), BODY).unwrap();
    assert_eq!(*proven.from(), bank("aurora"));
    assert_eq!(*proven.stamp(), stamp());
}

/// RFC 9421, B.2.6: the same key over the same base gives the RFC's own signature.
#[test]
fn the_signature_of_the_rfc_comes_out() {
    let key: PrivateKey = "ed25519-private:n4Ni+HpISpVObnQMW0wOhCKROaIKqKtW/2ZYb2p9KcU=".parse().unwrap();
    let base = "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\
        \"@method\": POST\n\
        \"@path\": /foo\n\
        \"@authority\": example.com\n\
        \"content-type\": application/json\n\
        \"content-length\": 18\n\
        \"@signature-params\": (\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\")\
        ;created=1618884473;keyid=\"test-key-ed25519\"";
    let signature =
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==";
    assert_eq!(STANDARD.encode(key.sign(base.as_bytes())), signature);
}

/// RFC 9530, appendix D: the digest of its example.
#[test]
fn the_digest_of_the_rfc_comes_out() {
    let digest = fields::write_digest(&sha256(b"{\"hello\": \"world\"}\n"));
    assert_eq!(digest, "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:");
}

#[test]
fn the_base_of_a_request_is_as_specified() {
    let base = REQUEST.base("D", "aurora", "boreal", "P");
    assert_eq!(
        base,
        "\"@method\": POST\n\"@path\": /interbank/v1/reads\n\"content-digest\": D\n\
         \"consortium-from\": aurora\n\"consortium-to\": boreal\n\"@signature-params\": P"
    );
}

#[test]
fn the_base_of_a_response_is_as_specified() {
    let base =
        Kind::Response { status: 200, request_signature: "bank=:S:" }.base("D", "aurora", "boreal", "P");
    assert_eq!(
        base,
        "\"@status\": 200\n\"content-digest\": D\n\"consortium-from\": aurora\n\"consortium-to\": boreal\n\
         \"signature\";req: bank=:S:\n\"@signature-params\": P"
    );
}

/// Replaces the first `from` by `to` in a header.
fn altered(name: &HeaderName, from: &str, to: &str) -> HeaderMap {
    let mut headers = signed_request();
    let old = headers[name].to_str().unwrap().to_owned();
    assert!(old.contains(from), "{name} has no {from}: {old}");
    headers.insert(name, HeaderValue::from_str(&old.replacen(from, to, 1)).unwrap());
    headers
}

#[test]
fn every_altered_header_is_refused() {
    use Unauthenticated as U;
    let input = U::Form("signature-input");
    let rows: &[(&HeaderName, &str, &str, U)] = &[
        (&FROM_HEADER, "aurora", "boreal", input.clone()),
        (&FROM_HEADER, "aurora", "AURORA", U::Form("consortium-from")),
        (&FROM_HEADER, "aurora", "", U::Form("consortium-from")),
        (&TO_HEADER, "boreal", "aurora", U::NotForThisBank),
        (&TO_HEADER, "boreal", "boreal ", U::NotForThisBank),
        (&DIGEST_HEADER, "sha-256", "sha-512", U::Form("content-digest")),
        (&DIGEST_HEADER, "=:", "=::", U::Form("content-digest")),
        (&DIGEST_HEADER, "sha-256=", "sha-256=:AAAA:, sha-256=", U::Form("content-digest")),
        (&INPUT_HEADER, "bank=", "sig1=", input.clone()),
        (&INPUT_HEADER, "\"@method\" ", "", input.clone()),
        (&INPUT_HEADER, "\"@path\" ", "\"@path\" \"@path\" ", input.clone()),
        (&INPUT_HEADER, "created=1798761600", "created=1798761601", U::Signature),
        (&INPUT_HEADER, "created=1798761600", "created=01798761600", input.clone()),
        (&INPUT_HEADER, "created=1798761600", "created=-5", input.clone()),
        (&INPUT_HEADER, "created=1798761600", "created=+1798761600", input.clone()),
        (&INPUT_HEADER, "created=1798761600", "created=", input.clone()),
        (&INPUT_HEADER, "created=1798761600", "created=1798761600;expires=1", input.clone()),
        (&INPUT_HEADER, "created=1798761600", "created=99999999999999999999", input.clone()),
        (&INPUT_HEADER, "nonce=\"ab", "nonce=\"ac", U::Signature),
        (&INPUT_HEADER, "nonce=\"ab", "nonce=\"AB", input.clone()),
        (&INPUT_HEADER, "nonce=\"ab", "nonce=\"", input.clone()),
        (&INPUT_HEADER, "keyid=\"aurora\"", "keyid=\"boreal\"", input.clone()),
        (&INPUT_HEADER, "keyid=\"aurora\"", "keyid=\"aurora2\"", input.clone()),
        (&INPUT_HEADER, "alg=\"ed25519\"", "alg=\"hmac-sha256\"", input.clone()),
        (&INPUT_HEADER, ";alg=\"ed25519\"", "", input.clone()),
        (&INPUT_HEADER, "interbank-1", "interbank-2", input.clone()),
        (&INPUT_HEADER, "interbank-1\"", "interbank-1\";x=1", input.clone()),
        (&SIGNATURE_HEADER, "bank=", "sig1=", U::Form("signature")),
        (&SIGNATURE_HEADER, "=:", "=:AAAA", U::Form("signature")),
    ];
    for (name, from, to, reason) in rows {
        assert_eq!(
            check_request(&altered(name, from, to), BODY),
            Err(reason.clone()),
            "{name}: {from} → {to}"
        );
    }
}

#[test]
fn a_header_left_out_or_repeated_is_refused() {
    for (name, _) in
        SignedHeaders::each(&sign(&key(1), REQUEST, &bank("aurora"), &bank("boreal"), BODY, &stamp()))
    {
        let mut without = signed_request();
        without.remove(&name);
        assert!(matches!(check_request(&without, BODY), Err(Unauthenticated::Header(_))), "{name}");

        let mut twice = signed_request();
        let value = twice[&name].clone();
        twice.append(&name, value);
        assert!(matches!(check_request(&twice, BODY), Err(Unauthenticated::Header(_))), "{name} twice");

        let mut binary = signed_request();
        binary.insert(&name, HeaderValue::from_bytes(b"\xff").unwrap());
        assert!(matches!(check_request(&binary, BODY), Err(Unauthenticated::Header(_))), "{name} in bytes");
    }
}

#[test]
fn another_method_path_body_or_key_is_refused() {
    let headers = signed_request();
    let to = bank("boreal");
    for kind in [
        Kind::Request { method: "PUT", path: "/interbank/v1/reads" },
        Kind::Request { method: "POST", path: "/interbank/v1/messages" },
    ] {
        assert_eq!(verify(&headers, kind, &to, keys), Err(Unauthenticated::Signature));
    }
    assert_eq!(check_request(&headers, b"{}"), Err(Unauthenticated::Body));
    assert_eq!(verify(&headers, REQUEST, &to, |_| None), Err(Unauthenticated::UnknownBank));
    let other = |_: &BankId| Some(key(9).public_key().into());
    assert_eq!(verify(&headers, REQUEST, &to, other), Err(Unauthenticated::Signature));
    assert_eq!(verify(&headers, REQUEST, &bank("cruzeiro"), keys), Err(Unauthenticated::NotForThisBank));
}

#[test]
fn a_digest_of_another_body_is_refused_with_the_signature() {
    let mut headers = signed_request();
    let digest = fields::write_digest(&sha256(b"{}"));
    headers.insert(DIGEST_HEADER, HeaderValue::from_str(&digest).unwrap());
    assert_eq!(check_request(&headers, b"{}"), Err(Unauthenticated::Signature));
}

#[test]
fn an_answer_belongs_to_one_request_and_one_status() {
    let kind = |signature| Kind::Response { status: 200, request_signature: signature };
    let signed = sign(&key(2), kind("bank=:AAAA:"), &bank("boreal"), &bank("aurora"), BODY, &stamp());
    let mut headers = HeaderMap::new();
    signed.put_into(&mut headers);
    let own = bank("aurora");
    assert!(verify(&headers, kind("bank=:AAAA:"), &own, keys).is_ok());
    assert_eq!(verify(&headers, kind("bank=:AAAB:"), &own, keys), Err(Unauthenticated::Signature));
    let other = Kind::Response { status: 201, request_signature: "bank=:AAAA:" };
    assert_eq!(verify(&headers, other, &own, keys), Err(Unauthenticated::Signature));
    // A request of the same bank is no answer.
    assert_eq!(verify(&headers, REQUEST, &own, keys), Err(Unauthenticated::Form("signature-input")));
}

#[test]
fn a_clock_may_be_hours_off_but_not_days() {
    let proven = check_request(&signed_request(), BODY).unwrap();
    let hour = 3600;
    for off in [0, 2 * hour, -2 * hour, 25 * hour, -25 * hour] {
        assert_eq!(proven.check_age(NOW_S + off), Ok(()), "{off}");
    }
    for off in [25 * hour + 1, -25 * hour - 1, i64::MAX - NOW_S] {
        assert_eq!(proven.check_age(NOW_S + off), Err(Unauthenticated::Stale), "{off}");
    }
}

proptest! {
    #[test]
    fn reading_never_panics(text in ".*") {
        let _ = fields::read_digest(&text);
        let _ = fields::read_signature(&text);
        let _ = fields::read_input(&text, REQUEST.components(), &bank("aurora"));
    }

    #[test]
    fn reading_what_is_nearly_right_never_panics(
        created in "[0-9+ -]{0,20}", nonce in "[0-9a-g]{0,40}", rest in ".{0,80}"
    ) {
        let text = format!("bank={};created={created};nonce=\"{nonce}\"{rest}", REQUEST.components());
        let _ = fields::read_input(&text, REQUEST.components(), &bank("aurora"));
    }

    /// One header byte changed anywhere: nothing is proved, or the header is still the same.
    #[test]
    fn one_changed_byte_proves_nothing(header in 0usize..5, place in any::<prop::sample::Index>(), byte in 0x20u8..0x7f) {
        let original = signed_request();
        let name = [FROM_HEADER, TO_HEADER, DIGEST_HEADER, INPUT_HEADER, SIGNATURE_HEADER][header].clone();
        let mut value = original[&name].as_bytes().to_vec();
        let index = place.index(value.len());
        prop_assume!(value[index] != byte);
        value[index] = byte;
        let mut headers = original;
        headers.insert(&name, HeaderValue::from_bytes(&value).unwrap());
        prop_assert!(check_request(&headers, BODY).is_err());
    }

    #[test]
    fn whatever_is_signed_is_proved(body in prop::collection::vec(any::<u8>(), 0..200), created_s in 0i64..999_999_999_999_999, nonce in any::<[u8; 16]>()) {
        let stamp = Stamp { created_s, nonce: Nonce::new(nonce) };
        let mut headers = HeaderMap::new();
        sign(&key(1), REQUEST, &bank("aurora"), &bank("boreal"), &body, &stamp).put_into(&mut headers);
        let proven = check_request(&headers, &body).unwrap();
        prop_assert_eq!(*proven.stamp(), stamp);
    }
}
