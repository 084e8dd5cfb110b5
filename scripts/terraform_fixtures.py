#!/usr/bin/env python3
"""Writes the plans in fixtures/terraform, as `terraform show -json` would print them for the modules described here.

    scripts/terraform_fixtures.py fixtures/terraform

Terraform itself is not needed. What a plan shows follows "JSON Output Format" of Terraform's documentation: an argument
is a value (shown in `after` and in the configuration), or a `Ref` to others (shown in the configuration only, and in
`after` as far as its value is known); what the provider computes is unknown until apply.
"""
import json, pathlib, sys

UNKNOWN = object()
COMPUTED = {
    "aws_iam_role": ["arn", "create_date", "id", "inline_policy", "managed_policy_arns", "name", "name_prefix", "tags_all", "unique_id"],
    "aws_iam_policy": ["arn", "attachment_count", "id", "name_prefix", "policy_id", "tags_all"],
    "aws_iam_role_policy": ["id", "name_prefix"],
    "aws_iam_role_policy_attachment": ["id"],
    "aws_iam_policy_attachment": ["id"],
    "aws_iam_user": ["arn", "id", "tags_all", "unique_id"],
    "aws_iam_group": ["arn", "id", "unique_id"],
    "aws_lambda_function": ["architectures", "arn", "code_sha256", "id", "invoke_arn", "last_modified", "qualified_arn", "tags_all", "version"],
    "aws_vpc": ["arn", "default_network_acl_id", "default_route_table_id", "default_security_group_id", "id", "main_route_table_id", "owner_id"],
    "aws_subnet": ["arn", "availability_zone_id", "id", "owner_id"],
    "aws_security_group": ["arn", "egress", "id", "ingress", "name_prefix", "owner_id", "vpc_id"],
    "aws_route_table": ["arn", "id", "owner_id", "propagating_vgws", "route"],
    "aws_route": ["id", "instance_id", "instance_owner_id", "network_interface_id", "origin", "state"],
    "aws_sqs_queue": ["arn", "id", "url"],
    "aws_msk_cluster": ["arn", "id"],
    "data.aws_iam_policy_document": ["id", "json", "minified_json"],
}


class Ref:
    """An expression that refers to others; its value, if it is known before apply."""

    def __init__(self, *references, value=UNKNOWN):
        self.references, self.value = references, value

    def config(self):
        found = []
        for reference in self.references:
            found.append(reference)
            while "." in reference or "[" in reference:
                cut = max(reference.rfind("."), reference.rfind("["))
                reference = reference[:cut]
                parts = reference.split(".")
                least = 3 if parts[0] == "data" else 2
                if parts[0] in ("var", "local", "each", "count", "path") or len(parts) < least:
                    break
                found.append(reference)
        return {"references": found}


def known(value):
    """What of a value shows in `after`, and what in `after_unknown`."""
    if isinstance(value, Ref):
        return known(value.value)
    if value is UNKNOWN:
        return None, True
    if isinstance(value, dict):
        pairs = {k: known(v) for k, v in value.items()}
        return ({k: a for k, (a, u) in pairs.items() if u is not True},
                {k: u for k, (a, u) in pairs.items() if u not in (False, {})})
    if isinstance(value, list):
        pairs = [known(v) for v in value]
        return [a for a, _ in pairs], [u for _, u in pairs]
    return value, False


def expression(value):
    if isinstance(value, Ref):
        return value.config()
    if isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
        return [{k: expression(v) for k, v in block.items()} for block in value]
    if isinstance(value, list) and any(isinstance(v, Ref) for v in value):
        return {"references": sum((v.config()["references"] for v in value if isinstance(v, Ref)), [])}
    return {"constant_value": value}


