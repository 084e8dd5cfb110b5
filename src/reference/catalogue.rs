//! Every action of every AWS service, with its resource types and condition keys.
//!
//! Source: AWS's Service Authorization Reference, in the form of `rules/aws/actions.txt`.

use std::cmp::Ordering;
use std::sync::{LazyLock, OnceLock};

/// Room for all services, so that their table need not grow step by step.
const SERVICES: usize = 512;

static TEXT: &str = include_str!("../../rules/aws/actions.txt");

/// The catalogue.
pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::index(TEXT));
    &CATALOGUE
}

/// All services, by prefix; each is read when it is first asked for.
#[derive(Debug)]
pub struct Catalogue {
    date: &'static str,
    global_keys: Vec<Key>,
    services: Vec<Indexed>,
}

#[derive(Debug)]
struct Indexed {
    prefix: &'static str,
    block: &'static str,
    service: OnceLock<Box<Service>>,
}

#[derive(Clone, Copy, Debug)]
struct Key {
    name: &'static str,
    key_type: KeyType,
}

/// The type of a condition key's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyType {
    String,
    ArrayOfString,
    Arn,
    ArrayOfArn,
    Bool,
    ArrayOfBool,
    Numeric,
    Date,
    IpAddress,
    Binary,
}

/// One service.
#[derive(Debug)]
pub struct Service {
    prefix: &'static str,
    keys: Vec<Key>,
    resources: Vec<Resource>,
    /// By lower-case name; each is read when it is first asked for.
    actions: Vec<Listed>,
}

/// A resource type of a service.
#[derive(Debug)]
struct Resource {
    kind: &'static str,
    arn: &'static str,
    /// The numbers of its keys.
    keys: &'static str,
}

/// An action as the file has it: small, because EC2 has hundreds.
#[derive(Debug)]
struct Listed {
    name: &'static str,
    line: &'static str,
    action: OnceLock<Box<Action>>,
}

/// One action.
#[derive(Debug)]
pub struct Action {
    service: &'static str,
    name: &'static str,
    access: Access,
    keys: Vec<&'static str>,
    resources: Vec<ActionResource>,
}

/// What an action does to what it acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    List,
    Read,
    Write,
    Tagging,
    PermissionsManagement,
}

/// A resource type of an action.
#[derive(Debug)]
pub struct ActionResource {
    kind: &'static str,
    arn: &'static str,
    required: bool,
    keys: Vec<&'static str>,
}

impl Catalogue {
    fn index(text: &'static str) -> Catalogue {
        // The file is long, and every run looks through all of it: memchr is some twenty times as fast as `split`.
        let mut starts = memchr::memmem::find_iter(text.as_bytes(), "\n@").chain([text.len()]);
        let mut from = 0;
        let mut blocks = std::iter::from_fn(|| {
            let to = starts.next()?;
            let block = text.get(from..to)?;
            from = to + 2;
            Some(block)
        });
        let head = blocks.next().unwrap_or_default();
        let date = head.lines().find_map(|line| line.strip_prefix("date\t")).unwrap_or_default();
        let mut global_keys = Vec::new();
        let mut services = Vec::with_capacity(SERVICES);
        for block in blocks {
            let (prefix, block) = block.split_once('\n').unwrap_or((block, ""));
            if prefix == "aws" {
                global_keys = block.lines().filter_map(key).collect();
            } else {
                services.push(Indexed { prefix, block, service: OnceLock::new() });
            }
        }
        Catalogue { date, global_keys, services }
    }

