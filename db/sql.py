"""The tables as Core sees them, and the statements every write is built of, in either dialect."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    Boolean,
    ColumnElement,
    Connection,
    Dialect,
    Executable,
    Float,
    Table,
    TypeDecorator,
    bindparam,
    column,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine
from sqlmodel import SQLModel

from db import copying
from db.rows import Row
from db.tables import (
    Alert,
    Aside,
    Blocked,
    ChannelState,
    Delivery,
    Listing,
    Mark,
    Note,
    PageMemory,
    Past,
    Presence,
    PricePoint,
    Quarantine,
    Quota,
    Rate,
    Source,
    Told,
    Visit,
    WatchState,
)

CHUNK = 5000
"""Values bound in one statement; SQLite takes 32,766."""


def table(model: type[SQLModel]) -> Table:
    """The Core table behind a SQLModel class."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


LISTING, PRESENCE, PRICE = table(Listing), table(Presence), table(PricePoint)
SOURCE, VISIT, RATE, QUOTA, NOTE = table(Source), table(Visit), table(Rate), table(Quota), table(Note)
PAGE_MEMORY, PAST, QUARANTINE = table(PageMemory), table(Past), table(Quarantine)
WATCH, TOLD, ALERT, DELIVERY = table(WatchState), table(Told), table(Alert), table(Delivery)
CHANNEL = table(ChannelState)
MARK, BLOCKED, ASIDE = table(Mark), table(Blocked), table(Aside)

SET_ASIDE = select(ASIDE.c.listing_id)
"""The listings that reports and watches leave out."""

NOT_MARKET = select(ASIDE.c.listing_id).where(ASIDE.c.kind.in_(("wrong", "scam", "blocked")))
"""The listings whose prices say nothing about the market."""


def enter(tx: Connection, target: Table, rows: Sequence[Row]) -> None:
    """Insert rows that all have the same columns."""
    if not rows:
        return
    columns = tuple(rows[0])
    if tx.dialect.name != "sqlite":
        if len(rows) < copying.WORTH_IT:
            tx.execute(insert(target), list(rows))
        else:
            copying.enter(tx, target, rows)
        return
    marks = ", ".join("?" * len(columns))
    named = ", ".join(f'"{name}"' for name in columns)
    binds = _binds_of(target, columns)
    # by the driver's own words: SQLAlchemy would take each row apart by name, in more time than it takes to write it
    for start in range(0, len(rows), _AT_ONCE):
        values = zip(*map(itemgetter(*columns), rows[start : start + _AT_ONCE]), strict=True)  # by column
        bound = [_bound(of_column, bind) if bind else of_column for bind, of_column in zip(binds, values, strict=True)]
        tx.exec_driver_sql(f'INSERT INTO "{target.name}" ({named}) VALUES ({marks})', list(zip(*bound, strict=True)))


_AT_ONCE = 500
"""Rows that are turned into columns and back while the processor still has them at hand."""


Bind = Callable[[Any], Any]
"""From a value to what the driver takes for it."""


def _bound(of_column: Sequence[Any], bind: Bind) -> Sequence[Any]:
    if of_column.count(of_column[0]) == len(of_column):  # the same for all, as when a visit saw them
        return [bind(of_column[0])] * len(of_column)
    return [bind(value) for value in of_column]


@cache
def _binds_of(target: Table, columns: tuple[str, ...]) -> list[Bind | None]:
    dialect = sqlite.dialect()
    types = [target.c[name].type.dialect_impl(dialect) for name in columns]
    return [None if isinstance(one, _PLAIN) else one.bind_processor(dialect) for one in types]


_PLAIN = (Boolean, Float)
"""What SQLite's driver takes as it is."""


def upsert(tx: Connection, target: Table, rows: Sequence[Row], *, key: tuple[str, ...]) -> None:
    """Insert rows; one whose key is there already takes over the other columns given."""
    if tx.dialect.name == "postgresql" and len(rows) >= copying.WORTH_IT:
        copying.upsert(tx, target, rows, key=key)
    elif rows:
        tx.execute(_upsert_of(tx.dialect.name, target, tuple(rows[0]), key), list(rows))


@cache  # building one takes as long as running it for a hundred rows
def _upsert_of(dialect: str, target: Table, columns: tuple[str, ...], key: tuple[str, ...]) -> Executable:
    statement = postgresql.insert(target) if dialect == "postgresql" else sqlite.insert(target)
    taken_over = {name: statement.excluded[name] for name in columns if name not in key}
    return statement.on_conflict_do_update(index_elements=key, set_=taken_over)


class _Each(FunctionElement[Any]):
    """Many values in one parameter, as rows."""

    inherit_cache = True


class _Many(TypeDecorator[Sequence[Any]]):
    """Values of one type: an array where there are arrays, else JSON."""

    impl = JSON
    cache_ok = True

    def __init__(self, each: TypeEngine[Any]) -> None:
        super().__init__()
        self.each = each

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(self.each) if dialect.name == "postgresql" else JSON())


@compiles(_Each, "sqlite")
def _each_in_sqlite(element: _Each, compiler: SQLCompiler, **how: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **how)})"


@compiles(_Each, "postgresql")
def _each_in_postgresql(element: _Each, compiler: SQLCompiler, **how: Any) -> str:
    return f"unnest({compiler.process(element.clauses, **how)})"


def each(name: str, kind: TypeEngine[Any]) -> TableValuedAlias:
    """The values of a named parameter as a table of one column, `value`.

    However many these are, they are one parameter: SQLAlchemy spells out those of `in_` at every run.
    """
    one = column("value", kind)
    return _Each(bindparam(name, type_=_Many(kind))).table_valued(one, name="value")


def one_of(asked: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether a column is one of the values of a named parameter."""
    return asked.in_(select(each(name, asked.type).c.value))


def contend(tx: Connection, target: Table, ids: Sequence[int]) -> None:
    """Make whoever else decides about these rows right now lose the race, or lose it oneself.

    On PostgreSQL a transaction sees the rows of others as they were when it began; a write to the same row is what
    tells it. SQLite lets nobody else write meanwhile.
    """
    if tx.dialect.name == "postgresql":
        for chunk in chunks(ids):
            tx.execute(update(target).where(target.c.id.in_(chunk)).values(id=target.c.id))


def chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The values in runs short enough for one statement."""
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))


LAST_SEEN = (
    select(func.max(PRESENCE.c.seen_at, type_=PRESENCE.c.seen_at.type))
    .where(PRESENCE.c.listing_id == LISTING.c.id)
    .scalar_subquery()
)
"""When any source last showed a listing, beside a query on listings."""
