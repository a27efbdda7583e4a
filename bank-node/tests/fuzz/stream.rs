//! A bank's event stream, as the client reads it off the wire: whatever comes, it ends, with an event or a fault for each
//! blank line at most.

use shared::client::{BankClient, Token};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::runtime::Builder;

use super::driver::Reader;

const STREAM: &str = "retry: 1000\n\nevent: bank\ndata: {\"id\":\"aurora\",\"name\":\"Banco Aurora\",\"address\":\
                      \"http://127.0.0.1:7000\",\"status\":\"up\"}\n\n: here\n\nevent: account\ndata: {\"account\":\
                      \"aurora/1042-8\",\"balance\":5,\"held\":2,\"available\":3,\"incoming\":7}\nid: 7\n\nevent: \
                      invitations\ndata: {\"invitations\":[]}\nid: 8\n\n";

/// Reads a whole stream from a bank of straw that says these bytes and goes.
pub fn events() -> Reader {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let read = move |bytes: &[u8]| runtime.block_on(heard(&listener, &address, bytes));
    Reader {
        name: "event stream",
        samples: vec![STREAM.as_bytes().to_vec()],
        read: Box::new(read),
        share: 100,
    }
}

async fn heard(listener: &TcpListener, address: &str, bytes: &[u8]) -> Result<bool, String> {
    let say = async {
        let (mut stream, _) = listener.accept().await.map_err(|error| error.to_string())?;
        let mut request = vec![0; 4096];
        let _asked = stream.read(&mut request).await.map_err(|error| error.to_string())?;
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
        let _gone = stream.write_all(head.as_bytes()).await;
        let _gone = stream.write_all(bytes).await;
        let _gone = stream.shutdown().await;
        Ok::<(), String>(())
    };
    let hear = async {
        let client =
            BankClient::new(address.parse().map_err(|_| "no address")?).map_err(|error| error.to_string())?;
        let token = Token::new("token".to_owned()).map_err(|error| error.to_string())?;
        let mut stream = client.events(&token, None).await.map_err(|error| format!("not opened: {error}"))?;
        let blank_lines = bytes.windows(2).filter(|pair| pair[1] == b'\n').count() + 1;
        for _ in 0..=blank_lines {
            match stream.next().await {
                Ok(Some(_)) => {}
                Ok(None) => return Ok(true),
                Err(_) => return Ok(false),
            }
        }
        Err("more events than lines".to_owned())
    };
    let (said, heard) = tokio::join!(say, hear);
    said?;
    heard
}
