//! `rolecall simulate`.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write, stdin, stdout};
use std::path::Path;

use serde::Serialize;

use super::args::{SimulateArgs, SimulateFormat};
use super::{Exit, Failure, complain, terminal};
use crate::document::Doc;
use crate::simulate::{Simulator, answer_lines, explain};
use crate::source::Source;

pub(super) fn run(args: &SimulateArgs) -> Result<Exit, Failure> {
    let path = args.file.as_deref().unwrap_or(Path::new("-"));
    if args.jsonl {
        let input: Box<dyn Read> =
            if path == Path::new("-") { Box::new(stdin().lock()) } else { Box::new(open(path)?) };
        answer_lines(input, stdout().lock())?;
        return Ok(Exit::Clean);
    }
    let source = if path == Path::new("-") { Source::read_from("<stdin>", stdin().lock()) } else { Source::read(path) };
    let source = match source {
        Ok(source) => source,
        Err(error) => {
            complain(&error.to_string(), error.help());
            return Ok(Exit::Trouble);
        }
    };
    let mut simulator = Simulator::new();
    let answers = match simulator.simulate(source.text()) {
        Ok(answers) => answers,
        Err(error) => {
            complain(&format!("{}: {error}", source.name()), None);
            return Ok(Exit::Trouble);
        }
    };
    let mut out = BufWriter::new(stdout().lock());
    match args.format {
        SimulateFormat::Json => {
            // Indented as the AWS CLI does.
            let indented = serde_json::ser::PrettyFormatter::with_indent(b"    ");
            let mut json = serde_json::Serializer::with_formatter(&mut out, indented);
            let text = answers.to_json();
            let doc = Doc::parse(&text).expect("what we write is JSON");
            doc.serialize(&mut json).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        SimulateFormat::Human => explain(&answers, terminal::human(args.color), &mut out)?,
    }
    out.flush()?;
    Ok(Exit::Clean)
}

fn open(path: &Path) -> Result<File, Failure> {
    File::open(path).map_err(|error| Failure::WrongCall { message: format!("{}: {error}", path.display()), help: None })
}
