"""Cases in one SQLite file with FTS5. It can be made again from the incidents' folders at any time."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import orjson

from archive.cases.excerpts import CLOSE, CONCLUDED, OPEN, Place, best
from archive.cases.store import Excerpt, Found, Hit, Kept
from archive.database import DatabaseError, opened, transaction
from timeline.cases.case import FACETS, SECTIONS, Case, Facet, Passage
from timeline.cases.details import Details, decoded, encoded
from timeline.cases.query import Query, Term, forms

#: A file of another version is made anew: the folders are the truth.
VERSION = 8
_TABLES = """
CREATE TABLE cases (
  id INTEGER PRIMARY KEY,
  folder TEXT NOT NULL UNIQUE,
  stamp TEXT NOT NULL,       -- size and time of change of what it was made of
  name TEXT NOT NULL, title TEXT NOT NULL, severity TEXT NOT NULL,
  start INTEGER, end INTEGER, -- ns since 1970 UTC
  places BLOB NOT NULL,      -- JSON: section, reference and time of each passage, in the order of the columns of `texts`
  details BLOB NOT NULL      -- JSON: `timeline.cases.details`
) STRICT;
CREATE INDEX case_start ON cases (start);
CREATE TABLE facets (
  name TEXT NOT NULL, value TEXT NOT NULL,
  "case" INTEGER NOT NULL REFERENCES cases ON DELETE CASCADE,
  PRIMARY KEY (name, value, "case")
) STRICT, WITHOUT ROWID;
CREATE INDEX facet_case ON facets ("case");
-- Taken out by somebody, though the folder is there.
CREATE TABLE excluded (folder TEXT PRIMARY KEY) STRICT;
-- A row a case: its title, what people concluded, what was recorded; a passage a line.
CREATE VIRTUAL TABLE texts USING fts5(title, concluded, recorded, tokenize = 'porter unicode61 remove_diacritics 2');
"""
_OLD = ("facets", "passages", "texts", "excluded", "cases")
_COLUMNS = ("title", "concluded", "recorded")
#: Ends a passage, so that no phrase goes on in the next.
_END = " zzqxend\n"
#: How much more a match counts in the title and in what people concluded than in what was recorded.
_RANK = "bm25(texts, 8.0, 3.0, 1.0)"
_KEPT = "SELECT folder, stamp, name, title, severity, start, end"
_NEWEST_FIRST = "FROM cases ORDER BY start DESC, folder"
_SHOWN = ", ".join(f"highlight(texts, {n}, '{OPEN}', '{CLOSE}')" for n in range(len(_COLUMNS)))

#: The cases of a list that is given as JSON.
_THESE = "(SELECT value FROM json_each(?))"
_COUNTED = (
    f'SELECT name, value, count(*) FROM facets WHERE "case" IN {_THESE}'  # noqa: S608 - as above
    " GROUP BY 1, 2 ORDER BY 3 DESC, 2"
)


class SqliteArchive:
    """An archive in one file; one process writes at a time, others wait."""

    def __init__(self, path: Path) -> None:
        try:
            self._db = opened(path, synchronous="NORMAL")  # what is lost with the power is read again
            _prepare(self._db)
        except (sqlite3.Error, OSError) as err:
            how = "remove the file, it is made again"
            raise DatabaseError(f"{path}: the archive cannot be opened: {err}; {how}") from err

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def put(self, cases: Iterable[tuple[str, str, Case]]) -> None:
        """Keep cases (folder, stamp, case), in place of what was there of them: all or none."""
        with transaction(self._db):
            for folder, stamp, case in cases:
                self._remove(folder)
                self._db.execute("DELETE FROM excluded WHERE folder = ?", (folder,))
                self._put(folder, stamp, case)

    def _put(self, folder: str, stamp: str, case: Case) -> None:
        ordered = sorted(case.passages, key=lambda one: SECTIONS.index(one.section))
        places = orjson.dumps([(one.section, one.reference, one.at) for one in ordered])
        details = encoded(case.details)
        row = (folder, stamp, case.id, case.title, case.severity, case.start, case.end, places, details)
        number = self._db.execute(
            "INSERT INTO cases (folder, stamp, name, title, severity, start, end, places, details)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        ).lastrowid
        facets = [(one.name, one.value, number) for one in set(case.facets)]
        self._db.executemany("INSERT INTO facets VALUES (?, ?, ?)", facets)
        texts = dict.fromkeys(_COLUMNS, "")
        for passage in ordered:
            texts[_column(passage)] += _line(passage.text) + _END
        self._db.execute(
            "INSERT INTO texts (rowid, title, concluded, recorded) VALUES (?, ?, ?, ?)",
            (number, *texts.values()),
        )

    def remove(self, folders: Collection[str]) -> None:
        """Forget cases; those that are not there are gone already."""
        with transaction(self._db):
            for folder in folders:
                self._remove(folder)

    def _remove(self, folder: str) -> None:
        row = self._db.execute("SELECT id FROM cases WHERE folder = ?", (folder,)).fetchone()
        if row:
            self._db.execute("DELETE FROM texts WHERE rowid = ?", (row["id"],))
            self._db.execute("DELETE FROM cases WHERE id = ?", (row["id"],))

    def exclude(self, folders: Collection[str]) -> None:
        """Forget cases, and know that they are not to come back by themselves."""
        with transaction(self._db):
            for folder in folders:
                self._remove(folder)
                self._db.execute("INSERT OR IGNORE INTO excluded VALUES (?)", (folder,))

    def excluded(self) -> frozenset[str]:
        """Return the folders that were taken out."""
        return frozenset(row[0] for row in self._db.execute("SELECT folder FROM excluded"))

    def kept(self) -> Sequence[Kept]:
        """Return all cases, the newest first."""
        return [_kept(row) for row in self._db.execute(f"{_KEPT} {_NEWEST_FIRST}")]

    def details(self) -> Sequence[tuple[Kept, Details]]:
        """Return what all cases are computed with, the newest first."""
        rows = self._db.execute(f"{_KEPT}, details {_NEWEST_FIRST}")
        return [(_kept(row), decoded(row["details"])) for row in rows]

    def search(self, query: Query, most: int = 10, *, counted: bool = False) -> Found:
        """Return the cases that match, the best first; without terms the newest first."""
        chosen, values = _chosen(query)
        if not query.terms:
            wanted = f"SELECT id FROM cases WHERE {chosen} ORDER BY start DESC, folder"  # noqa: S608 - conditions of ours
            cases = [row["id"] for row in self._db.execute(wanted, values)]
            hits = tuple(self._hit(case, "", 0) for case in cases[:most])
            return Found(hits, len(cases), self._counts(cases) if counted else {})
        terms = len(query.terms)
        found = self._found(_match(query.terms, " AND "), chosen, values, most, terms, counted=counted)
        if found.hits or terms == 1:
            return found
        having = self._having(query.terms, chosen, values)
        best_count = max(having.values(), default=0)
        if not best_count:
            return found
        # Of those that have most of the terms: which, no expression of FTS5 says.
        cases = [case for case, count in having.items() if count == best_count]
        match = _match(query.terms, " OR ")
        found = self._found(match, f"id IN {_THESE}", [_listed(cases)], most, best_count, counted=counted)
        return found._replace(whole=False)

    def chosen(self, query: Query) -> frozenset[str]:
        """Return the folders of all cases that have all terms and properties of a query."""
        chosen, values = _chosen(query)
        if query.terms:
            chosen += " AND id IN (SELECT rowid FROM texts WHERE texts MATCH ?)"
            values.append(_match(query.terms, " AND "))
        rows = self._db.execute(f"SELECT folder FROM cases WHERE {chosen}", values)  # noqa: S608 - conditions of ours
        return frozenset(row["folder"] for row in rows)

    def _found(
        self, match: str, chosen: str, values: Sequence[object], most: int, terms: int, *, counted: bool
    ) -> Found:
        """Return what an expression finds in the chosen cases; a case later in time goes before one that matches as well."""
        limited = "" if chosen == "1" else f" AND rowid IN (SELECT id FROM cases WHERE {chosen})"  # noqa: S608 - as above
        total = f"SELECT count(*) FROM texts WHERE texts MATCH ?{limited}"  # noqa: S608 - as above
        ranked = f"SELECT rowid FROM texts WHERE texts MATCH ?{limited} ORDER BY round({_RANK}, 6), rowid DESC LIMIT ?"  # noqa: S608
        count = self._db.execute(total, (match, *values)).fetchone()[0]
        rows = self._db.execute(ranked, (match, *values, most)).fetchall()
        hits = tuple(self._hit(row["rowid"], match, terms) for row in rows)
        counts = dict[str, dict[str, int]]()
        if counted:
            every = f"SELECT rowid FROM texts WHERE texts MATCH ?{limited}"  # noqa: S608 - as above
            counts = self._counts([row["rowid"] for row in self._db.execute(every, (match, *values))])
        return Found(hits, count, counts)

    def _having(self, terms: Sequence[Term], chosen: str, values: Sequence[object]) -> dict[int, int]:
        """Return how many of the terms each of the chosen cases has, where it has any."""
        wanted = (
            f"SELECT rowid FROM texts WHERE texts MATCH ? AND rowid IN (SELECT id FROM cases WHERE {chosen})"  # noqa: S608
        )
        found: dict[int, int] = {}
        for term in terms:
            for row in self._db.execute(wanted, (_match([term]), *values)):
                found[row["rowid"]] = found.get(row["rowid"], 0) + 1
        return found

    def _hit(self, case: int, match: str, terms: int) -> Hit:
        row = self._db.execute("SELECT * FROM cases WHERE id = ?", (case,)).fetchone()
        facets = self._db.execute('SELECT name, value FROM facets WHERE "case" = ? ORDER BY 1, 2', (case,))
        excerpts: tuple[Excerpt, ...] = ()
        if match:
            shown = f"SELECT {_SHOWN} FROM texts WHERE texts MATCH ? AND rowid = ?"  # noqa: S608 - columns of ours
            texts = self._db.execute(shown, (match, case)).fetchone()
            places = [Place(*one) for one in orjson.loads(row["places"])]
            excerpts = best([line for text in texts for line in text.split(_END)[:-1]], places)
        return Hit(_kept(row), tuple(Facet(*one) for one in facets), excerpts, terms)

    def _counts(self, cases: Collection[int]) -> dict[str, dict[str, int]]:
        """Return how often each facet is among cases, the most frequent first."""
        found: dict[str, dict[str, int]] = {name: {} for name in FACETS}
        for name, value, count in self._db.execute(_COUNTED, (_listed(cases),)):
            found[name][value] = count
        return {name: counts for name, counts in found.items() if counts}


def _prepare(db: sqlite3.Connection) -> None:
    """Make the tables where they are not there, or are of another version: then what was added and taken out stays so."""
    with transaction(db):
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version == VERSION:
            return
        folders, excluded = _of_older(db, "cases"), _of_older(db, "excluded")
        for table in _OLD:
            db.execute(f"DROP TABLE IF EXISTS {table}")
        for statement in _TABLES.split(";\n"):
            if statement.strip():
                db.execute(statement)
        db.executemany("INSERT INTO excluded VALUES (?)", excluded)
        # Without a stamp each is read anew.
        empty = "INSERT INTO cases (folder, stamp, name, title, severity, places, details) VALUES (?, '', '', '', '', x'5b5d', x'7b7d')"
        db.executemany(empty, folders)
        db.execute(f"PRAGMA user_version = {VERSION}")


def _of_older(db: sqlite3.Connection, table: str) -> list[tuple[str]]:
    """Return the folders in a table of an older version, where it has any."""
    try:
        return [(str(row[0]),) for row in db.execute(f"SELECT DISTINCT folder FROM {table}")]  # noqa: S608 - our own names
    except sqlite3.OperationalError:
        return []


def _column(passage: Passage) -> str:
    if passage.section == "title":
        return "title"
    return "concluded" if passage.section in CONCLUDED else "recorded"


def _line(text: str) -> str:
    """Return a passage as one line without the marks that a search puts in."""
    return " ".join(text.replace(OPEN, " ").replace(CLOSE, " ").replace(_END.strip(), " ").split())


def _chosen(query: Query) -> tuple[str, list[object]]:
    """Return the condition that the facets and times of a query are, and its values: several of one name are alternatives."""
    parts, values = list[str](), list[object]()
    for name in dict.fromkeys(one.name for one in query.facets):
        wanted = [one.value for one in query.facets if one.name == name]
        places = ", ".join("?" for _ in wanted)
        having = f"name = ? AND value COLLATE NOCASE IN ({places})"
        parts.append(f'id IN (SELECT "case" FROM facets WHERE {having})')  # noqa: S608 - marks
        values += [name, *wanted]
    for word, limit in ((">=", query.since), ("<", query.until)):
        if limit is not None:
            parts.append(f"start {word} ?")
            values.append(limit)
    return " AND ".join(parts) or "1", values


def _listed(cases: Collection[int]) -> str:
    return orjson.dumps(list(cases)).decode()


def _match(terms: Iterable[Term], operator: str = " OR ") -> str:
    """Return what FTS5 looks for: the terms, each as a string, in which nothing is an operator."""
    return operator.join(_expression(one) for one in terms)


def _expression(term: Term) -> str:
    text = _quoted(term.text)
    if not term.prefix:
        return text
    # The index has stems: `investig`, which nothing that begins with `investigat` would find.
    return f"({' OR '.join([f'{text}*', *map(_quoted, forms(term.text))])})"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _kept(row: sqlite3.Row) -> Kept:
    return Kept(
        row["folder"], row["stamp"], row["name"], row["title"], row["severity"], row["start"], row["end"]
    )
