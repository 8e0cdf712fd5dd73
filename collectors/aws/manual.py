"""What the pages of AWS's sources say beside their options."""

from __future__ import annotations

from collectors.base import Manual

_KEYS = (
    "as `access_key` and `secret_key`, by default of `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`; a temporary key needs "
    "`session_token` too. `profile` names one of `~/.aws/credentials` with keys in it; of one that signs in otherwise, "
    "`aws configure export-credentials` prints them."
)

ALARMS_MANUAL = Manual(
    reads=(
        "`DescribeAlarmHistory` of metric, composite and log alarms: `alert.firing` (`ALARM`), `alert.resolved` (`ALARM` to `OK`), `alert.no_data` (`INSUFFICIENT_DATA`), `alert.data_returned`, with the reason that CloudWatch gives; of an alarm with contributors each by itself.",
        "Its actions: `alert.notified` where a message went to an SNS topic, else `custom`, failed ones too.",
        "Its changes of configuration: `change.config`, `change.removed` where an alarm was deleted.",
    ),
    rights=f"An access key that may `cloudwatch:DescribeAlarmHistory` on `*` (else composite alarms are left out without a word), {_KEYS}",
    precision="milliseconds; when CloudWatch changed the state, not when the data that led to it was measured",
    limits=(
        "CloudWatch keeps the history for 30 days; what of the window is before is a gap.",
        "One region of one account a source; a global service's alarms are in us-east-1.",
        "Who changed an alarm: `cloudtrail` tells.",
        "An alarm that last changed over `lookback` before the window.",
        "Data of an item is cut at 4,095 characters, and the reason with it.",
    ),
    example={"region": "eu-central-1"},
)

TRAIL_MANUAL = Manual(
    reads=(
        "`LookupEvents`, management events that are not read-only. By action: `deploy.started` (`ecs:UpdateService` with a task definition, `lambda:UpdateFunctionCode`, `codedeploy:CreateDeployment`, ...), `change.scale` (`ecs:UpdateService` with a count alone, `autoscaling:SetDesiredCapacity`, ...), `change.removed` (`Delete...`, `Terminate...`), `change.config` (every other verb that changes something: `Update...`, `Put...`, `Create...`, ...).",
        "The rest as `custom`: starts and stops, sign-ins, calls that failed (with their error code), and with `read_only` what only reads.",
        "Who called, as an actor: users, whoever took a role, services.",
    ),
    rights=f"An access key that may `cloudtrail:LookupEvents`, {_KEYS}",
    precision="seconds; when the call was made, not when what it began was done",
    limits=(
        "CloudTrail keeps these events for 90 days; what of the window is before is a gap.",
        "A call is told up to 15 minutes later: a window that ends before that has a gap `not_yet`.",
        "Two requests a second with 50 events each are allowed an account in a region; where `time_cap` ends before the events do, the rest is a gap. `lookup` narrows them by one attribute.",
        "One region of one account a source; IAM, Route 53 and CloudFront are in us-east-1.",
        "Data events (objects of S3, invocations of Lambda) are not in this history.",
        "How a deploy ended: that is not a call.",
        "Variables of tasks and functions, and user data of instances, are taken out of the evidence.",
    ),
    example={"region": "eu-central-1"},
)

CODEDEPLOY_MANUAL = Manual(
    reads=(
        "`ListDeployments` and `BatchGetDeployments`, of every application: `deploy.started`, `deploy.finished`, `deploy.failed` (with CodeDeploy's own words), `deploy.cancelled` (stopped); one that has not begun as `custom`.",
        "`deploy.rolled_back` of a deployment when the one that rolls it back has succeeded, which names both.",
    ),
    rights=f"An access key that may `codedeploy:ListDeployments` and `codedeploy:BatchGetDeployments`, {_KEYS}",
    precision="milliseconds",
    limits=(
        "A deployment that was made over `lookback` before the window.",
        "How each instance fared; when traffic of a blue/green deployment was moved.",
        "Who made a deployment: CloudTrail has it.",
        "One region of one account a source.",
    ),
    example={"region": "eu-central-1", "environment": "production"},
)

ECS_MANUAL = Manual(
    reads=(
        "`ListServiceDeployments` and `DescribeServiceDeployments` of each service: `deploy.started`, `deploy.finished`, `deploy.cancelled` (stopped), `deploy.waiting` (pending); `deploy.rolled_back` when a roll-back was done, with its beginning and reason as `custom`; `deploy.failed` where the roll-back failed.",
    ),
    rights=f"An access key that may `ecs:ListServiceDeployments` and `ecs:DescribeServiceDeployments`, and `ecs:ListClusters` and `ecs:ListServices` unless `services` names them, {_KEYS}",
    precision="milliseconds",
    limits=(
        "ECS keeps these records for 90 days; what of the window is before is a gap.",
        "A deployment that was made over `lookback` before the window.",
        "Services that CodeDeploy or an external controller deploys: `codedeploy` has those of CodeDeploy.",
        "Who made a deployment, and scaling by hand: CloudTrail has them. Tasks and events of services.",
        "Two requests and more for each service; `services` narrows it. One region of one account a source.",
    ),
    example={"region": "eu-central-1", "services": ["prod/checkout"], "environment": "production"},
)
