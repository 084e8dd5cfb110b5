//! Excerpts of texts with marks in them, drawn by miette.
//!
//! In: a text and the marks in it. Out: lines for a terminal. miette is given excerpts of a few lines that are made for
//! it rather than the text itself: so the text may be a line of many megabytes, marks that are far apart become
//! snippets of their own, a line that is too wide is cut to a window around its mark, and what a terminal would obey
//! (an escape sequence in somebody's policy) is shown as a picture of it.

use std::borrow::Cow;
use std::fmt;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, SourceCode, SourceSpan};
use miette::{MietteSpanContents, SpanContents};

use crate::source::{Source, Span};

/// What to point at in a text.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    pub span: Span,
    pub message: String,
    pub role: Role,
    /// Where it is in the file, as the head of the snippet says it.
    pub location: String,
}

/// What a mark is to its finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// Where something has to change.
    Primary,
    /// What explains it.
    Related,
}

/// A few lines of a text, ready to be drawn.
#[derive(Debug)]
pub(super) struct Excerpt {
    head: String,
    /// The lines, each with its line end, cut and cleaned.
    text: String,
    /// Of the first line, from 1.
    first: usize,
    last: usize,
    /// In bytes of `text`, by their starts.
    labels: Vec<(Span, Role, String)>,
}

/// Lines around the marked ones.
const CONTEXT: usize = 1;
/// A mark over more lines than this is shown by its first line.
const TALL: usize = 8;
/// However narrow the terminal, this much of a line is shown.
const NARROWEST: usize = 30;

/// The excerpts that show these marks: the one with the primary mark first, then from the top down. `width` is the
/// terminal's, `cut` stands where something of a line is left out.
pub(super) fn excerpts(text: &Source, marks: Vec<Mark>, width: usize, cut: &str) -> Vec<Excerpt> {
    let digits = digits(text.line_count());
    let width = width.saturating_sub(digits + 5).max(NARROWEST);
    let mut marked: Vec<Marked> = marks.into_iter().map(|mark| Marked::of(text, mark)).collect();
    marked.sort_by_key(|marked| (marked.span.start, marked.span.end, marked.mark.role));
    let mut groups: Vec<Vec<Marked>> = Vec::new();
    for next in marked {
        match groups.last_mut() {
            Some(group) if near(text, group, &next, width) => group.push(next),
            _ => groups.push(vec![next]),
        }
    }
    groups.sort_by_key(|group| group.iter().map(|marked| marked.mark.role).min());
    groups.into_iter().map(|group| excerpt(text, &group, width, cut)).collect()
}

/// A mark with the lines that it is on.
struct Marked {
    mark: Mark,
    span: Span,
    first: usize,
    last: usize,
}

impl Marked {
    fn of(text: &Source, mark: Mark) -> Marked {
        let line = |offset| text.position(offset).line as usize;
        let (first, last) = (line(mark.span.start), line(mark.span.end));
        let end = text.line_span(first).end;
        let (span, last) = if last - first < TALL {
            (mark.span, last)
        } else {
            (Span { start: mark.span.start, end: end.max(mark.span.start) }, first)
        };
        Marked { mark, span, first, last }
    }
}

/// Whether a mark can be shown in one excerpt with those before it.
fn near(text: &Source, group: &[Marked], next: &Marked, width: usize) -> bool {
    let last = group.iter().map(|marked| marked.last).max().unwrap_or(0);
    if next.first > last + 2 * CONTEXT + 1 {
        return false;
    }
    // On one wide line, both have to fit a window.
    let on_its_line = group.iter().find(|marked| marked.last == next.first);
    on_its_line.is_none_or(|first| {
        let line = text.line_span(next.first);
        let start = first.span.start.max(line.start);
        fits(&text.text()[line.start..line.end], width)
            || fits(&text.text()[start..next.span.end.min(line.end).max(start)], width * 2 / 3)
    })
}

