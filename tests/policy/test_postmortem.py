"""What a post-mortem says: the playbook's form, what is missing, and what the log of an incident tells by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from incidentkit import EMERGENCY, Directory, Incident, convert
from incidentkit.drills import Drill, Story, Work, practice_directory
from incidentkit.errors import FieldInvalid, PlaybookInvalid
from incidentkit.memory import Acknowledges
from incidentkit.model.commands import ChangeSeverity, CorrectTime, Redact, Restrict, Summarize
from incidentkit.model.lifecycle import ACTIVE
from incidentkit.model.stretch import stretches
from incidentkit.policy.account import ActionItem, Entry, Impact, Measure, Section
from incidentkit.policy.gap import Gap
from incidentkit.policy.meeting import VACANT, meeting
from incidentkit.policy.postmortem import PostMortem
from incidentkit.policy.recipient import role
from incidentkit.policy.review import Invitation, ReviewPolicy, Topic
from incidentkit.testing import histories, texts
from incidentkit.text.document import flat
from incidentkit.text.plain import to_plain

BEGAN = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)
SEV_1, SEV_2, *_ = EMERGENCY.scheme.severities
PEOPLE = practice_directory()


def after(minutes: int) -> datetime:
    return BEGAN + timedelta(minutes=minutes)


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def raw(value: object) -> Any:
    """Any value, whatever its annotation says."""
    return value


def declared() -> Incident:
    return Incident.declare(
        "inc-7",
        title="Checkout returns 500",
        at=BEGAN,
        by="noor",
        severity=SEV_1,
        started_at=BEGAN - minutes(10),
        labels={"service": "checkout, payments"},
    )


def resolved() -> Incident:
    worked_on = declared().acknowledge(at=after(7), by="noor").start_mitigation(at=after(13), by="noor")
    return worked_on.mitigated(at=after(38), by="mika", note="rolled back").resolve(at=after(53), by="mika")


@cache
def drilled() -> Story:
    work = Work(start_mitigation=minutes(13), mitigated=minutes(38), resolve=minutes(53), resolution="undone")
    drill = Drill(
        playbook=EMERGENCY,
        directory=PEOPLE,
        title="Checkout returns 500",
        start=BEGAN,
        facts={"production_down": True, "users_affected": 1200, "error_rate": 0.34},
        people={"noor": Acknowledges(minutes(7))},
        work=work,
        lasts=minutes(240),
    )
    return drill.run()


FULL = PostMortem(
    title="Checkout returns 500",
    summary="Nobody could pay.",
    impact=Impact(users="1,200", started_at=BEGAN, ended_at=after(60), services=["checkout"], data_loss="no"),
    timeline=[Entry(what="It began", at=BEGAN)],
    root_cause="A certificate ran out.",
    resolution="It was renewed.",
    went_well="The page came at once.",
    could_be_better="Nobody watched the certificate.",
    action_items=[ActionItem(what="Watch certificates", owner="noor", due=date(2026, 4, 1))],
    lessons="What expires has an owner.",
)


# The form


def test_the_form_of_the_playbook() -> None:
    headings = [line for line in PostMortem().to_markdown().splitlines() if line.startswith("#")]
    assert headings == [
        "# Post-Mortem: \\[Incident Title\\]",
        "## Summary",
        "## Impact",
        "## Timeline",
        "## Root Cause",
        "## Resolution",
        "## What Went Well",
        "## What Could Be Better",
        "## Action Items",
        "## Lessons Learned",
    ]


def test_what_is_written_stands_in_the_form() -> None:
    text = FULL.to_markdown()
    for line in (
        "# Post-Mortem: Checkout returns 500",
        "- Users affected: 1,200",
        "- Duration: 2026-03-02 02:10 to 2026-03-02 03:10 UTC",
        "- Services impacted: checkout",
        "- Data loss: no",
        "| 2026-03-02 02:10 | It began |",
        "- [ ] Watch certificates - noor - 2026-04-01",
    ):
        assert line in text.splitlines()


def test_entries_with_details_stand_under_headings() -> None:
    entry = Entry(what="It began", at=BEGAN + timedelta(seconds=5), details="The graph of errors rose.")
    text = evolve(FULL, timeline=[entry]).to_markdown()
    assert "### 2026-03-02 02:10:05 - It began\n\nThe graph of errors rose." in text


def test_action_items_stand_in_their_groups() -> None:
    items = [ActionItem(what="Watch", group="Alerts"), ActionItem(what="Page", group="Alerts", done=True)]
    text = evolve(FULL, action_items=items).to_markdown()
    expected = "### Alerts\n\n- [ ] Watch - \\[owner\\] - \\[due date\\]\n- [x] Page - \\[owner\\] - \\[due date\\]"
    assert expected in text


def test_how_long_it_took_stands_beside_what_was_promised() -> None:
    measures = [
        Measure(what="Time to resolve", took=minutes(61), target="1h", missed=True),
        Measure(what="Time to detection", words="nobody knows"),
    ]
    text = evolve(FULL, measures=measures, people=["Noor"], other=[Section("Luck", "It was Tuesday.")]).to_markdown()
    assert "| Time to resolve | 1h1min | 1h (missed) |\n| Time to detection | nobody knows |  |" in text
    assert text.endswith("## People\n\n- Noor\n\n## Luck\n\nIt was Tuesday.\n")


@given(texts(blank=False).filter(flat), texts())
def test_nothing_that_people_wrote_is_markdown(words: str, name: str) -> None:
    """The same blocks, in the same order, whatever the words are."""
    plain, hostile = ("w", "n"), (words, name)

    def kinds(what: str, who: str) -> list[str]:
        written = PostMortem(
            title=what,
            about={who: what},
            timeline=[Entry(what=what, when=who)],
            action_items=[ActionItem(what=what, owner=who.replace("-", ""))],
            other=[Section(what, Impact(users=who).details)],
        )
        tokens = MarkdownIt("commonmark").enable("table").parse(written.to_markdown())
        return [each.type for each in tokens if each.type != "text"]

    assert kinds(*hostile) == kinds(*plain)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: Entry(what=" "), "a title is text that is not blank"),
        (lambda: Entry(what="x", at=datetime(2026, 3, 2)), "at: "),
        (lambda: Entry(what="x", at=BEGAN, when="at two"), "the time is known"),
        (lambda: Impact(started_at=BEGAN, ended_at=after(-1)), "before it began"),
        (lambda: Impact(started_at=BEGAN, lasted="an hour"), "leave out how long"),
        (lambda: Impact(services="checkout"), "a list of names, not the text 'checkout'"),
        (lambda: Measure(what="x", took=-minutes(1)), "a length that is not negative"),
        (lambda: Measure(what=" ", took=minutes(1)), "a title is text"),
        (lambda: ActionItem(what="x", owner="a - b"), "which parts it from the date"),
        (lambda: ActionItem(what="x", due=BEGAN), "a date, not datetime"),
        (lambda: ActionItem(what="x", due=raw("2026-04-01")), "a date, not '2026-04-01'"),
        (lambda: PostMortem(root_cause=raw(None)), "a section is text or a list of blocks, not None"),
        (lambda: PostMortem(timeline=raw(["x"])), "a timeline is a list of Entry, not 'x'"),
        (lambda: PostMortem(action_items=raw("x")), "action items are a list of ActionItem"),
        (lambda: PostMortem(impact=raw("x")), "an impact is an Impact"),
        (lambda: PostMortem(title="\0"), "contains a NUL"),
    ],
)
def test_what_cannot_be_written(build: Callable[[], object], words: str) -> None:
    with pytest.raises(FieldInvalid) as caught:
        build()
    assert words in str(caught.value)


# What is missing


def test_nothing_is_missing_from_what_is_complete() -> None:
    assert FULL.missing() == ()


def test_everything_is_missing_from_what_is_empty() -> None:
    of_items = {Gap.OWNER, Gap.DUE}
    assert [each.gap for each in PostMortem().missing()] == [gap for gap in Gap if gap not in of_items]


@pytest.mark.parametrize(
    ("changes", "gap"),
    [
        ({"title": ""}, Gap.TITLE),
        ({"summary": "\n\n"}, Gap.SUMMARY),
        ({"impact": evolve(FULL.impact, users="")}, Gap.USERS),
        ({"impact": evolve(FULL.impact, ended_at=None)}, Gap.DURATION),
        ({"impact": evolve(FULL.impact, services=[])}, Gap.SERVICES),
        ({"impact": evolve(FULL.impact, data_loss="")}, Gap.DATA_LOSS),
        ({"timeline": []}, Gap.TIMELINE),
        ({"root_cause": ""}, Gap.ROOT_CAUSE),
        ({"resolution": ""}, Gap.RESOLUTION),
        ({"went_well": ""}, Gap.WENT_WELL),
        ({"could_be_better": ""}, Gap.COULD_BE_BETTER),
        ({"action_items": []}, Gap.ACTION_ITEMS),
        ({"lessons": ""}, Gap.LESSONS),
        ({"action_items": [ActionItem(what="x", due=date(2026, 4, 1))]}, Gap.OWNER),
        ({"action_items": [ActionItem(what="x", owner="noor")]}, Gap.DUE),
    ],
)
def test_each_gap(changes: dict[str, Any], gap: Gap) -> None:
    (missing,) = evolve(FULL, **changes).missing()
    assert missing.gap is gap
    assert str(missing).startswith(f"{gap} {gap.meaning}")


def test_how_long_it_lasted_will_do_in_words() -> None:
    assert evolve(FULL, impact=evolve(FULL.impact, started_at=None, ended_at=None, lasted="an hour")).missing() == ()


def test_what_is_done_needs_no_date() -> None:
    assert evolve(FULL, action_items=[ActionItem(what="x", owner="noor", done=True)]).missing() == ()


# The draft


def test_a_draft_tells_what_the_log_knows() -> None:
    draft = PostMortem.from_incident(resolved(), directory=PEOPLE)
    assert draft.title == "Checkout returns 500"
    assert (draft.impact.started_at, draft.impact.ended_at) == (BEGAN - minutes(10), after(53))
    assert draft.impact.services == ("checkout", "payments")
    assert draft.people == ("Noor Haddad", "Mika Laine")
    told = [(entry.at, entry.what[0].text) for entry in draft.timeline]
    assert told[1:] == [
        (after(7), "Noor Haddad: acknowledged"),
        (after(13), "Noor Haddad: mitigation started"),
        (after(38), "Mika Laine: mitigated: rolled back"),
        (after(53), "Mika Laine: resolved"),
    ]
    assert "rolled back" in draft.to_markdown().partition("## Resolution")[2]


def test_a_draft_lacks_what_only_people_know() -> None:
    gaps = {each.gap for each in PostMortem.from_incident(resolved()).missing()}
    assert gaps == {
        Gap.USERS,
        Gap.DATA_LOSS,
        Gap.ROOT_CAUSE,
        Gap.WENT_WELL,
        Gap.COULD_BE_BETTER,
        Gap.ACTION_ITEMS,
        Gap.LESSONS,
    }


def test_a_draft_of_a_drill_tells_whom_the_desk_paged_and_nothing_else_that_it_did() -> None:
    draft = PostMortem.from_incident(drilled().incident, playbook=EMERGENCY, directory=PEOPLE)
    told = [entry.what[0].text for entry in draft.timeline]
    assert "on-call engineer paged: Noor Haddad" in told
    assert "SEV-1: resolve within 15min: overdue" in told
    assert not [words for words in told if "trying" in words or "came into force" in words or "succeeded" in words]
    assert "How many users are affected? 1200 users" in draft.to_markdown()
    assert "What share of requests fails? 34%" in draft.to_markdown()
    assert draft.other[0].heading == "Questions About the Root Cause"


def test_measures_stand_against_the_targets_of_the_severity() -> None:
    measures = {each.what: each for each in PostMortem.from_incident(resolved()).measures}
    assert measures["Time to declare"].took == minutes(10)
    acknowledged, solved = measures["Time to acknowledge"], measures["Time to resolve"]
    assert (acknowledged.took, acknowledged.target, acknowledged.missed) == (minutes(7), "15min", False)
    assert (solved.took, solved.target, solved.missed) == (minutes(63), "15min", True)


def test_a_target_runs_from_when_the_severity_was_given() -> None:
    milder = Incident.declare("inc-8", title="Slow", at=BEGAN, by="noor", severity=SEV_2)
    raised = milder.apply(ChangeSeverity(at=after(60), by="noor", severity=SEV_1, reason="it is down"))
    over = raised.acknowledge(at=after(62), by="noor").resolve(at=after(75), by="noor")
    measures = {each.what: each for each in PostMortem.from_incident(over).measures}
    assert not measures["Time to resolve"].missed  # 15 minutes after it became SEV-1
    assert measures["Time in SEV-2"].took == minutes(60)
    assert measures["Time in SEV-1"].took == minutes(15)


def test_corrected_times_and_redacted_words_count() -> None:
    corrected = resolved().apply(CorrectTime(at=after(60), by="noor", event=1, happened_at=after(3)))
    redacted = corrected.apply(Redact(at=after(61), by="noor", event=3))
    draft = PostMortem.from_incident(redacted)
    assert draft.timeline[1].at == after(3)
    assert "rolled back" not in draft.to_markdown()


def test_what_somebody_summed_up_is_the_summary() -> None:
    summed_up = resolved().apply(Summarize(at=after(70), by="noor", text="Nobody could pay for an hour."))
    assert "## Summary\n\nNobody could pay for an hour.\n" in PostMortem.from_incident(summed_up).to_markdown()


@given(histories())
def test_every_incident_has_a_draft(history: tuple[Incident, ...]) -> None:
    draft = PostMortem.from_incident(history[-1], playbook=EMERGENCY, directory=PEOPLE)
    assert (
        draft.to_markdown() == PostMortem.from_incident(history[-1], playbook=EMERGENCY, directory=PEOPLE).to_markdown()
    )
    assert [entry.at for entry in draft.timeline] == sorted(filter(None, (entry.at for entry in draft.timeline)))


# Stretches


@given(histories(), st.timedeltas(timedelta(), timedelta(days=5)))
def test_stretches_have_no_gaps_and_end_where_they_should(history: tuple[Incident, ...], later: timedelta) -> None:
    incident = history[-1]
    until = incident.as_of + later
    several = stretches(incident, until)
    assert all(each.length > timedelta() for each in several)
    for one, other in pairwise(several):
        assert one.end == other.start
        assert (one.status, one.severity) != (other.status, other.severity)
    if later:
        assert several[-1].end == until
        assert (several[-1].status, several[-1].severity) == (incident.status, incident.severity)


def test_time_in_severity_is_the_time_it_was_worked_on() -> None:
    incident = resolved().reopen(at=after(100), by="noor", reason="it is back").resolve(at=after(110), by="noor")
    active = [each for each in stretches(incident, after(200)) if each.status in ACTIVE]
    assert sum((each.length for each in active), timedelta()) == minutes(53 + 10)


# The meeting


def test_the_meeting_of_the_playbook() -> None:
    planned = meeting(drilled().incident, EMERGENCY, PEOPLE, start=after(600))
    assert planned.end - planned.start == timedelta(hours=1)
    assert [topic.what for topic in planned.agenda] == [
        "Timeline review",
        "Root cause analysis",
        "What went well",
        "What could be better",
        "Action items",
    ]
    assert {attendee.name: attendee.roles for attendee in planned.attendees} == {"Noor Haddad": ("incident responder",)}
    assert planned.vacant == ("engineering lead", "product manager", "customer support")
    assert planned.as_of == drilled().incident.as_of.replace(microsecond=0)
    assert f"{VACANT}\n\n- engineering lead\n" in str(planned)
    assert "02:10 to" not in str(planned)
    assert "12:10 to 13:10 UTC" in str(planned)


@pytest.mark.parametrize(("users", "invited"), [(0, False), (1, True), (None, True)])
def test_support_is_invited_if_users_may_be_affected(users: int | None, invited: bool) -> None:
    known = {} if users is None else {"users_affected": users}
    incident = Incident.declare(
        "inc-7", title="Slow", at=BEGAN, by="noor", triage=EMERGENCY.triage({"production_down": True, **known})
    )
    planned = meeting(incident, EMERGENCY, PEOPLE, start=after(600))
    assert ("customer support" in planned.vacant) is invited


def test_who_has_several_parts_is_invited_once() -> None:
    lead = evolve(PEOPLE, roles={**PEOPLE.roles, "engineering lead": ["noor"], "product manager": ["noor", "mika"]})
    planned = meeting(resolved(), EMERGENCY, lead, start=after(600))
    names = {attendee.name: attendee for attendee in planned.attendees}
    assert names["Noor Haddad"].roles == ("incident responder", "engineering lead", "product manager")
    assert len(names) == len(planned.attendees)
    assert planned.vacant == ("customer support",)
    assert names["Noor Haddad"].address == PEOPLE.people["noor"].contacts["mail"]


def test_whoever_is_invited_learns_no_more_of_a_restricted_incident_than_its_id() -> None:
    secret = resolved().apply(Restrict(at=after(60), by="noor", reason="personal data"))
    assert meeting(secret, EMERGENCY, PEOPLE, start=after(600)).title == "Post-mortem: inc-7"


def test_a_meeting_needs_an_agenda() -> None:
    without = evolve(EMERGENCY, review=ReviewPolicy(owner=role("incident commander")))
    with pytest.raises(PlaybookInvalid, match="has no agenda"):
        meeting(resolved(), without, PEOPLE, start=after(600))


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: Topic(" ", minutes(1)), "a topic"),
        (lambda: Topic("Timeline", timedelta()), "above zero"),
        (lambda: Invitation(raw("engineering lead")), "who is invited is a recipient"),
        (lambda: Invitation(role("engineering lead"), when=raw(True)), "when somebody is invited is a condition"),
        (lambda: ReviewPolicy(owner=role("x"), agenda=raw(["Timeline"])), "an agenda is a list of topics"),
        (lambda: ReviewPolicy(owner=role("x"), questions="Why?"), "the questions of a review are a list of texts"),
    ],
)
def test_what_no_review_can_have(build: Callable[[], object], words: str) -> None:
    with pytest.raises((PlaybookInvalid, FieldInvalid)) as caught:
        build()
    assert words in str(caught.value)


def test_a_review_is_written_and_read_back() -> None:
    assert type(EMERGENCY).from_toml(EMERGENCY.to_toml()).review == EMERGENCY.review


def test_people_without_a_directory_are_called_by_their_ids() -> None:
    assert PostMortem.from_incident(resolved()).people == ("noor", "mika")
    assert PostMortem.from_incident(resolved(), directory=Directory()).people == ("noor", "mika")


def test_what_only_declared_it_may_be_a_monitor() -> None:
    incident = Incident.declare("INC-7", title="Down", at=BEGAN, by="prometheus", severity=SEV_1)
    incident = incident.resolve(at=after(53), by="a stranger")
    assert PostMortem.from_incident(incident, directory=PEOPLE).people == ("a stranger",)
    assert PostMortem.from_incident(incident).people == ("prometheus", "a stranger")


def test_the_playbook_knows_the_targets_of_what_was_read_from_a_log() -> None:
    incident = resolved()
    read = convert.from_json(convert.to_json(incident), Incident)
    draft = PostMortem.from_incident(read, playbook=EMERGENCY)
    assert draft.measures == PostMortem.from_incident(incident, playbook=EMERGENCY).measures
    assert any(each.missed for each in draft.measures)


def test_lengths_are_told_to_the_second() -> None:
    incident = Incident.declare("INC-7", title="Down", at=BEGAN, by="noor", severity=SEV_1)
    over = incident.resolve(at=BEGAN + timedelta(seconds=21, microseconds=396_028), by="noor")
    draft = PostMortem.from_incident(over)
    assert {each.took for each in draft.measures} == {timedelta(), timedelta(seconds=21)}
    assert "over after 21s" in to_plain(draft.summary)


def test_a_level_that_nobody_was_paged_for_is_told_so() -> None:
    nobody = evolve(PEOPLE, roles={**PEOPLE.roles, "executive": []})
    drill = Drill(playbook=EMERGENCY, directory=nobody, title="Down", start=BEGAN, severity=SEV_1, lasts=minutes(120))
    told = [entry.what[0].text for entry in PostMortem.from_incident(drill.run().incident, directory=nobody).timeline]
    assert "on-call engineer paged: Noor Haddad" in told
    assert "executive: there was nobody to page" in told
