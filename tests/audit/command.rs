//! rolecall, run as a reviewer runs it.

use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

use super::moto::REGION;

/// A folder without a home, in which nothing of whoever runs the tests is found.
pub(crate) struct Folder(TempDir);

pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Folder {
    pub(crate) fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a folder"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).expect("a file");
    }

    /// Runs rolecall with this as the endpoint of all of AWS's services.
    pub(crate) fn run(&self, endpoint: &str, args: &[&str]) -> Run {
        let mut command = Command::cargo_bin("rolecall").expect("the binary is built with the tests");
        let home = self.path().join("home");
        command.current_dir(self.path()).args(args).env_clear();
        // Windows finds its libraries through these, and macOS its root certificates.
        command.envs(["PATH", "SystemRoot"].into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        command.envs([
            ("AWS_ENDPOINT_URL", endpoint),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
            ("AWS_SESSION_TOKEN", TOKEN),
            ("AWS_REGION", REGION),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ]);
        command.env("HOME", &home).env("AWS_CONFIG_FILE", home.join("config"));
        let output = command.output().expect("rolecall runs");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8 output");
        let run = Run { status: output.status.code(), out: text(output.stdout), err: text(output.stderr) };
        assert!(!run.err.contains("panicked"), "{args:?}: {}", run.err);
        for secret in [SECRET, TOKEN] {
            assert!(!run.out.contains(secret) && !run.err.contains(secret), "{args:?} shows a secret: {}", run.err);
        }
        run
    }

    /// Runs with `--format json`.
    pub(crate) fn report(&self, endpoint: &str, args: &[&str]) -> Report {
        let run = self.run(endpoint, &[args, &["--format", "json"]].concat());
        let json = serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{args:?}: {error}\n{}", run.err));
        Report { status: run.status, json }
    }
}

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "IQoJb3JpZ2luX2VjEXAMPLETOKEN";

pub(crate) struct Report {
    pub(crate) status: Option<i32>,
    pub(crate) json: Value,
}

impl Report {
    fn list(&self, name: &str) -> &[Value] {
        self.json[name].as_array().expect("a list")
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.list("principals").iter().map(|principal| principal["name"].as_str().expect("a name")).collect()
    }

    pub(crate) fn principal(&self, name: &str) -> &Value {
        let mut found = self.list("principals").iter().filter(|principal| principal["name"] == name);
        found.next().unwrap_or_else(|| panic!("no principal {name}: {}", self.json))
    }

    /// The verdict on an action, whatever else the principal is.
    pub(crate) fn verdict(&self, name: &str, action: &str) -> &str {
        let of_name = self.list("principals").iter().filter(|principal| principal["name"] == name);
        let mut found = of_name
            .flat_map(|principal| principal["requirements"].as_array().expect("a list"))
            .filter(|requirement| requirement["action"] == action);
        let requirement = found.next().unwrap_or_else(|| panic!("{name}: nothing on {action}: {}", self.json));
        requirement["verdict"].as_str().expect("a verdict")
    }

    /// What could not be read.
    pub(crate) fn problems(&self) -> Vec<&str> {
        self.list("problems").iter().map(|problem| problem["message"].as_str().expect("text")).collect()
    }

    /// The findings that are errors: the rule and whose it is.
    pub(crate) fn errors(&self) -> Vec<(&str, Option<&str>)> {
        let errors = self.list("findings").iter().filter(|finding| finding["severity"] == "error");
        errors.map(|finding| (finding["rule"].as_str().expect("a name"), finding["principal"].as_str())).collect()
    }
}
