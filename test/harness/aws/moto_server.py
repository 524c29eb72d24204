"""Runs moto on a free loopback port for the test harness.

Differences from `moto_server`: it picks the port and prints it, keeps connections alive, and lets the proxy in
front of it vouch for identity:
  x-vedette-admin: this call is by the account's administrator, IAM does not apply
Signatures are not checked: the proxy may have rewritten the request (paging), and it has resolved the access key.
AWS's 1,400 managed policies are parsed once, not for every account (moto: 0.1 s each, and again on reset).
S3's IAM action names are completed, moto knows half of them and takes the rest for s3:ListBucket.
"""

import copy
import json
import os

from werkzeug.serving import WSGIRequestHandler, make_server

from moto.core.authorization import ActionAuthenticatorMixin
from moto.iam.access_control import IAMRequestBase
from moto.iam.models import IAMBackend
from moto.moto_api._internal import mock_random
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3 import responses as s3_responses

BUCKET_READS = {
    "location": "GetBucketLocation",
    "lifecycle": "GetLifecycleConfiguration",
    "encryption": "GetEncryptionConfiguration",
    "publicAccessBlock": "GetBucketPublicAccessBlock",
    "ownershipControls": "GetBucketOwnershipControls",
    "policyStatus": "GetBucketPolicyStatus",
    "replication": "GetReplicationConfiguration",
    "object-lock": "GetBucketObjectLockConfiguration",
}

original_check = ActionAuthenticatorMixin._authenticate_and_authorize_action


def check_unless_admin(self, iam_request_cls, resource="*"):
    if self.headers.get("x-vedette-admin"):
        return
    original_check(self, iam_request_cls, resource)


original_policies = IAMBackend._init_aws_policies
template = []


def copied_policies(self):
    if not template:
        # Ids that a seed determines must not depend on whether this account is the first.
        state = mock_random.getstate()
        template.extend(original_policies(self))
        mock_random.setstate(state)
    policies = [copy.copy(policy) for policy in template]
    for policy in policies:
        policy.account_id = self.account_id
    return policies


class Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, *args, **kwargs):
        pass


def main():
    ActionAuthenticatorMixin._authenticate_and_authorize_action = check_unless_admin
    IAMBackend._init_aws_policies = copied_policies
    IAMRequestBase.check_signature = lambda self: None
    s3_responses.ACTION_MAP["BUCKET"]["GET"].update(BUCKET_READS)

    app = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Handler)
    os.environ["MOTO_PORT"] = str(server.server_port)
    print(json.dumps({"port": server.server_port}), flush=True)
    server.serve_forever()


main()
