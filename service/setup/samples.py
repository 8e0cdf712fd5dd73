"""Sources as comments, for a configuration that names none yet."""

from __future__ import annotations

SAMPLES = """\

# [[source]]
# name = "prod"
# collector = "prometheus"     # alert history and threshold crossings
# url = "https://prometheus.example"
# auth = { bearer = "env:PROM_TOKEN" }
# rules = true                 # thresholds from the server's own alerting rules
# [[source.threshold]]         # and these
# name = "checkout p99"
# query = 'histogram_quantile(0.99, sum by (le) (rate(checkout_seconds_bucket[5m])))'
# above = 0.5                  # or below, at_least, at_most, equals
# unit = "s"
# impact = true                # customers see it
# [[source.impact]]            # how much was hit
# name = "failed requests"
# query = 'sum(rate(checkout_requests_total{code=~"5.."}[1m]))'
# unit = "requests"
# [[source.impact]]
# name = "error budget"        # what of an objective's was burnt: an OpenSLO, sloth or pyrra file
# slo = { file = "slo/checkout.yml" }

# [[source]]
# name = "silences"
# collector = "alertmanager"   # Prometheus', Mimir's or Grafana's; the URL ends where /api/v2 begins
# url = "https://alertmanager.example"
# external_labels = { cluster = "eu" }   # Prometheus' own: silences name them, its records lack them

# [[source]]
# name = "deploys"
# collector = "github"
# repository = "owner/name"
# auth = { bearer = "env:GITHUB_TOKEN" }

# [[source]]
# name = "pager"
# collector = "pagerduty"
# token = "env:PAGERDUTY_TOKEN"

# [[source]]
# name = "chat"
# collector = "slack"
# auth = { bearer = "env:SLACK_TOKEN" }
# channels = ["inc-42"]

# [[source]]
# name = "logs"
# collector = "opensearch"
# url = "https://opensearch.example:9200"
# auth = { basic = "env:OPENSEARCH_USER_PASSWORD" }
# index = "logs-*"

# [[source]]
# name = "old-monitoring"
# collector = "jsonl"          # the generic importer: .jsonl, .json or .csv
# path = "alerts.jsonl"
# zone = "Europe/Berlin"       # only for times that carry none
# [source.map]
# time = "ts"
"""
