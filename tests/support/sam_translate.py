"""What AWS's own transform makes of SAM templates.

    sam_translate.py OUTPUT < LIST

LIST names templates, one a line. Of the Nth, OUTPUT/N.json holds the template that CloudFormation gets, or OUTPUT/N.txt
why SAM refuses it. Nothing is asked of AWS: the names of its managed policies come with the transform.
"""
import json
import os
import pathlib
import sys

os.environ.update(AWS_DEFAULT_REGION="us-east-1", SAM_TRANSLATOR_TELEMETRY="0")

import yaml
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse


# CloudFormation takes dates for texts: `Version: 2012-10-17`.
for start, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items():
    kept = [resolver for resolver in resolvers if resolver[0] != "tag:yaml.org,2002:timestamp"]
    yaml.SafeLoader.yaml_implicit_resolvers[start] = kept


class NoFurtherPolicies:
    """Stands for IAM's list of the managed policies that the transform does not know."""

    def load(self):
        return {}


def packaged(node):
    """Code in local files is taken for uploaded, as `sam package` does it."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("CodeUri", "ContentUri", "DefinitionUri") and isinstance(value, str):
                if not value.startswith("s3://"):
                    node[key] = "s3://bucket/key"
            else:
                packaged(value)
    elif isinstance(node, list):
        for item in node:
            packaged(item)


def translate(path):
    template = yaml_parse(pathlib.Path(path).read_text(encoding="utf-8"))
    packaged(template)
    return transform(template, {}, NoFurtherPolicies())


def main():
    output = pathlib.Path(sys.argv[1])
    for number, line in enumerate(sys.stdin.read().splitlines()):
        try:
            made = json.dumps(translate(line), indent=1)
            (output / f"{number}.json").write_text(made, encoding="utf-8")
        except InvalidDocumentException as refused:
            (output / f"{number}.txt").write_text(refused.message, encoding="utf-8")


main()
