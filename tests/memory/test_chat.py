"""The chat in memory: channels that are opened, written to and closed."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given

from incidentkit.errors import AlreadyExists, Misconfigured, NotFound, RequestInvalid
from incidentkit.memory import MemoryChat
from incidentkit.memory.chat import Channel
from incidentkit.model.identity import IncidentId
from incidentkit.providers.answer import Diagnosis
from incidentkit.providers.chat import Chat, CloseChannel, OpenChannel, PostMessage
from incidentkit.testing.identity import texts
from incidentkit.text.document import Document, Paragraph
from incidentkit.text.plain import to_plain

INCIDENT = IncidentId("INC-7")
NAME = "incident-20260302-007"
OPEN = OpenChannel(key="open", incident=INCIDENT, name=NAME, private=True, topic="Checkout returns 500")


def post(key: str, channel: str, text: str = "It is known what is wrong.") -> PostMessage:
    return PostMessage(key=key, incident=INCIDENT, channel=channel, message=Document([Paragraph(text)]))


def close(key: str, channel: str) -> CloseChannel:
    return CloseChannel(key=key, incident=INCIDENT, channel=channel)


def test_it_is_a_chat_that_keeps_its_channels() -> None:
    memory = MemoryChat()
    chat: Chat = memory
    assert chat.diagnose() == Diagnosis(healthy=True)
    reference = memory.open_channel(OPEN).reference
    assert memory.channels == [Channel(reference=reference, name=NAME, private=True, topic="Checkout returns 500")]


@given(texts())
def test_a_topic_is_kept_to_the_letter(topic: str) -> None:
    chat = MemoryChat()
    chat.open_channel(evolve(OPEN, topic=topic))
    assert [channel.topic for channel in chat.channels] == [topic]


def test_a_channel_is_found_by_its_reference_and_by_its_name() -> None:
    chat = MemoryChat()
    reference = chat.open_channel(OPEN).reference
    receipts = [chat.post(post("1", reference, "first")), chat.post(post("2", NAME, "second"))]
    assert [to_plain(each.message) for each in chat.channels[0].messages] == ["first", "second"]
    assert receipts[0].reference != receipts[1].reference


def test_no_name_is_a_reference() -> None:
    chat = MemoryChat(taken=["c1", "c2"])
    names = {channel.name for channel in chat.channels}
    assert names.isdisjoint(channel.reference for channel in chat.channels)
    with pytest.raises(RequestInvalid):
        chat.open_channel(evolve(OPEN, name=chat.channels[0].reference))


def test_a_closed_channel_stays_closed_until_somebody_posts() -> None:
    chat = MemoryChat()
    reference = chat.open_channel(OPEN).reference
    assert chat.close_channel(close("close", reference)) == chat.close_channel(close("again", NAME))
    assert chat.channels[0].closed
    chat.post(post("1", reference))
    assert not chat.channels[0].closed


def test_a_key_that_closed_a_channel_closes_it_once() -> None:
    chat = MemoryChat()
    reference = chat.open_channel(OPEN).reference
    first = chat.close_channel(close("close", reference))
    chat.post(post("1", reference))
    assert chat.close_channel(close("close", reference)) == first
    assert not chat.channels[0].closed
    chat.close_channel(close("close again", reference))
    chat.post(post("1", reference))
    assert (chat.channels[0].closed, len(chat.channels[0].messages)) == (True, 1)


def test_a_name_that_others_have_taken_is_not_free_and_can_be_posted_to() -> None:
    chat = MemoryChat(taken={NAME, "payments"})
    with pytest.raises(AlreadyExists, match=rf"chat\.open_channel: a channel is called '{NAME}' already: .* another"):
        chat.open_channel(OPEN)
    chat.post(post("1", "payments"))
    assert [(channel.name, len(channel.messages)) for channel in chat.channels] == [(NAME, 0), ("payments", 1)]


def test_a_name_is_free_for_one_key_alone_also_once_it_is_closed() -> None:
    chat = MemoryChat()
    first = chat.open_channel(OPEN)
    chat.close_channel(close("close", NAME))
    with pytest.raises(AlreadyExists):
        chat.open_channel(evolve(OPEN, key="another"))
    assert chat.open_channel(evolve(OPEN, topic="another topic")) == first
    assert [channel.topic for channel in chat.channels] == ["Checkout returns 500"]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("#ops", r"lower-case letters, digits, hyphens and underscores alone, and '#ops' has '#'"),
        ("Ops", r"'Ops' has 'O'"),
        ("größe", r"'größe' has 'ö'"),
        ("a b", r"'a b' has ' '"),
        ("ops\n", r"has '\\n'"),
        ("", r"1 to 80 characters, and '' has 0"),
        ("x" * 81, r"1 to 80 characters, and 'x+\.\.\. has 81"),
        ("-_-", r"a letter or a digit, and '-_-' has none"),
    ],
)
def test_what_is_no_name_is_refused_and_says_why(name: str, problem: str) -> None:
    chat = MemoryChat()
    with pytest.raises(RequestInvalid, match=rf"chat\.open_channel: the name of a channel has .*{problem}"):
        chat.open_channel(evolve(OPEN, name=name))
    assert chat.channels == []
    with pytest.raises(Misconfigured, match="the name of a channel has"):
        MemoryChat(taken=[name])


@pytest.mark.parametrize("name", ["x" * 80, "7", "a-b_c", NAME])
def test_what_is_a_name_is_taken_as_it_is(name: str) -> None:
    chat = MemoryChat()
    chat.open_channel(evolve(OPEN, name=name))
    assert [channel.name for channel in chat.channels] == [name]


@pytest.mark.parametrize("taken", ["payments", 7, None, [7], {"payments": 1}])
def test_what_is_no_list_of_names_is_refused(taken: Any) -> None:
    with pytest.raises(Misconfigured, match=r"the names that are taken are a list, such as \['payments'\], not"):
        MemoryChat(taken=taken)


def test_a_channel_that_is_not_there_is_not_found() -> None:
    chat = MemoryChat(taken=["payments"])
    with pytest.raises(NotFound, match=r"chat\.post: no channel is called 'payment', .* Did you mean 'payments'\?"):
        chat.post(post("1", "payment"))
    with pytest.raises(NotFound, match=r"chat\.close_channel: no channel is called '#payments'"):
        chat.close_channel(close("2", "#payments"))


def test_what_was_refused_once_may_work_later_under_the_same_key() -> None:
    chat = MemoryChat()
    with pytest.raises(NotFound):
        chat.post(post("1", NAME))
    chat.open_channel(OPEN)
    chat.post(post("1", NAME))
    assert len(chat.channels[0].messages) == 1
