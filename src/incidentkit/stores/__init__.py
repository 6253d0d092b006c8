"""Stores that keep incidents though the program ends (extra ``sql``, and ``postgres`` for PostgreSQL)."""

from __future__ import annotations

try:
    from incidentkit.stores.archive import Imported as Imported
    from incidentkit.stores.archive import export_lines as export_lines
    from incidentkit.stores.archive import import_lines as import_lines
    from incidentkit.stores.archive import read_lines as read_lines
    from incidentkit.stores.async_sql_store import AsyncSqlStore as AsyncSqlStore
    from incidentkit.stores.sql_store import SqlStore as SqlStore
except ModuleNotFoundError as error:
    if error.name != "sqlalchemy":
        raise
    raise ModuleNotFoundError("stores need SQLAlchemy: pip install 'incidentkit[sql]'", name=error.name) from None

__all__ = ["AsyncSqlStore", "Imported", "SqlStore", "export_lines", "import_lines", "read_lines"]
