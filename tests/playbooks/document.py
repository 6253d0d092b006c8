"""The commands of the written playbook and what people do between them, as a person would copy them down."""

from __future__ import annotations

import shlex
from typing import Final

from incidentkit.model.assessment import Value

VERIFY_MITIGATION: Final = (
    "$HEALTH_CHECK production",
    "$METRICS_TOOL dashboard --last=5m",
    "$LOGGING_TOOL tail --filter=error --last=1m",
)

DOCUMENT: Final[dict[str, tuple[str, ...]]] = {
    "assess": (
        "$HEALTH_CHECK production",
        "$METRICS_TOOL errors --last=15m",
        "$SUPPORT_TOOL recent-tickets --status=open",
    ),
    "disable feature": ("$FEATURE_FLAG_TOOL disable <feature-name>", *VERIFY_MITIGATION),
    "roll back deployment": ("$DEPLOY_TOOL rollback --to-version=<last-good-version>", *VERIFY_MITIGATION),
    "scale resources": ("$ORCHESTRATOR scale --replicas=10", *VERIFY_MITIGATION),
    "break circuit": ("$SERVICE_MESH break-circuit <service-name>", *VERIFY_MITIGATION),
    "route traffic away": ("$LOAD_BALANCER route-away <bad-instance>", *VERIFY_MITIGATION),
    "verify mitigation": VERIFY_MITIGATION,
    "gather evidence": (
        "$DEPLOY_TOOL history --last=24h",
        "$LOGGING_TOOL search --level=error --last=1h",
        '$METRICS_TOOL query "error_rate" --last=2h',
        "$DATABASE_TOOL status",
        "$CLOUD_PROVIDER status",
    ),
    "hotfix": (
        "$VCS_TOOL checkout -b hotfix/issue-description",
        "# Implement minimal fix: edit files",
        "$TEST_RUNNER run",
        '$VCS_TOOL commit -m "fix: [SEV-X] resolve critical issue"',
        "$VCS_TOOL push origin hotfix/issue-description",
        "$DEPLOY_TOOL deploy --environment=production --fast-track",
    ),
    "configuration change": (
        "$CONFIG_TOOL set <key>=<value> --environment=production",
        "$CONFIG_TOOL get <key> --environment=production",
        "$ORCHESTRATOR restart <service-name>",
    ),
    "verify resolution": (
        "$HEALTH_CHECK production",
        "$METRICS_TOOL errors --last=15m",
        "$SUPPORT_TOOL recent-tickets --last=15m",
        "$TEST_RUNNER run --suite=smoke --environment=production",
    ),
    "rollback": (
        "$DEPLOY_TOOL history --environment=production",
        "$DEPLOY_TOOL rollback --to-version=<version> --environment=production",
        "$HEALTH_CHECK production",
        "$METRICS_TOOL watch --duration=15m",
        "# Notify stakeholders",
        "# Update status page",
    ),
    "production database down": (
        "$DATABASE_TOOL status",
        "$DATABASE_TOOL restart",
        "$DATABASE_TOOL replica-status",
        "$DATABASE_TOOL failover --to-replica",
        "$HEALTH_CHECK production",
    ),
    "API rate limit exceeded": (
        "$FEATURE_FLAG_TOOL disable feature1 feature2",
        "$API_GATEWAY set-rate-limit --rps=100",
        "# Contact provider for limit increase",
        "$ORCHESTRATOR scale --replicas=10",
    ),
    "security breach suspected": (
        "$FIREWALL block-all <affected-service>",
        "$LOGGING_TOOL archive --last=48h",
        "# Notify security team",
        "# Notify legal team",
        "# Follow data breach protocol",
    ),
    "payment processing failed": (
        "$FEATURE_FLAG_TOOL disable payment-processing",
        "$PAYMENT_PROVIDER status",
        "$DATABASE_TOOL query \"SELECT * FROM payments WHERE status='pending' LIMIT 10\"",
        "# Contact payment provider support",
        "# Implement retry logic if needed",
    ),
}
"""The commands and the prose steps of the document, in its order, by the runbooks that have them."""

OPTIONS: Final = ("disable feature", "roll back deployment", "scale resources", "break circuit", "route traffic away")
"""The runbooks that stand for "Quick Mitigation Options"; each is verified, as the section goes on."""

GIVEN: Final[dict[str, dict[str, Value]]] = {
    "disable feature": {"features": "<feature-name>"},
    "roll back deployment": {"version": "<last-good-version>"},
    "break circuit": {"service": "<service-name>"},
    "route traffic away": {"instance": "<bad-instance>"},
    "hotfix": {"issue": "issue-description"},
    "configuration change": {"key": "<key>", "value": "<value>", "service": "<service-name>"},
    "rollback": {"version": "<version>"},
    "API rate limit exceeded": {"features": "feature1 feature2"},
    "security breach suspected": {"service": "<affected-service>"},
}
"""The placeholders of the document, as parameters; what has a figure in the document is a default."""

WATCHED: Final = ("$METRICS_TOOL watch --duration=15m", ["$METRICS_TOOL", "dashboard", "--last=1m"])
"""The one command that another one stands for: the dashboard, which has to stay well for a quarter of an hour."""


def written(line: str) -> list[str]:
    """A line of the document as words, with the severity of the incident."""
    return ["#", line[2:]] if line.startswith("# ") else shlex.split(line.replace("[SEV-X]", "[SEV-1]"))