fn excerpt(text: &Source, group: &[Marked], width: usize, cut: &str) -> Excerpt {
    let first = group.iter().map(|marked| marked.first).min().unwrap_or(1).saturating_sub(CONTEXT).max(1);
    let last = group.iter().map(|marked| marked.last).max().unwrap_or(1);
    let last = (last + CONTEXT).min(text.line_count()).max(first);
    // The empty line after the last line end is no line to anybody but this index.
    let last = if last > first && last > group_end(group) && is_blank(text, last) { last - 1 } else { last };
    let width = if group.iter().any(|marked| marked.first != marked.last) { width.saturating_sub(4) } else { width };
    let margin = margin(text, first..=last, width);
    let mut excerpt = Excerpt { head: head(group), text: String::new(), first, last, labels: Vec::new() };
    let mut spans: Vec<Span> = vec![Span { start: 0, end: 0 }; group.len()];
    for number in first..=last {
        let line = text.line_span(number);
        let line = Span { start: (line.start + margin).min(line.end), end: line.end };
        let window = window(text.text(), line, kept(group, number, line), width);
        let begin = excerpt.text.len();
        let lead = if window.start > line.start { cut } else { "" };
        let place = |offset: usize| {
            let offset = text.text().floor_char_boundary(offset).clamp(window.start, window.end);
            begin + lead.len() + cleaned(&text.text()[window.start..offset]).len()
        };
        for (marked, span) in group.iter().zip(&mut spans) {
            if marked.first == number {
                span.start = place(marked.span.start);
            }
            if marked.last == number {
                span.end = place(marked.span.end);
            }
        }
        excerpt.text.push_str(lead);
        excerpt.text.push_str(&cleaned(&text.text()[window.start..window.end]));
        if window.end < line.end {
            excerpt.text.push_str(cut);
        }
        excerpt.text.push('\n');
    }
    excerpt.label(group, &spans, width);
    excerpt
}

fn group_end(group: &[Marked]) -> usize {
    group.iter().map(|marked| marked.last).max().unwrap_or(0)
}

fn head(group: &[Marked]) -> String {
    let chosen = group.iter().min_by_key(|marked| marked.mark.role);
    chosen.map(|marked| cleaned(&marked.mark.location).into_owned()).unwrap_or_default()
}

impl Excerpt {
    /// Labels with the same span become one of several lines; a message is wrapped where its mark leaves it room.
    fn label(&mut self, group: &[Marked], spans: &[Span], width: usize) {
        for (marked, span) in group.iter().zip(spans) {
            let line = self.text[..span.start].rfind('\n').map_or(0, |end| end + 1);
            let column = self.text[line..span.start].chars().count() + (span.end - span.start) / 2;
            let room = width.saturating_sub(column + 4).max(18);
            let message = wrap(&cleaned(&marked.mark.message), 0, room);
            match self.labels.last_mut() {
                Some((known, _, text)) if known == span => {
                    if *text != message {
                        text.push('\n');
                        text.push_str(&message);
                    }
                }
                _ => self.labels.push((*span, marked.mark.role, message)),
            }
        }
        self.labels.sort_by_key(|(span, ..)| span.start);
    }

    /// How many columns its line numbers take.
    pub(super) fn digits(&self) -> usize {
        digits(self.last)
    }

    /// Draws it, its line numbers in a column `digits` wide. `theme` has the style of a primary mark first and that of
    /// a related one second.
    pub(super) fn draw(&self, theme: &GraphicalTheme, digits: usize) -> String {
        let mut theme = theme.clone();
        let styles = theme.styles.highlights;
        let style = |role: Role| styles[role as usize % styles.len()];
        theme.styles.highlights = self.labels.iter().map(|(_, role, _)| style(*role)).collect();
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_links(false)
            .without_cause_chain()
            .without_primary_span_start()
            .without_syntax_highlighting()
            .with_context_lines(CONTEXT);
        let mut drawn = String::new();
        // It fails only if its writer or `read_span` does, and neither can.
        let _ = handler.render_report(&mut drawn, self);
        let indent = " ".repeat(digits.saturating_sub(self.digits()));
        // The first line is miette's place for a message: the finding has said it above all its snippets.
        drawn.lines().skip(1).map(|line| format!("{indent}{}\n", line.trim_end())).collect()
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Excerpt {}

impl Diagnostic for Excerpt {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().map(|(span, _, message)| {
            let message = (!message.is_empty()).then(|| message.clone());
            LabeledSpan::new(message, span.start, span.end - span.start)
        })))
    }
}

