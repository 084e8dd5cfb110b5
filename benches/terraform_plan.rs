//! What judging a Terraform plan of fifty megabytes costs.
//!
//! As in `account_dump`, the figure that travels is a ratio: the CPU time (user and system) of the whole process
//! `rolecall check`, over that of one `serde_json::from_slice::<Value>` of the same bytes in this process. The aim is at
//! most 1.00. A time is the best of several runs, taken in turn. The plan is made up: resources of a service's stack
//! (roles, policies, attachments, functions, networks) between others that nobody asks about, each four times, as
//! Terraform prints them (`planned_values`, `resource_changes`, `prior_state`, `configuration`): on one line, as
//! `terraform show -json` does, pretty-printed, and with the members sorted by another program.
//!
//! No figure makes it fail: it exits with 0 unless something could not be run.
//!
//!     cargo bench --bench terraform_plan -- --resources 5000 --runs 5
//!     cargo bench --bench terraform_plan -- --write plan.json

#![allow(clippy::print_stdout, clippy::print_stderr)]

#[cfg(unix)]
fn main() -> std::process::ExitCode {
    measure::main()
}

#[cfg(not(unix))]
fn main() {
    println!("terraform_plan measures through getrusage, which only Unix has: nothing is measured here");
}

#[cfg(unix)]
mod measure {
    use std::hint::black_box;
    use std::path::{Path, PathBuf};
    use std::process::{Command, ExitCode, Stdio};
    use std::time::Duration;

    use nix::sys::resource::{UsageWho, getrusage};
    use serde::Serialize;
    use serde_json::{Value, json};

    /// What went wrong, as a sentence for whoever runs the benchmark.
    type Complaint = String;

    pub(super) fn main() -> ExitCode {
        match run() {
            Ok(()) => ExitCode::SUCCESS,
            Err(complaint) => {
                eprintln!("terraform_plan: {complaint}");
                ExitCode::FAILURE
            }
        }
    }

    fn run() -> Result<(), Complaint> {
        let mut arguments = std::env::args().skip(1);
        let (mut resources, mut runs, mut write) = (5_000, 5, None);
        while let Some(flag) = arguments.next() {
            let mut number =
                || arguments.next().and_then(|text| text.parse().ok()).ok_or(format!("{flag} needs a number"));
            match flag.as_str() {
                "--resources" => resources = number()?,
                "--runs" => runs = number()?.max(1),
                "--write" => write = Some(PathBuf::from(arguments.next().ok_or("--write needs a file")?)),
                // From cargo.
                "--bench" => {}
                other => return Err(format!("{other} is no option: --resources N, --runs N, --write FILE")),
            }
        }
        let plan = plan(resources);
        if let Some(file) = write {
            return std::fs::write(&file, serde_json::to_vec_pretty(&plan).unwrap_or_default())
                .map_err(|error| format!("{}: {error}", file.display()));
        }
        let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        println!("{:>10} {:>8} {:>12} {:>12} {:>8}", "layout", "MB", "rolecall ms", "from_slice ms", "ratio");
        // As other programs write it on, by the names of the members.
        let sorted = serde_json::to_value(&plan).map_err(|error| error.to_string())?;
        let layouts = [
            ("pretty", serde_json::to_vec_pretty(&plan)),
            ("one line", serde_json::to_vec(&plan)),
            ("sorted", serde_json::to_vec(&sorted)),
        ];
        for (layout, text) in layouts {
            let text = text.map_err(|error| error.to_string())?;
            let file = folder.path().join("plan.json");
            std::fs::write(&file, &text).map_err(|error| error.to_string())?;
            let (mut own, mut tree) = (Duration::MAX, Duration::MAX);
            for _ in 0..runs {
                own = own.min(rolecall(&file)?);
                tree = tree.min(from_slice(&text)?);
            }
            println!(
                "{layout:>10} {:>8.1} {:>12.0} {:>12.0} {:>8.2}",
                text.len() as f64 / 1e6,
                own.as_secs_f64() * 1e3,
                tree.as_secs_f64() * 1e3,
                own.as_secs_f64() / tree.as_secs_f64()
            );
        }
        Ok(())
    }

