//! moto's server, and the clients with which tests fill it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use tokio::runtime::Runtime;

use super::python::python;

pub(crate) const REGION: &str = "eu-west-1";

/// The account that moto takes every caller for.
pub(crate) const ACCOUNT: &str = "123456789012";

/// A server of one's own, on a free port; gone with its value.
pub(crate) struct Moto {
    server: Child,
    pub(crate) endpoint: String,
    runtime: Runtime,
    config: SdkConfig,
}

impl Moto {
    pub(crate) fn start() -> Moto {
        let mut server = python("moto-requirements.txt")
            .args(["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"])
            .env("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("python3 runs");
        let mut log = BufReader::new(server.stderr.take().expect("a pipe"));
        let mut said = String::new();
        let endpoint = loop {
            let before = said.len();
            assert!(log.read_line(&mut said).expect("text") > 0, "moto did not start: {said}");
            if let Some((_, address)) = said[before..].split_once("Running on ") {
                break address.trim().to_owned();
            }
        };
        // Nobody reads it, and a full pipe would stop the server.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let loader = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::from_static(REGION))
            .credentials_provider(Credentials::new("test", "test", None, None, "tests"))
            .endpoint_url(&endpoint);
        let config = runtime.block_on(loader.load());
        Moto { server, endpoint, runtime, config }
    }

    pub(crate) fn iam(&self) -> aws_sdk_iam::Client {
        aws_sdk_iam::Client::new(&self.config)
    }

    pub(crate) fn lambda(&self, region: &'static str) -> aws_sdk_lambda::Client {
        let config = aws_sdk_lambda::config::Builder::from(&self.config).region(Region::from_static(region));
        aws_sdk_lambda::Client::from_conf(config.build())
    }

    /// Waits for calls.
    pub(crate) fn wait<T>(&self, calls: impl Future<Output = T>) -> T {
        self.runtime.block_on(calls)
    }

    /// What the AWS CLI writes for `aws iam get-account-authorization-details`: boto3 follows the pages and decodes the
    /// documents.
    pub(crate) fn dump_of_boto3(&self) -> String {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/account_dump.py");
        let mut python: Command = python("moto-requirements.txt");
        let output = python.arg(script).args([&self.endpoint, REGION]).output().expect("python3 runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
