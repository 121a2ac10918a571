"""The statement guard (I-9): every statement on a tenant table is tied to one tenant by a bind parameter.

Reads SQL only; never runs, repairs or rewrites a statement, and what it cannot understand it reports.
"""

from __future__ import annotations

import logging
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

# Long for one file, on purpose: whether a verdict is sound can only be seen with all its rules in view.

Dialect = Literal["sqlite", "postgres"]
Node = tuple[int, str, str]  # scope, alias, column

TENANT_PARAMETERS = frozenset({"tenant", "copy"})  # `copy`: the tenant written when one is copied, store.bulk.copying
KEY = "tenant_id"
IGNORED = re.compile(
    "alter|analyze|attach|begin|comment|commit|create|deallocate|detach|discard|drop|end|grant|listen|lock|notify"
    "|pragma|reindex|release|reset|revoke|rollback|savepoint|set|show|start|unlisten|vacuum"
)
_PARAMETER: Node = (0, "", "")
_POSITIONAL = "positional_"

logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it warns of what ends up as "cannot judge" anyway


def check_statement(
    sql: str,
    dialect: Dialect,
    tenant_tables: frozenset[str],
    tenant_parameter_names: frozenset[str] = TENANT_PARAMETERS,
) -> list[str]:
    """Return what is wrong with a statement, one sentence each; an empty list is a clean statement.

    A text that cannot be parsed or judged is a problem, never an exception.
    """
    return list(_judged(sql, dialect, tenant_tables, tenant_parameter_names).problems)


def statement_kind(sql: str, dialect: Dialect) -> str:
    """Return select, insert, update or delete, also behind WITH; for other statements their first word."""
    return _judged(sql, dialect, frozenset(), TENANT_PARAMETERS).kind


@dataclass(frozen=True, slots=True)
class _Verdict:
    kind: str
    problems: tuple[str, ...]


@lru_cache(maxsize=8192)
def _judged(sql: str, dialect: Dialect, tables: frozenset[str], names: frozenset[str]) -> _Verdict:
    kinds: list[str] = []
    problems: list[str] = []
    for statement in _statements(sql):
        word = re.match(r"[\s(]*([A-Za-z]*)", statement)
        kinds.append(word.group(1).lower() if word else "")
        if kinds[-1] == "create":
            break  # a trigger's body holds semicolons
        if IGNORED.fullmatch(kinds[-1]):
            continue
        try:
            tree = sqlglot.parse_one(_parsable(statement, dialect), dialect=dialect)
        except (SqlglotError, RecursionError) as error:
            problems.append(f"cannot parse ({str(error).splitlines()[0][:120]}): {_short(statement)}")
            continue
        if kinds[-1] != "explain":
            kinds[-1] = _kind(tree) or kinds[-1]
        judge = _Judge(tables, names, dialect)
        judge.judge(tree)
        problems += judge.problems
    return _Verdict(kinds[0] if kinds else "", tuple(problems))


def _kind(tree: exp.Expr) -> str:
    kinds: dict[str, tuple[type[exp.Expr], ...]] = {
        "select": (exp.Select, exp.SetOperation, exp.Subquery, exp.Values),
        "insert": (exp.Insert,),
        "update": (exp.Update,),
        "delete": (exp.Delete,),
    }
    return next((kind for kind, types in kinds.items() if isinstance(tree, types)), "")


# ---- the text, as the driver's layer sees it

_LEXEME = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | (?P<dollars>\$(?:[A-Za-z_]\w*)?\$).*?(?P=dollars)
      | (?P<comment>--[^\n]*|/\*.*?\*/)
      | %\((?P<name>\w+)\)s | (?P<positional>%s) | (?P<percent>%%) | (?P<end>;)""",
    re.VERBOSE | re.DOTALL,
)


def _statements(sql: str) -> list[str]:
    """The statements of a text, without comments, with Django's parameter marks as `:name`."""

    def plain(found: re.Match[str]) -> str:
        if found["name"]:
            return f" :{found['name']}"
        marks = {"comment": " ", "positional": f" :{_POSITIONAL}", "percent": "%", "end": "\x00"}
        return marks.get(found.lastgroup or "", found.group())

    return [part.strip() for part in _LEXEME.sub(plain, sql).split("\x00") if part.strip()]


