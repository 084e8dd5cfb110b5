//! What people see of Terraform plans: the plan's own text, pretty-printed and cut where it is one line, or the blocks
//! of the configuration with `--terraform-dir`.

use super::*;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/terraform");

fn plan(name: &str) -> Vec<u8> {
    fs::read(Path::new(FOLDER).join(name)).expect("the fixture is there")
}

const MAIN: &str = "\
resource \"aws_iam_role\" \"worker\" {
  name               = \"worker-role\"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource \"aws_iam_role_policy_attachment\" \"vpc\" {
  role       = aws_iam_role.worker.name
  policy_arn = \"arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole\"
}
";

const FUNCTION: &str = "\
resource \"aws_lambda_function\" \"worker\" {
  function_name = \"worker\"
  role          = aws_iam_role.worker.arn

  vpc_config {
    subnet_ids         = var.subnet_ids
    security_group_ids = [aws_security_group.worker.id]
  }
}
";

#[test]
fn findings_as_they_are_shown() {
    for name in [
        "one-line.json",
        "destroyed-without-order.json",
        "managed-policy-arns-beside-attachment.json",
        "text-known-after-apply.json",
    ] {
        let folder = Folder::of([("plan.json", plan(name))]);
        let run = folder.run(&["check", "plan.json"]);
        insta::assert_snapshot!(format!("terraform-{}", name.trim_end_matches(".json")), run.out);
    }
}

#[test]
fn the_place_is_the_block_that_declares_the_resource() {
    let folder = Folder::of([
        ("plan.json", plan("one-line.json")),
        ("infra/main.tf", MAIN.into()),
        ("infra/function.tf", FUNCTION.into()),
        ("infra/broken.tf", "resource \"aws_lambda_function\" {{{".into()),
    ]);
    let run = folder.run(&["check", "plan.json", "--terraform-dir", "infra", "--select", "unordered-policy"]);
    insta::assert_snapshot!("terraform-dir", run.out.replace('\\', "/"));
    let report = folder.report(&["plan.json", "--terraform-dir", "infra", "--select", "unordered-policy"]);
    let location = &report.list("findings")[0]["location"];
    assert_eq!(location["path"].as_str().map(|path| path.replace('\\', "/")).as_deref(), Some("infra/function.tf"));
    assert_eq!((location["start"]["line"].as_u64(), location["start"]["column"].as_u64()), (Some(1), Some(1)));
}

#[test]
fn modules_are_found_by_their_sources_and_by_what_init_installed() {
    let function = "resource \"aws_lambda_function\" \"worker\" {}\n";
    let iam =
        "# the role\nresource \"aws_iam_role\" \"worker\" {}\nresource \"aws_iam_role_policy_attachment\" \"vpc\" {}\n";
    let manifest = r#"{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"iam","Source":"registry.terraform.io/x/iam/aws","Version":"1.0.0","Dir":".terraform/modules/iam"}]}"#;
    let folder = Folder::of([
        ("plan.json", plan("modules-without-order.json")),
        ("infra/modules/fn/main.tf", function.into()),
        ("infra/.terraform/modules/modules.json", manifest.into()),
        ("infra/.terraform/modules/iam/iam.tf", iam.into()),
    ]);
    let report = folder.report(&["plan.json", "--terraform-dir", "infra", "--select", "unordered-policy"]);
    let finding = &report.list("findings")[0];
    let path = |location: &Value| location["path"].as_str().expect("a path").replace('\\', "/");
    assert_eq!(path(&finding["location"]), "infra/modules/fn/main.tf");
    let related: Vec<(String, Option<u64>)> = finding["related"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|related| (path(&related["location"]), related["location"]["start"]["line"].as_u64()))
        .collect();
    let of_iam = |line| ("infra/.terraform/modules/iam/iam.tf".to_owned(), Some(line));
    assert_eq!(related, [of_iam(3), of_iam(2)]);
}

#[test]
fn what_is_no_folder_is_a_wrong_call() {
    let folder = Folder::of([("plan.json", plan("one-line.json"))]);
    let run = folder.run(&["check", "plan.json", "--terraform-dir", "nowhere"]);
    assert_eq!(run.status, Some(2));
    assert!(run.err.contains("--terraform-dir nowhere"), "{}", run.err);
}
