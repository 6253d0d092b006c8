"""Checklists as documents hold them."""

from __future__ import annotations

from datetime import timedelta

from attrs import frozen

from incidentkit.errors import place
from incidentkit.model.vocabulary import Vocabulary
from incidentkit.policy.checklist import Checklist, Item
from incidentkit.policy.forms.texts import condition_of, recipient_of
from incidentkit.policy.obligation import Attempt


@frozen(kw_only=True)
class ItemForm:
    """An item of a checklist in a document."""

    name: str
    what: str = ""
    owner: str = ""
    when: str = "true"
    met: str = "false"
    done_by: tuple[str, ...] = ()
    within: timedelta | None = None
    source: str = ""


@frozen(kw_only=True)
class ChecklistForm:
    """A checklist in a document."""

    name: str
    owner: str
    items: tuple[ItemForm, ...]
    applies: str = "true"
    reminders: tuple[Attempt, ...] = ()
    outlives: bool = True


def checklist_form(checklist: Checklist) -> ChecklistForm:
    """A checklist as documents hold it."""
    return ChecklistForm(
        name=checklist.name,
        owner=str(checklist.owner),
        items=tuple(map(_item_form, checklist.items)),
        applies=str(checklist.applies),
        reminders=checklist.reminders,
        outlives=checklist.outlives,
    )


def _item_form(item: Item) -> ItemForm:
    return ItemForm(
        name=item.name,
        what=item.what,
        owner="" if item.owner is None else str(item.owner),
        when=str(item.when),
        met=str(item.met),
        done_by=item.done_by,
        within=item.within,
        source=item.source,
    )


def checklist_of(form: ChecklistForm, index: int, vocabulary: Vocabulary) -> Checklist:
    """The checklist that a form describes, which stands at that place; `DocumentInvalid` names what it cannot be."""
    path = f"checklists[{index}]"
    items = [_item(each, f"{path}.items[{number}]", vocabulary) for number, each in enumerate(form.items)]
    owner, applies = recipient_of(form.owner, f"{path}.owner"), condition_of(form, "applies", path, vocabulary)
    with place(path):
        return Checklist(
            name=form.name,
            owner=owner,
            items=items,
            applies=applies,
            reminders=form.reminders,
            outlives=form.outlives,
        )


def _item(form: ItemForm, path: str, vocabulary: Vocabulary) -> Item:
    owner = recipient_of(form.owner, f"{path}.owner") if form.owner else None
    when, met = (condition_of(form, name, path, vocabulary) for name in ("when", "met"))
    with place(path):
        return Item(
            name=form.name,
            what=form.what,
            owner=owner,
            when=when,
            met=met,
            done_by=form.done_by,
            within=form.within,
            source=form.source,
        )
