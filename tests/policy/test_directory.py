"""The directory: whoever is found is known and found once, and no address is ever shown."""

from __future__ import annotations

import copy
import json
import pickle
import traceback
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from incidentkit import Directory, Role, Schedule, convert
from incidentkit.errors import DirectoryInvalid, DocumentInvalid, FieldInvalid, PlaybookInvalid, UnknownRecipient
from incidentkit.model.identity import PersonId
from incidentkit.policy.directory import Person
from incidentkit.policy.recipient import Recipient, RecipientKind, on_call, person, role, schedule, team
from incidentkit.policy.swap import Swap
from incidentkit.testing import maintenance_windows, schedules
from tests.policy.rota import weekly

PEOPLE = """
[people.ada]
name = "Ada Lovelace"
timezone = "Europe/London"

[people.ada.contacts]
push = "U123"
phone = "+44 20 7946 0000"

[people.grace.contacts]
mail = "grace@example.com"

[people.vp-engineering]

[teams]
payments = ["ada", "grace", "vp-engineering"]
nobody = []

[roles]
"on-call engineer" = ["grace"]
"incident commander" = ["ada", "grace"]
"""
DIRECTORY = Directory.from_toml(PEOPLE)
ADA, GRACE, LEADER = map(PersonId, ("ada", "grace", "vp-engineering"))

NAMES = st.sampled_from(["ada", "grace", "Größe", "ада", "on-call engineer", "a.b", 'say "no"', "it's", "🚨", "$"])
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=10)
ADDRESSES = st.integers(10**11, 10**12).map(str) | TEXTS.filter(str.strip)
ZONES = st.sampled_from(["", "UTC", "Europe/London", "Asia/Kolkata"])
ROLES = st.sampled_from([*map(str, Role), "on-call engineer", "engineering manager"])


def people(name: str) -> st.SearchStrategy[Person]:
    return st.builds(
        Person,
        id=st.just(name),
        name=TEXTS,
        timezone=ZONES,
        contacts=st.dictionaries(st.sampled_from(["push", "phone", "mail", "text message"]), ADDRESSES, max_size=3),
    )


NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@st.composite
def directories(draw: st.DrawFn) -> Directory:
    ids = draw(st.lists(NAMES, max_size=4, unique=True))
    members = st.lists(st.sampled_from(ids), unique=True) if ids else st.just(list[str]())
    return Directory(
        people={name: draw(people(name)) for name in ids},
        teams=draw(st.dictionaries(NAMES, members, max_size=3)),
        roles=draw(st.dictionaries(ROLES, members, max_size=3)),
        schedules=draw(rotas(ids)),
        maintenance=draw(st.just([]) | st.lists(maintenance_windows(), max_size=2)),
    )


def rotas(ids: list[str]) -> st.SearchStrategy[dict[str, Schedule]]:
    """At times a schedule of these people, if there are two."""
    if len(ids) < 2:
        return st.just({})
    return st.dictionaries(NAMES, schedules(people=st.sampled_from(ids)), max_size=1)


def raw(value: object) -> Any:
    """A value of which the type checker knows nothing, to be refused when the program runs."""
    return value


# Laws


@given(directories())
def test_a_directory_reads_back_equal(directory: Directory) -> None:
    for twin in (
        Directory.from_toml(directory.to_toml()),
        convert.from_json(convert.to_json(directory), Directory),
        convert.from_plain(convert.to_plain(directory), Directory),
        pickle.loads(pickle.dumps(directory)),
        copy.deepcopy(directory),
        copy.copy(directory),
    ):
        assert twin == directory
        assert hash(twin) == hash(directory)
        assert twin.fingerprint == directory.fingerprint
        assert [*map(hash, twin.people.values())] == [*map(hash, directory.people.values())]
        assert twin.to_toml() == directory.to_toml()


def content(plain: Any) -> Any:
    """What a form says: tables in any order, contacts and members in theirs."""
    people = {
        name: {**table, "contacts": [*table.get("contacts", {}).items()]}
        for name, table in plain.get("people", {}).items()
    }
    return {"teams": {}, "roles": {}, "schedules": {}, "maintenance": [], **plain, "people": people}


