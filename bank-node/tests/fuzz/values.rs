//! What crosses the customers' wire: values, bodies, replies, events.

use shared::account::{AccountNumber, AccountRef};
use shared::address::BankAddress;
use shared::api::events::BankEvent;
use shared::api::problem::Problem;
use shared::api::replies::{AccountsReply, PackagesReply, StatementReply};
use shared::api::requests::{ChangeCustomer, GiveConsent, LogIn, OpenAccount, OrderPackage, SignUp};
use shared::client::Token;
use shared::cnpj::Cnpj;
use shared::cpf::Cpf;
use shared::ids::{BankId, PackageId};
use shared::key_pin::KeyPin;
use shared::money::parse_reais;
use shared::package::PackageDigest;
use shared::text::{Description, Name};
use shared::trace::TraceContext;

use super::driver::Reader;
use super::readers::{body, by, json, text};

const ACCOUNT: &str = r#"{"account":"aurora/1001-4","kind":"joint","status":"open","holders":[{"cpf":"52998224725","name":"Ana Souza","status":"holder"},{"cpf":"11144477735","name":"B**** C****","status":"invited"}],"balance":1,"held":0,"available":1,"incoming":0,"opened_at":"2026-11-20T12:00:00Z"}"#;
const PACKAGE: &str = r#"{"id":"0190f2a0-0000-7000-8000-000000000001","status":"refused","settled":false,"legs":[{"from":"aurora/1001-4","to":"boreal/1001-4","amount":70001,"description":"aluguel"}],"refusals":[{"leg":0,"code":"insufficient_funds","detail":"Less.","missing":1}],"created_at":"2026-11-20T12:00:00Z","decided_at":"2026-11-20T12:00:00Z","banks":[{"bank":"aurora","state":"refused"}]}"#;

/// Values that are texts.
pub fn texts() -> Vec<Reader> {
    let id = "0190f2a0-0000-7000-8000-000000000001";
    vec![
        text::<Cpf>("CPF", &["52998224725", "529.982.247-25"]),
        text::<Cnpj>("CNPJ", &["12ABC34501DE35", "12.ABC.345/01DE-35"]),
        text::<AccountNumber>("account number", &["1042-8", "1001-4"]),
        text::<AccountRef>("account", &["aurora/1042-8"]),
        text::<BankAddress>(
            "address",
            &[
                "http://127.0.0.1:7000",
                "https://bank.example",
                "https://[2001:db8::1]:8443",
                "bank.example:80",
            ],
        ),
        text::<BankId>("bank", &["aurora", "banco-do-sul-1"]),
        text::<PackageId>("package id", &[id]),
        text::<KeyPin>("fingerprint", &["sha256:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="]),
        text::<TraceContext>("trace header", &["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"]),
        text::<PackageDigest>(
            "digest",
            &["695bd2c2bf417a0d6b8c07310cf950b52179bb090162a3e2ee8e720b4e0d585e"],
        ),
        by("money as typed", &["150,00", "R$ 1.150,00", "7", "1.000.000,5"], |bytes| {
            let Ok(typed) = std::str::from_utf8(bytes) else { return Ok(false) };
            let Ok(amount) = parse_reais(typed) else { return Ok(false) };
            let printed = amount.to_string();
            match parse_reais(&printed) {
                Ok(again) if again == amount => Ok(true),
                other => Err(format!("printed as {printed:?}, which is read as {other:?}")),
            }
        }),
        by("name", &["Ana Souza", "Ma\u{202e}ria\u{200b}  Silva\u{7}"], |bytes| {
            let Ok(Ok(name)) = std::str::from_utf8(bytes).map(Name::new) else { return Ok(false) };
            if name.masked().chars().count() > 400 {
                return Err("a mask without end".to_owned());
            }
            match Name::new(name.as_str()) {
                Ok(again) if again == name => Ok(true),
                other => Err(format!("{name:?} is read back as {other:?}")),
            }
        }),
        by("description", &["aluguel", "café \u{301} 💸"], |bytes| {
            let Ok(Ok(Some(read))) = std::str::from_utf8(bytes).map(Description::new) else {
                return Ok(false);
            };
            match Description::new(read.as_str()) {
                Ok(Some(again)) if again == read => Ok(true),
                other => Err(format!("{read:?} is read back as {other:?}")),
            }
        }),
        by("token", &["tok-123"], |bytes| {
            let read = std::str::from_utf8(bytes).ok().and_then(|text| Token::new(text.to_owned()).ok());
            Ok(read.is_some())
        }),
    ]
}

