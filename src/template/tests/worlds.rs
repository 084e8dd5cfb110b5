//! Conditions and the worlds that they make.
//!
//! Source: CloudFormation Template Reference, "Condition functions", "CloudFormation template Conditions syntax".

use super::{shown, template};
use crate::document::Doc;
use crate::template::{Completeness, Existence, Settings, Template, Value, World};

/// The worlds of the resource `R` as lines: what sets them apart, whether it exists, its property `P`.
fn worlds(sections: &str, resource: &str, settings: Settings) -> Vec<String> {
    let text = format!("{sections}\nResources:\n  R:\n    Type: AWS::SNS::Topic\n{resource}\n");
    let doc = Doc::parse_yaml(&text).unwrap_or_else(|error| panic!("{error} in {text}"));
    let template = Template::read(&doc, settings);
    assert_eq!(template.problems, [], "{text}");
    let id = template.find("R").expect("there");
    let worlds = template.worlds(&[id]);
    assert_eq!(worlds.completeness, Completeness::Every);
    let line = |world| {
        let evaluation = template.in_world(world);
        let evaluated = evaluation.resource(id);
        let value = evaluated.properties.get("P").map_or("-".to_owned(), |value| shown(&template, value));
        let when: Vec<String> = world.when.iter().map(|when| format!("{}={}", when.name, when.value)).collect();
        let value = match evaluation.existence(id) {
            Existence::Exists => value,
            other => format!("{other:?}"),
        };
        format!("{}: {value}", when.join(", "))
    };
    worlds.worlds.iter().map(line).collect()
}

fn p(expression: &str) -> String {
    format!("    Properties:\n      P: {expression}")
}

