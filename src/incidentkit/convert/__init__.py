"""In and out of JSON, TOML and plain values: strict, with errors that name the place."""

from __future__ import annotations

from incidentkit.convert.json_text import from_json as from_json
from incidentkit.convert.json_text import to_json as to_json
from incidentkit.convert.limits import MAX_CHARACTERS as MAX_CHARACTERS
from incidentkit.convert.plain import from_plain as from_plain
from incidentkit.convert.plain import to_plain as to_plain
from incidentkit.convert.toml_text import from_toml as from_toml
from incidentkit.convert.toml_text import to_toml as to_toml

__all__ = ["MAX_CHARACTERS", "from_json", "from_plain", "from_toml", "to_json", "to_plain", "to_toml"]
