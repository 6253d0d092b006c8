"""``incidentkit conform``: whether a provider, a store or a desk of your own keeps its promises."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from typing import Any, Final, TextIO

from incidentkit.cli.arguments import pause
from incidentkit.cli.command import Command
from incidentkit.cli.progress import progress_of
from incidentkit.cli.screen import screen_on
from incidentkit.errors import CommandInvalid, RigInvalid, nearest, shown

DESCRIPTION: Final = """\
Puts a provider, a store or a desk to everything that it promises, and reports on
each promise. The factory is a function or a class: called without arguments, it
gives one in front of a system of its own, in which nothing has happened. It may
be async def, and it may give a context. The module is found from the current
folder on.

People are paged and tickets are opened by it: let the factory give what is in
front of a system for tests.
"""

EPILOG: Final = """\
What could not be seen is untold, with the reason. A factory that gives a Rig
lets more be seen.

examples:
  incidentkit conform ntfy.testing:pager
  incidentkit conform ntfy.testing:pager --level must --junit report.xml

exit status: 0; 1 if a promise is broken; 2 if it could not be checked
"""

INSTALL: Final = "the checks are not installed: pip install 'incidentkit[testing]'"


def _add_options(parser: ArgumentParser) -> None:
    parser.add_argument("factory", metavar="MODULE:FACTORY", help="what makes a provider, such as ntfy.testing:pager")
    parser.add_argument("--kind", help="what it is, such as pager, store or desk; found from its methods if not given")
    parser.add_argument(
        "--level", choices=("must", "should", "may"), default="may", help="up to which level to check; may if not given"
    )
    parser.add_argument("--limit", metavar="30s", type=pause, help="how long a call may take; 30s if not given")
    parser.add_argument("--junit", metavar="FILE", type=Path, help="write the report as JUnit XML as well")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the report as JSON as well")


def _run(options: Namespace, stream: TextIO) -> int:
    for path in filter(None, (options.junit, options.json)):  # before the first check, which may take long
        if not path.parent.is_dir():
            raise CommandInvalid(f"{path} cannot be written: there is no folder {path.parent}")
    with _found_from_here():
        report = _report(options)
    screen_on(stream, 0).page(report.to_document())
    for path, text in ((options.junit, report.to_junit), (options.json, report.to_json)):
        if path is not None:
            path.write_text(text(), encoding="utf-8", errors="backslashreplace")
    return 1 if report.broken else 0


@contextmanager
def _found_from_here() -> Generator[None]:
    """Find modules from the current folder on, as Python does with ``-m``, also those that a factory imports late."""
    here = str(Path.cwd())
    sys.path.insert(0, here)
    try:
        yield
    finally:
        sys.path.remove(here)


def _report(options: Namespace) -> Any:
    suites = _loaded()
    factory = _factory(options.factory)
    suite = _suite(suites, options.kind, factory)
    terms = {} if options.limit is None else {"limit": options.limit}
    checks: Sequence[Any] = suites.conformance(suite.protocol, level=suites.Level(options.level), **terms)
    report_on: Callable[..., Any] = import_module("incidentkit.testing.conformance.report").report_on
    with progress_of("checking") as show:
        return report_on(options.factory, suite.kind, checks, factory, progress=show)


def _loaded() -> Any:
    """The suites, which the extra ``testing`` brings."""
    try:
        return import_module("incidentkit.testing.conformance.suite")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "hypothesis":
            raise
        raise CommandInvalid(INSTALL) from None


def _suite(suites: Any, kind: str | None, factory: Callable[[], Any]) -> Any:
    """The suite of that kind, or of the kind that the provider is."""
    kinds: Sequence[str] = [*suites.BY_KIND]
    there_are = f"there are {', '.join(kinds)}"
    if kind is not None:
        if kind not in kinds:
            raise CommandInvalid(f"there is no kind {shown(kind)}: {there_are}. {nearest(kind, kinds)}".rstrip())
        return suites.BY_KIND[kind]
    try:
        return suites.suite_of(factory)
    except RigInvalid as error:
        if error.part != "kind":
            raise
        raise CommandInvalid(f"{error.problem}. Say what it is with --kind: {there_are}") from None
    except Exception as error:  # noqa: BLE001  # it is code of others, which may raise anything
        raise CommandInvalid(f"the factory raised {type(error).__name__}: {error}") from None


def _factory(name: str) -> Callable[[], Any]:
    """What is called so in a module."""
    module, _, path = name.partition(":")
    if not (module and path):
        raise CommandInvalid(f"{shown(name)} is not of the form MODULE:FACTORY, such as ntfy.testing:pager")
    try:
        found: object = attrgetter(path)(import_module(module))
    except (Exception, SystemExit) as error:  # noqa: BLE001  # it is code of others, which may raise anything
        raise CommandInvalid(f"{name} cannot be imported: {type(error).__name__}: {error}") from None
    if not callable(found):
        raise CommandInvalid(f"{name} is {shown(found)}, which cannot be called: name what makes a provider")
    return found


CONFORM = Command(
    name="conform",
    help="whether a provider, a store or a desk of your own keeps its promises",
    description=DESCRIPTION,
    epilog=EPILOG,
    add_options=_add_options,
    run=_run,
)