    /// The day of the data, ISO 8601.
    pub fn date(&self) -> &'static str {
        self.date
    }

    /// The service prefixes (`ec2`, `lambda`), in order.
    pub fn services(&self) -> impl Iterator<Item = &'static str> {
        self.services.iter().map(|indexed| indexed.prefix)
    }

    /// The service of a prefix, in any case.
    pub fn service(&self, prefix: &str) -> Option<&Service> {
        let index = self.services.binary_search_by(|indexed| compare(indexed.prefix, prefix)).ok()?;
        let indexed = &self.services[index];
        Some(indexed.service.get_or_init(|| Box::new(Service::parse(indexed.prefix, indexed.block))))
    }

    /// The action `service:name`, in any case.
    pub fn action(&self, name: &str) -> Option<&Action> {
        let (service, name) = name.split_once(':')?;
        let service = self.service(service)?;
        let index = service.actions.binary_search_by(|listed| compare(listed.name, name)).ok()?;
        Some(service.read(&service.actions[index]))
    }

    /// The type of a condition key, global or of a service, in any case. `aws:ResourceTag/team` is found as
    /// `aws:ResourceTag/${TagKey}`.
    pub fn key_type(&self, name: &str) -> Option<KeyType> {
        let (prefix, _) = name.split_once(':')?;
        let of_service = self.service(prefix).map_or(&[][..], |service| &service.keys);
        let all = of_service.iter().chain(&self.global_keys);
        all.into_iter().find(|key| names(key.name, name)).map(|key| key.key_type)
    }
}

impl Service {
    fn parse(prefix: &'static str, block: &'static str) -> Service {
        // EC2 has hundreds, and a table that grows leaves as much memory behind.
        let most = memchr::memchr_iter(b'\n', block.as_bytes()).count() + 1;
        let actions = Vec::with_capacity(most);
        let mut service = Service { prefix, keys: Vec::new(), resources: Vec::new(), actions };
        for line in lines(block) {
            if line.starts_with('%') {
                service.keys.extend(key(line));
            } else if let Some(resource) = line.strip_prefix('#') {
                let mut fields = resource.split('\t');
                let mut field = || fields.next().unwrap_or_default();
                service.resources.push(Resource { kind: field(), arn: field(), keys: field() });
            } else {
                let name = line.split_once('\t').map_or(line, |(name, _)| name);
                service.actions.push(Listed { name, line, action: OnceLock::new() });
            }
        }
        service
    }

    fn read<'s>(&'s self, listed: &'s Listed) -> &'s Action {
        listed.action.get_or_init(|| Box::new(self.action(listed.line)))
    }

    fn action(&self, line: &'static str) -> Action {
        let mut fields = line.split('\t');
        let mut field = || fields.next().unwrap_or_default();
        let (name, access, own_keys, resources) = (field(), field(), field(), field());
        let resource = |entry: &'static str| {
            let (number, sent) = entry.split_once(':')?;
            let Resource { kind, arn, keys: carried } =
                self.resources.get(number.trim_end_matches('!').parse::<usize>().ok()?)?;
            let mut keys = numbered(sent, &self.keys);
            // EC2 lists the keys of each resource type action by action (the new interface of CreateNetworkInterface
            // has no VPC). Elsewhere what is listed with a resource type goes with every action on it.
            if keys.is_empty() || self.prefix != "ec2" {
                keys.extend(numbered(carried, &self.keys));
            }
            Some(ActionResource { kind, arn, required: number.ends_with('!'), keys })
        };
        Action {
            service: self.prefix,
            name,
            access: match access {
                "L" => Access::List,
                "R" => Access::Read,
                "T" => Access::Tagging,
                "P" => Access::PermissionsManagement,
                _ => Access::Write,
            },
            keys: numbered(own_keys, &self.keys),
            resources: resources.split(' ').filter_map(resource).collect(),
        }
    }

    /// `ec2`.
    pub fn prefix(&self) -> &'static str {
        self.prefix
    }

    /// All actions, by name.
    pub fn actions(&self) -> impl Iterator<Item = &Action> {
        self.actions.iter().map(|listed| self.read(listed))
    }

    /// The names of all actions, without the prefix.
    pub fn action_names(&self) -> impl Iterator<Item = &'static str> {
        self.actions.iter().map(|action| action.name)
    }

    /// The action whose name is almost this one (`DescribeNetworkInterface` → `DescribeNetworkInterfaces`).
    pub fn nearest(&self, name: &str) -> Option<&'static str> {
        let name = name.to_ascii_lowercase();
        // A short name is near too many others.
        let allowed = (name.len() / 6).min(2);
        let may_be = |known: &str| known.len().abs_diff(name.len()) <= allowed;
        self.actions
            .iter()
            .filter(|action| may_be(action.name))
            .map(|action| (strsim::osa_distance(&action.name.to_ascii_lowercase(), &name), action.name))
            .filter(|(distance, _)| *distance <= allowed)
            .min()
            .map(|(_, nearest)| nearest)
    }
}

