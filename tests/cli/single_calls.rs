//! The single calls of `aws iam`.

use super::*;

fn calls() -> Folder {
    let role = json!({"Role": {
        "Path": "/",
        "RoleName": "orders-fn",
        "RoleId": "AROAEXAMPLEEXAMPLE00",
        "Arn": "arn:aws:iam::123456789012:role/orders-fn",
        "AssumeRolePolicyDocument": trust("lambda.amazonaws.com"),
    }});
    let user = json!({"User": {"UserName": "dana", "UserId": "AIDA", "Arn": "arn:aws:iam::123456789012:user/dana"}});
    let vpc = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole";
    let inline = |owner: &str, name: &str, document: Value| json!({owner: name, "PolicyName": "own", "PolicyDocument": document});
    Folder::of([
        ("get-role.json", bytes(&role)),
        ("get-user.json", bytes(&user)),
        ("attached.json", bytes(&json!({"AttachedPolicies": [attachment(vpc)]}))),
        ("attached-none.json", bytes(&json!({"AttachedPolicies": []}))),
        ("attached-customer.json", bytes(&json!({"AttachedPolicies": [attachment(&customer("eni"))]}))),
        (
            "attached-lambda.json",
            bytes(&json!({"AttachedPolicies": [attachment("arn:aws:iam::aws:policy/AWSLambda_FullAccess")]})),
        ),
        (
            "get-policy.json",
            bytes(&json!({"Policy": {"PolicyName": "eni", "Arn": customer("eni"), "DefaultVersionId": "v2"}})),
        ),
        (
            "get-policy-version.json",
            bytes(&json!({"PolicyVersion": {"Document": everything(), "VersionId": "v2", "IsDefaultVersion": true}})),
        ),
        ("role-policy-all.json", bytes(&inline("RoleName", "orders-fn", everything()))),
        (
            "role-policy-deny.json",
            bytes(&inline(
                "RoleName",
                "orders-fn",
                policy(&[json!({"Effect": "Deny", "Action": DELETE, "Resource": "*"})]),
            )),
        ),
        ("user-policy.json", bytes(&inline("UserName", "dana", allow(&DEPLOYER)))),
        (
            "groups.json",
            bytes(&json!({"Groups": [{"GroupName": "builders", "Arn": "arn:aws:iam::123456789012:group/builders"}]})),
        ),
        ("group-policy.json", bytes(&inline("GroupName", "builders", allow(&DEPLOYER)))),
    ])
}

#[test]
fn single_calls_are_joined() {
    let folder = calls();
    let role = "--as=execution-role:orders-fn";
    let user = "--as=deployer:dana";
    let cases: [(&[&str], &str, &str, &str); 9] = [
        (&["get-role.json", "attached.json", role], "orders-fn", DELETE, "granted"),
        (&["get-role.json", "attached.json", "role-policy-deny.json", role], "orders-fn", DELETE, "denied"),
        (&["get-role.json", "attached-none.json", "role-policy-all.json", role], "orders-fn", DELETE, "granted"),
        (&["get-role.json", "attached-customer.json", role], "orders-fn", DELETE, "unresolved"),
        (
            &["get-role.json", "attached-customer.json", "get-policy.json", "get-policy-version.json", role],
            "orders-fn",
            DELETE,
            "granted",
        ),
        // What is attached is not in the input, and may deny.
        (&["get-role.json", role], "orders-fn", CREATE, "unresolved"),
        (&["get-user.json", user], "dana", DEPLOYER[0], "unresolved"),
        (&["get-user.json", "user-policy.json", user], "dana", DEPLOYER[0], "unresolved"),
        (&["get-user.json", "groups.json", "group-policy.json", user], "dana", DEPLOYER[0], "unresolved"),
    ];
    for (args, name, action, verdict) in cases {
        let report = folder.report(args);
        assert_ne!(report.status, 2, "{args:?}: {}", report.json);
        assert_eq!(report.verdict(Some(name), action), verdict, "{args:?}");
    }
}

#[test]
fn a_list_that_may_be_of_the_user_or_the_group_is_ambiguous() {
    let folder = calls();
    let report = folder.report(&[
        "get-user.json",
        "groups.json",
        "group-policy.json",
        "attached-lambda.json",
        "--as=deployer:dana",
    ]);
    assert_eq!(report.status, 2, "{}", report.json);
    assert!(report.problems().iter().any(|problem| problem["path"] == "attached-lambda.json"), "{}", report.json);
}
