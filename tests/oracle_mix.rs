//! The second evaluator of whole requests and its generator: that it decides as AWS's pages say, and that random requests
//! are answered in every way.

#[allow(unreachable_pub)]
mod support {
    pub mod alphabet;
    pub mod naive;
    pub mod oracle;
    pub mod requests;
    pub mod worlds;
}

use serde_json::{Value, json};
use support::oracle::{Decision, decide};
use support::requests::{request, vague_request};

/// How many calls of these requests are allowed, explicitly and implicitly denied.
fn mix(make: fn(u64) -> Value) -> [usize; 3] {
    let mut counts = [0; 3];
    for seed in 0..5_000 {
        let request = make(seed);
        for (action, resource) in calls(&request) {
            counts[match decide(&request, &action, &resource) {
                Decision::Allowed => 0,
                Decision::ExplicitDeny => 1,
                Decision::ImplicitDeny => 2,
            }] += 1;
        }
    }
    counts
}

fn calls(request: &Value) -> Vec<(String, String)> {
    let texts = |list: &Value| -> Vec<String> {
        list.as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_string()).collect()
    };
    let mut resources = texts(&request["ResourceArns"]);
    if resources.is_empty() {
        resources.push("*".to_string());
    }
    let actions = texts(&request["ActionNames"]);
    actions.iter().flat_map(|action| resources.iter().map(|resource| (action.clone(), resource.clone()))).collect()
}

#[test]
fn requests_are_answered_in_every_way() {
    for make in [request as fn(u64) -> Value, vague_request] {
        let counts = mix(make);
        let percent = counts.map(|count| count * 100 / counts.iter().sum::<usize>());
        assert!((28..=42).contains(&percent[0]) && percent[1] >= 15 && percent[2] >= 20, "{percent:?}");
    }
}

#[test]
fn the_same_seed_is_the_same_request() {
    assert_eq!(request(7), request(7));
    assert_ne!(request(7), request(8));
}