def turned(value: Any) -> Any:
    """Contacts or members in the opposite order; texts as they are."""
    if isinstance(value, str):
        return value
    return dict([*value.items()][::-1]) if hasattr(value, "items") else value[::-1]


@st.composite
def edited(draw: st.DrawFn, directory: Directory) -> Directory:
    """The directory after an edit of one table, which may change nothing."""
    form = copy.deepcopy(convert.to_plain(directory))
    lists = [table for key in ("teams", "roles") for table in [form.get(key)] if table]
    tables = [*form.get("people", {}).values(), *lists]
    if tables:
        table = draw(st.sampled_from(tables))
        key = draw(st.sampled_from([*table, ""]))
        edit = draw(st.sampled_from(["remove", "turn", "move"]))
        value = table.pop(key, None)
        if value and edit != "remove":
            table[key] = turned(value) if edit == "turn" else value
    return convert.from_plain(form, Directory)


@given(st.data())
def test_directories_and_fingerprints_are_equal_if_and_only_if_the_content_is(data: st.DataObject) -> None:
    one = data.draw(directories())
    other = data.draw(edited(one) | directories())
    equal = content(convert.to_plain(one)) == content(convert.to_plain(other))
    assert (one == other) is equal
    assert (one.fingerprint == other.fingerprint) is equal


@given(directories(), st.randoms())
def test_the_order_of_tables_means_nothing(directory: Directory, random: Any) -> None:
    def shuffled(table: Any) -> dict[str, Any]:
        return dict(random.sample([*table.items()], len(table)))

    twin = Directory(
        people=shuffled(directory.people),
        teams=shuffled(directory.teams),
        roles=shuffled(directory.roles),
        schedules=shuffled(directory.schedules),
        maintenance=directory.maintenance,
    )
    assert twin == directory
    assert twin.fingerprint == directory.fingerprint


@given(
    directories(),
    st.sampled_from([kind for kind in RecipientKind if kind not in (RecipientKind.THOSE, RecipientKind.ON_CALL)]),
    NAMES | ROLES,
    st.dictionaries(st.sampled_from(Role), NAMES.map(PersonId)),
)
def test_whoever_is_found_is_known_and_found_once(
    directory: Directory, kind: RecipientKind, name: str, assigned: dict[Role, PersonId]
) -> None:
    recipient = Recipient(kind, name)
    try:
        found = directory.find(recipient, assigned, at=NOW)
    except UnknownRecipient as error:
        assert (error.kind, error.name) == (kind, name)
        with pytest.raises(UnknownRecipient):
            directory.check([recipient])
    else:
        directory.check([recipient])
        assert {*found} <= directory.people.keys()
        assert len({*found}) == len(found)


@given(directories())
def test_every_contact_is_found_and_nothing_else(directory: Directory) -> None:
    for name, each in directory.people.items():
        for method, address in each.contacts.items():
            assert directory.contact(name, method) == address
        assert directory.contact(name, "pigeon") is None


SECRET = "4420794600"


@given(st.data())
def test_no_damage_to_a_document_brings_an_address_into_the_error(data: st.DataObject) -> None:
    text = PEOPLE.replace("U123", SECRET).replace("+44 20 7946 0000", SECRET).replace("grace@example.com", SECRET)
    at = data.draw(st.integers(0, len(text)))
    damaged = text[:at] + data.draw(st.text(max_size=3)) + text[at + data.draw(st.integers(0, 5)) :]
    try:
        directory = Directory.from_toml(damaged, source="people.toml")
    except DirectoryInvalid as error:
        assert SECRET not in "".join(traceback.format_exception(error))
        assert error.source == "people.toml"
    else:
        assert SECRET not in repr((directory, directory.people))


PLAIN = st.recursive(
    st.none() | st.booleans() | st.floats() | st.just(int(SECRET)) | st.just(SECRET) | st.just(f"\0{SECRET}"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["people", "teams", "roles", "contacts", "ada", "", "phone", "\0"]), inner, max_size=4
        )
    ),
)


@given(
    st.fixed_dictionaries({"people": PLAIN}) | st.fixed_dictionaries({"people": st.fixed_dictionaries({"ada": PLAIN})})
)
def test_a_value_in_the_wrong_place_is_refused_without_being_shown(plain: Any) -> None:
    try:
        directory = convert.from_plain(plain, Directory)
    except DocumentInvalid as error:
        assert error.path.startswith("$")
        assert SECRET not in "".join(traceback.format_exception(error))
    else:
        assert SECRET not in repr((directory, directory.people))