def _parsable(statement: str, dialect: Dialect) -> str:
    """The same statement in words the parser knows; what is said about rows stays."""
    text = re.sub(
        r"^EXPLAIN\s+(QUERY\s+PLAN\s+|\([^)]*\)\s*|(ANALYZE|VERBOSE)\s+)*", "", statement, flags=re.IGNORECASE
    )
    if dialect == "sqlite":
        text = re.sub(r"^REPLACE\s+INTO\b", "INSERT OR REPLACE INTO", text, flags=re.IGNORECASE)
        text = re.sub(r"\bUPDATE\s+OR\s+[A-Z]+\b", "UPDATE", text, flags=re.IGNORECASE)
    return text


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 160 else f"{flat[:157]}..."


# ---- what is equal to what, and what a query gives


class _Equalities:
    """Classes of columns that the conditions make equal; a class may hold the tenant's parameter."""

    def __init__(self, parents: dict[Node, Node] | None = None) -> None:
        self._parents = dict(parents or {})

    def copy(self) -> _Equalities:
        return _Equalities(self._parents)

    def find(self, node: Node) -> Node:
        while node in self._parents:
            node = self._parents[node]
        return node

    def join(self, one: Node, other: Node) -> None:
        first, second = self.find(one), self.find(other)
        if first == second:
            return
        if first == _PARAMETER:
            first, second = second, first
        self._parents[first] = second

    def is_tied(self, node: Node | None) -> bool:
        return node is not None and self.find(node) == _PARAMETER


@dataclass(frozen=True, slots=True)
class _Outputs:
    """The columns of a query as (name, is it the tenant): `listed` up to the first star, `named` all."""

    listed: tuple[tuple[str, bool], ...] = ()
    named: tuple[tuple[str, bool], ...] = ()
    has_star: bool = False

    def is_tied(self, index: int) -> bool:
        return index < len(self.listed) and self.listed[index][1]

    def tied_names(self) -> frozenset[str]:
        return frozenset(n for n, _ in self.named) - {n for n, tied in self.named if not tied}

    def may_have(self, column: str) -> bool:
        return self.has_star or any(n == column for n, _ in self.named)

    def both(self, other: _Outputs) -> _Outputs:
        """What is surely so in each of two queries that give one result."""
        pairs = zip(self.listed, other.listed, strict=False)
        columns = tuple((name, tied and also) for (name, tied), (_, also) in pairs)
        return _Outputs(columns, columns, self.has_star or other.has_star)

    def renamed(self, alias: exp.Expr | None) -> _Outputs:
        """The same columns under the names of `AS alias (name, …)`."""
        names = [c.name.lower() for c in alias.args.get("columns") or ()] if alias else []
        if not names:
            return self
        ties = [tied for _, tied in self.listed] + [False] * len(names)
        columns = tuple(zip(names, ties, strict=False))
        return _Outputs(columns, columns, self.has_star)


@dataclass(eq=False)
class _Scope:
    """One SELECT, UPDATE or DELETE: its sources by alias, its conditions, and what these make equal."""

    parent: _Scope | None
    ctes: dict[str, _Outputs]
    tables: dict[str, str] = field(default_factory=dict)  # alias -> table
    derived: dict[str, _Outputs] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)  # table functions
    merged: dict[str, str] = field(default_factory=dict)  # USING column -> alias
    conditions: list[exp.Expr] = field(default_factory=list)
    outer_joins: list[tuple[set[str], list[exp.Expr]]] = field(default_factory=list)
    equal: _Equalities = field(default_factory=_Equalities)

    def node(self, alias: str, column: str) -> Node:
        return (id(self), alias, column)

    def aliases(self) -> set[str]:
        return {*self.tables, *self.derived, *self.others}

    def is_tied(self, alias: str, column: str = KEY) -> bool:
        return self.equal.is_tied(self.node(alias, column))

    def owner(self, column: str) -> str | None:
        """The alias an unqualified column surely belongs to."""
        if column in self.merged:
            return self.merged[column]
        able = [*self.tables, *(a for a, outputs in self.derived.items() if outputs.may_have(column))]
        return able[0] if len(able) == 1 else None