/// Derived by hand. Columns: call | caller | owner of the resource | identity | boundary | session | policy on the
/// resource | organization | endpoint | decision | page, as `oracle` names them.
///
/// Policies: `all` allows everything, `none` another service, `deny` denies everything; `-` is not given. On the resource
/// each text is a statement, `not` is NotPrincipal with Deny. Levels stand between slashes.
const DECISIONS: &str = "
s3     | user      | -     | all  | -    | -    | -                       | -                | -    | Allowed      | allow
s3     | user      | -     | none | -    | -    | -                       | -                | -    | ImplicitDeny | allow
s3     | user      | -     | all  | none | -    | -                       | -                | -    | ImplicitDeny | boundaries
s3     | session   | -     | all  | all  | none | -                       | -                | -    | ImplicitDeny | session
s3     | session   | -     | all  | all  | deny | allow session           | -                | -    | ExplicitDeny | allow
s3     | user      | -     | none | -    | -    | allow user              | -                | -    | Allowed      | allow
s3     | user      | -     | none | none | -    | allow user              | -                | -    | Allowed      | allow
s3     | user      | -     | none | -    | -    | allow USER              | -                | -    | ImplicitDeny | principal
s3     | session   | -     | none | none | none | allow session           | -                | -    | Allowed      | allow
s3     | session   | -     | none | none | none | allow session2          | -                | -    | ImplicitDeny | principal
s3     | session   | -     | none | all  | all  | allow role              | -                | -    | Allowed      | allow
s3     | session   | -     | none | none | -    | allow role              | -                | -    | ImplicitDeny | allow
s3     | session   | -     | none | -    | none | allow role              | -                | -    | ImplicitDeny | allow
s3     | role      | -     | none | none | -    | allow role              | -                | -    | ImplicitDeny | allow
s3     | federated | -     | none | none | none | allow federated         | -                | -    | Allowed      | allow
s3     | federated | -     | none | none | all  | allow federating        | -                | -    | ImplicitDeny | allow
s3     | federated | -     | all  | -    | all  | -                       | -                | -    | Allowed      | session
s3     | federated | -     | all  | -    | -    | -                       | -                | -    | ImplicitDeny | session
s3     | root      | -     | -    | -    | -    | -                       | -                | -    | Allowed      | allow
s3     | root      | -     | -    | -    | -    | deny account            | -                | -    | ExplicitDeny | allow
s3     | root      | -     | -    | -    | -    | -                       | all/none         | -    | ImplicitDeny | context
s3     | user      | -     | none | -    | -    | allow account           | -                | -    | ImplicitDeny | principal
s3     | user      | -     | all  | none | -    | allow number            | -                | -    | ImplicitDeny | principal
s3     | user      | -     | none | none | -    | allow everyone          | -                | -    | Allowed      | principal
s3     | session   | -     | none | none | none | allow everyone          | -                | -    | Allowed      | principal
s3     | user      | other | all  | -    | -    | -                       | -                | -    | ImplicitDeny | cross
s3     | user      | other | none | -    | -    | allow user              | -                | -    | ImplicitDeny | cross
s3     | user      | other | all  | -    | -    | allow user              | -                | -    | Allowed      | cross
s3     | user      | other | all  | -    | -    | allow number            | -                | -    | Allowed      | cross
s3     | user      | other | all  | -    | -    | allow other             | -                | -    | ImplicitDeny | cross
s3     | user      | other | all  | none | -    | allow everyone          | -                | -    | ImplicitDeny | cross
s3     | session   | other | all  | -    | none | allow session           | -                | -    | ImplicitDeny | cross
s3     | root      | other | -    | -    | -    | allow account           | -                | -    | Allowed      | cross
sqs    | user      | -     | all  | -    | -    | -                       | -                | -    | ImplicitDeny | cross, api
s3     | lambda    | -     | -    | -    | -    | allow lambda            | -                | -    | Allowed      | principal
s3     | lambda    | -     | -    | -    | -    | allow sns, allow account | -               | -    | ImplicitDeny | principal
s3     | lambda    | -     | -    | -    | -    | allow everyone          | all/deny         | -    | Allowed      | context
s3     | anyone    | -     | -    | -    | -    | allow everyone          | -                | -    | Allowed      | principal
s3     | anyone    | -     | -    | -    | -    | allow aws               | -                | -    | Allowed      | principal
s3     | anyone    | -     | -    | -    | -    | allow account           | -                | -    | ImplicitDeny | principal
s3     | anyone    | -     | -    | -    | -    | allow aws               | all deny-rcp/all | -    | ExplicitDeny | rcp
s3     | user      | -     | all  | -    | -    | deny number             | -                | -    | ExplicitDeny | principal
s3     | session   | -     | all  | -    | -    | deny role               | -                | -    | ExplicitDeny | principal
s3     | session   | -     | all  | -    | -    | deny session2           | -                | -    | Allowed      | principal
s3     | user      | -     | all  | -    | -    | not user account        | -                | -    | Allowed      | not-principal
s3     | user      | -     | all  | -    | -    | not bob account         | -                | -    | ExplicitDeny | not-principal
s3     | user      | -     | all  | all  | -    | not user account        | -                | -    | ExplicitDeny | not-principal
s3     | session   | -     | all  | -    | -    | not session role number | -                | -    | Allowed      | not-principal
s3     | lambda    | -     | -    | -    | -    | allow lambda, not lambda | -               | -    | Allowed      | not-principal
s3     | anyone    | -     | -    | -    | -    | allow everyone, not user account | -       | -    | ExplicitDeny | not-principal
s3     | user      | -     | all  | -    | -    | -                       | all/all/all      | -    | Allowed      | scp
s3     | user      | -     | all  | -    | -    | allow user              | all/none/all     | -    | ImplicitDeny | scp
s3     | user      | -     | all  | -    | -    | -                       | all deny/all     | -    | ExplicitDeny | scp
s3     | linked    | -     | all  | -    | -    | -                       | deny deny-rcp    | -    | Allowed      | context
s3     | user      | -     | all  | -    | -    | -                       | all deny-rcp     | -    | ExplicitDeny | rcp
lambda | user      | -     | all  | -    | -    | -                       | all deny-rcp     | -    | Allowed      | rcp
sts    | lambda    | -     | -    | -    | -    | allow lambda            | all deny-rcp     | -    | ExplicitDeny | rcp
kms    | user      | -     | all  | -    | -    | allow account           | -                | -    | Allowed      | allow
kms    | user      | -     | all  | -    | -    | allow bob               | -                | -    | ImplicitDeny | allow
kms    | user      | -     | none | -    | -    | allow account           | -                | -    | ImplicitDeny | principal
sts    | user      | -     | all  | -    | -    | allow lambda            | -                | -    | ImplicitDeny | allow
sts    | user      | -     | none | -    | -    | allow user              | -                | -    | Allowed      | allow
sts    | user      | -     | all  | -    | -    | allow number            | -                | -    | Allowed      | allow
sts    | lambda    | -     | -    | -    | -    | allow lambda            | -                | -    | Allowed      | principal
s3     | user      | -     | all  | -    | -    | allow user              | -                | none | ImplicitDeny | endpoint
s3     | user      | -     | none | -    | -    | allow user              | -                | all  | Allowed      | endpoint
s3     | user      | -     | all  | -    | -    | -                       | -                | deny | ExplicitDeny | endpoint";

