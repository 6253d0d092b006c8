"""The extra: nothing loads the solver that does not prove, and who lacks it is told what to install."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import incidentkit

SOURCE = Path(incidentkit.__file__).parent


def test_one_module_imports_the_solver() -> None:
    importing = [
        str(path.relative_to(SOURCE).as_posix())
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import) and any(alias.name.split(".")[0] == "z3" for alias in node.names)
    ]
    assert importing == ["analysis/solver.py"]


def test_the_front_door_does_not_load_it() -> None:
    program = "import sys, incidentkit; incidentkit.EMERGENCY.triage({}); print('z3' in sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_who_lacks_it_is_told_what_to_install() -> None:
    program = "import sys; sys.modules['z3'] = None\ntry: import incidentkit.analysis\n"
    program += "except ModuleNotFoundError as error: print(error, '|', error.name)"
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "proofs need z3: pip install 'incidentkit[analysis]' | z3\n"
