"""Init: write a commented `timeline.toml`."""

from __future__ import annotations

from pathlib import Path

from service.settings.config import FILE_NAME
from timeline.errors import UsageError

TEMPLATE = """\
# incident-timeline. Unknown keys are errors; `timeline collectors` lists every option.
# Secrets are never written here: give a reference, env:NAME, file:PATH or keyring:NAME.

out = "postmortems"            # a build goes to <out>/<incident id>/
# evidence_dir = ""            # default: evidence/ inside it; payloads hold people's names
pad_before = "1h"
pad_after = "30m"
incidents = "incidents/"       # where --incident ID looks for <ID>.toml, .yaml or .json
# chart_url = ""               # prefix of links from the draft to the page
# template = "default"         # of new drafts; `timeline template list`, or a file of your own

# redact_personal = ["email", "phone", "iban", "card", "ip"]   # or true; the extra `personal`
# phone_regions = ["DE"]       # whose national numbers are known; international ones always are

# [people]                     # one person's identities share one pseudonym
# alice = ["slack:T024BE7LD:U061F7AUR", "git:alice@example.org"]

# [serve]                      # `timeline serve`: review page, notes, webhooks
# port = 8642

# [check]                      # `timeline check`
# hours = 48                   # a draft is due this long after resolution
# rules = {{ action-vague = "off" }}   # or "warning", "error"

{git}# [[source]]
# name = "prod"
# collector = "prometheus"     # alert history and threshold crossings
# url = "https://prometheus.example"
# auth = {{ bearer = "env:PROM_TOKEN" }}
# rules = true                 # thresholds from the server's own alerting rules
# [[source.threshold]]         # and these
# name = "checkout p99"
# query = 'histogram_quantile(0.99, sum by (le) (rate(checkout_seconds_bucket[5m])))'
# above = 0.5                  # or below, at_least, at_most, equals
# unit = "s"
# impact = true                # customers see it
# [[source.impact]]            # how much was hit
# name = "failed requests"
# query = 'sum(rate(checkout_requests_total{{code=~"5.."}}[1m]))'
# unit = "requests"
# [[source.impact]]
# name = "error budget"        # what of an objective's was burnt: an OpenSLO, sloth or pyrra file
# slo = {{ file = "slo/checkout.yml" }}

# [[source]]
# name = "silences"
# collector = "alertmanager"   # Prometheus', Mimir's or Grafana's; the URL ends where /api/v2 begins
# url = "https://alertmanager.example"
# external_labels = {{ cluster = "eu" }}   # Prometheus' own: silences name them, its records lack them

# [[source]]
# name = "deploys"
# collector = "github"
# repository = "owner/name"
# auth = {{ bearer = "env:GITHUB_TOKEN" }}

# [[source]]
# name = "pager"
# collector = "pagerduty"
# token = "env:PAGERDUTY_TOKEN"

# [[source]]
# name = "chat"
# collector = "slack"
# auth = {{ bearer = "env:SLACK_TOKEN" }}
# channels = ["inc-42"]

# [[source]]
# name = "logs"
# collector = "opensearch"
# url = "https://opensearch.example:9200"
# auth = {{ basic = "env:OPENSEARCH_USER_PASSWORD" }}
# index = "logs-*"

# [[source]]
# name = "old-monitoring"
# collector = "jsonl"          # the generic importer: .jsonl, .json or .csv
# path = "alerts.jsonl"
# zone = "Europe/Berlin"       # only for times that carry none
# [source.map]
# time = "ts"
"""
_GIT = '[[source]]\nname = "repository"\ncollector = "git"\npath = "."\n# deploy_tags = ["deploy-*"]   # tags that are deploys; others are only tags\n\n'


def init(folder: Path) -> Path:
    """Write `timeline.toml` into `folder`; raise UsageError when there is one."""
    path = folder / FILE_NAME
    if path.exists():
        raise UsageError(f"{path} is there already; it was not changed")
    here = (folder / ".git").exists()
    path.write_text(TEMPLATE.format(git=_GIT if here else ""), encoding="utf-8")
    return path