/// What a bank is asked with, and what it answers.
pub fn bodies() -> Vec<Reader> {
    let bytes = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>();
    let event = |name: &'static str, sample: &str| {
        by(name, &[sample], move |bytes| {
            let Ok(data) = std::str::from_utf8(bytes) else { return Ok(false) };
            let Ok(read) = BankEvent::parse(name, data) else { return Ok(false) };
            let read = read.ok_or("a name that is not known")?;
            let printed = read.to_json().map_err(|error| error.to_string())?;
            match BankEvent::parse(name, &printed) {
                Ok(Some(again)) if again == read => Ok(true),
                other => Err(format!("{read:?} is read back as {other:?}")),
            }
        })
    };
    let account_event =
        r#"{"account":"aurora/1042-8","status":"open","balance":5,"held":2,"available":3,"incoming":7}"#;
    vec![
        body::<SignUp>(
            "sign-up",
            &[r#"{"cpf":"529.982.247-25","name":"Ana Souza","password":"example-password"}"#],
        ),
        body::<LogIn>("log-in", &[r#"{"cpf":"529.982.247-25","password":"example-password"}"#]),
        body::<ChangeCustomer>(
            "change of a customer",
            &[r#"{"name":"Ana Lima","password":{"current":"example-password","new":"another-password"}}"#],
        ),
        body::<OpenAccount>(
            "opening of an account",
            &[
                r#"{"kind":"personal"}"#,
                r#"{"kind":"joint","holders":["111.444.777-35"]}"#,
                r#"{"kind":"business","cnpj":"12.ABC.345/01DE-35","company":"Padaria","holders":["11144477735"]}"#,
            ],
        ),
        body::<OrderPackage>(
            "order",
            &[
                r#"{"legs":[{"from":"aurora/1001-4","to":"boreal/1001-4","amount":30000,"description":"aluguel"}]}"#,
                r#"{"legs":[{"to":"aurora/1001-4","amount":1},{"from":"aurora/1042-8","amount":1000000000000}]}"#,
            ],
        ),
        body::<GiveConsent>(
            "consent",
            &[
                r#"{"bank":"aurora","customer":"0192e4a8-0000-7000-8000-0000000000c1","permissions":["view","pay"],"limit_per_package":1,"limit_per_day":2,"expires_at":"2099-01-01T00:00:00Z"}"#,
            ],
        ),
        json::<Problem>(
            "problem",
            vec![
                format!(
                    r#"{{"type":"/problems/package_refused","title":"T.","status":422,"detail":"D.","code":"package_refused","refusals":[{{"leg":0,"code":"insufficient_funds","detail":"D.","missing":1}}],"package":{PACKAGE}}}"#
                )
                .into_bytes(),
            ],
        ),
        json::<AccountsReply>("accounts", vec![format!(r#"{{"accounts":[{ACCOUNT}]}}"#).into_bytes()]),
        json::<PackagesReply>("packages", vec![format!(r#"{{"packages":[{PACKAGE}],"next":2}}"#).into_bytes()]),
        json::<StatementReply>(
            "statement",
            bytes(&[
                r#"{"postings":[{"number":3,"at":"2026-11-20T12:00:00Z","package":"0190f2a0-0000-7000-8000-000000000001","leg":0,"amount":-30000,"balance_after":70000,"counterparty":"boreal/1001-4","description":"aluguel"}],"next":3}"#,
            ]),
        ),
        event("package", PACKAGE),
        event("account", account_event),
        event(
            "invitations",
            r#"{"invitations":[{"account":"aurora/1002-2","kind":"joint","invited_by":{"name":"Ana Lima"},"at":"2026-11-20T12:00:00Z"}]}"#,
        ),
        event("bank", r#"{"id":"aurora","name":"Banco Aurora","address":"http://127.0.0.1:7000","status":"up"}"#),
    ]
}
