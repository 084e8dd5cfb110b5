//! `--jsonl`: a request a line, answered as it comes, so that another program can drive rolecall as a coprocess.

use std::io::{self, BufRead, BufReader, Read, Write};

use serde::Serialize;

use super::{InvalidRequest, Simulator};

/// Longer lines are not read into memory, they are answered with an error.
const LONGEST: usize = 16 << 20;

const BUFFER: usize = 64 << 10;

/// Answers each line of `input` on a line of `output`, in order. Empty lines are passed over. What cannot be answered
/// gets `{"Error": {"Code", "Message"}}` on its line. The output is flushed whenever no whole further line is at hand.
///
/// # Errors
/// The input cannot be read or the output cannot be written.
pub fn answer_lines(input: impl Read, mut output: impl Write) -> io::Result<()> {
    let mut input = BufReader::with_capacity(BUFFER, input);
    let mut simulator = Simulator::new();
    let mut line = Vec::new();
    // Written whole, so that the output is not asked for every piece of it.
    let mut answer = Vec::new();
    loop {
        line.clear();
        let length = read_line(&mut input, &mut line)?;
        if length == Length::End {
            return output.flush();
        }
        if !line.trim_ascii().is_empty() {
            answer.clear();
            write_answer(&mut simulator, &line, length, &mut answer)?;
            answer.push(b'\n');
            output.write_all(&answer)?;
        }
        if memchr::memchr(b'\n', input.buffer()).is_none() {
            output.flush()?;
        }
    }
}

/// What was read of a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Length {
    Whole,
    /// Only its start was kept.
    TooLong,
    /// There is no further line.
    End,
}

/// Reads up to the next line end, which is left out, keeping no more than [`LONGEST`].
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Length> {
    let mut length = Length::End;
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(length);
        }
        let end = memchr::memchr(b'\n', buffer);
        let piece = &buffer[..end.unwrap_or(buffer.len())];
        if line.len() + piece.len() > LONGEST {
            length = Length::TooLong;
        } else if length != Length::TooLong {
            length = Length::Whole;
            line.extend_from_slice(piece);
        }
        let used = end.map_or(buffer.len(), |end| end + 1);
        input.consume(used);
        if end.is_some() {
            return Ok(length);
        }
    }
}

fn write_answer(simulator: &mut Simulator, line: &[u8], length: Length, output: &mut Vec<u8>) -> io::Result<()> {
    if length == Length::TooLong {
        let error = InvalidRequest::new(format!("the line is longer than {} MiB", LONGEST >> 20));
        return write_error(output, &error);
    }
    let text = match std::str::from_utf8(line) {
        Ok(text) => text,
        Err(error) => {
            let message = format!("the line is no UTF-8 from its byte {} on", error.valid_up_to());
            return write_error(output, &InvalidRequest::new(message));
        }
    };
    match simulator.simulate(text) {
        Ok(answers) => {
            answers.write_json(output);
            Ok(())
        }
        Err(error) => write_error(output, &error),
    }
}

fn write_error(output: &mut Vec<u8>, error: &InvalidRequest) -> io::Result<()> {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Shape<'a> {
        error: Words<'a>,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Words<'a> {
        code: &'a str,
        message: &'a str,
    }
    // The code that AWS's API gives to every request that it does not take.
    let error = Words { code: "InvalidInput", message: &error.message };
    Ok(serde_json::to_writer(output, &Shape { error })?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &str = r#"{"PolicyInputList":["{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"}}"],"ActionNames":["s3:GetObject"]}"#;

    fn answers(input: &[u8]) -> Vec<serde_json::Value> {
        let mut output = Vec::new();
        answer_lines(input, &mut output).expect("memory takes everything");
        let text = String::from_utf8(output).expect("text");
        text.lines().map(|line| serde_json::from_str(line).expect("one object a line")).collect()
    }

    #[test]
    fn every_line_has_its_answer_and_errors_stop_nothing() {
        let input = format!("{REQUEST}\n\nnonsense\r\n{{\"Actions\":[]}}\n\u{feff}{REQUEST}");
        let answers = answers(input.as_bytes());
        let decision = |index: usize| answers[index]["EvaluationResults"][0]["EvalDecision"].as_str();
        let error = |index: usize| answers[index]["Error"]["Message"].as_str().unwrap_or_default();
        assert_eq!(answers.len(), 4);
        assert_eq!((decision(0), decision(3)), (Some("allowed"), Some("allowed")));
        assert_eq!(answers[1]["Error"]["Code"], "InvalidInput");
        assert!(error(1).contains("line 1 column 2"), "{}", error(1));
        assert!(error(2).contains("unknown field `Actions`"), "{}", error(2));
    }

    #[test]
    fn lines_of_any_length_and_any_bytes() {
        let mut input = vec![b'x'; LONGEST + 1];
        input.extend_from_slice(b"\n\xff\n");
        input.extend_from_slice(REQUEST.as_bytes());
        let answers = answers(&input);
        assert!(answers[0]["Error"]["Message"].as_str().is_some_and(|message| message.contains("longer than 16 MiB")));
        assert!(answers[1]["Error"]["Message"].as_str().is_some_and(|message| message.contains("UTF-8")));
        assert_eq!(answers[2]["EvaluationResults"][0]["EvalDecision"], "allowed");
    }

    #[test]
    fn members_that_are_null_are_left_out() {
        let plain: serde_json::Value = serde_json::from_str(REQUEST).expect("JSON");
        let mut nulls = plain.clone();
        for member in
            ["ResourceArns", "ContextEntries", "PermissionsBoundaryPolicyInputList", "ResourcePolicy", "CallerArn"]
        {
            nulls[member] = serde_json::Value::Null;
        }
        nulls["OrderedOrganizationPolicyInputList"] = serde_json::json!([
            {"ServiceControlPolicyInputList": null, "ResourceControlPolicyInputList": null}
        ]);
        let answers = answers(format!("{plain}\n{nulls}").as_bytes());
        assert_eq!(answers[0]["EvaluationResults"][0]["EvalDecision"], "allowed");
        assert_eq!(answers[0], answers[1]);
    }

    /// Gives one line a read, and refuses the next before the last was answered.
    struct OneByOne<'a> {
        rest: Vec<&'a str>,
        answered: &'a std::cell::Cell<usize>,
        given: usize,
    }

    impl Read for OneByOne<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            assert_eq!(self.answered.get(), self.given, "the answer was not flushed");
            let Some(line) = self.rest.pop() else { return Ok(0) };
            self.given += 1;
            buffer[..line.len()].copy_from_slice(line.as_bytes());
            buffer[line.len()] = b'\n';
            Ok(line.len() + 1)
        }
    }

    /// Counts answers as they are flushed.
    struct Counting<'a>(usize, &'a std::cell::Cell<usize>);

    impl Write for Counting<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.iter().filter(|byte| **byte == b'\n').count();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            self.1.set(self.0);
            Ok(())
        }
    }

    #[test]
    fn an_answer_does_not_wait_for_the_next_request() {
        let answered = std::cell::Cell::new(0);
        let input = OneByOne { rest: vec![REQUEST, REQUEST, REQUEST], answered: &answered, given: 0 };
        answer_lines(input, Counting(0, &answered)).expect("memory takes everything");
        assert_eq!(answered.get(), 3);
    }
}