impl Action {
    /// `ec2`.
    pub fn service(&self) -> &'static str {
        self.service
    }

    /// `CreateNetworkInterface`, in AWS's spelling.
    pub fn name(&self) -> &'static str {
        self.name
    }

    pub fn access(&self) -> Access {
        self.access
    }

    /// Does the action act on resources? One that does not is evaluated against `*` only.
    pub fn has_resource_types(&self) -> bool {
        !self.resources.is_empty()
    }

    /// The resource types on which it acts.
    pub fn resources(&self) -> impl Iterator<Item = &ActionResource> {
        self.resources.iter()
    }

    /// Its resource type of this name.
    pub fn resource(&self, kind: &str) -> Option<&ActionResource> {
        self.resources.iter().find(|resource| resource.kind == kind)
    }

    /// Does AWS send the condition key with this action, for this resource type? Only keys of services and the tag
    /// keys are listed so, not the other global ones.
    pub fn sends(&self, resource_type: Option<&str>, key: &str) -> bool {
        let own = resource_type.and_then(|kind| self.resource(kind)).map_or(&[][..], |resource| &resource.keys);
        self.keys.iter().chain(own).any(|known| names(known, key))
    }
}

impl ActionResource {
    /// `network-interface`.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// The form of its ARN, with `${…}` for what differs.
    pub fn arn(&self) -> &'static str {
        self.arn
    }

    /// Does every call need a resource of this type?
    pub fn required(&self) -> bool {
        self.required
    }
}

/// `%String<tab>ec2:AvailabilityZone`.
fn key(line: &'static str) -> Option<Key> {
    let (key_type, name) = line.strip_prefix('%')?.split_once('\t')?;
    let key_type = match key_type {
        "ArrayOfString" => KeyType::ArrayOfString,
        "ARN" => KeyType::Arn,
        "ArrayOfARN" => KeyType::ArrayOfArn,
        "Bool" => KeyType::Bool,
        "ArrayOfBool" => KeyType::ArrayOfBool,
        "Numeric" => KeyType::Numeric,
        "Date" => KeyType::Date,
        "IPAddress" => KeyType::IpAddress,
        "Binary" => KeyType::Binary,
        _ => KeyType::String,
    };
    Some(Key { name, key_type })
}

/// The lines of a block, which ends with the last of them or with a line feed.
fn lines(block: &'static str) -> impl Iterator<Item = &'static str> {
    let ends = memchr::memchr_iter(b'\n', block.as_bytes()).chain((!block.ends_with('\n')).then_some(block.len()));
    let mut from = 0;
    ends.map(move |end| &block[std::mem::replace(&mut from, end + 1)..end]).filter(|line| !line.is_empty())
}

/// `1,14,15`.
fn numbered(numbers: &str, keys: &[Key]) -> Vec<&'static str> {
    numbers.split(',').filter_map(|number| Some(keys.get(number.parse::<usize>().ok()?)?.name)).collect()
}

/// Is it the key of this name? `${TagKey}` in the catalogue's name stands for any text.
fn names(known: &str, key: &str) -> bool {
    let Some((before, rest)) = known.split_once("${") else { return known.eq_ignore_ascii_case(key) };
    let after = rest.split_once('}').map_or("", |(_, after)| after);
    let (key, before) = (key.as_bytes(), before.as_bytes());
    key.len() > before.len() + after.len()
        && key[..before.len()].eq_ignore_ascii_case(before)
        && key[key.len() - after.len()..].eq_ignore_ascii_case(after.as_bytes())
}

