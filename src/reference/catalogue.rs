//! Every action of every AWS service, with its resource types and condition keys.
//!
//! Source: AWS's Service Authorization Reference, in the form of `rules/aws/actions.txt`.

use std::sync::LazyLock;

use super::listing::{Block, Index, Kept, compare, find, lines};

static TEXT: &str = include_str!("../../rules/aws/actions.txt");
/// Of each service its first byte and its prefix: the text is long, and a run reads two or three services of it.
static INDEX: Index = Index(include_str!("../../rules/aws/services.txt"));

/// The catalogue.
pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new(TEXT, INDEX));
    &CATALOGUE
}

/// All services, by prefix; each is read when it is first asked for.
#[derive(Debug)]
pub struct Catalogue {
    text: &'static str,
    /// Of the keys of all services.
    global: Option<Block>,
    services: Index,
    read: Kept<Service>,
}

#[derive(Clone, Copy, Debug)]
struct Key {
    name: &'static str,
    key_type: &'static str,
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
    /// The lines of its condition keys and resource types, by number.
    keys: Vec<&'static str>,
    resources: Vec<&'static str>,
    /// The lines of its actions, by lower-case name. EC2 has hundreds, and a run asks for some ten of them.
    listing: &'static str,
    read: Kept<Action>,
}

/// A resource type of a service.
#[derive(Debug)]
struct Resource {
    kind: &'static str,
    arn: &'static str,
    /// The numbers of its keys.
    keys: &'static str,
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
    /// The first block is that of the global keys; in front of it stands the head.
    fn new(text: &'static str, index: Index) -> Catalogue {
        let rest = index.0.split_once('\n').map_or("", |(_, rest)| rest);
        Catalogue { text, global: index.blocks().next(), services: Index(rest), read: Kept::new() }
    }

    /// What stands below the line of the block's name.
    fn below(&self, block: &Block) -> &'static str {
        let text = self.text.get(block.range(self.text.len())).unwrap_or_default();
        text.split_once('\n').map_or("", |(_, rest)| rest)
    }

    /// The day of the data, ISO 8601.
    pub fn date(&self) -> &'static str {
        let head = lines(self.text).take_while(|line| !line.starts_with('@'));
        head.filter_map(|line| line.strip_prefix("date\t")).next().unwrap_or_default()
    }

    /// The service prefixes (`ec2`, `lambda`), in order.
    pub fn services(&self) -> impl Iterator<Item = &'static str> {
        self.services.blocks().map(|block| block.name)
    }

    /// The service of a prefix, in any case.
    pub fn service(&self, prefix: &str) -> Option<&'static Service> {
        self.read.get(prefix).or_else(|| {
            let block = self.services.last(|known| compare(known, prefix).is_le())?;
            let is_it = compare(block.name, prefix).is_eq();
            is_it.then(|| self.read.keep(block.name, || Service::parse(block.name, self.below(&block))))
        })
    }

    /// The action `service:name`, in any case.
    pub fn action(&self, name: &str) -> Option<&'static Action> {
        let (service, name) = name.split_once(':')?;
        let service = self.service(service)?;
        service
            .read
            .get(name)
            .or_else(|| find(service.listing, |line| compare(name_of(line), name)).map(|line| service.read(line)))
    }

    /// The type of a condition key, global or of a service, in any case. `aws:ResourceTag/team` is found as
    /// `aws:ResourceTag/${TagKey}`.
    pub fn key_type(&self, name: &str) -> Option<KeyType> {
        let (prefix, _) = name.split_once(':')?;
        let of_service = self.service(prefix).map_or(&[][..], |service| &service.keys);
        let global = self.global.iter().flat_map(|block| lines(self.below(block)));
        let mut all = of_service.iter().copied().chain(global).filter_map(key);
        all.find(|key| names(key.name, name)).map(|key| key_type(key.key_type))
    }
}

impl Service {
    fn parse(prefix: &'static str, block: &'static str) -> Service {
        let (mut keys, mut resources) = (Vec::new(), Vec::new());
        let mut listing = block;
        for line in lines(block) {
            match line.as_bytes().first() {
                Some(b'%') => keys.push(line),
                Some(b'#') => resources.push(line),
                _ => break,
            }
            listing = listing.get(line.len() + "\n".len()..).unwrap_or_default();
        }
        Service { prefix, keys, resources, listing, read: Kept::new() }
    }

    /// What a line says.
    fn read(&self, line: &'static str) -> &'static Action {
        self.read.keep(name_of(line), || self.action(line))
    }

    fn action(&self, line: &'static str) -> Action {
        let mut fields = line.split('\t');
        let mut field = || fields.next().unwrap_or_default();
        let (name, access, own_keys, resources) = (field(), field(), field(), field());
        let resource = |entry: &'static str| {
            let (number, sent) = entry.split_once(':')?;
            let line = self.resources.get(number.trim_end_matches('!').parse::<usize>().ok()?)?;
            let Resource { kind, arn, keys: carried } = resource_type(line)?;
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
    pub fn actions(&self) -> impl Iterator<Item = &'static Action> {
        lines(self.listing).map(|line| self.read(line))
    }

    /// The names of all actions, without the prefix.
    pub fn action_names(&self) -> impl Iterator<Item = &'static str> + use<> {
        lines(self.listing).map(name_of)
    }

    /// The action whose name is almost this one (`DescribeNetworkInterface` → `DescribeNetworkInterfaces`).
    pub fn nearest(&self, name: &str) -> Option<&'static str> {
        let name = name.to_ascii_lowercase();
        // A short name is near too many others.
        let allowed = (name.len() / 6).min(2);
        let may_be = |known: &str| known.len().abs_diff(name.len()) <= allowed;
        self.action_names()
            .filter(|known| may_be(known))
            .map(|known| (strsim::osa_distance(&known.to_ascii_lowercase(), &name), known))
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

/// `#subnet<tab>arn:…<tab>1,14`.
fn resource_type(line: &'static str) -> Option<Resource> {
    let mut fields = line.strip_prefix('#')?.split('\t');
    let mut field = || fields.next().unwrap_or_default();
    Some(Resource { kind: field(), arn: field(), keys: field() })
}

/// `%String<tab>ec2:AvailabilityZone`.
fn key(line: &'static str) -> Option<Key> {
    let (key_type, name) = line.strip_prefix('%')?.split_once('\t')?;
    Some(Key { name, key_type })
}

fn key_type(name: &str) -> KeyType {
    match name {
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
    }
}

/// Of the line of an action.
fn name_of(line: &'static str) -> &'static str {
    memchr::memchr(b'\t', line.as_bytes()).map_or(line, |end| &line[..end])
}

/// `1,14,15`.
fn numbered(numbers: &str, keys: &[&'static str]) -> Vec<&'static str> {
    numbers.split(',').filter_map(|number| Some(key(keys.get(number.parse::<usize>().ok()?)?)?.name)).collect()
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