# What a person would look up


def test_people_teams_and_roles_are_found() -> None:
    assert DIRECTORY.find(person("ada")) == (ADA,)
    assert DIRECTORY.find(team("payments")) == (ADA, GRACE, LEADER)
    assert DIRECTORY.find(role("on-call engineer")) == (GRACE,)
    assert DIRECTORY.find(role("incident commander")) == (ADA, GRACE)


def test_a_team_without_people_is_nobody() -> None:
    assert DIRECTORY.find(team("nobody")) == ()


def test_a_role_that_the_incident_assigned_goes_before_the_directory() -> None:
    assert DIRECTORY.find(role("incident commander"), {Role.COMMANDER: LEADER}) == (LEADER,)
    assert DIRECTORY.find(role("incident commander"), {Role.SCRIBE: LEADER}) == (ADA, GRACE)
    assert DIRECTORY.find(role("scribe"), {Role.SCRIBE: LEADER}) == (LEADER,)


def test_an_assigned_person_whom_nobody_could_reach_is_not_found() -> None:
    assert DIRECTORY.find(role("incident commander"), {Role.COMMANDER: PersonId("chat-bot")}) == (ADA, GRACE)


def test_a_team_that_is_called_like_a_role_is_not_assigned() -> None:
    directory = Directory(people={"ada": Person(id="ada")}, teams={"scribe": []})
    assert directory.find(team("scribe"), {Role.SCRIBE: ADA}) == ()


@pytest.mark.parametrize("part", Role)
def test_a_role_that_incidents_can_assign_needs_no_entry(part: Role) -> None:
    assert Directory().find(role(part)) == ()


@pytest.mark.parametrize(
    ("recipient", "message"),
    [
        (person("greace"), "no person is called 'greace'; there are ada, grace, vp-engineering. Did you mean 'grace'?"),
        (team("payment"), "no team is called 'payment'; there are payments, nobody. Did you mean 'payments'?"),
        (team("ada"), "no team is called 'ada'; there are payments, nobody."),
        (role("incident comander"), "Did you mean 'incident commander'?"),
        (role("scrib"), "Did you mean 'scribe'?"),
    ],
)
def test_a_recipient_that_nobody_is_is_refused_with_the_nearest_name(recipient: Recipient, message: str) -> None:
    with pytest.raises(UnknownRecipient) as caught:
        DIRECTORY.find(recipient)
    assert message in str(caught.value)
    with pytest.raises(UnknownRecipient) as caught:
        DIRECTORY.check([person("ada"), recipient], source="playbook.toml")
    assert str(caught.value).startswith(f"playbook.toml: no {recipient.kind} is called")
    assert caught.value.source == "playbook.toml"


def test_only_recipients_are_looked_up() -> None:
    with pytest.raises(PlaybookInvalid, match="whom to find is a Recipient, such as team\\('payments'\\), not 'ada'"):
        DIRECTORY.find(raw("ada"))


@pytest.mark.parametrize("recipients", [None, 7, "", "team payments", {}, team("payments"), ["team payments"]])
def test_only_lists_of_recipients_are_checked(recipients: Any) -> None:
    with pytest.raises(PlaybookInvalid, match=r"whom to find .* such as \[?team"):
        DIRECTORY.check(recipients)
    with pytest.raises(PlaybookInvalid, match=r"whom to find .* such as \[?team"):
        DIRECTORY.next_change(recipients, NOW)
    with pytest.raises(PlaybookInvalid, match=r"whom to find .* such as \[?team"):
        DIRECTORY.scheduled(recipients)


ROTA = Directory(
    people={name: Person(id=name) for name in ("ada", "grace", "linus")}, schedules={"pay": Schedule(weekly())}
)


def test_a_schedule_is_who_is_on_call_at_the_moment() -> None:
    assert ROTA.find(schedule("pay"), at=NOW) == (GRACE,)
    assert ROTA.find(schedule("pay"), at=NOW - timedelta(days=7)) == (ADA,)
    assert ROTA.find(schedule("pay"), at=NOW - timedelta(days=700)) == ()
    assert ROTA.find(Recipient.parse("schedule pay"), at=NOW) == (GRACE,)
    assert repr(ROTA) == "<directory: people 3, teams 0, roles 0, schedules 1>"