class Plan:
    def __init__(self, region="eu-west-1", provider="registry.terraform.io/hashicorp/aws", terraform="1.11.4"):
        self.changes, self.planned, self.prior, self.modules = [], [], [], {}
        self.provider, self.extra = provider, {}
        self.config = {"resources": []}
        self.terraform = terraform
        self.region = region

    def module(self, path):
        """The configuration of a module by its calls: `a.b`."""
        here = self.config
        for name in filter(None, path.split(".")):
            here = here.setdefault("module_calls", {}).setdefault(
                name, {"source": f"./modules/{name}", "expressions": {}, "module": {"resources": []}})["module"]
        return here

    def call(self, path, arguments=None, outputs=None, depends_on=None, source=None, count=None):
        """Says what a module is called with and what it gives out."""
        parent, _, name = path.rpartition(".")
        module = self.module(path)
        call = self.module(parent)["module_calls"][name]
        call["expressions"] = {k: expression(v) for k, v in (arguments or {}).items()}
        if source:
            call["source"] = source
        if depends_on:
            call["depends_on"] = depends_on
        if count is not None:
            call["count_expression"] = expression(count)
        if outputs:
            module["outputs"] = {k: {"expression": v.config(), **({"depends_on": d} if d else {})}
                                 for k, (v, d) in outputs.items()}
        module["variables"] = {k: {} for k in (arguments or {})}

    def add(self, address, depends_on=None, instances=None, module="", repeat=None, actions=("create",), before=None,
            state_depends_on=None, refreshed=None, **arguments):
        """A block and its instances. `instances`: keys, or pairs of a key and the arguments that differ. `refreshed`:
        attributes that AWS gave and nobody has written."""
        mode = "data" if address.startswith("data.") else "managed"
        kind, name = address.removeprefix("data.").split(".")
        block = {"address": address, "mode": mode, "type": kind, "name": name, "provider_config_key": "aws",
                 "expressions": {k: expression(v) for k, v in arguments.items()}, "schema_version": 0}
        if repeat is not None:
            block["count_expression" if instances is None or all(isinstance(i if not isinstance(i, tuple) else i[0], int) for i in instances)
                  else "for_each_expression"] = expression(repeat)
        if depends_on:
            block["depends_on"] = depends_on
        names = [step.split("[")[0] for step in module.replace("module.", "").split(".") if step]
        config = self.module(".".join(names))
        if not any(b["address"] == address for b in config["resources"]):
            config["resources"].append(block)
        for instance in [None] if instances is None else instances:
            key, own = instance if isinstance(instance, tuple) else (instance, {})
            self.instance(address, mode, kind, name, key, module, {**arguments, **own}, list(actions), before,
                          state_depends_on, refreshed or {})

    def instance(self, address, mode, kind, name, key, module, arguments, actions, before, state_depends_on, refreshed):
        suffix = "" if key is None else f"[{json.dumps(key)}]"
        head = {"address": (module + "." if module else "") + address + suffix}
        entry = dict(head, mode=mode, type=kind, name=name)
        if key is not None:
            entry["index"] = key
        entry["provider_name"] = self.provider
        after, unknown = known(arguments)
        after.update(refreshed)
        before = {**before, **refreshed} if before else None
        if "create" in actions or actions == ["read"]:
            computed = COMPUTED.get(("data." if mode == "data" else "") + kind, ["id"])
            unknown.update({k: True for k in computed if k not in after and k not in unknown})
        state = dict(entry, schema_version=0, values=before or after)
        if state_depends_on is not None:
            state["depends_on"] = state_depends_on
        if mode == "data" and actions != ["read"]:
            self.prior.append((module, state))
            return
        change = {"actions": actions, "before": None if actions == ["create"] else (before or after),
                  "after": None if actions == ["delete"] else after,
                  "after_unknown": {} if actions in (["delete"], ["no-op"]) else unknown,
                  "before_sensitive": False if actions == ["create"] else {}, "after_sensitive": {}}
        moved = {"module_address": module} if module else {}
        self.changes.append({**head, **moved, **{k: v for k, v in entry.items() if k != "address"}, "change": change})
        if actions != ["delete"]:
            self.planned.append((module, dict(entry, schema_version=0, values=after, sensitive_values={})))
        if actions != ["create"]:
            self.prior.append((module, state))

    def keep(self, kind):
        """Leaves changes of this type only."""
        self.changes = [c for c in self.changes if c["type"] == kind]
        self.planned = [(m, r) for m, r in self.planned if r["type"] == kind]

    @staticmethod
    def tree(resources):
        root = {}
        for module, resource in resources:
            here, path = root, ""
            for step in filter(None, module.split(".module.")):
                path = (path + "." if path else "") + ("module." + step.removeprefix("module."))
                children = here.setdefault("child_modules", [])
                child = next((c for c in children if c["address"] == path), None)
                if child is None:
                    child = {"address": path}
                    children.append(child)
                here = child
            here.setdefault("resources", []).append(resource)
        return {"root_module": root}

    def json(self):
        plan = {"format_version": "1.2", "terraform_version": self.terraform}
        plan["planned_values"] = self.tree(self.planned)
        plan["resource_changes"] = self.changes
        if self.prior:
            plan["prior_state"] = {"format_version": "1.0", "terraform_version": self.terraform,
                                   "values": self.tree(self.prior)}
        provider = {"name": "aws", "full_name": self.provider, "expressions": {"region": expression(self.region)}}
        plan["configuration"] = {"provider_config": {"aws": provider}, "root_module": self.config}
        plan.update(self.extra)
        return plan

    def state(self):
        return {"format_version": "1.0", "terraform_version": self.terraform, "values": self.tree(self.prior)}