/// All of it, whatever is asked for: it is what is to be shown, so all labels share one snippet.
impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let all = SourceSpan::from((0, self.text.len()));
        let count = self.last + 1 - self.first;
        let (name, bytes) = (self.head.clone(), self.text.as_bytes());
        Ok(Box::new(MietteSpanContents::new_named(name, bytes, all, self.first - 1, 0, count)))
    }
}

/// The columns that all lines leave blank, if any of them is too wide to be shown whole.
fn margin(text: &Source, lines: std::ops::RangeInclusive<usize>, width: usize) -> usize {
    let lines = lines.map(|number| text.line_span(number)).map(|line| &text.text()[line.start..line.end]);
    if lines.clone().all(|line| fits(line, width)) {
        return 0;
    }
    let blank = |line: &str| line.len() - line.trim_start_matches(' ').len();
    lines.filter(|line| !line.is_empty()).map(blank).min().unwrap_or(0)
}

/// What a window of this line has to show.
fn kept(group: &[Marked], number: usize, line: Span) -> Option<Span> {
    let on_it = group.iter().filter(|marked| marked.first == number || marked.last == number);
    let within = |offset: usize| offset.clamp(line.start, line.end);
    on_it
        .map(|marked| Span {
            start: if marked.first == number { within(marked.span.start) } else { line.start },
            end: if marked.last == number { within(marked.span.end) } else { line.end },
        })
        .reduce(|a, b| Span { start: a.start.min(b.start), end: a.end.max(b.end) })
}

/// The part of a line that is shown: whole if it fits, else its beginning, else from a little before what is kept.
fn window(text: &str, line: Span, kept: Option<Span>, width: usize) -> Span {
    if fits(&text[line.start..line.end], width) {
        return line;
    }
    let kept = kept.unwrap_or(Span { start: line.start, end: line.start });
    let end_of = |start: usize, columns: usize| {
        let rest = &text[start..line.end];
        rest.char_indices().nth(columns).map_or(line.end, |(index, _)| start + index)
    };
    let end = end_of(line.start, width - 1);
    if kept.end <= end {
        return Span { start: line.start, end };
    }
    let start = text.floor_char_boundary(kept.start);
    let before = text[line.start..start].char_indices().rev().take(width / 5).last();
    let start = before.map_or(start, |(index, _)| line.start + index);
    Span { start, end: end_of(start, width - 2) }
}

/// Looks at no more of the line than it has to.
fn fits(line: &str, width: usize) -> bool {
    line.len() <= width || line.chars().nth(width).is_none()
}

fn is_blank(text: &Source, number: usize) -> bool {
    let line = text.line_span(number);
    line.start == line.end
}

fn digits(number: usize) -> usize {
    number.max(1).ilog10() as usize + 1
}

/// Breaks a text into lines of at most `width` characters, the first of which is short by what stands before it. At
/// spaces only, so that an ARN, an address or a command stays in one piece, however long.
pub(super) fn wrap(text: &str, before: usize, width: usize) -> String {
    let mut wrapped = String::with_capacity(text.len() + 8);
    let mut column = before;
    for word in text.split(' ') {
        let length = word.chars().count();
        if wrapped.is_empty() {
            column += length;
        } else if column + 1 + length > width {
            wrapped.push('\n');
            column = length;
        } else {
            wrapped.push(' ');
            column += 1 + length;
        }
        wrapped.push_str(word);
    }
    wrapped
}

/// A text of the input as it may go to a terminal: pictures for control characters, and nothing that turns the
/// direction of the text, which could make a policy read as another one.
pub(crate) fn cleaned(text: &str) -> Cow<'_, str> {
    let picture = |character: char| match character {
        '\t' => None,
        '\u{0}'..'\u{20}' => char::from_u32(0x2400 + character as u32),
        '\u{7f}' => Some('\u{2421}'),
        '\u{80}'..='\u{9f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Some('\u{fffd}'),
        _ => None,
    };
    if text.chars().all(|character| picture(character).is_none()) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|character| picture(character).unwrap_or(character)).collect())
}
