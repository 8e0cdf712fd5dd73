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
