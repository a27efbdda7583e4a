//! Meaning → style. Rooms say what a thing means, never which colour it has; no meaning is told by colour alone.

use ratatui::style::{Color, Modifier, Style};
use serde::{Deserialize, Serialize};

/// A theme, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum ThemeName {
    /// For dark terminals.
    Dark,
    /// For light terminals.
    Light,
    /// Few colours, all strong.
    HighContrast,
    /// No colours: weight, underline and reverse only.
    Mono,
}

impl ThemeName {
    /// Every theme.
    pub const ALL: [Self; 4] = [Self::Dark, Self::Light, Self::HighContrast, Self::Mono];
}

/// What a piece of the screen means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Plain text.
    Text,
    /// Of less weight: labels, hints, what is old.
    Quiet,
    /// The name of a room or a panel.
    Title,
    /// The bank's name and the like in the top bar.
    Brand,
    /// A frame around something.
    Frame,
    /// The frame of what has focus.
    FrameFocused,
    /// The chosen row, button or option.
    Chosen,
    /// A text field.
    Field,
    /// The text field that has focus.
    FieldFocused,
    /// A key to press.
    Key,
    /// It is well; it is done.
    Good,
    /// Mind this; it is waiting.
    Warning,
    /// It failed; it is refused.
    Bad,
    /// Money.
    Money,
    /// Money on its way in.
    Incoming,
    /// Money set aside.
    Held,
    /// A QR code: its dark squares are drawn, its light ones are blank.
    Code,
    /// Cannot be done now.
    Off,
}

/// A theme, ready to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme(ThemeName);

impl Theme {
    /// The theme `name`, or without colour whatever the name says.
    #[must_use]
    pub const fn new(name: ThemeName, colour: bool) -> Self {
        Self(if colour { name } else { ThemeName::Mono })
    }

    /// How `meaning` looks. Only the 16 ANSI colours, which the reader's own terminal sets.
    #[must_use]
    pub const fn style(self, meaning: Meaning) -> Style {
        match self.0 {
            ThemeName::Dark => coloured(meaning, &DARK),
            ThemeName::Light => coloured(meaning, &LIGHT),
            ThemeName::HighContrast => coloured(meaning, &HIGH_CONTRAST),
            ThemeName::Mono => mono(meaning),
        }
    }
}

struct Palette {
    text: Color,
    quiet: Color,
    accent: Color,
    frame: Color,
    good: Color,
    warning: Color,
    bad: Color,
    on_accent: Color,
}

const DARK: Palette = Palette {
    text: Color::Reset,
    quiet: Color::DarkGray,
    accent: Color::Cyan,
    frame: Color::DarkGray,
    good: Color::Green,
    warning: Color::Yellow,
    bad: Color::LightRed,
    on_accent: Color::Black,
};
const LIGHT: Palette = Palette {
    text: Color::Reset,
    quiet: Color::DarkGray,
    accent: Color::Blue,
    frame: Color::Gray,
    good: Color::Green,
    warning: Color::Magenta,
    bad: Color::Red,
    on_accent: Color::White,
};
const HIGH_CONTRAST: Palette = Palette {
    text: Color::White,
    quiet: Color::White,
    accent: Color::LightYellow,
    frame: Color::White,
    good: Color::LightGreen,
    warning: Color::LightYellow,
    bad: Color::LightRed,
    on_accent: Color::Black,
};

const fn coloured(meaning: Meaning, palette: &Palette) -> Style {
    let style = Style::new();
    match meaning {
        Meaning::Text => style.fg(palette.text),
        Meaning::Quiet => style.fg(palette.quiet),
        Meaning::Title => style.fg(palette.text).add_modifier(Modifier::BOLD),
        Meaning::Brand => style.fg(palette.accent).add_modifier(Modifier::BOLD),
        Meaning::Frame => style.fg(palette.frame),
        Meaning::FrameFocused => style.fg(palette.accent),
        Meaning::Chosen => style.fg(palette.on_accent).bg(palette.accent).add_modifier(Modifier::BOLD),
        Meaning::Field => style.fg(palette.text),
        Meaning::FieldFocused => style.fg(palette.text).add_modifier(Modifier::BOLD),
        Meaning::Key => style.fg(palette.accent).add_modifier(Modifier::BOLD),
        Meaning::Good | Meaning::Incoming => style.fg(palette.good),
        Meaning::Warning | Meaning::Held => style.fg(palette.warning),
        Meaning::Bad => style.fg(palette.bad),
        Meaning::Money => style.fg(palette.text).add_modifier(Modifier::BOLD),
        // Dark on light in every theme: readers of codes want it so.
        Meaning::Code => style.fg(Color::Black).bg(Color::White),
        Meaning::Off => style.fg(palette.quiet),
    }
}

const fn mono(meaning: Meaning) -> Style {
    let style = Style::new();
    match meaning {
        Meaning::Text | Meaning::Frame | Meaning::Field | Meaning::Incoming | Meaning::Good => style,
        Meaning::Quiet | Meaning::Off => style.add_modifier(Modifier::DIM),
        Meaning::Title
        | Meaning::Brand
        | Meaning::Key
        | Meaning::Money
        | Meaning::FrameFocused
        | Meaning::FieldFocused
        | Meaning::Warning
        | Meaning::Held => style.add_modifier(Modifier::BOLD),
        Meaning::Bad => style.add_modifier(Modifier::BOLD).add_modifier(Modifier::UNDERLINED),
        Meaning::Chosen | Meaning::Code => style.add_modifier(Modifier::REVERSED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEANINGS: [Meaning; 18] = [
        Meaning::Text,
        Meaning::Quiet,
        Meaning::Title,
        Meaning::Brand,
        Meaning::Frame,
        Meaning::FrameFocused,
        Meaning::Chosen,
        Meaning::Field,
        Meaning::FieldFocused,
        Meaning::Key,
        Meaning::Good,
        Meaning::Warning,
        Meaning::Bad,
        Meaning::Money,
        Meaning::Incoming,
        Meaning::Held,
        Meaning::Code,
        Meaning::Off,
    ];

    #[test]
    fn themes_use_the_16_ansi_colours_and_without_colour_none() {
        for name in ThemeName::ALL {
            for meaning in MEANINGS {
                let style = Theme::new(name, true).style(meaning);
                for colour in [style.fg, style.bg].into_iter().flatten() {
                    assert!(!matches!(colour, Color::Rgb(..) | Color::Indexed(_)), "{name:?} {meaning:?}");
                }
                let plain = Theme::new(name, false).style(meaning);
                assert_eq!((plain.fg, plain.bg), (None, None), "{name:?} {meaning:?}");
            }
        }
    }
}
