//! Passwords on the line: read from a pipe, or typed with no echo. The terminal is given back as it was, whatever ends it.

use std::io::{self, Read as _, Write as _};

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use zeroize::Zeroizing;

/// More than any password; what comes after it is not read.
const TYPED_BYTES_MAX: usize = 4_096;

/// The first line of the standard input, without its end; none at its end.
///
/// # Errors
/// Those of the standard input.
pub fn first_line() -> io::Result<Option<Zeroizing<String>>> {
    let mut typed = Zeroizing::new(Vec::with_capacity(TYPED_BYTES_MAX));
    let mut input = io::stdin().lock();
    let mut byte = [0u8; 1];
    loop {
        match input.read(&mut byte) {
            Ok(0) if typed.is_empty() => return Ok(None),
            Ok(0) => break,
            Ok(_) if byte[0] == b'\n' => break,
            Ok(_) if typed.len() < TYPED_BYTES_MAX => typed.push(byte[0]),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    if typed.last() == Some(&b'\r') {
        typed.pop();
    }
    Ok(Some(Zeroizing::new(String::from_utf8_lossy(&typed).into_owned())))
}

/// Takes the echo away while it lives.
struct Silence;

impl Silence {
    fn begin() -> io::Result<Self> {
        enable_raw_mode()?;
        Ok(Self)
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        // Where the terminal is gone there is nothing left to restore.
        let _gone = disable_raw_mode();
    }
}

/// Gives the echo back, for a program that ends while a password is being typed.
pub fn give_back() {
    // It is there already, or there is no terminal.
    let _nothing_to_do = disable_raw_mode();
}

/// Asks for a password at the terminal, with no echo; none when the customer ends it with Ctrl-C or Ctrl-D.
///
/// # Errors
/// Those of the terminal.
pub fn asked(prompt: &str) -> io::Result<Option<Zeroizing<String>>> {
    let mut told = io::stderr().lock();
    let typed = {
        // Before the question stands there: who answers at its sight is not shown either.
        let _silence = Silence::begin()?;
        told.write_all(prompt.as_bytes())?;
        told.flush()?;
        typed(&mut io::stdin().lock())
    };
    told.write_all(b"\n")?;
    typed
}

/// What is typed up to Enter, edited at its end only.
fn typed(input: &mut impl io::Read) -> io::Result<Option<Zeroizing<String>>> {
    let mut typed = Zeroizing::new(Vec::with_capacity(TYPED_BYTES_MAX));
    let mut byte = [0u8; 1];
    loop {
        match input.read(&mut byte) {
            Ok(0) => return Ok(None),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        }
        match byte[0] {
            b'\r' | b'\n' => break,
            // Ctrl-C, and Ctrl-D on an empty line.
            3 => return Ok(None),
            4 if typed.is_empty() => return Ok(None),
            // Ctrl-U, Ctrl-W.
            21 | 23 => typed.clear(),
            8 | 127 => {
                // A character's later bytes go with its first.
                while typed.pop().is_some_and(|byte| byte & 0b1100_0000 == 0b1000_0000) {}
            }
            byte if byte >= 32 && typed.len() < TYPED_BYTES_MAX => typed.push(byte),
            _ => {}
        }
    }
    Ok(Some(Zeroizing::new(String::from_utf8_lossy(&typed).into_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("uma senha\r", Some("uma senha"))]
    #[case("sé\u{7f}enha\n", Some("senha"))]
    #[case("errada\u{15}certa\r", Some("certa"))]
    #[case("x\u{3}", None)]
    #[case("\u{4}", None)]
    #[case("", None)]
    fn a_password_is_typed_blind(#[case] keys: &str, #[case] expect: Option<&str>) {
        let read = typed(&mut keys.as_bytes()).unwrap();
        assert_eq!(read.as_ref().map(|p| p.as_str()), expect);
    }
}
