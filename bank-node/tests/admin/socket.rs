//! The socket itself: whose it is, what a killed bank leaves, and the log level, which changes nothing in the books.

use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};

use crate::operator::{admin, refuses, says, says_json};
use crate::real::{Consortium, plain_http, program};

#[tokio::test]
async fn a_bank_is_administered_by_a_socket_of_its_own_user_alone() {
    let mut consortium = Consortium::start(1).await;
    let path = consortium.directory().join("data/aurora/admin.sock");
    let bank = &mut consortium.banks[0];
    let file = std::fs::metadata(&path).unwrap();
    assert!(file.file_type().is_socket());
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
    assert_eq!(says(bank, &["log-level"]).trim(), "info");
    // The address that a monitoring network reaches knows nothing of it.
    let answer = plain_http().get(format!("{}/admin/v1/log-level", bank.admin)).send().await.unwrap();
    assert_eq!(answer.status(), 404);

    bank.kill();
    assert!(path.exists(), "a killed bank leaves its socket");
    refuses(bank, &["log-level"], 1, "is it running");
    bank.start();
    bank.ready().await;
    assert_eq!(says(bank, &["log-level"]).trim(), "info");
    // By the socket alone, without the bank's files.
    let output = program().args(["admin", "--admin-socket"]).arg(&path).arg("log-level").output().unwrap();
    assert!(output.status.success(), "{output:?}");

    bank.signal("TERM");
    assert_eq!(bank.wait(), Some(0));
    assert!(!path.exists(), "removed in good order");
    refuses(bank, &["log-level"], 1, "is it running");
}

#[tokio::test]
async fn the_log_level_changes_while_the_bank_runs() {
    let consortium = Consortium::start(1).await;
    let bank = &consortium.banks[0];
    let served = |log: String| log.lines().filter(|line| line.contains("a request was served")).count();
    bank.client().bank().await.unwrap();
    assert_eq!(served(bank.log()), 0, "{}", bank.log());
    assert_eq!(says_json(bank, &["log-level", "debug"])["filter"], "debug");
    assert_eq!(says(bank, &["log-level"]).trim(), "debug");
    let before = served(bank.log());
    bank.client().bank().await.unwrap();
    assert!(served(bank.log()) > before, "{}", bank.log());
    says(bank, &["log-level", "warn,bank_node::peers=info"]);
    let before = served(bank.log());
    bank.client().bank().await.unwrap();
    assert_eq!(served(bank.log()), before, "{}", bank.log());
    let output = admin(bank, &["log-level", "loud"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}