#[test]
fn decisions_are_those_of_the_pages() {
    for row in DECISIONS.lines().filter(|line| !line.is_empty()) {
        let fields: Vec<&str> = row.split('|').map(str::trim).collect();
        let [call, caller, owner, identity, boundary, session, on_resource, levels, endpoint, expected, _page] =
            fields[..]
        else {
            panic!("not a row: {row}");
        };
        let mut request = json!({"CallerArn": who(caller), "PolicyInputList": own(identity)});
        let mut put = |name: &str, value: Value| {
            if value != json!([]) {
                request[name] = value;
            }
        };
        put("PermissionsBoundaryPolicyInputList", own(boundary));
        put("SessionPolicyInputList", own(session));
        put("VpcEndpointPolicyInputList", with_principal(endpoint));
        if owner == "other" {
            put("ResourceOwner", json!("222222222222"));
        }
        if on_resource != "-" {
            let trust = call == "sts";
            let statements: Vec<Value> = on_resource.split(", ").map(|text| statement(text, trust)).collect();
            put("ResourcePolicy", json!(document(&json!(statements))));
        }
        let level = |level: &str| {
            let (rcps, scps): (Vec<_>, Vec<_>) = level.split(' ').partition(|name| name.ends_with("-rcp"));
            let policies = |list: &Value| list.as_array().unwrap().clone();
            let scps: Vec<Value> = scps.into_iter().flat_map(|name| policies(&own(name))).collect();
            let rcps: Vec<Value> =
                rcps.into_iter().flat_map(|name| policies(&with_principal(name.trim_end_matches("-rcp")))).collect();
            json!({"ServiceControlPolicyInputList": scps, "ResourceControlPolicyInputList": rcps})
        };
        let levels = levels.split('/').filter(|level| *level != "-").map(level);
        put("OrderedOrganizationPolicyInputList", levels.collect());
        let (action, resource) = match call {
            "s3" => ("s3:GetObject", "arn:aws:s3:::data/red"),
            "sqs" => ("sqs:SendMessage", "arn:aws:sqs:us-east-1:222222222222:jobs"),
            "lambda" => ("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:111111111111:function:f"),
            "kms" => ("kms:Decrypt", "arn:aws:kms:us-east-1:111111111111:key/1"),
            "sts" => ("sts:AssumeRole", "arn:aws:iam::111111111111:role/target"),
            other => panic!("no such call: {other}"),
        };
        assert_eq!(format!("{:?}", decide(&request, action, resource)), expected, "{row}");
    }
}

fn who(name: &str) -> String {
    let iam = |of: &str| format!("arn:aws:iam::111111111111:{of}");
    let sts = |of: &str| format!("arn:aws:sts::111111111111:{of}");
    match name {
        "user" => iam("user/ann"),
        "USER" => iam("user/Ann"),
        "bob" => iam("user/bob"),
        "role" => iam("role/app"),
        "session" => sts("assumed-role/app/one"),
        "session2" => sts("assumed-role/app/two"),
        "federated" => sts("federated-user/fed"),
        "federating" => iam("user/fed"),
        "root" | "account" => iam("root"),
        "linked" => iam("role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"),
        "number" => "111111111111".to_string(),
        "other" => "222222222222".to_string(),
        "lambda" | "sns" => format!("{name}.amazonaws.com"),
        "anyone" | "aws" => "*".to_string(),
        other => panic!("no such principal: {other}"),
    }
}

fn document(statement: &Value) -> String {
    json!({"Version": "2012-10-17", "Statement": statement}).to_string()
}

fn meaning(name: &str) -> Value {
    match name {
        "all" => json!({"Effect": "Allow", "Action": "*", "Resource": "*"}),
        "none" => json!({"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}),
        "deny" => json!({"Effect": "Deny", "Action": "*", "Resource": "*"}),
        other => panic!("no such policy: {other}"),
    }
}

/// A list of one policy; of none for `-`.
fn own(name: &str) -> Value {
    if name == "-" { json!([]) } else { json!([document(&meaning(name))]) }
}

fn with_principal(name: &str) -> Value {
    if name == "-" {
        return json!([]);
    }
    let mut statement = meaning(name);
    statement["Principal"] = json!("*");
    json!([document(&statement)])
}

/// `allow role`, `not user account`: all that is said of a resource.
fn statement(text: &str, trust: bool) -> Value {
    let (kind, names) = text.split_once(' ').unwrap();
    let principal = match names {
        "everyone" => json!("*"),
        "lambda" | "sns" => json!({"Service": who(names)}),
        names => json!({"AWS": names.split(' ').map(who).collect::<Vec<_>>()}),
    };
    let mut statement = json!({"Effect": if kind == "allow" { "Allow" } else { "Deny" }});
    statement[if kind == "not" { "NotPrincipal" } else { "Principal" }] = principal;
    if trust {
        statement["Action"] = json!("sts:AssumeRole");
    } else {
        (statement["Action"], statement["Resource"]) = (json!("*"), json!("*"));
    }
    statement
}