# ---- the judgment


class _Judge:
    """Walks one statement; `problems` says which references to tenant tables nothing ties."""

    def __init__(self, tables: frozenset[str], names: frozenset[str], dialect: Dialect) -> None:
        self._tables = tables
        self._names = names
        self._dialect = dialect
        self._seen: set[int] = set()  # table references judged, queries walked
        self.problems: list[str] = []

    def judge(self, tree: exp.Expr) -> None:
        if isinstance(tree, exp.TruncateTable):
            names = [t.name.lower() for t in tree.expressions]
            self.problems += [f"{name}: truncated for every tenant" for name in names if name in self._tables]
            return
        self._query(tree, None, {})
        for table in tree.find_all(exp.Table):
            is_mention = isinstance(table.parent, exp.Lock) or table.arg_key == "indexed"
            if id(table) not in self._seen and not is_mention and self._is_tenant(table):
                self._report(f"{table.name}: a reference nobody judged", tree)
        ctes = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
        for listed in tree.find_all(exp.In):
            name = listed.args["field"].name.lower() if listed.args.get("field") else ""
            if name in self._tables - ctes:
                self._report(f"{name}: IN {name} reads every tenant", tree)

    def _report(self, problem: str, node: exp.Expr) -> None:
        self.problems.append(f"{problem}: {_short(node.sql(dialect=self._dialect))}")

    def _is_tenant(self, table: exp.Table) -> bool:
        return isinstance(table.this, exp.Identifier) and table.name.lower() in self._tables

    # -- queries: each gives its columns

    def _query(self, node: exp.Expr, parent: _Scope | None, ctes: dict[str, _Outputs]) -> _Outputs:
        self._seen.add(id(node))
        ctes = self._with(node, parent, ctes)
        if isinstance(node, exp.Subquery | exp.Paren):
            return self._query(node.this, parent, ctes)
        if isinstance(node, exp.SetOperation):
            left = self._query(node.this, parent, ctes)
            return left.both(self._query(node.expression, parent, ctes))
        if isinstance(node, exp.Values):
            return self._values(node, parent or _Scope(None, ctes))
        return self._statement(node, _Scope(parent, ctes))

    def _statement(self, node: exp.Expr, scope: _Scope) -> _Outputs:
        match node:
            case exp.Select():
                return self._select(node, scope)
            case exp.Insert():
                return self._insert(node, scope)
            case exp.Update() | exp.Delete():
                return self._change(node, scope)
        self._report(f"cannot judge {type(node).__name__.upper()}", node)
        return _Outputs()

    def _with(self, node: exp.Expr, parent: _Scope | None, ctes: dict[str, _Outputs]) -> dict[str, _Outputs]:
        clause = node.args.get("with_")
        if clause is None:
            return ctes
        known = dict(ctes)
        for cte in clause.expressions:
            name, body, alias = cte.alias.lower(), cte.this, cte.args.get("alias")
            if clause.args.get("recursive") and isinstance(body, exp.SetOperation):
                known[name] = self._recursive(body, name, alias, parent, known)
            known[name] = self._query(body, parent, known).renamed(alias)
        return known

    def _recursive(
        self,
        body: exp.SetOperation,
        name: str,
        alias: exp.Expr | None,
        parent: _Scope | None,
        ctes: dict[str, _Outputs],
    ) -> _Outputs:
        """What every round of a recursive query gives: the first part's columns, less what does not stay."""
        assumed = self._probe(body.this, parent, ctes).renamed(alias)
        while True:
            again = self._probe(body.expression, parent, {**ctes, name: assumed})
            narrowed = assumed.both(again)
            if narrowed == assumed:
                return assumed
            assumed = narrowed

    def _probe(self, node: exp.Expr, parent: _Scope | None, ctes: dict[str, _Outputs]) -> _Outputs:
        """The columns of a query that will be judged later, with what is known now."""
        return _Judge(self._tables, self._names, self._dialect)._query(node, parent, ctes)

    def _select(self, node: exp.Select, scope: _Scope) -> _Outputs:
        start = node.args.get("from_")
        sources = [start.this] if start else []
        self._settle(node, scope, sources, node.args.get("laterals") or [])
        return self._columns(node.expressions, scope)

    def _change(self, node: exp.Update | exp.Delete, scope: _Scope) -> _Outputs:
        start = node.args.get("from_")
        sources = [node.this, *([start.this] if start else []), *(node.args.get("using") or [])]
        self._settle(node, scope, sources)
        if isinstance(node, exp.Update) and self._is_tenant(node.this):
            self._no_move(node.expressions, node, scope)
        return self._returned(node, scope)

    def _insert(self, node: exp.Insert, scope: _Scope) -> _Outputs:
        schema = node.this
        table = schema.this if isinstance(schema, exp.Schema) else schema
        columns = [c.name.lower() for c in schema.expressions] if isinstance(schema, exp.Schema) else []
        source = node.args.get("expression")
        given = self._query(source, scope.parent, scope.ctes) if source else _Outputs()
        self._seen.add(id(table))
        is_tied = KEY in columns and given.is_tied(columns.index(KEY))
        if self._is_tenant(table) and not is_tied:
            fault = f"gives {KEY} no tenant parameter" if KEY in columns else f"without {KEY} in its columns"
            self._report(f"{table.name}: INSERT {fault}", node)
        alias = table.alias_or_name.lower()
        scope.tables[alias] = table.name.lower()
        scope.others.add("excluded")
        if is_tied:
            scope.equal.join(scope.node("excluded", KEY), _PARAMETER)
        if self._is_tenant(table):  # every unique key leads with the tenant: the row in conflict is of the same one
            scope.equal.join(scope.node(alias, KEY), _PARAMETER)
        conflict = node.args.get("conflict")
        if conflict is not None and self._is_tenant(table):
            self._no_move(conflict.expressions, node, scope)
        self._children(node, scope)
        return self._returned(node, scope)

    def _no_move(self, assignments: Sequence[exp.Expr], node: exp.Expr, scope: _Scope) -> None:
        """A row stays with its tenant: `SET tenant_id = …` must name the tenant's parameter again."""
        for assignment in assignments:
            target = assignment.this
            targets = target.expressions if isinstance(target, exp.Tuple) else [target]
            ties = self._ties(assignment.expression, scope, scope.equal, len(targets))
            for column, tie in zip(targets, ties, strict=False):
                if column.name.lower() == KEY and not scope.equal.is_tied(tie):
                    self._report(f"SET {KEY} to no tenant parameter", node)

    def _returned(self, node: exp.Expr, scope: _Scope) -> _Outputs:
        returning = node.args.get("returning")
        return self._columns(returning.expressions, scope) if returning else _Outputs()

    def _values(self, node: exp.Values, scope: _Scope) -> _Outputs:
        self._children(node, scope)
        rows = []
        for row in node.expressions:
            cells = row.expressions if isinstance(row, exp.Tuple) else [row]
            ties = [scope.equal.is_tied(self._term(cell, scope, scope.equal)) for cell in cells]
            columns = tuple((f"column{n}", tied) for n, tied in enumerate(ties, 1))
            rows.append(_Outputs(columns, columns))
        given = rows[0]
        for row in rows[1:]:
            given = given.both(row)
        return given

    def _columns(self, expressions: Sequence[exp.Expr], scope: _Scope) -> _Outputs:
        listed: list[tuple[str, bool]] = []
        named: list[tuple[str, bool]] = []
        has_star = False
        for item in expressions:
            if item.is_star:
                owner = item.text("table").lower() if isinstance(item, exp.Column) else ""
                aliases = [owner] if owner else [*scope.tables, *scope.derived]
                named += [(KEY, len(aliases) == 1 and scope.is_tied(aliases[0]))]
                has_star = True
                continue
            tied = scope.equal.is_tied(self._term(item.unalias(), scope, scope.equal))
            named.append((item.alias_or_name.lower(), tied))
            if not has_star:
                listed.append(named[-1])
        return _Outputs(tuple(listed), tuple(named), has_star)

    # -- one scope: sources, then equalities, then a verdict on each reference

    def _settle(
        self, node: exp.Expr, scope: _Scope, sources: Sequence[exp.Expr], laterals: Sequence[exp.Expr] = ()
    ) -> None:
        for source in sources:
            self._source(source, scope)
        for join in node.args.get("joins") or []:
            self._join(join, scope)
        for lateral in laterals:
            self._source(lateral, scope)
        where = node.args.get("where")
        if where is not None:
            scope.conditions.append(where.this)
        for alias, outputs in scope.derived.items():
            for name in outputs.tied_names():
                scope.equal.join(scope.node(alias, name), _PARAMETER)
        self._learn(scope.conditions, scope, scope.equal)
        for aliases, conditions in scope.outer_joins:
            within = scope.equal.copy()
            self._learn(conditions, scope, within)
            for alias in aliases:
                if within.is_tied(scope.node(alias, KEY)):
                    scope.equal.join(scope.node(alias, KEY), _PARAMETER)
        for alias, table in scope.tables.items():
            if table in self._tables and not scope.is_tied(alias):
                self._report(f"{table} as {alias}: not tied to one tenant", node)
        self._children(node, scope)

    def _source(self, source: exp.Expr, scope: _Scope) -> None:
        alias = source.alias_or_name.lower()
        match source:
            case exp.Table() if isinstance(source.this, exp.Identifier):
                self._seen.add(id(source))
                name = source.name.lower()
                if name in scope.ctes and not source.args.get("db"):
                    scope.derived[alias] = scope.ctes[name].renamed(source.args.get("alias"))
                else:
                    scope.tables[alias] = name
            case exp.Subquery() if isinstance(source.this, exp.Table):
                self._source(source.this, scope)  # (a JOIN b ON …)
            case exp.Subquery() | exp.Values():
                outputs = self._query(source, scope.parent, scope.ctes)
                scope.derived[alias] = outputs.renamed(source.args.get("alias"))
            case _ if alias:  # a table function, or LATERAL: judged among the children, as they see this scope
                scope.others.add(alias)
        for join in source.args.get("joins") or []:
            self._join(join, scope)

    def _join(self, join: exp.Join, scope: _Scope) -> None:
        before = scope.aliases()
        real = [*scope.tables, *scope.derived]
        self._source(join.this, scope)
        conditions = [join.args["on"]] if join.args.get("on") else []
        right = join.this.alias_or_name.lower()
        for column in (c.name.lower() for c in join.args.get("using") or []):
            left = real[0] if len(real) == 1 else scope.merged.get(column)
            if left:
                scope.merged[column] = left
                conditions.append(exp.EQ(this=exp.column(column, left), expression=exp.column(column, right)))
        side = (join.side or "").upper()
        if join.method:  # NATURAL: which columns are equal is not in the text
            return
        if not side:
            scope.conditions += conditions
        elif side == "LEFT":  # its condition limits the joined rows, not those before it
            scope.outer_joins.append((scope.aliases() - before, conditions))

    def _children(self, node: exp.Expr, scope: _Scope) -> None:
        """Judges the subqueries in a node's expressions, which see this scope."""
        waiting = [child for key, child in _parts(node) if key != "with_"]
        while waiting:
            child = waiting.pop()
            if id(child) in self._seen and not isinstance(child, exp.Table):
                continue
            if isinstance(child, exp.Select | exp.SetOperation):
                self._query(child, scope, scope.ctes)
            else:
                waiting += [inner for _, inner in _parts(child)]

    # -- conditions

    def _learn(self, conditions: Sequence[exp.Expr], scope: _Scope, equal: _Equalities) -> None:
        """Adds what holds for every row that meets all conditions."""
        choices: list[exp.Or] = []
        for condition in conditions:
            for part in condition.flatten() if isinstance(condition, exp.And) else [condition]:
                plain = _bare(part)
                if isinstance(plain, exp.And):
                    self._learn([plain], scope, equal)
                elif isinstance(plain, exp.Or):
                    choices.append(plain)
                elif isinstance(plain, exp.EQ):
                    self._learn_equal(plain, scope, equal)
                elif isinstance(plain, exp.In):
                    self._learn_in(plain, scope, equal)
        for choice in choices:
            ties = []
            for branch in choice.flatten():
                within = equal.copy()
                self._learn([branch], scope, within)
                ties.append({a for a in scope.aliases() if within.is_tied(scope.node(a, KEY))})
            for alias in set.intersection(*ties):
                equal.join(scope.node(alias, KEY), _PARAMETER)

    def _learn_equal(self, condition: exp.EQ, scope: _Scope, equal: _Equalities) -> None:
        width = max(len(_row(condition.this)), len(_row(condition.expression)))
        left = self._ties(condition.this, scope, equal, width)
        right = self._ties(condition.expression, scope, equal, width)
        for one, other in zip(left, right, strict=False):
            if one is not None and other is not None:
                equal.join(one, other)

    def _learn_in(self, condition: exp.In, scope: _Scope, equal: _Equalities) -> None:
        """`(tenant_id, id) IN (…)`: what is the tenant in every row of the list is it on the left too."""
        row = _row(condition.this)
        query = condition.args.get("query")
        rows = [query] if query is not None else condition.expressions
        lists = [self._ties(item, scope, equal, len(row)) for item in rows]
        if query is None and not isinstance(_bare(condition.this), exp.Tuple):
            lists = []  # `x IN (%s, %s)`: several values, not one
        for index, item in enumerate(row):
            left = self._term(item, scope, equal)
            if left and lists and all(equal.is_tied(ties[index]) for ties in lists):
                equal.join(left, _PARAMETER)

    def _ties(self, item: exp.Expr, scope: _Scope, equal: _Equalities, width: int) -> list[Node | None]:
        """The terms of a row value or a subquery, `width` of them."""
        plain = _bare(item)
        if isinstance(plain, exp.Select | exp.SetOperation | exp.Values):
            outputs = self._probe(plain, scope, scope.ctes)
            return [_PARAMETER if outputs.is_tied(n) else None for n in range(width)]
        terms = [self._term(part, scope, equal) for part in _row(item)]
        return (terms + [None] * width)[:width]

    def _term(self, item: exp.Expr, scope: _Scope, equal: _Equalities) -> Node | None:
        """The node an expression stands for: a column, or the tenant's parameter; None says nothing."""
        plain = _bare(item)
        while isinstance(plain, exp.Cast) and isinstance(_bare(plain.this), exp.Cast | exp.Placeholder):
            plain = _bare(plain.this)
        if isinstance(plain, exp.Placeholder):
            is_tenant = plain.name in self._names or plain.name in ("", "?", _POSITIONAL)
            return _PARAMETER if is_tenant else None
        if isinstance(plain, exp.Select | exp.SetOperation):
            return self._ties(plain, scope, equal, 1)[0]
        if not isinstance(plain, exp.Column) or plain.is_star:
            return None
        column = plain.name.lower()
        alias = plain.table.lower() or scope.owner(column) or ""
        at: _Scope | None = scope
        while at is not None and alias not in at.aliases():
            at = at.parent
        if at is None:
            return None
        node = at.node(alias, column)
        return _PARAMETER if at is not scope and at.equal.is_tied(node) else node