/// Orders names as the file does: by their lower-case letters.
fn compare(known: &str, name: &str) -> Ordering {
    let lower = |byte: u8| byte.to_ascii_lowercase();
    known.bytes().map(lower).cmp(name.bytes().map(lower))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_every_service() {
        let catalogue = catalogue();
        assert_eq!(catalogue.date().len(), "2026-09-26".len());
        assert_eq!(catalogue.services().count(), 456);
        let all = || catalogue.services().filter_map(|prefix| catalogue.service(prefix));
        assert_eq!(all().map(|service| service.actions().count()).sum::<usize>(), 22_091);
        // Every name is found again, in any case: the order of the file is the order of the search.
        for service in all() {
            for action in service.actions() {
                let name = format!("{}:{}", service.prefix(), action.name()).to_ascii_uppercase();
                assert_eq!(catalogue.action(&name).map(Action::name), Some(action.name()), "{name}");
            }
        }
    }

    #[test]
    fn keys_of_each_resource_type() {
        // The Service Authorization Reference's rows of EC2: the new interface of a Create call carries no VPC.
        let cases = [
            ("ec2:CreateNetworkInterface", Some("network-interface"), "ec2:Vpc", false),
            ("ec2:CreateNetworkInterface", Some("network-interface"), "aws:RequestTag/team", true),
            ("ec2:CreateNetworkInterface", Some("network-interface"), "AWS:TAGKEYS", true),
            ("ec2:CreateNetworkInterface", Some("network-interface"), "ec2:Region", true),
            ("ec2:CreateNetworkInterface", Some("network-interface"), "ec2:Subnet", false),
            ("ec2:CreateNetworkInterface", Some("subnet"), "ec2:vpc", true),
            ("ec2:CreateNetworkInterface", Some("subnet"), "ec2:SubnetID", true),
            ("ec2:CreateNetworkInterface", Some("subnet"), "aws:RequestTag/team", false),
            ("ec2:CreateNetworkInterface", Some("security-group"), "ec2:Vpc", true),
            ("ec2:DeleteNetworkInterface", Some("network-interface"), "ec2:Vpc", true),
            ("ec2:DeleteNetworkInterface", Some("network-interface"), "ec2:Subnet", true),
            ("ec2:DeleteNetworkInterface", Some("network-interface"), "aws:ResourceTag/team", true),
            ("ec2:DescribeNetworkInterfaces", None, "ec2:Region", true),
            ("ec2:DescribeNetworkInterfaces", None, "ec2:Vpc", false),
        ];
        for (action, resource_type, key, expected) in cases {
            let found = catalogue().action(action).expect(action);
            assert_eq!(found.sends(resource_type, key), expected, "{action} {resource_type:?} {key}");
        }
    }

    #[test]
    fn resource_types() {
        let create = catalogue().action("ec2:createnetworkinterface").expect("is an action");
        let required: Vec<(&str, bool)> =
            create.resources().map(|resource| (resource.kind(), resource.required())).collect();
        assert_eq!(required, [("network-interface", true), ("security-group", false), ("subnet", true)]);
        for name in ["DescribeNetworkInterfaces", "DescribeSubnets", "DescribeSecurityGroups", "DescribeVpcs"] {
            let action = catalogue().action(&format!("ec2:{name}")).expect(name);
            assert!(!action.has_resource_types(), "{name}");
            assert_eq!(action.access(), Access::List);
        }
    }

    #[test]
    fn key_types() {
        let cases = [
            ("ec2:Vpc", Some(KeyType::Arn)),
            ("ec2:VpcID", Some(KeyType::String)),
            ("lambda:SubnetIds", Some(KeyType::ArrayOfString)),
            ("aws:SourceIp", Some(KeyType::IpAddress)),
            ("aws:principalarn", Some(KeyType::Arn)),
            ("aws:PrincipalTag/team", Some(KeyType::String)),
            ("aws:NoSuchKey", None),
            ("nocolon", None),
        ];
        for (key, expected) in cases {
            assert_eq!(catalogue().key_type(key), expected, "{key}");
        }
    }

    #[test]
    fn near_names() {
        let ec2 = catalogue().service("EC2").expect("is a service");
        assert_eq!(ec2.nearest("DescribeNetworkInterface"), Some("DescribeNetworkInterfaces"));
        assert_eq!(ec2.nearest("createNetworkInterfaces"), Some("CreateNetworkInterface"));
        assert_eq!(ec2.nearest("DeleteNetworkInteface"), Some("DeleteNetworkInterface"));
        assert_eq!(ec2.nearest("Foo"), None);
    }
}