#[test]
fn a_parameter_equals_a_literal_or_does_not() {
    let sections = "Parameters:\n  Env: {Type: String, Default: dev}\nConditions:\n  Prod: !Equals [!Ref Env, prod]\n  Dev: !Equals [dev, !Ref Env]\n";
    // Where it is neither, the default is ruled out, too.
    assert_eq!(
        worlds(sections, &p("[!If [Prod, p, n], !If [Dev, d, n], !Ref Env]"), Settings::default()),
        [
            r#"Env=prod: ["p","n","prod"]"#,
            r#"Env=dev: ["n","d","dev"]"#,
            r#"Env=not prod or dev: ["n","n","<Ref Env>"]"#,
        ]
    );
    // A default counts where it stands in text.
    assert_eq!(
        worlds(sections, &p("[!If [Prod, p, n], !Ref Env]"), Settings::default()),
        [r#"Env=prod: ["p","prod"]"#, r#"Env=not prod: ["n","dev"]"#]
    );
    assert_eq!(worlds(sections, &p("!Ref Env"), Settings::default()), [r#": "dev""#]);
    let given = Settings { parameters: vec![("Env".into(), "prod".into())], ..Settings::default() };
    assert_eq!(worlds(sections, &p("[!If [Prod, p, n], !Ref Env]"), given), [r#": ["p","prod"]"#]);
}

#[test]
fn allowed_values_are_all_that_there_are() {
    let sections = "Parameters:\n  Vpc: {Type: String, Default: 'no', AllowedValues: ['yes', 'no']}\n  Env: {Type: String, AllowedValues: [dev, test, prod]}\nConditions:\n  InVpc: !Equals [!Ref Vpc, 'yes']\n  Maybe: !Equals [!Ref Vpc, maybe]\n  Prod: !Equals [!Ref Env, prod]\n";
    assert_eq!(worlds(sections, "    Condition: InVpc", Settings::default()), [r#"Vpc=yes: -"#, r#"Vpc=no: Absent"#]);
    assert_eq!(worlds(sections, "    Condition: Maybe", Settings::default()), [": Absent"]);
    // Told apart where the text matters.
    assert_eq!(
        worlds(sections, &p("!If [Prod, x, y]"), Settings::default()),
        [r#"Env=prod: "x""#, r#"Env=not prod: "y""#]
    );
    assert_eq!(
        worlds(sections, &p("!If [Prod, x, !Ref Env]"), Settings::default()),
        [r#"Env=prod: "x""#, r#"Env=dev: "dev""#, r#"Env=test: "test""#]
    );
}

#[test]
fn conditions_are_correlated() {
    let sections = "Parameters:\n  A: {Type: String}\n  B: {Type: String}\nConditions:\n  A1: !Equals [!Ref A, '1']\n  NotA1: !Not [!Condition A1]\n  Both: !And [!Condition A1, !Equals [!Ref B, x]]\n  Either: !Or [!Condition A1, !Equals [!Ref B, x]]\n";
    assert_eq!(
        worlds(sections, &p("[!If [A1, t, f], !If [NotA1, t, f]]"), Settings::default()),
        [r#"A=1: ["t","f"]"#, r#"A=not 1: ["f","t"]"#]
    );
    // B is asked only where it matters.
    assert_eq!(
        worlds(sections, &p("!If [Both, t, f]"), Settings::default()),
        [r#"A=1, B=x: "t""#, r#"A=1, B=not x: "f""#, r#"A=not 1: "f""#]
    );
    assert_eq!(worlds(sections, &p("[!If [Both, t, f], !If [Either, t, f]]"), Settings::default()).len(), 4);
}

#[test]
fn what_no_parameter_decides_is_free() {
    let sections = "Parameters:\n  List: {Type: 'List<AWS::EC2::Subnet::Id>'}\n  A: {Type: String}\n  B: {Type: String}\n  Stored: {Type: 'AWS::SSM::Parameter::Value<String>', Default: 'x'}\nConditions:\n  Empty: !Equals [!Join ['', !Ref List], '']\n  Filled: !Not [!Equals ['', !Join ['', !Ref List]]]\n  Same: !Equals [!Ref A, !Ref B]\n  Part: !Equals [!Sub 'a-${A}', a-b]\n  Never: !Equals [!Sub 'a-${A}', b-a]\n  East: !Equals [!Ref AWS::Region, us-east-1]\n  S: !Equals [!Ref Stored, x]\n";
    assert_eq!(
        worlds(sections, &p("[!If [Empty, e, f], !If [Filled, f, e]]"), Settings::default()),
        [r#"List="": ["e","e"]"#, r#"List=not "": ["f","f"]"#]
    );
    for (condition, expected) in [
        ("Same", vec![r#"Same=true: "t""#, r#"Same=false: "f""#]),
        ("Part", vec![r#"Part=true: "t""#, r#"Part=false: "f""#]),
        ("Never", vec![r#": "f""#]),
        ("East", vec![r#"AWS::Region=us-east-1: "t""#, r#"AWS::Region=not us-east-1: "f""#]),
        ("S", vec![r#"Stored=x: "t""#, r#"Stored=not x: "f""#]),
    ] {
        assert_eq!(worlds(sections, &p(&format!("!If [{condition}, t, f]")), Settings::default()), expected);
    }
    assert_eq!(
        worlds(
            "Conditions:\n  Local: !Equals [!Ref AWS::StackName, local]",
            &p("!If [Local, t, f]"),
            Settings::default()
        ),
        [r#"AWS::StackName=local: "t""#, r#"AWS::StackName=not local: "f""#]
    );
    let east = Settings { region: Some("us-east-1".into()), ..Settings::default() };
    assert_eq!(worlds(sections, &p("!If [East, t, f]"), east), [r#": "t""#]);
}

/// "Parameters: AWS-specific parameter types": CloudFormation checks that the id exists, so it is never empty.
#[test]
fn what_a_parameter_cannot_be_is_no_world() {
    let sections = "Parameters:\n  Vpc: {Type: 'AWS::EC2::VPC::Id'}\n  Name: {Type: String, MinLength: 1}\n  Any: {Type: String, Default: ''}\nConditions:\n  NoVpc: !Equals [!Ref Vpc, '']\n  NoName: !Equals [!Ref Name, '']\n  NoAny: !Equals [!Ref Any, '']\n";
    for (condition, count) in [("NoVpc", 1), ("NoName", 1), ("NoAny", 2)] {
        assert_eq!(
            worlds(sections, &p(&format!("!If [{condition}, t, f]")), Settings::default()).len(),
            count,
            "{condition}"
        );
    }
}

#[test]
fn maps_are_asked_by_their_keys() {
    let sections = "Parameters:\n  Env: {Type: String, Default: dev}\nMappings:\n  M:\n    dev: {Vpc: 'no'}\n    prod: {Vpc: 'yes'}\nConditions:\n  InVpc: !Equals [!FindInMap [M, !Ref Env, Vpc], 'yes']\n";
    let lines = worlds(sections, &p("[!If [InVpc, t, f], !FindInMap [M, !Ref Env, Vpc]]"), Settings::default());
    assert_eq!(lines[..2], [r#"Env=dev: ["f","no"]"#, r#"Env=prod: ["t","yes"]"#]);
    assert!(lines[2..].iter().all(|line| line.starts_with("Env=not dev or prod")), "{lines:?}");
}

#[test]
fn only_what_matters_multiplies() {
    let mut text = "Parameters:\n".to_owned();
    (0..20).for_each(|n| text.push_str(&format!("  P{n}: {{Type: String}}\n")));
    text.push_str("Conditions:\n");
    (0..20).for_each(|n| text.push_str(&format!("  C{n}: !Equals [!Ref P{n}, x]\n")));
    text.push_str("  Fixed: !Equals [a, a]\nResources:\n");
    (0..20).for_each(|n| {
        text.push_str(&format!(
            "  R{n}: {{Type: 'AWS::X::Y', Condition: C{n}, Properties: {{P: !If [Fixed, 1, 2]}}}}\n"
        ));
    });
    let doc = Doc::parse_yaml(&text).expect("YAML");
    let template = template(&doc);
    let ids: Vec<_> = template.iter().map(|(id, _)| id).collect();
    assert_eq!(template.worlds(&ids[3..5]).worlds.len(), 4);
    assert_eq!(template.worlds(&[]).worlds.len(), 1);
    let all = template.worlds(&ids);
    assert_eq!((all.worlds.len(), all.completeness), (1, Completeness::TooMany));
    let evaluation = template.in_world(&all.worlds[0]);
    assert_eq!(evaluation.existence(ids[0]), Existence::Undecided);
    assert_eq!(evaluation.condition("Fixed"), Some(true), "the same in all combinations");
    assert_eq!(evaluation.resource(ids[0]).properties.get("P").and_then(Value::known_text).as_deref(), Some("1"));
}

#[test]
fn wrong_conditions_are_said_and_tried_both_ways() {
    let sections = "Parameters:\n  A: {Type: String}\nConditions:\n  Loop: !Not [!Condition Pool]\n  Pool: !Condition Loop\n  Text: yes it is\n  Two: {a: 1, b: 2}\n  Odd: !Join ['', [a]]\n  Gone: !Not [!Condition Nowhere]\n  Equal: !Equals [a]\n";
    for (condition, message) in [
        ("Loop", "the condition `Loop` depends on itself"),
        ("Text", "a condition is a function; this is a string"),
        ("Two", "a condition is one function"),
        ("Odd", "`Fn::Join` is no condition function"),
        ("Gone", "the template has no condition `Nowhere`"),
        ("Equal", "Fn::Equals takes a list of two values"),
    ] {
        let text = format!("{sections}Resources:\n  R: {{Type: 'AWS::X::Y', Condition: {condition}}}\n");
        let doc = Doc::parse_yaml(&text).expect("YAML");
        let template = template(&doc);
        let worlds = template.worlds(&[template.find("R").expect("there")]);
        let messages: Vec<&str> = worlds.problems.iter().map(|problem| &*problem.message).collect();
        assert_eq!(messages, [message], "{condition}");
        assert_eq!(worlds.worlds.len(), 2, "{condition}");
    }
}

/// What is remembered from one world to the next is what each world finds by itself.
#[test]
fn findings_are_those_of_a_whole_evaluation_in_every_world() {
    let text = "Parameters:\n  Env: {Type: String, Default: dev}\n  Which: {Type: String, AllowedValues: [A, B]}\n  List: {Type: CommaDelimitedList, Default: 'a,b'}\nConditions:\n  Prod: !Equals [!Ref Env, prod]\n  First: !Equals [!Ref Which, A]\n  Any: !Equals [!Ref List, x]\nTransform: AWS::LanguageExtensions\nResources:\n  R:\n    Type: AWS::SNS::Topic\n    Condition: Any\n    Properties:\n      Plain: !Sub '${A.Arn}-${Env}-${Which}'\n      Choice: {x: !If [Prod, !Ref A, [!Ref B, !Ref Nobody]], y: !If [First, !Ref AWS::NoValue, !GetAtt B.Arn]}\n      Named: [!GetAtt [A, !Ref Env], !GetAtt [!Ref Which, Arn]]\n      Joined: [!Join [!Ref List, [a, b]], !Join [',', !Ref List], !Join [',', [!Ref A, !Ref Env]]]\n      Loop: {'Fn::ForEach::X': [V, !Ref List, {'${V}': !Sub '${V}-${B}'}]}\n      Twice: {a: !Ref A, a: !Ref B}\n      Wrong: [!Select [!Ref Env, [1, 2]], !Select [3, [!Ref A]]]\n      Cut: !Split [!Ref Env, dev-prod]\n  A: {Type: 'AWS::A::A'}\n  B: {Type: 'AWS::B::B'}\n";
    let doc = Doc::parse_yaml(text).unwrap_or_else(|error| panic!("{error}"));
    let template = Template::read(&doc, Settings::default());
    let id = template.find("R").expect("there");
    let properties = template.resource(id).node.get("Properties").expect("there");
    let worlds = template.worlds(&[id]).worlds;
    assert!(worlds.len() > 4, "{}", worlds.len());
    let sorted = |problems: &[crate::template::Problem]| {
        let mut problems: Vec<String> = problems.iter().map(|problem| format!("{problem:?}")).collect();
        problems.sort();
        problems
    };
    for world in worlds.iter().chain([&World::default()]).chain(&worlds) {
        let evaluation = template.in_world(world);
        assert_eq!(evaluation.mentions_of(id), evaluation.mentions(&properties), "{:?}", world.when);
        assert_eq!(sorted(&evaluation.problems_of(id)), sorted(&evaluation.resource(id).problems), "{:?}", world.when);
    }
}

/// "Rules": CloudFormation refuses the parameters where a rule applies and an assertion of it is false. What no rule
/// surely refuses stays.
#[test]
fn rules_refuse_combinations() {
    let parameters = "Parameters:\n  Mode: {Type: String, AllowedValues: [in, out]}\n  Grant: {Type: String, AllowedValues: ['yes', 'no']}\n  Ids: {Type: String, Default: ''}\nConditions:\n  In: !Equals [!Ref Mode, in]\n  Granted: !Equals [!Ref Grant, 'yes']\n";
    let (in_yes, in_no) = ("Mode=in, Grant=yes", "Mode=in, Grant=no");
    let (out_yes, out_no) = ("Mode=out, Grant=yes", "Mode=out, Grant=no");
    let all = vec![in_yes, in_no, out_yes, out_no];
    for (rule, expected) in [
        (
            "{RuleCondition: !Equals [!Ref Mode, in], Assertions: [{Assert: !Equals [!Ref Grant, 'yes']}]}",
            vec![in_yes, out_yes, out_no],
        ),
        ("{Assertions: [{Assert: !Not [!Equals [!Ref Grant, 'no']]}]}", vec![in_yes, out_yes]),
        (
            "{Assertions: [{Assert: !Or [!Equals [!Ref Grant, 'yes'], !Equals [!Ref Mode, out]]}]}",
            vec![in_yes, out_yes, out_no],
        ),
        ("{Assertions: [{Assert: !Contains [[in, other], !Ref Mode]}]}", vec![in_yes, in_no]),
        ("{Assertions: [{Assert: {'Fn::Contains': [[in, out], !Ref Mode]}}]}", all.clone()),
        // One false assertion is enough.
        ("{Assertions: [{Assert: !Equals [!Ref Mode, in]}, {Assert: !Equals [!Ref Grant, 'yes']}]}", vec![in_yes]),
        // What is not known refuses nothing: a parameter that nothing else asks of, what AWS looks up.
        ("{RuleCondition: !Equals [!Ref Ids, ''], Assertions: [{Assert: !Equals [!Ref Mode, in]}]}", all.clone()),
        ("{Assertions: [{Assert: !And [!Equals [!Ref Mode, in], !Equals [!Ref Ids, a]]}]}", vec![in_yes, in_no]),
        ("{Assertions: [{Assert: !Or [!Equals [!Ref Mode, in], !Equals [!Ref Ids, a]]}]}", all.clone()),
        (
            "{Assertions: [{Assert: {'Fn::EachMemberIn': [{'Fn::ValueOfAll': ['AWS::EC2::Subnet::Id', VpcId]}, {'Fn::RefAll': 'AWS::EC2::VPC::Id'}]}}]}",
            all.clone(),
        ),
        ("{Assertions: [{Assert: !Contains [!RefAll 'AWS::EC2::VPC::Id', !Ref Mode]}]}", all.clone()),
        ("[nonsense]", all.clone()),
    ] {
        let sections = format!("{parameters}Rules:\n  R: {rule}\n");
        let found =
            worlds(&sections, &p("[!If [In, i, o], !If [Granted, g, n], !Ref Mode, !Ref Grant]"), Settings::default());
        let found: Vec<&str> = found.iter().map(|line| line.split(": ").next().unwrap_or_default()).collect();
        assert_eq!(found, expected, "{rule}");
    }
}
