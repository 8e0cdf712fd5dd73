"""Cases in one SQLite file with FTS5. It can be made again from the incidents' folders at any time."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from archive.cases.store import Excerpt, Found, Hit, Kept
from archive.database import DatabaseError, transaction
from timeline.cases.case import FACETS, SECTIONS, Case, Facet
from timeline.cases.query import Query, Term

#: A file of another version is made anew: the folders are the truth.
VERSION = 1
_TABLES = """
CREATE TABLE cases (
  id INTEGER PRIMARY KEY,
  folder TEXT NOT NULL UNIQUE,
  stamp TEXT NOT NULL,       -- size and time of change of what it was made of
  name TEXT NOT NULL, title TEXT NOT NULL, severity TEXT NOT NULL,
  start INTEGER, end INTEGER -- ns since 1970 UTC
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
-- The row id is (case << 20) | (section << 16) | number: what stands where is known without reading a row.
CREATE VIRTUAL TABLE passages USING fts5(text, reference UNINDEXED, at UNINDEXED, tokenize = 'porter unicode61 remove_diacritics 2');
"""
_CASE, _SECTION = 20, 16
_MOST = 1 << _SECTION  # passages of one section
#: How much nearer a match counts in what people concluded than in what was recorded.
_WEIGHTS = {
    "title": 4.0,
    "factor": 3.0,
    "lesson": 2.5,
    "action": 2.0,
    "draft": 2.0,
    "note": 2.0,
    "alert": 1.5,
}
_EXCERPTS, _WORDS = 3, 24
_WHEN = " ".join(f"WHEN {SECTIONS.index(name)} THEN {weight}" for name, weight in _WEIGHTS.items())
_HAVING = f"SELECT DISTINCT rowid >> {_CASE} FROM passages WHERE passages MATCH ?"  # noqa: S608 - numbers of ours
_SCORES = (
    f"SELECT place >> {_CASE}, min(score * CASE place >> {_SECTION} & 15 {_WHEN} ELSE 1.0 END)"  # noqa: S608 - as above
    " FROM (SELECT rowid AS place, rank AS score FROM passages WHERE passages MATCH ?) GROUP BY 1"
)
_OPEN, _CLOSE = "\x02", "\x03"
_BEST = (
    "SELECT rowid AS place, reference, at, snippet(passages, 0, ?, ?, '…', ?) AS text FROM passages"  # noqa: S608 - as above
    " WHERE passages MATCH ? AND rowid BETWEEN ? AND ?"
    f" ORDER BY rank * CASE rowid >> {_SECTION} & 15 {_WHEN} ELSE 1.0 END, rowid LIMIT ?"
)


class SqliteArchive:
    """An archive in one file; one process writes at a time, others wait."""

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = self._opened(path)
        except (sqlite3.Error, OSError) as err:
            raise DatabaseError(
                f"{path}: the archive cannot be opened: {err}; remove the file, it is made again"
            ) from err

    def _opened(self, path: Path) -> sqlite3.Connection:
        db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA foreign_keys = ON")
        with transaction(db):
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version not in {0, VERSION}:
                for table in ("facets", "passages", "excluded", "cases"):
                    db.execute(f"DROP TABLE IF EXISTS {table}")
            if version != VERSION:
                for statement in _TABLES.split(";\n"):
                    if statement.strip():
                        db.execute(statement)
                db.execute(f"PRAGMA user_version = {VERSION}")
        return db

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
        row = (folder, stamp, case.id, case.title, case.severity, case.start, case.end)
        number = self._db.execute(
            "INSERT INTO cases (folder, stamp, name, title, severity, start, end) VALUES (?, ?, ?, ?, ?, ?, ?)",
            row,
        ).lastrowid
        assert number is not None
        self._db.executemany(
            "INSERT INTO facets VALUES (?, ?, ?)", [(one.name, one.value, number) for one in set(case.facets)]
        )
        counts, rows = dict.fromkeys(SECTIONS, 0), []
        for passage in case.passages:
            if (count := counts[passage.section]) < _MOST:
                counts[passage.section] += 1
                place = number << _CASE | SECTIONS.index(passage.section) << _SECTION | count
                text = passage.text.replace(_OPEN, " ").replace(_CLOSE, " ")
                rows.append((place, text, passage.reference, passage.at))
        self._db.executemany("INSERT INTO passages (rowid, text, reference, at) VALUES (?, ?, ?, ?)", rows)

    def remove(self, folders: Collection[str]) -> None:
        """Forget cases; those that are not there are gone already."""
        with transaction(self._db):
            for folder in folders:
                self._remove(folder)

    def _remove(self, folder: str) -> None:
        row = self._db.execute("SELECT id FROM cases WHERE folder = ?", (folder,)).fetchone()
        if row:
            first = row["id"] << _CASE
            self._db.execute(
                "DELETE FROM passages WHERE rowid BETWEEN ? AND ?", (first, first + (1 << _CASE) - 1)
            )
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
        return [_kept(row) for row in self._db.execute("SELECT * FROM cases ORDER BY start DESC, folder")]

    def search(self, query: Query, most: int = 10, *, counted: bool = False) -> Found:
        """Return the cases that match, the best first; without terms the newest first."""
        chosen, values = _chosen(query)
        wanted = f"SELECT id, coalesce(start, 0) FROM cases WHERE {chosen}"  # noqa: S608 - conditions of ours
        starts = dict(self._db.execute(wanted, values).fetchall())
        having = {case: n for case, n in self._having(query.terms).items() if case in starts}
        best = max(having.values(), default=0)
        cases = {case for case, n in having.items() if n == best} if query.terms else set(starts)
        scores = self._scores(query.terms, cases)
        ranked = sorted(cases, key=lambda case: (scores.get(case, 0), -starts[case], case))
        hits = tuple(self._hit(case, query.terms, best) for case in ranked[:most])
        return Found(
            hits, len(cases), self._counts(cases) if counted else {}, whole=best in {0, len(query.terms)}
        )

    def _having(self, terms: Sequence[Term]) -> dict[int, int]:
        """Return how many of the terms each case has."""
        found: dict[int, int] = {}
        for term in terms:
            for row in self._db.execute(_HAVING, (_match([term]),)):
                found[row[0]] = found.get(row[0], 0) + 1
        return found

    def _scores(self, terms: Sequence[Term], cases: Collection[int]) -> dict[int, float]:
        """Return how well the best passage of each case matches (less is better); what people concluded weighs most."""
        rows = self._db.execute(_SCORES, (_match(terms),)) if terms else ()
        return {case: round(score, 6) for case, score in rows if case in cases}

    def _hit(self, case: int, terms: Sequence[Term], count: int) -> Hit:
        row = self._db.execute("SELECT * FROM cases WHERE id = ?", (case,)).fetchone()
        facets = self._db.execute(
            'SELECT name, value FROM facets WHERE "case" = ? ORDER BY 1, 2', (row["id"],)
        )
        excerpts = self._excerpts(case, terms) if terms else ()
        return Hit(_kept(row), tuple(Facet(*one) for one in facets), excerpts, count)

    def _excerpts(self, case: int, terms: Sequence[Term]) -> tuple[Excerpt, ...]:
        first = case << _CASE
        asked = (_OPEN, _CLOSE, _WORDS, _match(terms), first, first + (1 << _CASE) - 1, _EXCERPTS)
        rows = self._db.execute(_BEST, asked)
        return tuple(_excerpt(row) for row in rows)

    def _counts(self, cases: Collection[int]) -> dict[str, dict[str, int]]:
        """Return how often each facet is among cases, the most frequent first."""
        chosen, found = set(cases), dict[str, dict[str, int]]()
        for name in FACETS:
            counts: dict[str, int] = {}
            for value, case in self._db.execute('SELECT value, "case" FROM facets WHERE name = ?', (name,)):
                if case in chosen:
                    counts[value] = counts.get(value, 0) + 1
            if counts:
                found[name] = dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
        return found


def _chosen(query: Query) -> tuple[str, list[object]]:
    """Return the condition that the facets and times of a query are, and its values: several of one name are alternatives."""
    parts, values = ["1"], list[object]()
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
    return " AND ".join(parts), values


def _match(terms: Iterable[Term]) -> str:
    """Return what FTS5 looks for: any of the terms, each as a string, in which nothing is an operator."""
    return " OR ".join('"' + one.text.replace('"', '""') + '"' + "*" * one.prefix for one in terms)


def _excerpt(row: sqlite3.Row) -> Excerpt:
    """Return a row's text with its marks taken out of it, and where they were."""
    text, marks, begun = "", [], 0
    for piece in row["text"].replace(_CLOSE, _OPEN + _CLOSE).split(_OPEN):
        if piece.startswith(_CLOSE):
            marks.append((begun, len(text)))
            piece = piece[1:]
        begun = len(text)
        text += piece
    section = SECTIONS[row["place"] >> _SECTION & 15]
    return Excerpt(section, row["reference"], row["at"], text, tuple(marks))


def _kept(row: sqlite3.Row) -> Kept:
    return Kept(
        row["folder"], row["stamp"], row["name"], row["title"], row["severity"], row["start"], row["end"]
    )
