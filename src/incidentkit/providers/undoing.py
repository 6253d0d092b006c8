"""How to undo what a tool was asked to do: by a request of the same tool, made from what was so before."""

from __future__ import annotations

from attrs import evolve

from incidentkit.errors import FieldInvalid, shown
from incidentkit.providers.answer import Receipt
from incidentkit.providers.configuration import SetSetting, UnsetSetting
from incidentkit.providers.deployments import Deploy, RollBack
from incidentkit.providers.feature_flags import DisableFeatures, EnableFeatures
from incidentkit.providers.orchestrator import ScaleService
from incidentkit.providers.tools import Change
from incidentkit.providers.traffic import (
    BlockAll,
    BreakCircuit,
    RemoveRateLimit,
    RestoreCircuit,
    RouteAway,
    RouteBack,
    SetRateLimit,
    UnblockAll,
)


def undoing(request: Change, receipt: Receipt, *, key: str) -> Change | None:
    """The request that undoes another one, under a key of its own; `None` if there was nothing to change.

    A provider that does not say what was so before is taken to have switched everything that it was asked to.

    Raises `FieldInvalid` for what cannot be undone: because no operation does, or because the receipt does not say what
    value stood there before.
    """
    match request:
        case Deploy() | RollBack() | ScaleService():
            return _as_before(request, _former(receipt), key)
        case SetSetting(incident=incident, name=name, environment=environment):
            if not (former := _former(receipt)):
                return UnsetSetting(key=key, incident=incident, name=name, environment=environment)
            return evolve(request, key=key, value=former[0])
        case UnsetSetting(incident=incident, name=name, environment=environment):
            if not (former := _former(receipt)):
                return None
            return SetSetting(key=key, incident=incident, name=name, value=former[0], environment=environment)
        case SetRateLimit(incident=incident):
            if not (former := _former(receipt)):
                return RemoveRateLimit(key=key, incident=incident)
            return evolve(request, key=key, rps=_number(former[0]))
        case RemoveRateLimit(incident=incident):
            if not (former := _former(receipt)):
                return None
            return SetRateLimit(key=key, incident=incident, rps=_number(former[0]))
        case _:
            opposite = _switched_back(request, receipt, key)
            return None if receipt.former == () else opposite


def _as_before(request: Deploy | RollBack | ScaleService, former: tuple[str, ...], key: str) -> Change:
    if not former:
        raise FieldInvalid("former", "nothing ran before, so nothing can be gone back to")
    match request:
        case Deploy(incident=incident, environment=environment):
            return RollBack(key=key, incident=incident, version=former[0], environment=environment)
        case RollBack(incident=incident, environment=environment):
            return Deploy(key=key, incident=incident, version=former[0], environment=environment)
        case ScaleService():
            return evolve(request, key=key, replicas=_number(former[0]))


def _switched_back(request: Change, receipt: Receipt, key: str) -> Change:
    match request:
        case DisableFeatures(incident=incident, features=features):
            return EnableFeatures(key=key, incident=incident, features=receipt.former or features)
        case EnableFeatures(incident=incident, features=features):
            return DisableFeatures(key=key, incident=incident, features=receipt.former or features)
        case BreakCircuit(incident=incident, service=service):
            return RestoreCircuit(key=key, incident=incident, service=service)
        case RestoreCircuit(incident=incident, service=service):
            return BreakCircuit(key=key, incident=incident, service=service)
        case RouteAway(incident=incident, instance=instance):
            return RouteBack(key=key, incident=incident, instance=instance)
        case RouteBack(incident=incident, instance=instance):
            return RouteAway(key=key, incident=incident, instance=instance)
        case BlockAll(incident=incident, service=service):
            return UnblockAll(key=key, incident=incident, service=service)
        case UnblockAll(incident=incident, service=service):
            return BlockAll(key=key, incident=incident, service=service)
        case _:
            raise FieldInvalid("request", f"nothing undoes {type(request).__name__}: people have to see to it")


def _former(receipt: Receipt) -> tuple[str, ...]:
    if receipt.former is None:
        raise FieldInvalid("former", "the provider does not say what was so before: people have to see to it")
    return receipt.former


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise FieldInvalid("former", f"what was so before is a number, not {shown(text)}") from None
