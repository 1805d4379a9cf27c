"""The record of runs: every trial of every search, and every access to the held-out test set, in `runs.sqlite` in the project's folder.

Records are only added, or written again under the same id when a stopped run goes on. The rollback journal keeps the folder movable and
every record whole through a kill.
"""

from __future__ import annotations

import builtins
import contextlib
import dataclasses
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np

from mlops_desktop.base.component import Component
from mlops_desktop.base.errors import UserError
from mlops_desktop.base.registry import Registry
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline import Candidate, Combination, HeldOutRows, read_candidate
from mlops_desktop.engine.project import Project, digest
from mlops_desktop.engine.training.run_salvage import checksum, holds, salvage
from mlops_desktop.engine.training.run_schema import FORMAT, UPGRADES, is_damage, refusal
from mlops_desktop.serving.message import decode_message, encode_messages, msg
from mlops_desktop.serving.plural import plural_msg

RUNS_FILE = "runs.sqlite"
READ_ONLY_FILE = ".read_only"  # beside it in a temporary copy of a project whose folder cannot be written
_SAME_ROWS = "SELECT ?1 UNION SELECT key FROM test_set WHERE digest = (SELECT digest FROM test_set WHERE key = ?1)"
_WHOLE = "id, key, record, sum"
_DAMAGED = (ValueError, TypeError, KeyError, AttributeError)
Status = Literal["done", "failed", "stopped"]


@dataclass(frozen=True, kw_only=True)
class Run:
    """One trial: an algorithm with its parameters, fitted fold by fold and listed on the leaderboard `key`.

    `id` is the hash of its decisions (32 hex digits), `trial` the key of its folds, `number` its place in the search,
    `algorithm` the record of the algorithm or ensemble, `candidate` that of the whole pipeline (see `read_candidate`; absent from records
    of older versions), `score` the mean of `fold_scores` and `std` their deviation (signed as scikit-learn signs the metric; None unless
    done), `seconds` the time of its fits without the loading of libraries, `reason` why it failed or what to know of it, `rows` and
    `features` the size of the training part's matrix, `versions` the libraries that fitted it.
    """

    id: str
    key: str
    number: int
    algorithm: dict[str, Any]
    algorithm_id: str
    label: str
    metric: str
    status: Status
    score: float | None = None
    std: float | None = None
    fold_scores: tuple[float, ...] = ()
    reason: str = ""
    seconds: float = 0.0
    rows: int = 0
    features: int = 0
    versions: dict[str, str] = dataclasses.field(default_factory=dict)
    seed: int = 0
    candidate: dict[str, Any] | None = None
    trial: str = ""

    @property
    def short(self) -> str:
        """The first eight digits of the id, as people see it."""
        return self.id[:8]

    @property
    def of_ensemble(self) -> bool:
        """Whether several models are combined."""
        known = choices()  # an algorithm is asked for first: by its id it is loaded alone
        return self.algorithm_id not in known.algorithms and self.algorithm_id in known.ensembles

    def to_json(self) -> dict[str, Any]:
        """Every field as plain JSON."""
        return {f.name: list(v) if isinstance(v := getattr(self, f.name), tuple) else v for f in dataclasses.fields(self)}

    def candidate_of(self, project: Project) -> Candidate | Combination:
        """What was fitted, for the project whose leaderboard the run is on. UserError when it is unknown here."""
        return read_candidate(self.algorithm if self.candidate is None else self.candidate, project)

    def component(self) -> Component:
        """The algorithm with its parameters, or the ensemble. UserError when it is unknown here."""
        registry: Registry[Any] = choices().ensembles if self.of_ensemble else choices().algorithms
        found: Component = registry.read(self.algorithm)
        return found

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Run:
        """The run of such a record. TypeError or ValueError when it is damaged."""
        if record["status"] not in ("done", "failed", "stopped"):
            raise ValueError(record["status"])
        return cls(**{**record, "fold_scores": tuple(record.get("fold_scores", ()))})


