"""Refuses statements of a migration that would stop the running code for long: locks of big tables while all is read.

What is allowed in one statement on a big table is what PostgreSQL does at once, or without keeping others out; the ways
to the rest stand in docs/evolution.md.
"""

import re
from typing import Any

from sqlalchemy import Connection, event

BIG = 100_000
"""Rows: an index over so many takes a second or two on a busy machine, and calls wait for 30 at most."""

WAIT_SECONDS = 5
"""For a lock: while a migration waits for a long query, every later one waits behind it."""

_NAME = r'(?:only\s+)?(?:if\s+exists\s+)?(?:public\.)?"?(?P<table>\w+)"?'
_ALTER = rf"alter\s+table\s+{_NAME}.*?"
_RULES = (
    (
        r"create\s+(?:unique\s+)?index\s+(?!concurrently)(?:if\s+not\s+exists\s+)?(?:\w+\s+)?on\s+" + _NAME,
        "create the index concurrently, in an autocommit block",
    ),
    (_ALTER + r"\balter\s+(?:column\s+)?\w+\s+(?:set\s+data\s+)?type\b", "add a column and move to it"),
    (_ALTER + r"\bset\s+not\s+null\b", "add a check `not valid`, validate it, and set it then"),
    (
        _ALTER + r"\badd\s+(?:constraint\s+\w+\s+)?(?:check|foreign\s+key)\b(?!.*\bnot\s+valid\b)",
        "add the constraint `not valid` and validate it in a later statement",
    ),
    (
        _ALTER + r"\badd\s+(?:constraint\s+\w+\s+)?(?:unique|primary\s+key|exclude)\b(?!\s+using\s+index)",
        "create the index concurrently and add the constraint `using index`",
    ),
    (
        _ALTER + r"\badd\s+(?:column\s+)?\w+[^,]*\bdefault\s+(?:clock_timestamp|gen_random_uuid|random|nextval)\b",
        "add the column without default, and fill it piece by piece",
    ),
    (_ALTER + r"\badd\s+(?:column\s+)?\w+[^,]*\bgenerated\b", "add a plain column, and fill it piece by piece"),
    (rf"update\s+{_NAME}\s+set\b", "change the rows piece by piece, in a job of the service"),
    (rf"(?:vacuum\s+full|cluster)\s+{_NAME}", "do it in a maintenance window, by hand"),
)
_COMPILED = [(re.compile(rf"^\s*{pattern}", re.IGNORECASE | re.DOTALL), instead) for pattern, instead in _RULES]
_ROWS = """
select coalesce(sum(greatest(c.reltuples, s.n_live_tup, 0)), 0)::bigint
from (select to_regclass($1) as relid union select relid from pg_partition_tree(to_regclass($1))) as t
join pg_class c on c.oid = t.relid and c.relkind <> 'p' left join pg_stat_user_tables s on s.relid = c.oid
"""
"""A partitioned table has no rows itself."""

_KEEPS_NOBODY_OUT = re.compile(r"^\s*(?:create|drop|reindex)\b[^;]*\bconcurrently\b", re.IGNORECASE)


class WouldLock(Exception):
    """A migration would keep everybody out of a big table while it works; the text says which and what to do."""


def stopping(statement: str) -> list[tuple[str, str]]:
    """Tables that a statement keeps others out of for as long as they are big, and what to do instead."""
    plain = re.sub(r"--[^\n]*", "", statement)
    found = ((pattern.match(plain), instead) for pattern, instead in _COMPILED)
    return [(match["table"], instead) for match, instead in found if match]


def guard(connection: Connection, limit: int = BIG) -> None:
    """From here on statements that would stop a table of more rows are refused, and locks are not waited for long.

    What is done `concurrently` waits for all who work, as long as they do: nobody waits behind it, and broken off it
    would leave an index that is not valid.
    """
    connection.exec_driver_sql(_waiting(WAIT_SECONDS))
    event.listen(connection, "before_cursor_execute", _refusing(limit))
    event.listen(connection, "after_cursor_execute", _hurrying)


def _refusing(limit: int) -> Any:
    def refuse(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        for table, instead in stopping(statement):
            rows = connection.exec_driver_sql(_ROWS, (table,)).scalar() or 0
            if rows > limit:
                raise WouldLock(f"A migration would lock {table}, which has about {rows} rows: {instead}.")
        if _KEEPS_NOBODY_OUT.match(statement):
            connection.exec_driver_sql(_waiting(0))

    return refuse


def _hurrying(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
    if _KEEPS_NOBODY_OUT.match(statement):
        connection.exec_driver_sql(_waiting(WAIT_SECONDS))


def _waiting(seconds: int) -> str:
    return f"set lock_timeout = '{seconds}s'"
