//! The two kinds of patterns of a statement: actions, and texts with wildcards and policy variables.

/// An entry of `Action` or `NotAction`: `service:name`, with `*` and `?` in the name, or `*` alone.
/// Compared without regard to case.
///
/// Source: IAM User Guide, "IAM JSON policy elements: Action".
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ActionPattern {
    text: Box<str>,
    /// Where the first colon stands: found once, because a pattern is compared with many actions.
    colon: Option<usize>,
    service: Service,
}

/// The part of an action's pattern before the first colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Service {
    /// The name of one service: ASCII letters, digits and hyphens.
    Named,
    /// Anything else, and where there is no colon.
    Other,
}

/// The parts of an action's name, or of a pattern, before and after the first colon. Services have short names, so
/// this is done before `str::split_once` has begun.
pub fn split_action(action: &str) -> Option<(&str, &str)> {
    let colon = action.bytes().position(|byte| byte == b':')?;
    Some((&action[..colon], &action[colon + 1..]))
}

impl ActionPattern {
    pub fn new(text: &str) -> Self {
        let end = text.bytes().position(|byte| !byte.is_ascii_alphanumeric() && byte != b'-');
        match end {
            Some(end) if text.as_bytes()[end] == b':' => {
                ActionPattern { text: text.into(), colon: Some(end), service: Service::Named }
            }
            _ => {
                let colon = text.bytes().position(|byte| byte == b':');
                ActionPattern { text: text.into(), colon, service: Service::Other }
            }
        }
    }

    /// Does it name one service, and not this one?
    #[inline]
    pub fn is_of_other_service(&self, service: &str) -> bool {
        self.service == Service::Named && self.split().is_some_and(|(own, _)| !own.eq_ignore_ascii_case(service))
    }

    /// The pattern as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// `*`, or `*:*`, which AWS reads alike.
    pub fn is_all(&self) -> bool {
        matches!(&*self.text, "*" | "*:*")
    }

    /// The parts before and after the first colon; none without a colon.
    pub fn split(&self) -> Option<(&str, &str)> {
        self.colon.map(|colon| (&self.text[..colon], &self.text[colon + 1..]))
    }

    /// Is any of it a wildcard?
    pub fn has_wildcard(&self) -> bool {
        memchr::memchr2(b'*', b'?', self.text.as_bytes()).is_some()
    }
}

/// A text of a policy in which wildcards and policy variables may stand: a resource or a condition value.
/// What is a wildcard in it depends on the element that holds it, what is a variable on the policy's version.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pattern(Box<str>);

/// A part of a [`Pattern`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text as it stands, wildcards included.
    Text(&'a str),
    /// `${*}`, `${?}`, `${$}`: the character itself, never a wildcard.
    Escaped(char),
    /// `${key}` or `${key, 'default'}`.
    Variable { key: &'a str, default: Option<&'a str> },
}

impl Pattern {
    pub fn new(text: &str) -> Self {
        Pattern(text.into())
    }

    /// The pattern as written.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The pattern cut at its policy variables. For a document of version 2008 use [`Pattern::text`]: there `${…}`
    /// is literal text.
    ///
    /// Source: IAM User Guide, "IAM policy elements: Variables and tags".
    pub fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        let mut rest = &*self.0;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let (piece, after) = first_piece(rest);
            rest = after;
            Some(piece)
        })
    }

    /// Does a policy variable stand in it (in a document of version 2012)?
    pub fn has_variable(&self) -> bool {
        memchr::memchr(b'$', self.0.as_bytes()).is_some() && self.0.contains("${")
    }
}

/// The first piece of a text that is not empty, and what follows it.
fn first_piece(text: &str) -> (Piece<'_>, &str) {
    match text.find("${") {
        None => (Piece::Text(text), ""),
        Some(0) => match text[2..].find('}') {
            // An unclosed `${` is text: there is nothing that it could name.
            None => (Piece::Text(text), ""),
            Some(end) => (variable(&text[2..2 + end]), &text[3 + end..]),
        },
        Some(start) => (Piece::Text(&text[..start]), &text[start..]),
    }
}

fn variable(inner: &str) -> Piece<'_> {
    if let "*" | "?" | "$" = inner {
        return Piece::Escaped(inner.chars().next().unwrap_or('$'));
    }
    let (key, default) = match inner.split_once(',') {
        Some((key, default)) => (key, Some(unquoted(default.trim()))),
        None => (inner, None),
    };
    Piece::Variable { key, default }
}

fn unquoted(text: &str) -> &str {
    text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_follow_the_variables_page() {
        let variable = |key, default| Piece::Variable { key, default };
        let cases: &[(&str, &[Piece])] = &[
            ("", &[]),
            ("plain*", &[Piece::Text("plain*")]),
            ("${aws:username}", &[variable("aws:username", None)]),
            (
                "a/${aws:PrincipalTag/team, 'company-wide'}/*",
                &[Piece::Text("a/"), variable("aws:PrincipalTag/team", Some("company-wide")), Piece::Text("/*")],
            ),
            ("x${*}${?}${$}", &[Piece::Text("x"), Piece::Escaped('*'), Piece::Escaped('?'), Piece::Escaped('$')]),
            ("open ${aws:", &[Piece::Text("open "), Piece::Text("${aws:")]),
        ];
        for (text, expected) in cases {
            assert_eq!(Pattern::new(text).pieces().collect::<Vec<_>>(), *expected, "{text}");
        }
    }
}
