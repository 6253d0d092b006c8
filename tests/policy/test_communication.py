"""What makes no communication policy, no checklist and no review, and how they are written in documents."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from incidentkit import EMERGENCY, Playbook
from incidentkit.errors import (
    CalendarInvalid,
    DocumentInvalid,
    FieldInvalid,
    IncidentkitError,
    PlaybookInvalid,
    TemplateInvalid,
    UnknownRecipient,
)
from incidentkit.model.conditions import ALWAYS
from incidentkit.playbooks.emergency import COMMUNICATION, PUBLIC_NOTICE
from incidentkit.policy.act import Act, ActKind
from incidentkit.policy.checklist import Checklist, Item
from incidentkit.policy.communication import Announcement, CommunicationPolicy, Occasion
from incidentkit.policy.directory import Directory, Person
from incidentkit.policy.obligation import Attempt, Backoff
from incidentkit.policy.recipient import role
from incidentkit.policy.review import ReviewPolicy
from incidentkit.policy.template import Template

OWNER = role("communications lead")
WORDS = Template("{severity} {title}")


def policy(*announcements: Announcement, **rest: Any) -> CommunicationPolicy:
    return CommunicationPolicy(
        owner=OWNER, announcements=announcements, templates={"words": WORDS, "public": PUBLIC_NOTICE}, **rest
    )


def raw(value: object) -> Any:
    """The value for whoever hands over what the types do not allow."""
    return value


def announcement(**rest: Any) -> Announcement:
    given: dict[str, Any] = {"name": "x", "template": "words", "acts": ActKind.POST, **rest}
    return Announcement(**given)


@pytest.mark.parametrize(
    ("make", "kind", "problem"),
    [
        (lambda: announcement(acts=(), to=()), PlaybookInvalid, "'x' tells people, or does something once for every"),
        (lambda: announcement(to=OWNER), PlaybookInvalid, "give it `to` or `acts`"),
        (lambda: announcement(template=""), PlaybookInvalid, "'x' says something: name its template"),
        (
            lambda: announcement(acts=ActKind.OPEN_CHANNEL),
            PlaybookInvalid,
            "'x': to open channel carries no message, so it has no template",
        ),
        (
            lambda: announcement(acts=[ActKind.POST, ActKind.PUBLISH]),
            PlaybookInvalid,
            "its acts are all of one kind, not post, publish",
        ),
        (lambda: announcement(on="resolved"), PlaybookInvalid, "an occasion is one of declared, updated, over, merged"),
        (lambda: announcement(confidential="yes"), PlaybookInvalid, "whether it is confidential is True or False"),
        (lambda: announcement(name=" x"), FieldInvalid, "name of an announcement"),
        (lambda: announcement(name="x" * 101), PlaybookInvalid, "100 characters at the most"),
        (lambda: announcement(acts="post"), PlaybookInvalid, "acts of an announcement are an Act, or a list"),
        (lambda: Act("publish it"), PlaybookInvalid, r"an act is one of .*, not 'publish it'"),
        (lambda: Act("post", "bad\nname"), PlaybookInvalid, "the channel of a post: where"),
        (lambda: Act("publish", "status"), PlaybookInvalid, "only a post is for another channel, not publish"),
        (lambda: policy(announcement(), announcement()), PlaybookInvalid, "announcements of different names, not"),
        (
            lambda: policy(announcement(template="word")),
            PlaybookInvalid,
            "'x': no template is called 'word'. Did you mean 'words'?",
        ),
        (
            lambda: policy(announcement(after=("y",))),
            PlaybookInvalid,
            "'x': after 'y', which is no announcement",
        ),
        (
            lambda: policy(announcement(acts=(), to=OWNER)),
            PlaybookInvalid,
            "'x' tells people: say how, in the notice of the communication",
        ),
        (
            lambda: policy(announcement(acts=ActKind.PUBLISH)),
            TemplateInvalid,
            "{title} is not for the public",
        ),
        (
            lambda: policy(announcement(acts=ActKind.PUBLISH, template="public", confidential=True)),
            PlaybookInvalid,
            "'x' is for the public, so it is not confidential",
        ),
        (lambda: announcement(after="words"), PlaybookInvalid, "after is a list of the names of announcements"),
        (lambda: policy(zone="Mars/Base"), CalendarInvalid, "'Mars/Base' is no time zone known here"),
        (lambda: policy(channel="incident-{number}"), PlaybookInvalid, "needs {day} and {number}, or two incidents"),
        (lambda: policy(channel="Incident {day} {number}"), PlaybookInvalid, "is made of lower-case letters, digits"),
        (lambda: policy(channel="{day}{number}{title.__class__}"), PlaybookInvalid, "is made of lower-case letters"),
        (
            lambda: policy(channel="x" * 60 + "{day}{number}"),
            PlaybookInvalid,
            "has 80 characters at the most with its day and its number, and .* comes to 98",
        ),
        (
            lambda: policy(neutral=" "),
            PlaybookInvalid,
            "neutral: the public reads something though there is no summary",
        ),
        (lambda: policy(neutral_end=""), PlaybookInvalid, "neutral_end: the public reads something"),
        (lambda: policy(restricted=True), PlaybookInvalid, "restricted is a condition"),
        (lambda: policy(reminders="push"), PlaybookInvalid, "reminders are a list of contact methods"),
        (lambda: policy(notice="push"), PlaybookInvalid, "notice is a list of attempts"),
        (lambda: evolve(policy(), templates={"a": raw("{title}")}), PlaybookInvalid, "template 'a' is a Template"),
        (lambda: evolve(policy(), owner=raw("ada")), PlaybookInvalid, "the owner of a communication is a recipient"),
        (lambda: Backoff(repeats=-1), PlaybookInvalid, "comes 0 to 1000 times more, not -1"),
        (lambda: Backoff(delays=(), repeats=1), PlaybookInvalid, "the last delay of a backoff, if there is one"),
        (lambda: Checklist(name="c", items=(), owner=OWNER), PlaybookInvalid, "1 to 100 items of different names"),
        (
            lambda: Checklist(name="c", items=[Item(name="a"), Item(name="a")], owner=OWNER),
            PlaybookInvalid,
            "items of different names, not",
        ),
        (lambda: Checklist(name="c", items=raw("ab"), owner=OWNER), PlaybookInvalid, "a checklist is a list of items"),
        (lambda: Item(name="a", within=timedelta()), PlaybookInvalid, "item 'a': the time for it is above zero"),
        (lambda: Item(name="a", met=raw(True)), PlaybookInvalid, "item 'a': when and met are conditions"),
        (lambda: Item(name="a", owner=raw("ada")), PlaybookInvalid, "item 'a': its owner is a recipient"),
        (lambda: Item(name="a", done_by=raw("page/x")), PlaybookInvalid, "an item is done by a list of the ids"),
        (lambda: ReviewPolicy(owner=OWNER, within=timedelta()), PlaybookInvalid, "the time for a review is above zero"),
        (lambda: ReviewPolicy(owner=OWNER, within=raw(48)), PlaybookInvalid, "a review is due within a timedelta"),
    ],
)
def test_what_fits_not_together_is_refused_with_its_place(
    make: Any, kind: type[IncidentkitError], problem: str
) -> None:
    with pytest.raises(kind, match=problem):
        make()


def playbook(**rest: Any) -> Playbook:
    return Playbook(name="x", rules=EMERGENCY.rules, **rest)


def test_an_item_that_is_done_by_what_nobody_wants_is_refused() -> None:
    items = [Item(name="paged", done_by=["page/engineer"])]
    with pytest.raises(PlaybookInvalid, match="c/paged: nothing is called 'page/engineer'"):
        playbook(checklists=[Checklist(name="c", items=items, owner=OWNER)])


def test_two_checklists_that_want_the_same_under_one_name_are_refused() -> None:
    twice = [Checklist(name="c", items=[Item(name="a")], owner=OWNER)] * 2
    with pytest.raises(PlaybookInvalid, match="two policies want something under one id, 'c/a'"):
        playbook(checklists=twice)


@pytest.mark.parametrize("name", ["action item", "failover #1"])
def test_what_could_be_called_like_something_of_an_incident_is_refused(name: str) -> None:
    with pytest.raises(PlaybookInvalid, match=f"'{name}/a' could be an action item or a step of a run"):
        playbook(checklists=[Checklist(name=name, items=[Item(name="a")], owner=OWNER)])


@pytest.mark.parametrize(
    "policies",
    [
        {"checklists": [Checklist(name="c", items=[Item(name="a")], owner=role("nobody knows"))]},
        {"communication": CommunicationPolicy(owner=OWNER, guardians=[role("nobody knows")], restricted=ALWAYS)},
        {"review": ReviewPolicy(owner=role("nobody knows"))},
    ],
)
def test_a_role_that_the_directory_does_not_know_is_refused_before_anything_happens(policies: Any) -> None:
    book = playbook(**policies)
    directory = Directory(people={"ada": Person(id="ada")}, roles={"communications lead": ["ada"]})
    with pytest.raises(UnknownRecipient, match="nobody knows"):
        directory.check(book.recipients)


def test_the_emergency_playbook_reads_back_from_toml() -> None:
    assert Playbook.from_toml(EMERGENCY.to_toml()) == EMERGENCY
    assert Playbook.from_toml(EMERGENCY.to_toml()).version == EMERGENCY.version


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('owner = "role communications lead"', 'owner = "roll communications lead"', "$.communication.owner"),
        ('zone = "Europe/London"', 'zone = "Mars/Base"', "$.communication"),
        ('on = "updated"', 'on = "update"', "$.communication.announcements[8].on"),
        ('kind = "publish"', 'kind = "publsh"', "$.communication.announcements[3].acts[0]"),
        ('template = "initial alert"', 'template = "initial alarm"', "$.communication"),
        ("public_channel or ", "publik_channel or ", "$.checklists[0].items[1].met"),
    ],
)
def test_a_document_that_is_wrong_names_the_place(old: str, new: str, place: str) -> None:
    text = evolve(EMERGENCY, communication=evolve(COMMUNICATION, zone="Europe/London")).to_toml()
    assert old in text
    with pytest.raises(DocumentInvalid) as refused:
        Playbook.from_toml(text.replace(old, new, 1))
    assert refused.value.path.startswith(place)


def test_several_occasions_and_places_of_one_policy() -> None:
    several = policy(
        announcement(name="team", acts=Act("post", "payments")),
        announcement(name="all", acts=(), to=[OWNER], on=Occasion.OVER, after=["team"]),
        notice=[Attempt("mail")],
    )
    first, second = several.obligations(EMERGENCY.scheme)[:2]
    assert (first.acts[0].where, first.chain, second.chain) == ("payments", (), (Attempt("mail"),))
    assert second.presupposes == ("tell/team",)
    assert second.outlives


def test_every_cadence_of_a_scheme_is_owed_once() -> None:
    updates = [each for each in COMMUNICATION.obligations(EMERGENCY.scheme) if each.id.startswith("update/")]
    assert [each.id for each in updates] == ["update/every 15min"]
    assert len(updates[0].chain) == 24 * 4
