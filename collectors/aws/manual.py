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

METRICS_MANUAL = Manual(
    reads=(
        "`GetMetricData` of each `threshold`: a metric's statistic, metric math, a search, a Metrics Insights query, as you wrote them: `metric.crossed_above`, `metric.crossed_below`, `metric.absent`, `metric.present` and their kin, of each series by itself; panels for the chart.",
    ),
    rights=f"An access key that may `cloudwatch:GetMetricData`, {_KEYS}",
    precision="periods: a point is a statistic over its period, so that a crossing lies between the begin of the last point on one side and the end of the first point on the other, two periods as a rule; a metric that is sent less often than `period` is as exact as it is sent",
    limits=(
        "When, within a period, a value was crossed; a spike that the statistic hides: `Maximum` or `p99` show what `Average` does not.",
        "Points of less than a minute are kept for 3 hours, of a minute for 15 days, of 5 minutes for 63 days, of an hour for 455 days: an older window is read at the next longer period, and has a gap that says so. Metrics Insights queries reach back two weeks.",
        "A period without points has none, and is no zero: `FILL` in a `query` makes it one. After `lookback`, of a metric that is sent less often after one such time, it is `metric.absent`. A metric that had no points at all is not told.",
        "A period that is not over is left out, and a gap. CloudWatch gets some metrics minutes late: what is built soon after may lack them.",
        "Of a search or a Metrics Insights query, 500 series; what it says of partial data, or of division by zero, is a gap. Series that CloudWatch calls alike cannot be told apart.",
        "One region of one account a source. Requests cost money: one metric of one `threshold` is one.",
    ),
    example={
        "region": "eu-central-1",
        "threshold": [
            {
                "name": "errors of checkout", "query": "100 * errors / requests", "above": 5, "unit": "%",
                "metrics": [
                    {"id": "errors", "namespace": "AWS/ApplicationELB", "name": "HTTPCode_Target_5XX_Count",
                     "dimensions": {"LoadBalancer": "app/checkout/50dc6c495c0c9188"}, "statistic": "Sum"},
                    {"id": "requests", "namespace": "AWS/ApplicationELB", "name": "RequestCount",
                     "dimensions": {"LoadBalancer": "app/checkout/50dc6c495c0c9188"}, "statistic": "Sum"},
                ],
            }
        ],
    },
)  # fmt: skip

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
