//! What the command line takes.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::rule::Severity;

/// Says before a deploy whether AWS will refuse it for want of IAM permissions.
#[derive(Debug, Parser)]
#[command(name = "rolecall", version, about, max_term_width = 100)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Judge the policies in files. No network, no credentials
    Check(Box<CheckArgs>),
    /// Judge a live account, read through IAM
    #[cfg(feature = "live")]
    Audit(Box<AuditArgs>),
    /// Answer a SimulateCustomPolicy request as AWS does. No network, no credentials
    Simulate(SimulateArgs),
    /// List the rules
    Rules,
    /// Explain one rule: what it finds, why, an example, how to mend it
    Explain {
        /// The rule's name, as `rolecall rules` lists it
        rule: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Files or folders to read; `-` is standard input [default: the current folder]
    pub paths: Vec<PathBuf>,

    #[command(flatten)]
    pub judging: JudgingArgs,

    /// The account, for principals whose ARN does not say it
    #[arg(long, value_name = "ID", help_heading = "What you know")]
    pub account: Option<String>,

    /// The region in which the function lives
    #[arg(long, help_heading = "What you know")]
    pub region: Option<String>,

    /// The partition: aws, aws-cn, aws-us-gov… [default: from the region, else the ARN, else aws]
    #[arg(long, help_heading = "What you know")]
    pub partition: Option<String>,

    /// The value of a template's parameter
    #[arg(long, value_name = "NAME=VALUE", help_heading = "What you know")]
    pub parameter: Vec<String>,

    /// A template that is deployed now: what the update takes away is judged, too
    #[arg(long, value_name = "FILE", help_heading = "What you know")]
    pub before: Vec<PathBuf>,

    /// The folder of the configuration that a Terraform plan was made of: findings point at the blocks in its .tf files
    #[arg(long, value_name = "DIR", help_heading = "What you know")]
    pub terraform_dir: Option<PathBuf>,
}

/// What `check` and `audit` share: how to judge, and how to report.
#[derive(Debug, Args)]
pub(super) struct JudgingArgs {
    /// Take the policy documents given as those of one such principal, or say it of a principal that is in the input
    /// by name (NAME may be a glob)
    #[arg(long = "as", value_name = "KIND[:NAME]")]
    pub as_kind: Vec<String>,

    /// A permissions boundary around every principal
    #[arg(long, value_name = "FILE", help_heading = "Around a principal")]
    pub boundary: Option<PathBuf>,

    /// A service control policy; several are attached at one level
    #[arg(long, value_name = "FILE", help_heading = "Around a principal", conflicts_with = "scp_level")]
    pub scp: Vec<PathBuf>,

    /// The service control policies of one level; once for the root, each OU on the path, and the account
    #[arg(long, value_name = "FILE,FILE…", help_heading = "Around a principal")]
    pub scp_level: Vec<String>,

    /// A session policy
    #[arg(long, value_name = "FILE", help_heading = "Around a principal")]
    pub session_policy: Vec<PathBuf>,

    /// A condition key that you know; repeat a key to give it several values
    #[arg(long, value_name = "KEY=VALUE", help_heading = "What you know")]
    pub context: Vec<String>,

    /// Add a requirement pack
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    pub pack: Vec<PathBuf>,

    /// Report only these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    pub select: Vec<String>,

    /// Do not report these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    pub ignore: Vec<String>,

    /// Exit with 1 if a finding is at least this bad
    #[arg(long, value_name = "SEVERITY", default_value = "error", help_heading = "Output")]
    pub fail_on: FailOn,

    #[arg(long, default_value = "human", help_heading = "Output")]
    pub format: Format,

    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub color: ColorChoice,
}

#[cfg(feature = "live")]
#[derive(Debug, Args)]
pub(super) struct AuditArgs {
    /// The profile of the AWS CLI's configuration to use
    #[arg(long, help_heading = "What to read")]
    pub profile: Option<String>,

    /// A region whose Lambda functions are read; repeatable [default: all that the account has enabled]
    #[arg(long, help_heading = "What to read")]
    pub region: Vec<String>,

    /// Read this role only; repeatable
    #[arg(long, value_name = "NAME|ARN", help_heading = "What to read")]
    pub role: Vec<String>,

    /// Read this user only, with the groups that it is in; repeatable
    #[arg(long, value_name = "NAME|ARN", help_heading = "What to read")]
    pub user: Vec<String>,

    /// Read this function only, with its role; repeatable
    #[arg(long, value_name = "NAME|ARN", help_heading = "What to read")]
    pub function: Vec<String>,

    /// Write what was read, so that `check FILE` gives the same report offline
    #[arg(long, value_name = "FILE", help_heading = "What to read")]
    pub save: Option<PathBuf>,

    /// How long one call may take, its retries included
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600), help_heading = "What to read")]
    pub timeout: u64,

    /// Show every call and how long it took
    #[arg(long, short, help_heading = "Output")]
    pub verbose: bool,

    #[command(flatten)]
    pub judging: JudgingArgs,
}

#[derive(Debug, Args)]
pub(super) struct SimulateArgs {
    /// The request, as JSON; `-` is standard input [default: standard input]
    pub file: Option<PathBuf>,

    /// Take one request a line, and answer each on a line as soon as it comes
    #[arg(long, conflicts_with_all = ["format", "color"])]
    pub jsonl: bool,

    #[arg(long, default_value = "json")]
    pub format: SimulateFormat,

    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum SimulateFormat {
    /// AWS's answer
    Json,
    /// For people: what decided, layer by layer
    Human,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum FailOn {
    Error,
    Warning,
    Note,
    /// Whatever is found, exit with 0
    Never,
}

impl FailOn {
    pub(super) fn fails(self, severity: Severity) -> bool {
        match self {
            FailOn::Error => severity >= Severity::Error,
            FailOn::Warning => severity >= Severity::Warning,
            FailOn::Note => true,
            FailOn::Never => false,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Format {
    /// For people
    Human,
    /// One JSON object
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    Always,
    Never,
}
