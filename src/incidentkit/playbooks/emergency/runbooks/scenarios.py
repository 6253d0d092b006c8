"""Common Emergency Scenarios: four runbooks for what is known to happen."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from incidentkit.playbooks.emergency.facts import (
    DATABASE_DOWN,
    FAILOVER_NEEDED,
    PAYMENTS_FAILING,
    RATE_LIMIT_EXCEEDED,
    RESTART_SAFE,
    RETRIES_NEEDED,
    SCALING_POSSIBLE,
    SECURITY_COMPROMISED,
)
from incidentkit.playbooks.emergency.notices import NOTICE
from incidentkit.playbooks.emergency.runbooks.mitigation import REPLICAS, SETTLING
from incidentkit.playbooks.emergency.runbooks.owners import COMMANDER, LEAD, SECURITY
from incidentkit.policy.parameter import Parameter
from incidentkit.policy.runbook import Runbook
from incidentkit.policy.step import Check, Failure, Instruct, Use

_DATABASE: Final = "Scenario: Production Database Down"
_RATE_LIMIT: Final = "Scenario: API Rate Limit Exceeded"
_BREACH: Final = "Scenario: Security Breach Suspected"
_PAYMENTS: Final = "Scenario: Payment Processing Failed"

PRODUCTION_DATABASE_DOWN: Final = Runbook(
    "production database down",
    [
        # What cannot even say how it is may well be down: that, and a restart that fails, leave the replica to look at.
        Use(
            "status",
            "database.status",
            what="Check database status",
            on_failure=Failure.GO_ON,
            source=f"{_DATABASE}, 1",
        ),
        Use(
            "restart",
            "database.restart",
            what="Try restart (if safe)",
            when=RESTART_SAFE,
            confirmed_by=COMMANDER,
            on_failure=Failure.GO_ON,
            source=f"{_DATABASE}, 2",
        ),
        Use("replica", "database.replica_status", what="Check replica status", source=f"{_DATABASE}, 3"),
        Use(
            "failover",
            "database.failover",
            what="Failover to replica if needed",
            when=FAILOVER_NEEDED,
            confirmed_by=COMMANDER,
            source=f"{_DATABASE}, 4",
        ),
        Check(
            "health",
            "health_check.check",
            {"environment": "production"},
            what="Verify application connectivity",
            patience=SETTLING,
            source=f"{_DATABASE}, 5",
        ),
    ],
    owner=LEAD,
    what="Bring the database back, or go over to its replica",
    fits=DATABASE_DOWN,
    notice=NOTICE,
    source=_DATABASE,
)

API_RATE_LIMIT_EXCEEDED: Final = Runbook(
    "API rate limit exceeded",
    [
        Use(
            "disable",
            "feature_flag_tool.disable",
            {"features": "{features}"},
            what="Disable non-critical features",
            temporary=True,
            source=f"{_RATE_LIMIT}, 1",
        ),
        Use(
            "throttle",
            "api_gateway.set_rate_limit",
            {"rps": "{rps}"},
            what="Implement request throttling",
            temporary=True,
            source=f"{_RATE_LIMIT}, 2",
        ),
        Instruct("provider", what="Contact provider for limit increase", source=f"{_RATE_LIMIT}, 3"),
        Use(
            "scale",
            "orchestrator.scale",
            {"replicas": "{replicas}"},
            what="Scale horizontally if possible",
            when=SCALING_POSSIBLE,
            temporary=True,
            source=f"{_RATE_LIMIT}, 4",
        ),
    ],
    owner=LEAD,
    what="Ask less of the API, and for more of it",
    parameters=[
        Parameter(name="features", question="Which features are not critical?", kind="names"),
        Parameter(name="rps", question="How many requests per second shall be let in?", kind="count", default=100),
        REPLICAS,
    ],
    fits=RATE_LIMIT_EXCEEDED,
    notice=NOTICE,
    source=_RATE_LIMIT,
)

SECURITY_BREACH_SUSPECTED: Final = Runbook(
    "security breach suspected",
    [
        Use(
            "isolate",
            "firewall.block_all",
            {"service": "{service}"},
            what="Isolate affected systems immediately",
            temporary=True,
            source=f"{_BREACH}, 1",
        ),
        Use(
            "archive",
            "logging.archive",
            {"last": timedelta(hours=48)},
            what="Preserve evidence",
            source=f"{_BREACH}, 2",
        ),
        Instruct("security team", what="Notify security team", source=f"{_BREACH}, 3"),
        Instruct("legal team", what="Notify legal team", source=f"{_BREACH}, 4"),
        Instruct("protocol", what="Follow data breach protocol", owner=SECURITY, source=f"{_BREACH}, 5"),
    ],
    owner=COMMANDER,
    what="Isolate what is affected, and keep what shows what happened. DO NOT destroy evidence",
    parameters=[Parameter(name="service", question="Which service is affected?")],
    fits=SECURITY_COMPROMISED,
    notice=NOTICE,
    source=_BREACH,
)
"""What its sixth line forbids is no step, since it is not over when the others are: see `PRESERVATION`."""

PAYMENT_PROCESSING_FAILED: Final = Runbook(
    "payment processing failed",
    [
        Use(
            "disable",
            "feature_flag_tool.disable",
            {"features": ("payment-processing",)},
            what="Enable maintenance mode for payments",
            temporary=True,
            source=f"{_PAYMENTS}, 1",
        ),
        # Neither answer is what the next step builds on, and the provider is contacted whatever they are.
        Use(
            "provider",
            "payment_provider.check",
            what="Check payment provider status",
            on_failure=Failure.GO_ON,
            source=f"{_PAYMENTS}, 2",
        ),
        Use(
            "transactions",
            "database.query",
            {"sql": "SELECT * FROM payments WHERE status='pending' LIMIT 10"},
            what="Verify database transactions",
            on_failure=Failure.GO_ON,
            source=f"{_PAYMENTS}, 3",
        ),
        Instruct("support", what="Contact payment provider support", source=f"{_PAYMENTS}, 4"),
        Instruct("retries", what="Implement retry logic if needed", when=RETRIES_NEEDED, source=f"{_PAYMENTS}, 5"),
    ],
    owner=LEAD,
    what="Take no payments until they can be processed",
    fits=PAYMENTS_FAILING,
    notice=NOTICE,
    source=_PAYMENTS,
)

SCENARIOS: Final = (
    PRODUCTION_DATABASE_DOWN,
    API_RATE_LIMIT_EXCEEDED,
    SECURITY_BREACH_SUSPECTED,
    PAYMENT_PROCESSING_FAILED,
)
""""Common Emergency Scenarios", in their order."""