def _bare(item: exp.Expr) -> exp.Expr:
    while isinstance(item, exp.Paren | exp.Subquery):
        item = item.this
    return item


def _row(item: exp.Expr) -> list[exp.Expr]:
    plain = _bare(item)
    is_row = isinstance(plain, exp.Tuple) or (isinstance(plain, exp.Anonymous) and plain.name.upper() == "ROW")
    return list(plain.expressions) if is_row else [item]


def _parts(node: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    for key, held in node.args.items():
        for child in held if isinstance(held, list) else [held]:
            if isinstance(child, exp.Expr):
                yield key, child


# ---- the guard on a connection

Execute = Callable[[Any, Any, bool, dict[str, Any]], Any]


class StatementGuard:
    """A Django execute wrapper that judges each statement before it runs, and counts.

    `problems` holds those of each distinct statement once, `statements` the distinct (sql, dialect), `counts`
    the calls by kind, an executemany as one. It never stops a statement: `assert_clean` does the failing.
    """

    def __init__(
        self, tenant_tables: frozenset[str], tenant_parameter_names: frozenset[str] = TENANT_PARAMETERS
    ) -> None:
        self._tables = tenant_tables
        self._names = tenant_parameter_names
        self._lock = threading.Lock()
        self._pauses = 0
        self.problems: list[str] = []
        self.statements: set[tuple[str, Dialect]] = set()
        self.counts: Counter[str] = Counter()

    def __call__(self, execute: Execute, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if not self._pauses:
            connection = context["connection"]
            text = sql if isinstance(sql, str) else sql.as_string(connection.connection)
            self.see(text, "postgres" if connection.vendor == "postgresql" else "sqlite")
        return execute(sql, params, many, context)

    def see(self, sql: str, dialect: Dialect) -> None:
        """Judges and counts one statement."""
        verdict = _judged(sql, dialect, self._tables, self._names)
        with self._lock:
            self.counts[verdict.kind] += 1
            if (sql, dialect) not in self.statements:
                self.statements.add((sql, dialect))
                self.problems += verdict.problems

    def assert_clean(self) -> None:
        """Raises AssertionError that lists every problem seen."""
        assert not self.problems, "\n".join(["statements not tied to one tenant:", *self.problems])

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Statements inside are neither judged nor counted: migrations, flushing a store, planted faults."""
        self._pauses += 1
        try:
            yield
        finally:
            self._pauses -= 1

    def install(self) -> None:
        """Puts the guard on every connection that is open or will be opened, in any thread."""
        from django.conf import settings
        from django.db import connections
        from django.db.backends.signals import connection_created

        connection_created.connect(self._created)
        if settings.configured:
            for connection in connections.all(initialized_only=True):
                self._created(connection=connection)

    def uninstall(self) -> None:
        """Takes the guard off; a connection of another thread keeps it, silent."""
        from django.conf import settings
        from django.db import connections
        from django.db.backends.signals import connection_created

        connection_created.disconnect(self._created)
        self._pauses += 1
        for connection in connections.all(initialized_only=True) if settings.configured else ():
            if self in connection.execute_wrappers:
                connection.execute_wrappers.remove(self)

    def _created(self, connection: Any, **_: Any) -> None:
        if self not in connection.execute_wrappers:
            connection.execute_wrappers.append(self)


def install(
    tenant_tables: frozenset[str], tenant_parameter_names: frozenset[str] = TENANT_PARAMETERS
) -> StatementGuard:
    """Return a new guard, installed on every connection."""
    guard = StatementGuard(tenant_tables, tenant_parameter_names)
    guard.install()
    return guard