def test_without_a_moment_nobody_knows_who_is_on_call() -> None:
    with pytest.raises(FieldInvalid, match=r"^at: who is on call by schedule pay depends on when: say at"):
        ROTA.find(schedule("pay"))


def test_a_schedule_that_is_not_there_is_refused_with_the_nearest_name() -> None:
    ROTA.check([schedule("pay")])
    with pytest.raises(UnknownRecipient, match="no schedule is called 'pai'; there are pay"):
        ROTA.check([schedule("pai")])


def test_schedules_are_part_of_the_fingerprint() -> None:
    later = evolve(ROTA, schedules={"pay": Schedule(weekly(at="10:00"))})
    assert len({each.fingerprint for each in (ROTA, later, evolve(ROTA, schedules={}))}) == 3


def test_a_document_with_a_schedule_names_the_place_that_does_not_fit() -> None:
    text = ROTA.to_toml()
    assert "[[schedules.pay.layers]]" in text
    for old, new, path, problem in (
        ('"grace", "linus"]', '"greace", "linus"]', "schedules.pay.layers[0].participants[1]", "Did you mean 'grace'?"),
        ('"1 week on Mon"', '"0 weeks"', "schedules.pay.layers[0].every", "a turn takes 1 to 52 weeks, not 0"),
        ('zone = "Europe/London"', "", "schedules.pay.layers[0].zone", "missing"),
        ("[[schedules.pay.layers]]", "[[schedules.pay.layer]]", "schedules.pay", "Did you mean 'layers'?"),
    ):
        with pytest.raises(DirectoryInvalid) as caught:
            Directory.from_toml(text.replace(old, new), source="people.toml")
        assert caught.value.path == path
        assert problem in caught.value.problem


def test_nobody_is_called_what_a_question_to_an_on_call_system_is_called() -> None:
    named = Directory(people={"on-call payments": Person(id=PersonId("on-call payments"))})
    named.check([person("on-call payments")])
    with pytest.raises(DirectoryInvalid, match=r"people.on-call payments: so the question to that on-call system"):
        named.check([on_call("payments")])


def test_somebody_unknown_is_named_before_the_swap_that_does_not_fit_for_it() -> None:
    swapped = Schedule(weekly(), swaps=[Swap("primary", {"grace": 1, "linus": 2})])
    text = evolve(ROTA, schedules={"pay": swapped}).to_toml()
    with pytest.raises(DirectoryInvalid, match=r"no person is called 'greace'. Did you mean 'grace'") as caught:
        Directory.from_toml(text.replace('"grace", "linus"]', '"greace", "linus"]'))
    assert caught.value.path == "schedules.pay.layers[0].participants[1]"
    with pytest.raises(DirectoryInvalid, match="turn 2 is not grace's, but linus's") as caught:
        Directory.from_toml(text.replace("grace = 1", "grace = 2").replace("linus = 2", "linus = 1"))
    assert caught.value.path == "schedules.pay.swaps[0].turns"


def test_contacts_are_looked_up_by_person_and_method() -> None:
    assert DIRECTORY.contact("ada", "push") == "U123"
    assert DIRECTORY.contact("ada", "mail") is None
    assert DIRECTORY.contact("alan", "mail") is None


def test_the_order_of_contacts_and_of_members_counts() -> None:
    ada = DIRECTORY.people["ada"]
    later = evolve(ada, contacts=turned(ada.contacts))
    others = [
        evolve(DIRECTORY, people={**DIRECTORY.people, "ada": later}),
        evolve(DIRECTORY, teams={**DIRECTORY.teams, "payments": ["grace", "ada", "vp-engineering"]}),
        evolve(DIRECTORY, roles={**DIRECTORY.roles, "incident commander": ["grace", "ada"]}),
        evolve(DIRECTORY, teams={name: members for name, members in DIRECTORY.teams.items() if members}),
    ]
    assert later != ada
    assert hash(later) != hash(ada)
    assert len({DIRECTORY, *others}) == 5
    assert len({each.fingerprint for each in (DIRECTORY, *others)}) == 5


