//! A consortium is founded whole or not at all, and what was typed wrongly is named.

use rstest::rstest;

use super::*;

fn founding(dir: &Path, banks: &[&str]) -> Founding {
    Founding {
        dir: dir.to_owned(),
        banks: banks.iter().map(ToString::to_string).collect(),
        names: Vec::new(),
        listen: "0.0.0.0".to_owned(),
        admin_listen: None,
        data_dir: "data".into(),
        owner: None,
    }
}

#[test]
fn each_folder_is_read_as_serve_reads_it() {
    let directory = tempfile::tempdir().unwrap();
    let dir = directory.path().join("consortium");
    let mut founding =
        founding(&dir, &["aurora=10.0.0.1", "sul=https://sul.example:443", "dunas=[::1]:7002"]);
    founding.names = vec!["sul=Banco \"do Sul\"".to_owned()];
    let founded = found(&founding).unwrap();
    let mut seen = Vec::new();
    for bank in &founded {
        let config = config::load(&bank.config, Overrides::default()).unwrap();
        assert_eq!(config.tls_for_banks().map(crate::tls::TlsIdentity::pin), Some(bank.tls_key));
        assert_eq!(config.data_dir, dir.join(bank.id.as_str()).join("data"));
        let own = config.own();
        seen.push(format!("{} {} {} {}", own.name, own.address, config.listen, config.admin_listen));
        assert_eq!(config.consortium.banks.len(), 3);
    }
    let expect = [
        "Banco Aurora https://10.0.0.1:7001 0.0.0.0:7001 127.0.0.1:7101",
        "Banco \"do Sul\" https://sul.example:443 0.0.0.0:443 127.0.0.1:543",
        "Banco Dunas https://[::1]:7002 0.0.0.0:7002 127.0.0.1:7102",
    ];
    assert_eq!(seen, expect);
    let inside = std::fs::read_dir(&dir).unwrap().count();
    assert_eq!(inside, 3, "a folder for each bank and nothing else");
    let again = found(&founding).unwrap_err().to_string();
    assert!(again.contains("is not empty"), "{again}");
}

#[rstest]
#[case::no_address(&["aurora"], "aurora: a bank is given as ID=ADDRESS")]
#[case::bad_id(&["Aurora=10.0.0.1"], "Aurora=10.0.0.1: a bank's id is")]
#[case::twice(&["a=10.0.0.1", "a=10.0.0.2"], "a=10.0.0.2: a is given twice")]
#[case::one_address(&["a=10.0.0.1", "b=10.0.0.1:7001"], "b=10.0.0.1:7001: a has this address too")]
#[case::plain(&["a=http://10.0.0.1"], "a=http://10.0.0.1: these banks speak TLS")]
#[case::nowhere(&["a=0.0.0.0"], "a=0.0.0.0: nobody can reach")]
#[case::path(&["a=x/y"], "a=x/y: only a host and a port")]
fn what_makes_no_sense_is_named_and_leaves_nothing(#[case] banks: &[&str], #[case] expect: &str) {
    let directory = tempfile::tempdir().unwrap();
    let dir = directory.path().join("consortium");
    let error = found(&founding(&dir, banks)).unwrap_err().to_string();
    assert!(error.starts_with(expect), "{error}");
    assert!(!dir.exists());
}

#[test]
fn options_that_make_no_sense_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let sound = founding(&directory.path().join("consortium"), &["a=10.0.0.1"]);
    let error = |founding: Founding| found(&founding).unwrap_err().to_string();
    let listen = error(Founding { listen: "0.0.0.0:7001".to_owned(), ..sound.clone() });
    assert!(listen.starts_with("--listen 0.0.0.0:7001: "), "{listen}");
    let name = error(Founding { names: vec!["b=Banco B".to_owned()], ..sound.clone() });
    assert!(name.starts_with("--name b: given twice, or no bank"), "{name}");
    let admin = error(Founding { admin_listen: Some("x y".to_owned()), ..sound });
    assert!(admin.starts_with("--admin-listen x y: "), "{admin}");
}

#[test]
fn keys_are_made_together_or_not_at_all() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str| directory.path().join(name);
    std::fs::write(file("aurora.tls.crt"), "somebody's").unwrap();
    let error = make_keys(&file("aurora.key"), &["localhost".to_owned()]).unwrap_err().to_string();
    assert!(error.contains("aurora.tls.crt is there already: a key is never written over"), "{error}");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1, "nothing was made");

    let mut made = NewFiles::default();
    made.directory(&file("new")).unwrap();
    made.write(&file("new/one"), b"1").unwrap();
    made.rename(&file("new"), &file("named")).unwrap();
    assert!(made.write(&file("aurora.tls.crt"), b"2").is_err());
    drop(made);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1, "all was taken away again");
    assert_eq!(std::fs::read(file("aurora.tls.crt")).unwrap(), b"somebody's");
}

#[test]
fn volumes_that_are_there_are_filled_once_and_whole() {
    let directory = tempfile::tempdir().unwrap();
    let dir = directory.path();
    let mut founding = founding(dir, &["aurora=aurora:7001", "sul=sul:7001"]);
    founding.data_dir = "/var/lib/bank/{id}".into();
    // Whoever runs this may give files to themselves.
    founding.owner = Some(std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(dir).unwrap()));
    let missing = fill(&founding).unwrap_err().to_string();
    assert!(missing.contains("aurora"), "a folder that is not there: {missing}");
    for bank in ["aurora", "sul"] {
        std::fs::create_dir(dir.join(bank)).unwrap();
    }
    let founded = fill(&founding).unwrap().expect("they were empty");
    assert_eq!(founded.len(), 2);
    let config = config::load(&dir.join("sul/bank.toml"), Overrides::default()).unwrap();
    assert_eq!(config.data_dir, Path::new("/var/lib/bank/sul"));
    let key = std::fs::read(dir.join("sul/bank.key")).unwrap();
    assert!(fill(&founding).unwrap().is_none(), "a consortium is founded once");
    assert_eq!(std::fs::read(dir.join("sul/bank.key")).unwrap(), key);
    std::fs::remove_file(dir.join("sul/bank.toml")).unwrap();
    let half = fill(&founding).unwrap_err().to_string();
    assert!(half.contains("neither empty"), "{half}");
}
