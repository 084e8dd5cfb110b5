//! Where credentials and endpoints come from: wherever the AWS CLI takes them. The keys with which calls are signed say
//! which were taken.

use std::fs;

use super::account::fill;
use super::command::Folder;
use super::moto::{Moto, REGION};
use super::proxy::{Fault, How, Proxy, Times};

const DETAILS: &str = "GetAccountAuthorizationDetails";

/// What a process, a container and EC2's metadata answer. Each has its own idea of the names.
const PROCESS: &str = r#"{"Version": 1, "AccessKeyId": "AKIAPROCESS", "SecretAccessKey": "secret"}"#;
const CONTAINER: &str = r#"{"AccessKeyId": "AKIACONTAINER", "SecretAccessKey": "secret", "Token": "token",
    "Expiration": "2099-01-01T00:00:00Z"}"#;
const METADATA: &str = r#"{"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": "AKIAMETADATA",
    "SecretAccessKey": "secret", "Token": "token", "Expiration": "2099-01-01T00:00:00Z",
    "LastUpdated": "2026-01-01T00:00:00Z"}"#;
const SSO: &str = r#"{"roleCredentials": {"accessKeyId": "AKIASSO", "secretAccessKey": "secret",
    "sessionToken": "token", "expiration": 4070908800000}}"#;

/// `{home}` stands for the home folder, in every file and variable.
const CONFIG: &str = "
[profile static]
aws_access_key_id = AKIASTATIC
aws_secret_access_key = secret
[profile process]
credential_process = cat {home}/process.json
[profile assumed]
role_arn = arn:aws:iam::123456789012:role/reviewer
source_profile = static
[profile single]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = reviewer
[sso-session corp]
sso_region = eu-west-1
sso_start_url = https://corp.awsapps.com/start
";

/// The name of this file is the SHA-1 of `corp`.
const SSO_CACHE: &str = "home/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";

fn answer(call: &'static str, text: &'static str) -> Fault {
    Fault { call, times: Times::Always, how: How::Answer(text) }
}

/// Variables, flags, and how the key begins.
type Case = (&'static [(&'static str, &'static str)], &'static [&'static str], &'static str);

const CASES: &[Case] = &[
    (&[("AWS_ACCESS_KEY_ID", "AKIAENV"), ("AWS_SECRET_ACCESS_KEY", "secret")], &[], "AKIAENV"),
    // A profile that is named goes before credentials in the environment, not one that a variable names.
    (&[("AWS_ACCESS_KEY_ID", "AKIAENV"), ("AWS_SECRET_ACCESS_KEY", "secret")], &["--profile", "static"], "AKIASTATIC"),
    (
        &[("AWS_ACCESS_KEY_ID", "AKIAENV"), ("AWS_SECRET_ACCESS_KEY", "secret"), ("AWS_PROFILE", "static")],
        &[],
        "AKIAENV",
    ),
    (&[("AWS_PROFILE", "static")], &[], "AKIASTATIC"),
    (&[("AWS_PROFILE", "process")], &[], "AKIAPROCESS"),
    (&[], &["--profile", "process"], "AKIAPROCESS"),
    (&[], &["--profile", "single"], "AKIASSO"),
    // STS gives these, that of moto too.
    (&[], &["--profile", "assumed"], "ASIA"),
    (
        &[("AWS_WEB_IDENTITY_TOKEN_FILE", "{home}/token"), ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/reviewer")],
        &[],
        "ASIA",
    ),
    (&[("AWS_CONTAINER_CREDENTIALS_FULL_URI", "{endpoint}/container")], &[], "AKIACONTAINER"),
    (
        &[("AWS_EC2_METADATA_SERVICE_ENDPOINT", "{endpoint}"), ("AWS_EC2_METADATA_DISABLED", "false")],
        &[],
        "AKIAMETADATA",
    ),
];

#[test]
fn credentials_come_from_wherever_the_cli_takes_them() {
    let moto = Moto::start();
    moto.wait(fill(&moto.iam()));
    for (variables, flags, key) in CASES {
        let proxy = Proxy::start(
            &moto.endpoint,
            vec![
                answer("Container", CONTAINER),
                answer("MetadataToken", "token"),
                answer("MetadataRole", "reviewer"),
                answer("MetadataCredentials", METADATA),
                answer("GetRoleCredentials", SSO),
            ],
        );
        let folder = Folder::new();
        let home = folder.path().join("home");
        let filled =
            |text: &str| text.replace("{home}", &home.display().to_string()).replace("{endpoint}", &proxy.endpoint);
        fs::create_dir_all(home.join(".aws/sso/cache")).expect("a folder");
        folder.write("home/config", &filled(CONFIG));
        folder.write("home/process.json", PROCESS);
        folder.write("home/token", "a.web.token");
        folder.write(SSO_CACHE, r#"{"accessToken": "token", "expiresAt": "2099-01-01T00:00:00Z"}"#);
        let args = [&["audit", "--region", REGION, "--role", "orders", "--format", "json"], *flags].concat();
        let mut command = folder.command(&proxy.endpoint, &args);
        for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
            command.env_remove(name);
        }
        command.envs(variables.iter().map(|(name, value)| (name, filled(value))));
        let output = command.output().expect("rolecall runs");
        let said = || format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "{variables:?} {flags:?}: {}", said());
        let keys = proxy.keys();
        assert!(keys.len() == 1 && keys[0].starts_with(key), "{variables:?} {flags:?}: {keys:?}");
    }
}

#[test]
fn each_service_has_an_endpoint_of_its_own() {
    let moto = Moto::start();
    moto.wait(fill(&moto.iam()));
    let denied = Fault { call: DETAILS, times: Times::Always, how: How::Denied };
    let proxy = Proxy::start(&moto.endpoint, vec![denied]);
    let folder = Folder::new();
    let args = ["audit", "--region", REGION];
    assert_eq!(folder.run(&proxy.endpoint, &args).status, Some(2));
    let output = folder.command(&proxy.endpoint, &args).env("AWS_ENDPOINT_URL_IAM", &moto.endpoint).output();
    let output = output.expect("rolecall runs");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!((proxy.called(DETAILS), proxy.called("ListFunctions")), (1, 2));
}
