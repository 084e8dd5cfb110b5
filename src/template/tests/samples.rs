//! Whole templates, in the habits of their authors.

use super::shown;
use crate::document::{Doc, locate_places};
use crate::source::{At, Part, Place, Source, Sources, Wrapping};
use crate::template::{Completeness, Existence, Settings, Template, Value};

fn read(name: &str) -> Source {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/templates").join(name);
    Source::read(&path).expect("a fixture")
}

fn parse(source: &Source) -> Doc<'_> {
    let parsed = match source.text().starts_with('{') {
        true => Doc::parse(source.text()),
        false => Doc::parse_yaml(source.text()),
    };
    parsed.unwrap_or_else(|error| panic!("{}: {error} at {}", source.name(), error.offset))
}

/// Nothing is wrong with any of them, and every value of them is found in its file.
#[test]
fn every_sample_is_evaluated_and_every_value_is_found() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/templates");
    let mut count = 0;
    let names = |within: &str| -> Vec<String> {
        let entries = std::fs::read_dir(folder.join(within)).expect("the fixtures");
        let name = |entry: std::io::Result<std::fs::DirEntry>| entry.ok()?.file_name().into_string().ok();
        entries.filter_map(name).map(|name| format!("{within}{name}")).collect()
    };
    for name in names("").into_iter().chain(names("network/")).chain(names("order/")) {
        if !name.ends_with(".yaml") && !name.ends_with(".json") {
            continue;
        }
        count += 1;
        let source = read(&name);
        let doc = parse(&source);
        assert!(Template::recognize(&doc), "{name}");
        let template = Template::read(&doc, Settings::default());
        assert_eq!(template.problems, [], "{name}");
        let ids: Vec<_> = template.iter().map(|(id, _)| id).collect();
        let worlds = template.worlds(&ids);
        assert_eq!((worlds.completeness, &worlds.problems[..]), (Completeness::Every, &[][..]), "{name}");
        let mut places = Vec::new();
        for world in &worlds.worlds {
            let evaluation = template.in_world(world);
            for id in &ids {
                let evaluated = evaluation.resource(*id);
                assert_eq!(evaluated.problems, [], "{name}");
                collect(&evaluated.properties, &mut places);
            }
        }
        let wrapping = if source.text().starts_with('{') { Wrapping::Bare } else { Wrapping::Yaml };
        let mut sources = Sources::new();
        let id = sources.add(source.clone());
        let place = |(path, part)| Place { source: id, at: At::Node { root: 0, wrapping, path, part } };
        let places: Vec<Place> = places.into_iter().map(place).collect();
        for (place, location) in places.iter().zip(locate_places(&sources, &places.iter().collect::<Vec<_>>())) {
            assert!(location.is_some(), "{name}: {place:?}");
        }
    }
    assert!(count >= 40);
}

fn collect(value: &Value<'_>, places: &mut Vec<(crate::source::Path, Part)>) {
    places.push((value.origin.clone(), Part::Value));
    if value.members().is_empty() {
        value.items().iter().filter(|item| !std::ptr::eq(*item, value)).for_each(|item| collect(item, places));
    }
    for member in value.members() {
        places.push((member.key_origin.clone(), Part::Key));
        collect(&member.value, places);
    }
}

#[test]
fn habits() {
    let source = read("habits.yaml");
    let doc = parse(&source);
    let template = Template::read(&doc, Settings::default());
    let find = |id: &str| template.find(id).unwrap_or_else(|| panic!("{id}"));
    let names: Vec<&str> = template.resources.iter().map(|resource| &*resource.id).collect();
    assert_eq!(names, ["Group", "Role", "Function", "Topicorders", "Topicinvoices"]);
    assert_eq!(template.transforms, ["AWS::Serverless-2016-10-31", "AWS::LanguageExtensions"]);
    let worlds = template.worlds(&[find("Function"), find("Role")]);
    let when: Vec<String> = worlds
        .worlds
        .iter()
        .map(|world| world.when.iter().map(|when| format!("{}={} ", when.name, when.value)).collect())
        .collect();
    let expected = |vpc| ["prod", "dev", "test"].map(|stage| format!("Stage={stage} UseVpc={vpc} "));
    let mut sorted = when.clone();
    sorted.sort();
    let mut all: Vec<String> = expected("true").into_iter().chain(expected("false")).collect();
    all.sort();
    assert_eq!(sorted, all);
    for (world, when) in worlds.worlds.iter().zip(&when) {
        let evaluation = template.in_world(world);
        let function = evaluation.resource(find("Function")).properties;
        let get = |name: &str| function.get(name).map(|value| shown(&template, value));
        let vpc = get("VpcConfig");
        let in_vpc = when.contains("UseVpc=true");
        let subnets = "<Fn::Split , <Fn::ImportValue network-PrivateSubnets>>";
        let expected = format!(r#"{{"SubnetIds":"{subnets}","SecurityGroupIds":["<Ref Group>"]}}"#);
        assert_eq!(vpc, in_vpc.then_some(expected), "{when}");
        assert_eq!(get("Runtime").as_deref(), Some("\"nodejs22.x\""));
        assert!(get("InlineCode").expect("there").contains("${not.a.name}"));
        let bucket = function.get("Environment").and_then(|value| value.get("Variables")?.get("BUCKET")?.known_text());
        let stage = when.split(['=', ' ']).nth(1).expect("a stage");
        let expected = if stage == "prod" { "orders".to_owned() } else { format!("orders-{stage}") };
        assert_eq!(bucket.as_deref(), Some(&*expected), "{when}");
        let role = evaluation.resource(find("Role")).properties;
        let statements =
            role.get("Policies").and_then(|policies| policies.items()[0].get("PolicyDocument")?.get("Statement"));
        assert_eq!(statements.expect("there").items().len(), 1 + usize::from(in_vpc), "{when}");
        assert_eq!(evaluation.existence(find("Group")), if in_vpc { Existence::Exists } else { Existence::Absent });
    }
    let topic = template.resource(find("Topicorders"));
    assert_eq!(topic.condition.as_deref(), Some("ProdInVpc"));
    let worlds = template.worlds(&[find("Topicorders")]);
    let evaluation = template.in_world(&worlds.worlds[0]);
    assert_eq!(evaluation.existence(find("Topicorders")), Existence::Exists);
    let name = evaluation.resource(find("Topicorders")).properties;
    assert_eq!(name.get("TopicName").and_then(Value::known_text).as_deref(), Some("orders-prod"));
}
