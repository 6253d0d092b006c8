"""The production database is down: from the alarm through pages and a runbook to a post-mortem that one can show."""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from attrs import evolve

from incidentkit import EMERGENCY, Desk, Incident, PostMortem, Role, Toolbox
from incidentkit.drills import ManualClock, practice_directory
from incidentkit.memory import (
    MemoryChat,
    MemoryDatabase,
    MemoryPager,
    MemoryProduction,
    MemoryStatusPage,
    MemoryStore,
    MemoryTools,
    MemoryTracker,
    Trouble,
)
from incidentkit.model.commands import Answer, Assess, Command, Confirm, StartRunbook, Summarize
from incidentkit.policy.account import ActionItem
from incidentkit.policy.meeting import meeting
from incidentkit.render.postmortem import postmortem_page

START = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)
INCIDENT = "INC-7"
RUN = "production database down #1"
PEOPLE = practice_directory()


class Night:
    """A production whose database is down, a desk that looks after it, and people who answer."""

    def __init__(self) -> None:
        self.clock = ManualClock(START)
        database = MemoryDatabase(up=False, restart_heals=False)
        trouble = Trouble(name="no order can be placed", lasts=lambda: not database.up, error_rate=0.92)
        tools = MemoryTools(clock=self.clock, database=database, production=MemoryProduction([trouble]))
        toolbox = Toolbox(
            pagers=dict.fromkeys(EMERGENCY.methods, MemoryPager(clock=self.clock)),
            chat=MemoryChat(),
            status_page=MemoryStatusPage(),
            tracker=MemoryTracker(clock=self.clock),
            **tools.by_slot,
        )
        self.desk = Desk(EMERGENCY, PEOPLE, toolbox, MemoryStore(self.clock), places=0, observers=())

    def at(self, minutes: int) -> datetime:
        """Let the desk work, a minute at a time, until so many minutes after the start."""
        moment = START + timedelta(minutes=minutes)
        while self.clock() < moment:
            self.clock.advance(timedelta(minutes=1))
            while self.desk.tick():
                pass
        return moment

    def say(self, command: Command) -> None:
        print(f"{command.at:%H:%M} {command.by}: {self.desk.submit(INCIDENT, command).summary}")
        while self.desk.tick():
            pass


def respond(night: Night) -> Incident:
    """From the alarm to the resolution."""
    known = {"production_down": True, "database_down": True, "error_rate": 0.92}
    night.desk.declare(
        "The production database is down",
        by="monitoring",
        facts=known,
        id=INCIDENT,
        labels={"service": "orders"},
    )
    print(night.desk.acknowledge(INCIDENT, by="noor", at=night.at(4)).summary)
    night.desk.assign(INCIDENT, Role.COMMANDER, to="noor", by="noor", at=night.at(5))
    night.desk.assign(INCIDENT, Role.TECHNICAL_LEAD, to="mika", by="noor", at=night.at(6))
    night.say(StartRunbook("production database down", at=night.at(7), by="mika"))
    night.desk.start_mitigation(INCIDENT, by="mika", at=night.at(8))
    night.say(Answer(RUN, "restart_safe", False, at=night.at(9), by="mika", note="its disk is full"))
    night.desk.update(
        INCIDENT,
        "the disk of the database is full; we go over to the replica",
        by="noor",
        next_steps="fail over",
        eta="in a quarter of an hour",
        public="Orders fail at the moment. We know why, and are at it.",
        at=night.at(11),
    )
    night.say(Answer(RUN, "failover_needed", True, at=night.at(12), by="mika"))
    night.say(Confirm(RUN, "failover", at=night.at(14), by="noor"))
    night.desk.mitigated(INCIDENT, by="mika", note="the replica took over", at=night.at(18))
    triage = EMERGENCY.triage({**known, "users_affected": 1_800, "data_lost": False})
    night.say(Assess(triage, at=night.at(20), by="noor"))
    print(night.desk.runs(INCIDENT)[0])
    night.desk.resolve(INCIDENT, by="noor", note="a disk with room was put into the old database", at=night.at(41))
    summary = "For 41 minutes nobody could place an order, because the disk of the production database was full."
    night.say(Summarize(summary, at=night.at(50), by="noor"))
    return night.desk.load(INCIDENT)


def written_up(incident: Incident) -> PostMortem:
    """What the log says, and what only people know."""
    draft = PostMortem.from_incident(incident, playbook=EMERGENCY, directory=PEOPLE)
    print("\nTo be written by people:")
    for each in draft.missing():
        print(f"- {each}")
    return evolve(
        draft,
        impact=evolve(draft.impact, users="1,800, everybody who ordered", data_loss="no"),
        root_cause=(
            "The write-ahead log filled the disk: the replica of the reports had not read from it for six days.\n\n"
            "Nobody was told: the alarm watched the disk of the replica, and not that of the primary."
        ),
        went_well="The replica was in step, and took over within a minute.",
        could_be_better="Whether a restart was safe had to be found out by hand, which took five minutes.",
        lessons="Whoever reads from a log keeps it from being cleared. Each reader needs a limit.",
        action_items=[
            ActionItem(what="Limit how much log a slow replica may hold", owner="Mika Laine", due=date(2026, 3, 6)),
            ActionItem(what="Watch the disk of the primary", owner="Noor Haddad", due=date(2026, 3, 4)),
            ActionItem(what="Say in the runbook when a restart is safe", owner="Noor Haddad", due=date(2026, 3, 13)),
        ],
        other=(),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path, nargs="?", default=Path("database-down.html"), help="where the page is put")
    page = parser.parse_args().page
    night = Night()
    incident = respond(night)
    postmortem = written_up(incident)
    for command in postmortem.action_commands(PEOPLE, at=night.at(60), by="noor"):
        night.desk.submit(INCIDENT, command)
    print("\nOwed from now on:")
    for item in night.desk.load(INCIDENT).action_items.values():
        print(f"- {item.owner}: {item.text}")
    print(f"\n{meeting(incident, EMERGENCY, PEOPLE, start=START + timedelta(days=1, hours=7))}")
    page.write_text(postmortem_page(postmortem, incident=incident, directory=PEOPLE), encoding="utf-8")
    print(f"The post-mortem is in {page}.")


if __name__ == "__main__":
    main()
