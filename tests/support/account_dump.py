"""Prints an account as `aws iam get-account-authorization-details` does: by boto3, all pages in one.

    account_dump.py ENDPOINT REGION
"""

import json
import sys

import boto3


def main(endpoint: str, region: str) -> None:
    iam = boto3.client(
        "iam",
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    # The CLI asks for the same: no AWS managed policies but those that a filter leaves out are not named by anybody.
    filters = ["User", "Group", "Role", "LocalManagedPolicy"]
    pages = iam.get_paginator("get_account_authorization_details").paginate(Filter=filters)
    # Dates as the CLI writes them.
    json.dump(pages.build_full_result(), sys.stdout, indent=4, default=lambda date: date.isoformat())


main(*sys.argv[1:])