    fn cpu(who: UsageWho) -> Result<Duration, Complaint> {
        let usage = getrusage(who).map_err(|error| format!("getrusage: {error}"))?;
        let time = |time: nix::sys::time::TimeVal| {
            Duration::new(time.tv_sec().unsigned_abs(), 1_000 * u32::try_from(time.tv_usec()).unwrap_or_default())
        };
        Ok(time(usage.user_time()) + time(usage.system_time()))
    }

    fn rolecall(file: &Path) -> Result<Duration, Complaint> {
        let before = cpu(UsageWho::RUSAGE_CHILDREN)?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_rolecall"));
        command.args(["check", "--format", "json"]).arg(file).stdout(Stdio::null()).stderr(Stdio::null());
        let status = command.status().map_err(|error| format!("rolecall does not run: {error}"))?;
        // Findings are expected; not to understand the plan is not.
        if !matches!(status.code(), Some(0 | 1)) {
            return Err(format!("rolecall ended with {status}"));
        }
        Ok(cpu(UsageWho::RUSAGE_CHILDREN)? - before)
    }

    fn from_slice(text: &[u8]) -> Result<Duration, Complaint> {
        let before = cpu(UsageWho::RUSAGE_SELF)?;
        let tree: Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        let after = cpu(UsageWho::RUSAGE_SELF)?;
        black_box(tree);
        Ok(after - before)
    }

    /// A resource: its type, its name, what it is given, and what its configuration says of that.
    struct Made {
        resource_type: &'static str,
        name: String,
        values: Value,
        unknown: Value,
        expressions: Value,
    }

