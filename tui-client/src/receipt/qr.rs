//! A QR code drawn with half blocks: two rows of squares to a line of text.
//!
//! Dark squares are drawn, light ones left blank: right on paper and on a light page. A screen sets the colours itself.

use qrcode::{Color, EcLevel, QrCode};

/// Light squares around the code, so that a reader finds its edge.
const QUIET: usize = 2;

/// The code of `text`, line by line; none when the text is too long for one.
#[must_use]
pub fn half_blocks(text: &str) -> Option<Vec<String>> {
    // On a screen and on paper nothing is torn or stained: the lowest correction keeps the code small.
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let side = code.width();
    let dark = |x: usize, y: usize| {
        let inside = (QUIET..side + QUIET).contains(&x) && (QUIET..side + QUIET).contains(&y);
        inside && code[(x - QUIET, y - QUIET)] == Color::Dark
    };
    let whole = side + 2 * QUIET;
    let line = |y: usize| -> String {
        let square = |x| match (dark(x, y), dark(x, y + 1)) {
            (true, true) => '█',
            (true, false) => '▀',
            (false, true) => '▄',
            (false, false) => ' ',
        };
        (0..whole).map(square).collect()
    };
    Some((0..whole).step_by(2).map(line).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_square_with_light_around_it() {
        let text = format!("CONSORTIUM:1:01910000-0000-7000-8000-0000000000AB:{}:64", "5A3F".repeat(16));
        let lines = half_blocks(&text).unwrap();
        let width = lines[0].chars().count();
        // The whole of it fits a terminal of 80×24.
        assert_eq!((width, lines.len()), (41, 21));
        assert!(lines.iter().all(|line| line.chars().count() == width && line.starts_with("  ")));
        assert!(lines[0].trim().is_empty(), "two squares of quiet are one blank line");
        // The corner that readers look for: seven dark squares wide.
        assert!(lines[1].starts_with("  █▀▀▀▀▀█ "), "{}", lines[1]);
    }

    #[test]
    fn another_text_is_another_code_and_too_long_a_text_none() {
        assert_ne!(half_blocks("A"), half_blocks("B"));
        assert_eq!(half_blocks(&"x".repeat(3_000)), None);
    }
}