class Runs:
    """The runs of the project in `folder`. Reading never makes the file. Several processes may write; each waits for the other."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / RUNS_FILE

    def record(self, run: Run) -> None:
        """Add a run, or write it again when the same id is there under the same key."""
        record = _written(run)
        with self._open(write=True) as connection:
            connection.execute(
                "INSERT INTO run (id, key, at, record, sum) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (key, id) DO UPDATE SET record = excluded.record, at = excluded.at, sum = excluded.sum",
                (run.id, run.key, _now(), record, checksum(run.id, run.key, record)),
            )

    def list(self, key: str) -> builtins.list[Run]:
        """The runs of a leaderboard by their place in the search."""
        runs = [self._run(*row) for row in self._rows(f"SELECT {_WHOLE} FROM run WHERE key = ? ORDER BY seq", (key,))]
        return sorted(runs, key=lambda run: run.number)

    def history(self) -> builtins.list[tuple[str, Run]]:
        """Every run of the project with the time of its record (ISO 8601, UTC), in the order in which they were first recorded."""
        return [(at, self._run(*row)) for at, *row in self._rows(f"SELECT at, {_WHOLE} FROM run ORDER BY seq")]

    def get(self, prefix: str) -> Run:
        """The run whose id begins with `prefix`. UserError when there is none, or more than one."""
        wanted = prefix.strip().lower()
        named = "substr(id, 1, ?1) = ?2 OR id IN (SELECT new FROM renamed_run WHERE substr(old, 1, ?1) = ?2)"
        rows = self._rows(f"SELECT {_WHOLE} FROM run WHERE {named} ORDER BY seq", (len(wanted), wanted)) if wanted else []
        ids = list(dict.fromkeys(id_ for id_, *_ in rows))
        if not ids:
            raise UserError(msg("There is no run “{prefix}”.", prefix=prefix), "The list of runs (`runs`) shows their ids.")
        if len(ids) > 1:
            shown = ", ".join(id_[: max(8, len(wanted) + 2)] for id_ in ids[:5])
            raise UserError(
                msg(
                    "“{prefix}” stands for {n_ids} runs: {shown}{text}.",
                    prefix=prefix,
                    n_ids=len(ids),
                    shown=shown,
                    text=" …" if len(ids) > 5 else "",
                ),
                "Give more digits of the id.",
            )
        return self._run(*rows[-1])

    def know_test_set(self, key: str, find: Callable[[builtins.list[tuple[str, ...]]], HeldOutRows]) -> None:
        """Keep which rows the held-out test set of the split `key` has, unless that is known: accesses are counted by them. `find` takes
        the columns of the sets that are known. It is slow in a large project, for its rows are looked up in the sets that were used.

        A set that is known already under other names or with other columns (`HeldOutRows.is_same_as`) is kept under the digest of that one.
        """
        if self._rows("SELECT key FROM test_set WHERE key = ?", (key,)):
            return
        known = self._rows("SELECT columns FROM test_set GROUP BY columns ORDER BY min(rowid)")
        found = find([tuple(json.loads(columns)) for (columns,) in known])
        kept = self._test_sets("key != ?1", key)
        same = (one.digest for one in kept if found.is_same_as(one))
        sum = found.digest if any(one.digest == found.digest for one in kept) else next(same, found.digest)
        hashes, columns = found.hashes.astype("<u8").tobytes(), json.dumps(found.columns)
        values = (key, sum, found.rows, hashes, found.target, columns, found.in_order, json.dumps(found.by_column))
        with self._open(write=True) as connection:
            connection.execute(
                "INSERT OR REPLACE INTO test_set (key, digest, count, hashes, target, columns, in_order, by_column)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            )
        self.share_used_before(key)

    def record_test_access(self, key: str, why: str, run: str = "", measured: str = "") -> int:
        """Count an access to the held-out test set of the split `key` that measured a run (by its id; "": none) and made the result with
        the key `measured`; how many there were now. A result that was made on these rows before is no further access.

        UserError when it cannot be counted for good, because the project is open for reading only.
        """
        if self.path.with_name(READ_ONLY_FILE).exists():
            raise UserError(
                "The project is open for reading only, so an access to the held-out test set cannot be counted.",
                "Copy the project to a folder that can be written, and open it there.",
            )
        before = f"SELECT 1 FROM test_access WHERE measured = ?2 AND key IN ({_SAME_ROWS})"
        if not measured or not self._rows(before, (key, measured)):
            with self._open(write=True) as connection:
                values = (key, _now(), why, run, measured)
                connection.execute("INSERT INTO test_access (key, at, why, run, measured) VALUES (?, ?, ?, ?, ?)", values)
        return len(self.test_accesses(key))

    def test_accesses(self, key: str) -> builtins.list[str]:
        """Why the held-out test set of the split `key` was used, once for each time: under this split or any other with the same rows."""
        return [why for (why,) in self._rows(f"SELECT why FROM test_access WHERE key IN ({_SAME_ROWS}) ORDER BY seq", (key,))]

    def measured_runs(self, key: str) -> builtins.list[str]:
        """The first eight digits of the id of the run that each of these accesses measured, by its id of today; "" where none is known."""
        today = "COALESCE((SELECT new FROM renamed_run WHERE run != '' AND substr(old, 1, length(run)) = run), run)"
        rows = self._rows(f"SELECT substr({today}, 1, 8) FROM test_access WHERE key IN ({_SAME_ROWS}) ORDER BY seq", (key,))
        return [run for (run,) in rows]

    def measured_by_older_version(self, key: str, run: str) -> bool:
        """Whether the run (by its id of today) was measured on the held-out test set of the split `key` before it was moved (see `move`),
        and not since. What it scored there is not in the store of this version; the same model on the same rows scores it again.
        """
        moved = "FROM test_access JOIN renamed_run ON new = ?2 AND run != '' AND substr(old, 1, length(run)) = run"
        return bool(self._rows(f"SELECT 1 {moved} WHERE test_access.key IN ({_SAME_ROWS}) LIMIT 1", (key, run)))

    def measured_again(self, key: str, run: str, result: str) -> None:
        """Note that what an older version measured of the run is measured again, with the result of this key: from now on another
        threshold is a further use.
        """
        moved = "SELECT 1 FROM renamed_run WHERE new = ?2 AND run != '' AND substr(old, 1, length(run)) = run"
        with self._open(write=True) as connection:
            values = (key, run, result)
            connection.execute(f"UPDATE test_access SET run = ?2, measured = ?3 WHERE key IN ({_SAME_ROWS}) AND EXISTS ({moved})", values)

    def share_used_before(self, key: str) -> float:
        """The share (0 to 1) of the rows of the test set of the split `key` that are in other test sets that were used. It is kept until
        another set is used.
        """
        used = f"key IN (SELECT key FROM test_access) AND key NOT IN ({_SAME_ROWS})"
        others = self._rows(f"SELECT key FROM test_set WHERE {used} ORDER BY key", (key,))
        if not others:
            return 0.0
        among = digest([one for (one,) in others])
        kept = self._rows("SELECT share FROM used_before WHERE key = ? AND among = ?", (key, among))
        if kept:
            return float(kept[0][0])
        own = self._test_sets("key = ?1", key)
        if not own:
            return 0.0
        share = own[0].share_in(self._test_sets(used, key))
        with self._open(write=True) as connection:
            connection.execute("INSERT OR REPLACE INTO used_before (key, among, share) VALUES (?, ?, ?)", (key, among, share))
        return share

    def _test_sets(self, which: str, key: str) -> builtins.list[HeldOutRows]:
        found = "digest, count, hashes, target, columns, by_column, in_order"
        return [
            HeldOutRows(sum, count, np.frombuffer(hashes, dtype="<u8"), target, _names(columns), _names(each), order)
            for sum, count, hashes, target, columns, each, order in self._rows(f"SELECT {found} FROM test_set WHERE {which}", (key,))
        ]

    def move(self, runs: Iterable[tuple[Run, Run]], split: tuple[str, str], *, measured: bool = False) -> None:
        """Write each run (old, new) under its new id and key, and the accesses of a split under another key (old, new).

        All of it in one transaction: after a kill everything is moved or nothing. The old ids still find their runs. `measured`: what the
        runs scored on the held-out test set is in the store under today's keys too.
        """
        with self._open(write=True) as connection:
            for old, new in runs:
                record = _written(new)
                connection.execute(
                    "UPDATE OR REPLACE run SET id = ?, key = ?, record = ?, sum = ? WHERE id = ? AND key = ?",
                    (new.id, new.key, record, checksum(new.id, new.key, record), old.id, old.key),
                )
                connection.execute("UPDATE renamed_run SET new = ? WHERE new = ?", (new.id, old.id))  # moved before: one step to today's
                connection.execute("INSERT OR REPLACE INTO renamed_run (old, new) VALUES (?, ?)", (old.id, new.id))
                if measured:
                    same = "run != '' AND substr(?, 1, length(run)) = run"
                    connection.execute(f"UPDATE test_access SET run = ? WHERE {same}", (new.id, old.id))
            connection.execute("UPDATE test_access SET key = ? WHERE key = ?", (split[1], split[0]))

    def renamed(self, id: str) -> str:
        """Today's id of a run that was recorded under this one; the id itself when it was not moved."""
        found = self._rows("SELECT new FROM renamed_run WHERE old = ?", (id,))
        return str(found[0][0]) if found else id

    def _rows(self, query: str, values: tuple[Any, ...] = ()) -> builtins.list[Any]:
        if not self.path.exists():
            return []
        with self._open(write=False) as connection:
            return connection.execute(query, values).fetchall()

    def _run(self, id: str, key: str, record: str, given: str) -> Run:
        try:
            if not holds(id, key, record, given):
                raise ValueError("the record is not the one that was written")
            return _read(record)
        except _DAMAGED as error:
            raise self._set_aside() from error

    @contextlib.contextmanager
    def _open(self, write: bool) -> Iterator[sqlite3.Connection]:
        try:
            with contextlib.closing(sqlite3.connect(self.path, timeout=20.0, isolation_level=None)) as connection:
                self._prepare(connection)
                connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
                yield connection
                connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._refusal(error) from error

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Make the tables of a new file, and bring an older one up. What another program or a newer version wrote is left alone."""
        number = connection.execute("PRAGMA user_version").fetchone()[0]
        if number > FORMAT:
            raise UserError(
                "The runs of this project were recorded by a newer version of the application.", "Install the newer version to open it."
            )
        if number < FORMAT:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN IMMEDIATE")
            number = connection.execute("PRAGMA user_version").fetchone()[0]  # another process may have been quicker
            for statement in (one for before in range(number, FORMAT) for one in UPGRADES[before]):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {FORMAT}")
            connection.execute("COMMIT")

    def _refusal(self, error: sqlite3.Error) -> UserError:
        if is_damage(error):
            return self._set_aside()
        return refusal(error, self.path)

    def _set_aside(self) -> UserError:
        """Keep a damaged file under another name, and what is whole of it in a new one, so that work can go on."""
        number = 1
        while (kept := self.path.with_name(f"runs.damaged-{number}.sqlite")).exists():
            number += 1
        try:
            self.path.rename(kept)
            journal = self.path.with_name(self.path.name + "-journal")
            if journal.exists():
                journal.rename(kept.with_name(kept.name + "-journal"))
        except OSError as error:
            return UserError(
                msg("The record of runs “{path}” is damaged, and cannot be moved: {strerror}.", path=self.path, strerror=error.strerror),
                "Move it away yourself, then try again.",
            )
        with self._open(write=True) as connection:
            runs = salvage(kept, connection, _is_run)
        return UserError(
            plural_msg(
                runs,
                "The record of runs was damaged; it is kept as “{kept}”. One run of it was whole and is kept.",
                "The record of runs was damaged; it is kept as “{kept}”. {n} runs of it were whole and are kept.",
                kept=kept.name,
            ),
            "Try again: work goes on with these. What else was in it can be trained again.",
        )


def _names(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text or "[]"))  # empty where a damaged file of an older version was read


def _read(record: str) -> Run:
    return Run.from_json(json.loads(record, object_hook=decode_message))


def _is_run(record: str) -> bool:
    try:
        _read(record)
    except _DAMAGED:
        return False
    return True


def _written(run: Run) -> str:
    return json.dumps(encode_messages(run.to_json()), ensure_ascii=True)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