def test_a_directory_is_a_copy() -> None:
    contacts, members = {"push": "U123"}, ["ada"]
    teams = {"payments": members}
    directory = Directory(people={"ada": Person(id="ada", contacts=contacts)}, teams=teams)
    contacts.clear()
    members.clear()
    teams.clear()
    assert directory.contact("ada", "push") == "U123"
    assert directory.find(team("payments")) == (ADA,)


def test_the_repr_shows_no_address() -> None:
    assert repr(DIRECTORY) == "<directory: people 3, teams 2, roles 2>"
    assert (
        repr(DIRECTORY.people["ada"])
        == "Person(id='ada', name='Ada Lovelace', timezone='Europe/London', escalates=False)"
    )


def test_the_fingerprint_is_the_same_on_every_machine() -> None:
    assert DIRECTORY.fingerprint == "719b6b1b74a6691b9f4c02a64f8c891d7d2823a3669ae0e3307cffe959699bae"


# Bad input


def changed(old: str, new: str) -> str:
    assert old in PEOPLE
    return PEOPLE.replace(old, new, 1)


NO_ADDRESS = "an address is text that is not blank, without NUL or half of a surrogate pair"


@pytest.mark.parametrize(
    ("old", "new", "path", "problem"),
    [
        (
            '"vp-engineering"]',
            '"vp-engneering"]',
            "teams.payments[2]",
            "no person is called 'vp-engneering'. Did you mean 'vp-engineering'?",
        ),
        ('["grace"]', '["greace"]', "roles.on-call engineer[0]", "no person is called 'greace'. Did you mean 'grace'?"),
        ('["ada", "grace"]', '["ada", "ada"]', "roles.incident commander[1]", "'ada' is in this list already"),
        ('"vp-engineering"]', '"ada"]', "teams.payments[2]", "'ada' is in this list already"),
        ('["ada", "grace"]', '["ada", ""]', "roles.incident commander[1]", "'' is not a name"),
        ('["ada", "grace"]', '["ada", 7]', "roles.incident commander[1]", "text is expected here"),
        ("nobody = []", 'nobody = "ada"', "teams.nobody", 'a team is a list of people, such as ["ada", "grace"]'),
        ("nobody = []", "nobody = {ada = 1}", "teams.nobody", "a team is a list of people"),
        ('"on-call engineer" = ["grace"]', "scribe = 1", "roles.scribe", "a role is a list of people"),
        ("nobody = []", '"" = []', "teams", "'' is not a name"),
        ("[people.vp-engineering]", '[people.""]', "people", "'' is not a name"),
        ("[people.vp-engineering]", '[people." a"]', "people", "' a' is not a name"),
        ("[people.vp-engineering]", '[people]\nalan = "alan@example.com"', "people.alan", "a table is expected here"),
        ('"+44 20 7946 0000"', '""', "people.ada.contacts.phone", NO_ADDRESS),
        ('"+44 20 7946 0000"', '" \\n "', "people.ada.contacts.phone", NO_ADDRESS),
        ('"+44 20 7946 0000"', '"+44\\u0000"', "people.ada.contacts.phone", NO_ADDRESS),
        ('"+44 20 7946 0000"', "442079460000", "people.ada.contacts.phone", NO_ADDRESS),
        ('"+44 20 7946 0000"', '["+44 20 7946 0000"]', "people.ada.contacts.phone", NO_ADDRESS),
        ("push =", '"" =', "people.ada.contacts", "'' is not a name"),
        ('name = "Ada Lovelace"', "name = 1", "people.ada.name", "text is expected here"),
        ('name = "Ada Lovelace"', 'name = "\\u0000"', "people.ada.name", "contains a NUL"),
        ('"Europe/London"', '"Europe/Londn"', "people.ada.timezone", "'Europe/Londn' is no time zone known here"),
        ('"Europe/London"', '"../../etc/passwd"', "people.ada.timezone", "is no time zone known here"),
        ('"Europe/London"', "0", "people.ada.timezone", "text is expected here"),
        ("[people.ada.contacts]", "[people.ada.contact]", "people.ada", "Did you mean 'contacts'?"),
        ("[people.vp-engineering]", '[people.x]\nid = "x"', "people.x", "there is no key 'id' here; there are name,"),
        ("[people.vp-engineering]", "[people.x]\ncontacts = []", "people.x.contacts", "a table is expected here"),
        (
            "[teams]",
            "[team]",
            "",
            "there is no key 'team' here; there are people, teams, roles, schedules, maintenance. Did",
        ),
        ("[teams]", "[teams", "", "this is not TOML"),
        ("[teams]", "[people.ada]", "", "this is not TOML"),
    ],
)
def test_a_document_that_does_not_fit_names_the_place(old: str, new: str, path: str, problem: str) -> None:
    text = changed(old, new)
    with pytest.raises(DirectoryInvalid) as caught:
        Directory.from_toml(text, source="people.toml")
    error = caught.value
    assert (error.path, error.source) == (path, "people.toml")
    assert error.problem.startswith(problem) or problem in error.problem
    assert str(error) == f"people.toml{f', {path}' if path else ''}: {error.problem}"
    assert pickle.loads(pickle.dumps(error)).path == path