TRUST = json.dumps({"Statement": [{"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}], "Version": "2012-10-17"})
VPC_ACCESS = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
ENI = ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface",
       "ec2:DescribeSubnets", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"]
IN_VPC = [{"ipv6_allowed_for_dual_stack": False, "security_group_ids": ["sg-0a1b2c3d4e5f60001"], "subnet_ids": ["subnet-0a1b2c3d4e5f60001", "subnet-0a1b2c3d4e5f60002"]}]
PLANS = {}


def plan(function):
    PLANS[function.__name__.replace("_", "-")] = function
    return function


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions=tuple(ENI), resource="*", **more):
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def role(p, name="worker", **more):
    p.add(f"aws_iam_role.{name}", **{"name": f"{name}-role", "path": "/", "assume_role_policy": TRUST, **more})


def function(p, name="worker", role="worker", vpc=IN_VPC, **more):
    base = {"function_name": name, "handler": "main.handler", "runtime": "python3.13",
            "role": Ref(f"aws_iam_role.{role}.arn") if isinstance(role, str) else role, "timeout": 30, "vpc_config": vpc}
    p.add(f"aws_lambda_function.{name}", **{**base, **more})


def attach(p, name="vpc", role="worker", arn=VPC_ACCESS, **more):
    base = {"role": Ref(f"aws_iam_role.{role}.name", value=f"{role}-role"), "policy_arn": arn}
    p.add(f"aws_iam_role_policy_attachment.{name}", **{**base, **more})


def inline(p, text, name="eni", role="worker", **more):
    role = Ref(f"aws_iam_role.{role}.id") if isinstance(role, str) else role
    p.add(f"aws_iam_role_policy.{name}", **{"name": name, "role": role, "policy": text, **more})


@plan
def attached_in_order(p):
    role(p); attach(p); function(p, depends_on=["aws_iam_role_policy_attachment.vpc"])


@plan
def attached_without_order(p):
    role(p); attach(p); function(p)


@plan
def inline_without_order(p):
    role(p); inline(p, policy(allow())); function(p)


@plan
def ordered_through_another(p):
    role(p); inline(p, policy(allow()))
    p.add("time_sleep.iam", create_duration="10s", depends_on=["aws_iam_role_policy.eni"])
    function(p, depends_on=["time_sleep.iam"])


@plan
def logs_only(p):
    role(p); attach(p, arn=BASIC); function(p, depends_on=["aws_iam_role_policy_attachment.vpc"])


@plan
def policy_of_ones_own(p):
    role(p)
    p.add("aws_iam_policy.eni", name="eni", path="/", policy=policy(allow()))
    attach(p, arn=Ref("aws_iam_policy.eni.arn")); function(p, depends_on=["aws_iam_role_policy_attachment.vpc"])


@plan
def inverted_count(p):
    role(p); attach(p, arn=BASIC)
    p.add("aws_iam_role_policy_attachment.network", role=Ref("aws_iam_role.worker.name", value="worker-role"),
          policy_arn=VPC_ACCESS, repeat=Ref("var.in_vpc"), instances=[])
    function(p, depends_on=["aws_iam_role_policy_attachment.vpc", "aws_iam_role_policy_attachment.network"])
    p.extra["variables"] = {"in_vpc": {"value": True}}


def lambda_module(p, network, depends_on=True):
    """A module as those of the registry are: switches that make this and that."""
    arguments = {"function_name": "sync", "vpc_subnet_ids": ["subnet-0a1b2c3d4e5f60001"], "create_role": True}
    if network:
        arguments["attach_network_policy"] = True
    m = "module.sync"
    p.call("sync", arguments, outputs={"arn": (Ref("aws_lambda_function.this[0].arn"), None)}, source="./modules/lambda")
    p.add("aws_iam_role.lambda", module=m, instances=[0], repeat=Ref("var.create_role"), name=Ref("var.function_name", value="sync"),
          path="/", assume_role_policy=TRUST)
    p.add("aws_iam_policy.vpc", module=m, instances=[0] if network else [], repeat=Ref("var.attach_network_policy"),
          name="sync-vpc", path="/", policy=policy(allow()))
    p.add("aws_iam_role_policy_attachment.vpc", module=m, instances=[0] if network else [], repeat=Ref("var.attach_network_policy"),
          role=Ref("aws_iam_role.lambda[0].name", value="sync"), policy_arn=Ref("aws_iam_policy.vpc[0].arn"))
    p.add("aws_lambda_function.this", module=m, instances=[0], repeat=Ref("var.create_role"), function_name="sync",
          role=Ref("var.create_role", "aws_iam_role.lambda[0].arn", "var.lambda_role"), handler="index.handler",
          runtime="nodejs22.x",
          vpc_config=[{"security_group_ids": ["sg-0a1b2c3d4e5f60001"], "subnet_ids": Ref("var.vpc_subnet_ids", value=["subnet-0a1b2c3d4e5f60001"])}],
          depends_on=["aws_iam_role_policy_attachment.vpc"] if depends_on else None)


@plan
def module_with_network_policy(p):
    lambda_module(p, True)


@plan
def module_variable_not_passed(p):
    lambda_module(p, False)


@plan
def module_without_order(p):
    lambda_module(p, True, depends_on=False)


@plan
def attached_through_the_function(p):
    role(p); function(p)
    p.add("aws_iam_role_policy_attachment.vpc", role=Ref("aws_lambda_function.worker.role"), policy_arn=VPC_ACCESS)


@plan
def attached_through_the_functions_tag(p):
    role(p); function(p)
    attach(p, depends_on=["aws_lambda_function.worker"])


def destroyed(p, recorded):
    arn = "arn:aws:iam::123412341234:role/worker-role"
    role(p, actions=["delete"], before={"name": "worker-role", "path": "/", "arn": arn, "id": "worker-role", "assume_role_policy": TRUST})
    attach(p, actions=["delete"], before={"role": "worker-role", "policy_arn": VPC_ACCESS, "id": "worker-role-1"},
           state_depends_on=["aws_iam_role.worker"])
    function(p, actions=["delete"], state_depends_on=recorded,
             before={"function_name": "worker", "role": arn, "arn": "arn:aws:lambda:eu-west-1:123412341234:function:worker", "vpc_config": IN_VPC})


@plan
def destroyed_without_order(p):
    destroyed(p, ["aws_iam_role.worker"])


@plan
def destroyed_in_order(p):
    destroyed(p, ["aws_iam_role.worker", "aws_iam_role_policy_attachment.vpc"])


def fence(region):
    return policy(allow(), {"Sid": "Fence", "Effect": "Deny", "NotAction": ["iam:*", "sts:*", "cloudfront:*"], "Resource": "*",
                            "Condition": {"StringNotEquals": {"aws:RequestedRegion": [region]}}})


@plan
def region_fence(p):
    role(p); inline(p, fence("eu-west-1")); function(p, depends_on=["aws_iam_role_policy.eni"])


@plan
def region_fence_by_variable(p):
    p.region = Ref("var.region"); p.extra["variables"] = {"region": {"value": "eu-west-1"}}
    region_fence(p)


@plan
def region_fence_elsewhere(p):
    role(p); inline(p, fence("us-east-1")); function(p, depends_on=["aws_iam_role_policy.eni"])


@plan
def managed_policy_arns(p):
    role(p, managed_policy_arns=[BASIC, VPC_ACCESS]); function(p)


@plan
def managed_policy_arns_beside_attachment(p):
    role(p, managed_policy_arns=[BASIC]); attach(p); function(p, depends_on=["aws_iam_role_policy_attachment.vpc"])


@plan
def inline_policy_of_role(p):
    role(p, inline_policy=[{"name": "eni", "policy": policy(allow())}]); function(p)


@plan
def inline_policy_beside_role_policy(p):
    role(p, inline_policy=[{"name": "logs", "policy": policy(allow(["logs:*"]))}]); inline(p, policy(allow()))
    function(p, depends_on=["aws_iam_role_policy.eni"])


@plan
def shared_policy_attachment(p):
    role(p); role(p, "other"); attach(p)
    p.add("aws_iam_policy_attachment.all", name="all", policy_arn=VPC_ACCESS, roles=[Ref("aws_iam_role.other.name", value="other-role")])
    function(p, depends_on=["aws_iam_role_policy_attachment.vpc"])


@plan
def policy_attachment_of_all(p):
    role(p)
    p.add("aws_iam_policy_attachment.all", name="all", policy_arn=VPC_ACCESS, roles=[Ref("aws_iam_role.worker.name", value="worker-role")])
    function(p, depends_on=["aws_iam_policy_attachment.all"])


@plan
def attachments_exclusive(p):
    role(p); attach(p)
    p.add("aws_iam_role_policy_attachments_exclusive.worker", role_name=Ref("aws_iam_role.worker.name", value="worker-role"), policy_arns=[BASIC])
    function(p, depends_on=["aws_iam_role_policy_attachment.vpc"])


@plan
def attachments_exclusive_with_all(p):
    role(p); attach(p)
    p.add("aws_iam_role_policy_attachments_exclusive.worker", role_name=Ref("aws_iam_role.worker.name", value="worker-role"), policy_arns=[VPC_ACCESS])
    function(p, depends_on=["aws_iam_role_policy_attachment.vpc"])


@plan
def policies_exclusive(p):
    role(p); inline(p, policy(allow()))
    p.add("aws_iam_role_policies_exclusive.worker", role_name=Ref("aws_iam_role.worker.name", value="worker-role"), policy_names=["logs"])
    function(p, depends_on=["aws_iam_role_policy.eni"])


def statement(sid, actions, resources, effect="Allow"):
    return {"sid": sid, "effect": effect, "actions": actions, "resources": resources, "not_actions": None,
            "not_resources": None, "condition": [], "principals": [], "not_principals": []}


@plan
def document_known_in_part(p):
    role(p)
    p.add("aws_sqs_queue.jobs", name="jobs")
    p.add("data.aws_iam_policy_document.worker", actions=["read"],
          statement=[statement("Jobs", ["sqs:ReceiveMessage"], [Ref("aws_sqs_queue.jobs.arn")]), statement("Eni", ENI, ["*"])])
    inline(p, Ref("data.aws_iam_policy_document.worker.json")); function(p, depends_on=["aws_iam_role_policy.eni"])


@plan
def document_denies_what_is_not_known(p):
    role(p)
    p.add("aws_sqs_queue.jobs", name="jobs")
    p.add("data.aws_iam_policy_document.worker", actions=["read"],
          statement=[statement("Eni", ENI, ["*"]), statement("No", ["ec2:DeleteNetworkInterface"], [Ref("local.protected")], "Deny")])
    inline(p, Ref("data.aws_iam_policy_document.worker.json")); function(p, depends_on=["aws_iam_role_policy.eni"])


@plan
def text_known_after_apply(p):
    role(p)
    p.add("aws_sqs_queue.jobs", name="jobs")
    inline(p, Ref("aws_sqs_queue.jobs.arn")); function(p, depends_on=["aws_iam_role_policy.eni"])


@plan
def secret_text(p):
    role(p); inline(p, "REDACTED")
    p.changes[-1]["change"]["after_sensitive"] = {"policy": True}
    function(p, depends_on=["aws_iam_role_policy.eni"])


@plan
def boundary_without_ec2(p):
    p.add("aws_iam_policy.boundary", name="boundary", path="/", policy=policy(allow(["logs:*", "xray:*"])))
    role(p, permissions_boundary=Ref("aws_iam_policy.boundary.arn")); attach(p)
    function(p, depends_on=["aws_iam_role_policy_attachment.vpc"])


@plan
def role_looked_up(p):
    arn = "arn:aws:iam::123412341234:role/shared"
    p.add("data.aws_iam_role.shared", name="shared", arn=arn, assume_role_policy=TRUST)
    function(p, role=Ref("data.aws_iam_role.shared.arn", value=arn))


@plan
def role_of_another_state(p):
    function(p, role=Ref("local.role_arn"))


@plan
def empty_lists(p):
    role(p); attach(p, arn=BASIC); function(p, vpc=[{"security_group_ids": [], "subnet_ids": []}])


@plan
def subnets_without_groups(p):
    role(p); attach(p)
    function(p, vpc=[{"security_group_ids": [], "subnet_ids": ["subnet-0a1b2c3d4e5f60001"]}], depends_on=["aws_iam_role_policy_attachment.vpc"])


@plan
def no_vpc(p):
    role(p); attach(p, arn=BASIC); function(p, vpc=[])


@plan
def vpc_config_known_after_apply(p):
    role(p); attach(p, arn=BASIC); function(p, vpc=Ref("var.subnets"))


@plan
def update_enters_vpc(p):
    arn = "arn:aws:iam::123412341234:role/worker-role"
    have = {"name": "worker-role", "path": "/", "arn": arn, "id": "worker-role", "assume_role_policy": TRUST, "managed_policy_arns": [BASIC], "inline_policy": []}
    p.add("aws_iam_role.worker", actions=["no-op"], before=have, name="worker-role", path="/", assume_role_policy=TRUST)
    p.changes[-1]["change"]["after"] = have
    attach(p, "logs", arn=BASIC, actions=["no-op"])
    attach(p)
    function(p, actions=["update"], role=Ref("aws_iam_role.worker.arn", value=arn), before={"function_name": "worker", "role": arn, "vpc_config": []})


@plan
def nothing_to_do(p):
    arn = "arn:aws:iam::123412341234:role/worker-role"
    have = {"name": "worker-role", "path": "/", "arn": arn, "id": "worker-role", "assume_role_policy": TRUST, "managed_policy_arns": [VPC_ACCESS], "inline_policy": []}
    p.add("aws_iam_role.worker", actions=["no-op"], before=have, name="worker-role", path="/", assume_role_policy=TRUST)
    p.changes[-1]["change"]["after"] = have
    attach(p, actions=["no-op"])
    function(p, actions=["no-op"], role=Ref("aws_iam_role.worker.arn", value=arn))


@plan
def attachment_goes_function_stays(p):
    nothing_to_do(p)
    change = p.changes[1]["change"]
    change.update(actions=["delete"], after=None)
    p.planned.pop(1)


@plan
def leaves_vpc_without_policy(p):
    attachment_goes_function_stays(p)
    change = p.changes[2]["change"]
    change.update(actions=["update"], after={**change["after"], "vpc_config": []})


@plan
def leaves_vpc_with_policy(p):
    nothing_to_do(p)
    change = p.changes[2]["change"]
    change.update(actions=["update"], after={**change["after"], "vpc_config": []})


def network(p, target, group_vpc="aws_vpc.net.id"):
    p.add("aws_vpc.net", cidr_block="10.0.0.0/16", instance_tenancy="default")
    p.add("aws_vpc.other", cidr_block="10.1.0.0/16", instance_tenancy="default")
    p.add("aws_subnet.a", vpc_id=Ref("aws_vpc.net.id"), cidr_block="10.0.1.0/24")
    p.add("aws_security_group.fn", name="fn", vpc_id=Ref(group_vpc))
    p.add("aws_route_table.main", vpc_id=Ref("aws_vpc.net.id"))
    p.add("aws_route_table_association.a", subnet_id=Ref("aws_subnet.a.id"), route_table_id=Ref("aws_route_table.main.id"))
    p.add("aws_internet_gateway.igw", vpc_id=Ref("aws_vpc.net.id"))
    p.add("aws_nat_gateway.nat", subnet_id=Ref("aws_subnet.a.id"))
    if target:
        p.add("aws_route.out", route_table_id=Ref("aws_route_table.main.id"), destination_cidr_block="0.0.0.0/0", **target)
    role(p); attach(p)
    function(p, depends_on=["aws_iam_role_policy_attachment.vpc"],
             vpc=[{"subnet_ids": Ref("aws_subnet.a.id"), "security_group_ids": Ref("aws_security_group.fn.id")}])


@plan
def public_subnet(p):
    network(p, {"gateway_id": Ref("aws_internet_gateway.igw.id")})


@plan
def private_subnet(p):
    network(p, {"nat_gateway_id": Ref("aws_nat_gateway.nat.id")})


@plan
def public_by_route_block(p):
    network(p, None)
    table = next(c for c in p.changes if c["address"] == "aws_route_table.main")
    table["change"]["after"]["route"] = [{"cidr_block": "0.0.0.0/0", "ipv6_cidr_block": "", "nat_gateway_id": "", "transit_gateway_id": ""}]
    table["change"]["after_unknown"]["route"] = [{"gateway_id": True}]
    block = next(b for b in p.config["resources"] if b["address"] == "aws_route_table.main")
    block["expressions"]["route"] = [{"cidr_block": {"constant_value": "0.0.0.0/0"}, "gateway_id": Ref("aws_internet_gateway.igw.id").config()}]


@plan
def mixed_vpcs(p):
    network(p, {"nat_gateway_id": Ref("aws_nat_gateway.nat.id")}, "aws_vpc.other.id")


@plan
def dedicated_tenancy(p):
    network(p, {"nat_gateway_id": Ref("aws_nat_gateway.nat.id")})
    next(c for c in p.changes if c["address"] == "aws_vpc.net")["change"]["after"]["instance_tenancy"] = "dedicated"


@plan
def lists_changed_about(p):
    network(p, {"nat_gateway_id": Ref("aws_nat_gateway.nat.id")})
    block = next(b for b in p.config["resources"] if b["address"] == "aws_lambda_function.worker")
    config = block["expressions"]["vpc_config"][0]
    config["subnet_ids"], config["security_group_ids"] = config["security_group_ids"], config["subnet_ids"]


@plan
def one_of_each_forgets(p):
    keys = ["in", "out"]
    p.add("aws_iam_role.worker", repeat=Ref("var.workers"), instances=[(k, {"name": f"worker-{k}"}) for k in keys],
          name=Ref("each.key"), path="/", assume_role_policy=TRUST)
    p.add("aws_iam_role_policy_attachment.vpc", repeat=Ref("var.vpc_workers"), instances=["in"],
          role=Ref("aws_iam_role.worker", "each.key", value="worker-in"), policy_arn=VPC_ACCESS)
    p.add("aws_lambda_function.worker", repeat=Ref("var.workers"), instances=[(k, {"function_name": k}) for k in keys],
          function_name=Ref("each.key"), role=Ref("aws_iam_role.worker", "each.key"), handler="m.h", runtime="python3.13", vpc_config=IN_VPC,
          depends_on=["aws_iam_role_policy_attachment.vpc"])


@plan
def roles_known_by_prefix(p):
    p.add("aws_iam_role.worker", name_prefix="worker-", path="/", assume_role_policy=TRUST, repeat=2, instances=[0, 1])
    p.add("aws_iam_role_policy_attachment.vpc", repeat=2, instances=[0, 1], role=Ref("aws_iam_role.worker", "count.index"), policy_arn=VPC_ACCESS)
    p.add("aws_lambda_function.worker", repeat=2, instances=[0, 1], function_name="w", role=Ref("aws_iam_role.worker", "count.index"),
          handler="m.h", runtime="python3.13", vpc_config=IN_VPC, depends_on=["aws_iam_role_policy_attachment.vpc"])


def two_modules(p, depends_on=None, output_depends_on=None):
    p.call("iam", {}, outputs={"role_arn": (Ref("aws_iam_role.worker.arn"), output_depends_on)})
    p.add("aws_iam_role.worker", module="module.iam", name="worker", path="/", assume_role_policy=TRUST)
    p.add("aws_iam_role_policy_attachment.vpc", module="module.iam", role=Ref("aws_iam_role.worker.name", value="worker"), policy_arn=VPC_ACCESS)
    p.call("fn", {"role_arn": Ref("module.iam.role_arn")}, depends_on=depends_on)
    p.add("aws_lambda_function.worker", module="module.fn", function_name="worker", role=Ref("var.role_arn"), handler="m.h", runtime="python3.13", vpc_config=IN_VPC)


@plan
def modules_without_order(p):
    two_modules(p)


@plan
def attached_outside_of_the_module(p):
    p.call("fn", {}, outputs={"role_name": (Ref("aws_iam_role.worker.name"), None)})
    p.add("aws_iam_role.worker", module="module.fn", name="worker", path="/", assume_role_policy=TRUST)
    p.add("aws_lambda_function.worker", module="module.fn", function_name="worker", role=Ref("aws_iam_role.worker.arn"), handler="m.h", runtime="python3.13", vpc_config=IN_VPC)
    p.add("aws_iam_role_policy_attachment.vpc", role=Ref("module.fn.role_name", value="worker"), policy_arn=VPC_ACCESS)


@plan
def role_written_as_text(p):
    role(p); attach(p)
    function(p, role="arn:aws:iam::123412341234:role/worker-role")
    p.changes[-1]["change"]["after"]["role"] = "arn:aws:iam::123412341234:role/worker-role"
    del p.changes[-1]["change"]["after_unknown"]["role"]
    p.config["resources"][-1]["expressions"]["role"] = {"constant_value": "arn:aws:iam::123412341234:role/worker-role"}


@plan
def modules_in_order(p):
    two_modules(p, depends_on=["module.iam"])


@plan
def output_in_order(p):
    two_modules(p, output_depends_on=["aws_iam_role_policy_attachment.vpc"])


@plan
def instances_of_modules(p):
    """One module, called for each of two stages; the policy in one of them only."""
    p.call("stage", {"network": Ref("each.value.network")}, count=None)
    p.module("")["module_calls"]["stage"]["for_each_expression"] = {"references": ["local.stages"]}
    for key, network in [("blue.v1", True), ("green[2]", False)]:
        m = f'module.stage["{key}"]'
        # `rpartition` on dots would cut the key: the configuration is that of `stage`.
        for args in [("aws_iam_role.worker", dict(name=f"worker-{key[:4]}", path="/", assume_role_policy=TRUST)),
                     *([("aws_iam_role_policy_attachment.vpc", dict(role=Ref("aws_iam_role.worker.id"), policy_arn=VPC_ACCESS))] if network else []),
                     ("aws_lambda_function.worker", dict(function_name=key[:4], role=Ref("aws_iam_role.worker.arn"), handler="m.h", runtime="python3.13", vpc_config=IN_VPC, depends_on=["aws_iam_role_policy_attachment.vpc"]))]:
            address, arguments = args
            kind, name = address.split(".")
            depends_on = arguments.pop("depends_on", None)
            config = p.module("stage")
            if not any(b["address"] == address for b in config["resources"]):
                block = {"address": address, "mode": "managed", "type": kind, "name": name, "provider_config_key": "aws",
                         "expressions": {k: expression(v) for k, v in arguments.items()}, "schema_version": 0}
                if depends_on:
                    block["depends_on"] = depends_on
                config["resources"].append(block)
            after, unknown = known(arguments)
            unknown.update({k: True for k in COMPUTED[kind] if k not in after})
            p.changes.append({"address": f"{m}.{address}", "module_address": m, "mode": "managed", "type": kind, "name": name,
                              "provider_name": p.provider, "change": {"actions": ["create"], "before": None, "after": after,
                                                                     "after_unknown": unknown, "before_sensitive": False, "after_sensitive": {}}})


@plan
def misspelt_managed_policy(p):
    role(p); attach(p, arn="arn:aws:iam::aws:policy/AWSLambdaVPCAccessExecutionRole")
    function(p, depends_on=["aws_iam_role_policy_attachment.vpc"])


@plan
def managed_policy_looked_up(p):
    role(p)
    p.add("data.aws_iam_policy.vpc", name="AWSLambdaVPCAccessExecutionRole", arn=VPC_ACCESS, policy=policy(allow()))
    attach(p, arn=Ref("data.aws_iam_policy.vpc.arn", value=VPC_ACCESS)); function(p, depends_on=["aws_iam_role_policy_attachment.vpc"])


@plan
def edge_function(p):
    role(p); attach(p); function(p, depends_on=["aws_iam_role_policy_attachment.vpc"])
    p.add("aws_cloudfront_distribution.site", enabled=True, default_cache_behavior=[{"target_origin_id": "o", "lambda_function_association": [
        {"event_type": "origin-request", "lambda_arn": Ref("aws_lambda_function.worker.qualified_arn")}]}])


@plan
def kafka_without_vpc(p):
    role(p); attach(p, arn=BASIC); function(p, vpc=[])
    p.add("aws_msk_cluster.events", cluster_name="events")
    p.add("aws_lambda_event_source_mapping.events", event_source_arn=Ref("aws_msk_cluster.events.arn"), function_name=Ref("aws_lambda_function.worker.arn"), topics=["t"])


@plan
def trusts_edge_only(p):
    role(p, assume_role_policy=TRUST.replace("lambda.", "edgelambda.")); attach(p)
    function(p, depends_on=["aws_iam_role_policy_attachment.vpc"])


@plan
def account_looked_up(p):
    p.add("data.aws_caller_identity.current", account_id="123412341234", arn="arn:aws:iam::123412341234:user/ci", user_id="AIDAEXAMPLE")
    role(p)
    inline(p, policy(allow(["ec2:Describe*"]), allow([a for a in ENI if "Describe" not in a], "arn:aws:ec2:eu-west-1:123412341234:*/*")))
    function(p, depends_on=["aws_iam_role_policy.eni"])


def with_scp(p, target):
    p.add("data.aws_caller_identity.current", account_id="123412341234", arn="arn:aws:iam::123412341234:user/ci", user_id="AIDAEXAMPLE")
    attached_in_order(p)
    p.add("aws_organizations_policy.no_eni", name="no-eni", type="SERVICE_CONTROL_POLICY", content=policy(
        {"Sid": "NoInterfaces", "Effect": "Deny", "Action": "ec2:*NetworkInterface*", "Resource": "*"}))
    p.add("aws_organizations_policy_attachment.no_eni", policy_id=Ref("aws_organizations_policy.no_eni.id"), target_id=target)


@plan
def scp_of_the_account(p):
    with_scp(p, "123412341234")


@plan
def scp_of_another_account(p):
    with_scp(p, "567856785678")


@plan
def opentofu(p):
    p.provider, p.terraform = "registry.opentofu.org/hashicorp/aws", "1.10.6"
    attached_without_order(p)


@plan
def targeted(p):
    # What -target leaves alone is in the prior state only.
    nothing_to_do(p); p.keep("aws_lambda_function")


@plan
def targeted_attachment_goes(p):
    nothing_to_do(p); p.keep("aws_iam_role_policy_attachment")
    for change in p.changes:
        change["change"].update(actions=["delete"], after=None)
    p.planned = []


@plan
def only_refreshed(p):
    nothing_to_do(p); p.keep("nothing")


ROLE_ARN = "arn:aws:iam::123412341234:role/worker-role"
LOGS = allow(["logs:*"])


def existing(p, arns=(), inline_policy=(), vpc_before=(), **more):
    """A role that is there, as AWS shows it, and a function that is there and enters the VPC."""
    role(p, actions=["no-op"], refreshed={"arn": ROLE_ARN, "id": "worker-role", "managed_policy_arns": list(arns), "inline_policy": list(inline_policy)})
    before = {"function_name": "worker", "handler": "main.handler", "runtime": "python3.13", "role": ROLE_ARN, "timeout": 30, "vpc_config": list(vpc_before), "source_code_hash": "a"}
    function(p, actions=["update"], before=before, role=Ref("aws_iam_role.worker.arn", value=ROLE_ARN), **{"source_code_hash": "a", **more})


def changed_inline(p, before, after):
    inline(p, policy(*after), role=Ref("aws_iam_role.worker.id", value="worker-role"), actions=["update"], before={"name": "eni", "role": "worker-role", "policy": policy(*before)})


def exclusive(p, arns, **more):
    p.add("aws_iam_role_policy_attachments_exclusive.worker", **{"role_name": Ref("aws_iam_role.worker.name", value="worker-role"), "policy_arns": arns, **more})


@plan
def exclusive_attaches_in_order(p):
    role(p); exclusive(p, [VPC_ACCESS]); function(p, depends_on=["aws_iam_role_policy_attachments_exclusive.worker"])


@plan
def exclusive_attaches_without_order(p):
    role(p); exclusive(p, [VPC_ACCESS]); function(p)


@plan
def exclusive_attaches_what_is_made(p):
    role(p)
    p.add("aws_iam_policy.eni", name="eni", path="/", policy=policy(allow()))
    attach(p, arn=Ref("aws_iam_policy.eni.arn")); exclusive(p, Ref("aws_iam_policy.eni.arn"))
    function(p, depends_on=["aws_iam_role_policy_attachment.vpc"])


@plan
def exclusive_takes_away(p):
    existing(p, arns=[VPC_ACCESS], vpc_before=IN_VPC, timeout=60)
    exclusive(p, [BASIC], actions=["update"], before={"role_name": "worker-role", "policy_arns": [VPC_ACCESS]})


@plan
def exclusive_goes_attachments_stay(p):
    existing(p, arns=[VPC_ACCESS], vpc_before=IN_VPC, timeout=60)
    exclusive(p, [VPC_ACCESS], actions=["delete"])


@plan
def policies_exclusive_takes_away(p):
    existing(p, inline_policy=[{"name": "eni", "policy": policy(allow())}], vpc_before=IN_VPC, timeout=60)
    p.add("aws_iam_role_policies_exclusive.worker", role_name=Ref("aws_iam_role.worker.name", value="worker-role"), policy_names=[])


@plan
def policy_changed_without_order(p):
    existing(p, inline_policy=[{"name": "eni", "policy": policy(LOGS)}]); changed_inline(p, [LOGS], [LOGS, allow()])


@plan
def policy_changed_in_order(p):
    existing(p, inline_policy=[{"name": "eni", "policy": policy(LOGS)}], depends_on=["aws_iam_role_policy.eni"])
    changed_inline(p, [LOGS], [LOGS, allow()])


@plan
def policy_changed_in_other_ways(p):
    existing(p, inline_policy=[{"name": "eni", "policy": policy(allow())}]); changed_inline(p, [allow()], [LOGS, allow()])


@plan
def typo_mended(p):
    # What was wrong with the text before is nobody's business any more.
    existing(p, inline_policy=[{"name": "eni", "policy": policy(allow(ENI[:1] + ["ec2:DescribeNetworkInterface"] + ENI[2:]))}], depends_on=["aws_iam_role_policy.eni"])
    changed_inline(p, [allow(ENI[:1] + ["ec2:DescribeNetworkInterface"] + ENI[2:])], [allow()])


@plan
def managed_policy_changed_without_order(p):
    arn = "arn:aws:iam::123412341234:policy/eni"
    existing(p, arns=[arn])
    p.add("aws_iam_policy.eni", actions=["update"], before={"name": "eni", "path": "/", "policy": policy(LOGS)}, refreshed={"arn": arn, "id": arn},
          name="eni", path="/", policy=policy(LOGS, allow()))
    attach(p, arn=Ref("aws_iam_policy.eni.arn", value=arn), actions=["no-op"])


@plan
def only_the_code_changes(p):
    # UpdateFunctionCode does not ask what the role may do.
    enis = "arn:aws:iam::aws:policy/service-role/AWSLambdaENIManagementAccess"
    existing(p, arns=[enis], vpc_before=IN_VPC, source_code_hash="b")
    attach(p, "old", arn=enis, actions=["delete"]); attach(p)


@plan
def policies_for_each(p):
    role(p)
    p.add("aws_iam_policy.eni", name="eni", path="/", policy=policy(allow()))
    p.add("aws_iam_policy.data", name="data", path="/", policy=policy(allow(["s3:GetObject"])))
    attach(p, "all", arn=Ref("each.value"), instances=["data", "eni"], repeat=Ref("aws_iam_policy.eni.arn", "aws_iam_policy.data.arn"))
    function(p, depends_on=["aws_iam_role_policy_attachment.all"])


@plan
def policies_for_each_role(p):
    # Which role gets which policy, the plan does not say.
    role(p); role(p, "other")
    p.add("aws_iam_policy.eni", name="eni", path="/", policy=policy(allow()))
    p.add("aws_iam_policy.data", name="data", path="/", policy=policy(allow(["s3:GetObject"])))
    p.add("aws_iam_role_policy_attachment.all", instances=[("data", {"role": "other-role"}), ("eni", {"role": "worker-role"})],
          repeat=Ref("aws_iam_policy.eni.arn", "aws_iam_policy.data.arn"), role=Ref("each.key"), policy_arn=Ref("each.value"))
    function(p, depends_on=["aws_iam_role_policy_attachment.all"])


@plan
def other_partition(p):
    p.region = "cn-north-1"
    attached_in_order(p)


@plan
def own_partition(p):
    p.region = "cn-north-1"
    role(p); attach(p, arn=VPC_ACCESS.replace(":aws:", ":aws-cn:", 1)); function(p, depends_on=["aws_iam_role_policy_attachment.vpc"])


@plan
def deployer_by_group(p):
    p.add("aws_iam_user.ci", name="ci", path="/")
    p.add("aws_iam_group.deployers", name="deployers", path="/")
    p.add("aws_iam_group_policy.deploy", name="deploy", group=Ref("aws_iam_group.deployers.name", value="deployers"),
          policy=policy(allow(["lambda:*", "ec2:DescribeVpcs", "ec2:DescribeSubnets", "ec2:DescribeSecurityGroups", "ec2:GetSecurityGroupsForVpc"])))
    p.add("aws_iam_user_group_membership.ci", user=Ref("aws_iam_user.ci.name", value="ci"), groups=[Ref("aws_iam_group.deployers.name", value="deployers")])


@plan
def errored(p):
    attached_in_order(p); p.extra["errored"] = True


def main(folder):
    for name, make in sorted(PLANS.items()):
        p = Plan()
        make(p)
        (folder / f"{name}.json").write_text(json.dumps(p.json(), indent=2) + "\n")
    p = Plan()
    destroyed(p, ["aws_iam_role.worker"])
    (folder / "state.json").write_text(json.dumps(p.state(), indent=2) + "\n")
    p = Plan()
    attached_without_order(p)
    (folder / "one-line.json").write_text(json.dumps(p.json(), separators=(",", ":")))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
