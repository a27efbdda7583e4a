//! Finding what somebody half remembers: capitals and accents do not count, words may come in any order.

/// `text` in small letters without accents: `Código` as `codigo`.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'á' | 'à' | 'â' | 'ã' | 'ä' | 'å' => folded.push('a'),
            'é' | 'è' | 'ê' | 'ë' => folded.push('e'),
            'í' | 'ì' | 'î' | 'ï' => folded.push('i'),
            'ó' | 'ò' | 'ô' | 'õ' | 'ö' => folded.push('o'),
            'ú' | 'ù' | 'û' | 'ü' => folded.push('u'),
            'ç' => folded.push('c'),
            'ñ' => folded.push('n'),
            // An accent that stands on its own, after its letter.
            '\u{300}'..='\u{36F}' => {}
            c => folded.push(c),
        }
    }
    folded
}

/// How well `text` fits what was typed; a smaller number fits better, none not at all. Every word typed must stand in it,
/// at best at its beginning; a single word may also be its letters in order (`mp` for `Montar pacote`).
#[must_use]
pub fn fit(typed: &str, text: &str) -> Option<usize> {
    let (typed, text) = (fold(typed), fold(text));
    let mut words = typed.split_whitespace();
    let rank = |word: &str| match text.find(word)? {
        0 => Some(0),
        at if text[..at].ends_with(|c: char| !c.is_alphanumeric()) => Some(1),
        _ => Some(2),
    };
    let worst = words.clone().try_fold(0, |worst, word| rank(word).map(|r| worst.max(r)));
    worst.or_else(|| {
        let only = words.next().filter(|word| word.chars().count() > 1)?;
        let mut letters = text.chars();
        (words.next().is_none() && only.chars().all(|c| letters.any(|l| l == c))).then_some(3)
    })
}

/// The numbers of the texts that fit what was typed, those that fit best first, else in their order.
#[must_use]
pub fn fitting<'a>(typed: &str, texts: impl Iterator<Item = &'a str>) -> Vec<usize> {
    let mut found: Vec<(usize, usize)> =
        texts.enumerate().filter_map(|(n, text)| fit(typed, text).map(|rank| (rank, n))).collect();
    found.sort_unstable();
    found.into_iter().map(|(_, n)| n).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("", "Copiar o código", Some(0))]
    #[case("codigo", "Copiar o código", Some(1))]
    #[case("CÓDIGO copiar", "Copiar o co\u{301}digo", Some(1))]
    #[case("cop", "Copiar o código", Some(0))]
    #[case("digo", "Copiar o código", Some(2))]
    #[case("mpac", "Montar pacote", Some(3))]
    #[case("x y", "Montar pacote", None)]
    #[case("pz", "Montar pacote", None)]
    fn what_is_half_remembered_is_found(
        #[case] typed: &str,
        #[case] text: &str,
        #[case] rank: Option<usize>,
    ) {
        assert_eq!(fit(typed, text), rank);
    }

    #[test]
    fn what_fits_best_comes_first() {
        let texts = ["Depositar", "Montar pacote", "Pagar", "Ordens e pacotes"];
        assert_eq!(fitting("pa", texts.into_iter()), [2, 1, 3, 0]);
        assert_eq!(fitting("", texts.into_iter()), [0, 1, 2, 3]);
    }
}