def test_the_functions_of_convert_raise_what_they_raise_for_every_document() -> None:
    text = json.dumps({"people": {"ada": {}}, "teams": {"payments": ["ada", "aida"]}})
    with pytest.raises(DocumentInvalid) as caught:
        convert.from_json(text, Directory, source="people.json")
    assert caught.value.path == "$.teams.payments[1]"
    assert caught.value.problem == "no person is called 'aida'. Did you mean 'ada'?"
    with pytest.raises(DocumentInvalid, match=r"\$: a table is expected here"):
        convert.from_json(json.dumps([SECRET]), Directory)


@pytest.mark.parametrize("text", ["x" * 16_000_001, "a = " + "[" * 20_000, raw(b"[people]"), raw(None)])
def test_hostile_toml_is_one_typed_error(text: str) -> None:
    with pytest.raises(DirectoryInvalid) as caught:
        Directory.from_toml(text)
    assert caught.value.path == ""
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("make", "path", "problem"),
    [
        (lambda: Person(id=""), "people", "'' is not a name"),
        (lambda: Person(id=raw(7)), "people", "text is expected here"),
        (lambda: Person(id="ada", contacts=raw(SECRET)), "people.ada.contacts", "a table is expected here"),
        (lambda: Person(id="ada", contacts={raw(7): SECRET}), "people.ada.contacts", "text is expected here"),
        (lambda: Person(id="ada", contacts={"phone": "\ud800"}), "people.ada.contacts.phone", NO_ADDRESS),
        (lambda: Person(id="ada", timezone=raw(None)), "people.ada.timezone", "text is expected here"),
        (lambda: Directory(people=raw([])), "people", "a table is expected here"),
        (lambda: Directory(people={"ada": raw({})}), "people.ada", "a Person is expected here"),
        (lambda: Directory(people={raw(7): Person(id="ada")}), "people", "text is expected here"),
        (lambda: Directory(people={"ada": Person(id="grace")}), "people.ada", "this is the person 'grace'"),
        (lambda: Directory(teams=raw(None)), "teams", "a table is expected here"),
        (lambda: Directory(teams={"payments": raw({"ada"})}), "teams.payments", "a team is a list of people"),
        (lambda: Directory(schedules=raw([])), "schedules", "a table is expected here"),
        (lambda: Directory(schedules={"pay": raw({})}), "schedules.pay", "a Schedule is expected here"),
        (lambda: Directory(schedules={"": Schedule(weekly())}), "schedules", "'' is not a name"),
        (
            lambda: Directory(schedules={"pay": Schedule(weekly())}),
            "schedules.pay.layers[0].participants[0]",
            "no person is called 'ada'.",
        ),
        (lambda: Directory(roles={"scribe": ["ada"]}), "roles.scribe[0]", "no person is called 'ada'."),
        (lambda: Directory(roles={"scribe": raw([["ada"]])}), "roles.scribe[0]", "text is expected here"),
    ],
)
def test_parts_that_do_not_fit_are_refused(make: Any, path: str, problem: str) -> None:
    with pytest.raises(DirectoryInvalid) as caught:
        make()
    assert caught.value.path == path
    assert caught.value.source == ""
    assert problem in caught.value.problem
    assert SECRET not in "".join(traceback.format_exception(caught.value))
