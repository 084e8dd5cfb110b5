//! What the terminal can show.

use std::io::{IsTerminal, stdout};

use super::args::ColorChoice;
use crate::report::{Color, Glyphs, Human, Links};

/// How to print for people on standard output.
///
/// `NO_COLOR` (no-color.org) and `CLICOLOR_FORCE` (bixense.com/clicolors) count where `--color` says `auto`.
pub(super) fn human(choice: ColorChoice) -> Human {
    let terminal = stdout().is_terminal();
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let forced = set("CLICOLOR_FORCE") && std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| value != "0");
    let color = match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => !set("NO_COLOR") && (forced || (terminal && !dumb())),
    };
    let width = terminal.then(terminal_size::terminal_size).flatten().map_or(100, |(width, _)| usize::from(width.0));
    Human {
        color: if color { Color::On } else { Color::Off },
        glyphs: if supports_unicode::on(supports_unicode::Stream::Stdout) { Glyphs::Unicode } else { Glyphs::Ascii },
        links: if terminal && color { Links::On } else { Links::Off },
        width,
    }
}

fn dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}
