"""Which calls of AWS' APIs are deploys, scaling, configuration and removals, and of what; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from collectors.kit import fields
from timeline.kinds import Kind

#: Lambda's names end with the version of its API: `UpdateFunctionCode20150331v2`.
_VERSION = re.compile(r"[0-9]{8}(?:v[0-9]{1,3})?$")
_VERB = re.compile(r"[A-Z][a-z]{0,30}")
_REMOVING = frozenset({"Delete", "Terminate"})
_CHANGING = frozenset({
    "Add", "Apply", "Associate", "Attach", "Authorize", "Cancel", "Change", "Configure", "Copy", "Create",
    "Deregister", "Detach", "Disable", "Disassociate", "Enable", "Execute", "Import", "Increase", "Decrease",
    "Modify", "Promote", "Put", "Register", "Remove", "Replace", "Reset", "Restore", "Revoke", "Rotate",
    "Schedule", "Set", "Tag", "Untag", "Update", "Upgrade",
})  # fmt: skip


class Rule(NamedTuple):
    """A call with one of these members (none: any) is of a kind; where it says what, and its revision or value."""

    kind: Kind
    when: tuple[str, ...] = ()
    value: str = ""


def _scale(*paths: str) -> tuple[Rule, ...]:
    return tuple(Rule("change.scale", (path,), path) for path in paths)


#: By service and action; what fits no rule of an action is what its verb says.
_RULES: Mapping[str, tuple[Rule, ...]] = {
    "amplify:StartDeployment": (Rule("deploy.started"),),
    "apprunner:StartDeployment": (Rule("deploy.started"),),
    "autoscaling:SetDesiredCapacity": _scale("desiredCapacity"),
    "autoscaling:UpdateAutoScalingGroup": _scale("desiredCapacity", "minSize", "maxSize"),
    "codedeploy:CreateDeployment": (
        Rule("deploy.started", ("revision.gitHubLocation.commitId",), "revision.gitHubLocation.commitId"),
        Rule("deploy.started", (), "revision.s3Location.key"),
    ),
    "dynamodb:UpdateTable": _scale("provisionedThroughput.writeCapacityUnits"),
    "ec2:ModifyFleet": _scale("ModifyFleetRequest.TargetCapacitySpecification.TotalTargetCapacity"),
    "ecs:UpdateService": (
        Rule("deploy.started", ("taskDefinition", "forceNewDeployment"), "taskDefinition"), *_scale("desiredCount"),
    ),
    "eks:UpdateNodegroupConfig": _scale("scalingConfig.desiredSize"),
    "elasticache:DecreaseReplicaCount": _scale("newReplicaCount"),
    "elasticache:IncreaseReplicaCount": _scale("newReplicaCount"),
    "elasticache:ModifyReplicationGroupShardConfiguration": _scale("nodeGroupCount"),
    "elasticbeanstalk:UpdateEnvironment": (Rule("deploy.started", ("versionLabel",), "versionLabel"),),
    "kinesis:UpdateShardCount": _scale("targetShardCount"),
    "lambda:PutFunctionConcurrency": _scale("reservedConcurrentExecutions"),
    "lambda:PutProvisionedConcurrencyConfig": _scale("provisionedConcurrentExecutions"),
    "lambda:UpdateAlias": (Rule("deploy.started", ("functionVersion",), "functionVersion"),),
    "lambda:UpdateFunctionCode": (Rule("deploy.started", (), "imageUri"),),
    "rds:ModifyDBInstance": _scale("dBInstanceClass"),
    "sagemaker:UpdateEndpoint": (Rule("deploy.started", (), "endpointConfigName"),),
}  # fmt: skip

#: Members by which a call names what it is about, the first that is there.
_NAMES = (
    "service", "serviceName", "functionName", "deploymentGroupName", "applicationName", "environmentName", "stackName",
    "changeSetName", "nodegroupName", "addonName", "dBInstanceIdentifier", "dBClusterIdentifier", "dBParameterGroupName",
    "autoScalingGroupName", "launchTemplateName", "replicationGroupId", "cacheClusterId", "streamName", "tableName",
    "bucketName", "alarmName", "ruleName", "queueName", "queueUrl", "topicArn", "family", "taskDefinition", "loadBalancerArn",
    "listenerArn", "targetGroupArn", "hostedZoneId", "distributionId", "restApiId", "apiId", "secretId", "repositoryName",
    "logGroupName", "roleName", "policyName", "policyArn", "keyId", "groupId", "groupName", "routeTableId", "instanceId",
    "instancesSet.items.0.instanceId", "volumeId", "networkInterfaceId", "subnetId", "vpcId", "endpointName", "endpointConfigName",
    "clusterName", "cluster", "serviceArn", "resourceArn", "resourceId", "appId", "name", "id",
)  # fmt: skip
#: Resources that are people, or stand for one.
_WHO = frozenset(
    {"AWS::IAM::User", "AWS::IAM::AccessKey", "AWS::STS::AssumedRole", "AWS::IdentityStore::User"}
)


def action(event: Any) -> str:
    """Return what was called, as policies name it (`ecs:UpdateService`); raise UnreadableError."""
    service = fields.required(event, "eventSource").removesuffix(".amazonaws.com")
    return f"{service}:{_VERSION.sub('', fields.required(event, 'eventName'))}"


def rule(called: str, event: Any) -> Rule:
    """Return what a call is that changed something: by its own rule, else by its verb; else a record."""
    asked = fields.at(event, "requestParameters")
    for one in _RULES.get(called, ()):
        if not one.when or any(_is_set(fields.at(asked, path)) for path in one.when):
            return one
    verb = _VERB.match(called.partition(":")[2])
    if verb and verb[0] in _REMOVING:
        return Rule("change.removed")
    return Rule("change.config" if verb and verb[0] in _CHANGING else "custom")


def resource(event: Any, listed: Any) -> str:
    """Return the name of what a call is about, empty where it has none, or is somebody.

    `listed` is CloudTrail's own list of the resources of an event.
    """
    asked = fields.at(event, "requestParameters")
    named = (fields.text(asked, name) for name in _NAMES)
    others = (
        fields.text(one, "ResourceName")
        for one in fields.many(listed, "")
        if fields.text(one, "ResourceType") not in _WHO
    )
    found = next((one for one in (*named, *others) if one), "")
    # Of an ARN what the account calls it.
    own = found.split(":", 5)[5] if found.startswith("arn:") and found.count(":") >= 5 else found
    return "" if "user/" in own or "assumed-role/" in own else own


def _is_set(value: Any) -> bool:
    # Scaled to 0 is scaled.
    return value is not None and value is not False and value != ""