    fn plan(count: usize) -> Plan {
        let made: Vec<Made> = (0..count).map(made).collect();
        let planned = Values { root_module: RootModule { resources: made.iter().map(Entry::planned).collect() } };
        Plan {
            format_version: "1.2",
            terraform_version: "1.11.4",
            planned_values: planned.clone(),
            resource_changes: made.iter().map(Entry::change).collect(),
            prior_state: State { format_version: "1.0", terraform_version: "1.11.4", values: planned },
            configuration: Configuration {
                provider_config: json!({"aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-west-1"}}}}),
                root_module: RootModule { resources: made.iter().map(Entry::block).collect() },
            },
        }
    }

    /// A plan, its members in Terraform's order.
    #[derive(Serialize)]
    struct Plan {
        format_version: &'static str,
        terraform_version: &'static str,
        planned_values: Values,
        resource_changes: Vec<Entry>,
        prior_state: State,
        configuration: Configuration,
    }

    #[derive(Serialize)]
    struct State {
        format_version: &'static str,
        terraform_version: &'static str,
        values: Values,
    }

    #[derive(Clone, Serialize)]
    struct Values {
        root_module: RootModule,
    }

    #[derive(Clone, Serialize)]
    struct RootModule {
        resources: Vec<Entry>,
    }

    #[derive(Serialize)]
    struct Configuration {
        provider_config: Value,
        root_module: RootModule,
    }

    /// What every list says of a resource, and what only some do.
    #[derive(Clone, Serialize)]
    struct Entry {
        address: String,
        mode: &'static str,
        r#type: &'static str,
        name: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        provider_config_key: Option<&'static str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        provider_name: Option<&'static str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        expressions: Option<Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        schema_version: Option<u8>,
        #[serde(skip_serializing_if = "Option::is_none")]
        values: Option<Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        sensitive_values: Option<Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        change: Option<Change>,
    }

    #[derive(Clone, Serialize)]
    struct Change {
        actions: [&'static str; 1],
        before: Option<Value>,
        after: Value,
        after_unknown: Value,
        before_sensitive: bool,
        after_sensitive: Value,
    }

    impl Entry {
        fn new(made: &Made) -> Entry {
            Entry {
                address: format!("{}.{}", made.resource_type, made.name),
                mode: "managed",
                r#type: made.resource_type,
                name: made.name.clone(),
                provider_config_key: None,
                provider_name: Some("registry.terraform.io/hashicorp/aws"),
                expressions: None,
                schema_version: None,
                values: None,
                sensitive_values: None,
                change: None,
            }
        }

        fn planned(made: &Made) -> Entry {
            Entry {
                schema_version: Some(0),
                values: Some(made.values.clone()),
                sensitive_values: Some(made.unknown.clone()),
                ..Entry::new(made)
            }
        }

        fn change(made: &Made) -> Entry {
            let change = Change {
                actions: ["create"],
                before: None,
                after: made.values.clone(),
                after_unknown: made.unknown.clone(),
                before_sensitive: false,
                after_sensitive: json!({}),
            };
            Entry { change: Some(change), ..Entry::new(made) }
        }

        fn block(made: &Made) -> Entry {
            Entry {
                provider_config_key: Some("aws"),
                provider_name: None,
                expressions: Some(made.expressions.clone()),
                schema_version: Some(0),
                ..Entry::new(made)
            }
        }
    }

    fn made(index: usize) -> Made {
        let stack = index / 10;
        let reference = |text: String| {
            let (resource, _) = text.rsplit_once('.').unwrap_or((&text, ""));
            json!({"references": [text, resource]})
        };
        let role = format!("aws_iam_role.worker_{stack}");
        let text = |statements: usize| {
            let statement = |at: usize| {
                json!({
                    "Sid": format!("S{at}"),
                    "Effect": "Allow",
                    "Action": ["s3:GetObject", "s3:PutObject", "dynamodb:GetItem", "ec2:CreateNetworkInterface"],
                    "Resource": format!("arn:aws:s3:::bucket-{stack}-{at}/*"),
                })
            };
            let all: Vec<Value> = (0..statements).map(statement).collect();
            json!({"Version": "2012-10-17", "Statement": all}).to_string()
        };
        let (resource_type, values, unknown, expressions) = match index % 10 {
            0 => (
                "aws_iam_role",
                json!({"name": format!("worker-{stack}"), "path": "/", "tags": tags(stack), "assume_role_policy":
                    r#"{"Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"}}],"Version":"2012-10-17"}"#}),
                json!({"arn": true, "id": true, "inline_policy": true, "managed_policy_arns": true, "unique_id": true}),
                json!({"name": {"constant_value": format!("worker-{stack}")}}),
            ),
            1 => (
                "aws_iam_role_policy",
                json!({"name": "data", "policy": text(12)}),
                json!({"id": true, "role": true}),
                json!({"name": {"constant_value": "data"}, "role": reference(format!("{role}.id")), "policy": {}}),
            ),
            2 => (
                "aws_iam_role_policy_attachment",
                json!({"role": format!("worker-{stack}"),
                    "policy_arn": "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"}),
                json!({"id": true}),
                json!({"role": reference(format!("{role}.name"))}),
            ),
            3 => (
                "aws_lambda_function",
                json!({"function_name": format!("worker-{stack}"), "handler": "main.handler", "environment": [tags(stack)],
                    "vpc_config": [{"subnet_ids": ["subnet-0a1b2c3d4e5f60001"], "security_group_ids": ["sg-0a1b2c3d4e5f60001"]}]}),
                json!({"arn": true, "id": true, "role": true, "vpc_config": [{"vpc_id": true}]}),
                json!({"role": reference(format!("{role}.arn")), "function_name": {"constant_value": "x"}}),
            ),
            _ => (
                "aws_instance",
                json!({"ami": "ami-0a1b2c3d4e5f60001", "instance_type": "m7g.large", "tags": tags(stack),
                    "user_data": "#!/bin/sh\necho \"hello\"\n".repeat(40), "ebs_block_device": vec![tags(stack); 6]}),
                json!({"arn": true, "id": true, "private_ip": true, "public_ip": true}),
                json!({"ami": {"constant_value": "ami-0a1b2c3d4e5f60001"}, "user_data": {"references": ["local.script"]}}),
            ),
        };
        let name = if resource_type == "aws_instance" { format!("i_{index}") } else { format!("worker_{stack}") };
        Made { resource_type, name, values, unknown, expressions }
    }

    fn tags(stack: usize) -> Value {
        let tag = |at: usize| (format!("tag-{at}"), Value::from(format!("value {at} of stack {stack}")));
        Value::Object((0..12).map(tag).collect())
    }
}
