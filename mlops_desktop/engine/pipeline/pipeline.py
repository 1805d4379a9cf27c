"""From the imported file to the datasets that models are fitted and scored on; results are stored under keys of the decisions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset, EncoderInput, Target
from mlops_desktop.base.job import Job, Silent
from mlops_desktop.base.splitter import SplitFacts, Splitter
from mlops_desktop.engine.choices import task_spec
from mlops_desktop.engine.data import (
    Table,
    TypedCells,
    decided_cells,
    equal_rows,
    read_cells,
    row_hashes,
    snapshot_path,
    table_from_record,
    target_of,
)
from mlops_desktop.engine.pipeline.candidate import Candidate
from mlops_desktop.engine.pipeline.held_out_rows import HeldOutRows, columns_to_compare
from mlops_desktop.engine.pipeline.keys import Keys
from mlops_desktop.engine.pipeline.row_weights import read_weights, refuse_unweighted_class
from mlops_desktop.engine.pipeline.splitting import joined_sets, keepable, make_folds, read_facts, split_rows
from mlops_desktop.engine.pipeline.step_fitting import FittedPipeline, FittedSteps, fit_encoding, fit_steps
from mlops_desktop.engine.pipeline.store import ArtifactStore
from mlops_desktop.engine.profiling import (
    HiddenGroups,
    Overview,
    Profile,
    find_hidden_groups,
    find_similar_rows,
    near_copy_sets,
    overview,
    profile,
)
from mlops_desktop.engine.project import Project, is_feature_role, require
from mlops_desktop.serving.frame import Floats, Ints, Layout
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.value_text import value_text


def keep_table(folder: Path, project: Project, cells: TypedCells) -> None:
    """Keep the typed table of a project that was just imported, so that it is not read from its snapshot again."""
    ArtifactStore(folder / "store").put(Keys(project).table, *cells.record())


REPEATED = 0.1  # of the rows: from here on the sets of rows that a shuffled split keeps together are what is drawn for intervals


class Pipeline:
    """The pipeline of one project value in one folder. Results are shared through the folder's store."""

    def __init__(self, folder: Path, project: Project) -> None:
        self.folder, self.project = folder, project
        self.keys = Keys(project)
        self.store = ArtifactStore(folder / "store")

    def of(self, project: Project) -> Pipeline:
        """The pipeline of other decisions on the same data. It has the same typed table and rows, where they leave these as they are."""
        other = Pipeline(self.folder, project)
        other.store = self.store
        other.reuse_results(self)
        return other

    def reuse_results(self, other: Pipeline) -> None:
        """Use what another pipeline on the same data has computed already, where the decisions of this one leave it as it is."""
        same = ["table"] if other.keys.table == self.keys.table else []
        if other.keys.rows == self.keys.rows:
            same += ["kept_rows", "_kept"]
            if other.roles() == self.roles() and other.project.task == self.project.task:
                same += ["features", "target", "equal_rows", "near_copies", "hidden_groups"]
        self.__dict__.update({name: other.__dict__[name] for name in same if name in other.__dict__})

    @cached_property
    def table(self) -> Table:
        """Every column of the imported file, typed."""
        require(self.project, "data")
        try:
            return table_from_record(*self.store.get(self.keys.table))
        except KeyError:
            cells = decided_cells(read_cells(snapshot_path(self.folder, self.project.data)), self.project.columns, Silent())
        self.store.put(self.keys.table, *cells.record())
        return table_from_record(*self.store.get(self.keys.table))

    def overview(self, job: Job) -> Overview:
        """What the table shows before anything is decided."""
        key = self.keys.overview
        if key not in self.store:
            self.store.put_value(key, overview(self.table, job))
        return self.store.get_value(key, Overview)

    def profile(self, job: Job) -> Profile:
        """Statistics and findings of the whole table."""
        key = self.keys.profile
        if key not in self.store:
            project = self.project
            roles = {name: note.role for name, note in project.columns.items() if note.role}
            self.store.put_value(key, profile(self.table, project.target or None, job, task=project.task, roles=roles))
        return self.store.get_value(key, Profile)

    def roles(self) -> dict[str, str]:
        """The role of each column that has one other than `feature`."""
        roles = {name: note.role for name, note in self.project.columns.items() if note.role and note.role != "feature"}
        return {**roles, **({self.project.target: "target"} if self.project.target else {})}

    @cached_property
    def features(self) -> tuple[str, ...]:
        """The feature columns, in the order of the table."""
        roles = self.roles()
        return tuple(column.name for column in self.table.schema.columns if is_feature_role(roles.get(column.name)))

    @cached_property
    def kept_rows(self) -> Ints:
        """Positions of the rows that the row filters leave."""
        keep = np.ones(self.table.frame.rows, dtype=bool)
        for row_filter in self.project.active_row_filters():
            try:
                keep &= row_filter.keep(self.table.frame, self.project.target)
            except UserError as error:
                raise UserError(
                    msg("Row filter “{row_filter}”: {error}", row_filter=row_filter.label, error=error.message), error.remedy
                ) from error
        if not keep.any():
            raise UserError("The row filters leave no row.", "Switch one of them off, or correct its condition.")
        return np.flatnonzero(keep)

    @cached_property
    def _kept(self) -> Table:
        """The table of the rows that the row filters leave."""
        if len(self.kept_rows) == self.table.rows:
            return self.table
        return replace(self.table, frame=self.table.frame.take(self.kept_rows))

    @cached_property
    def target(self) -> Target:
        """The target of the rows that the row filters leave. UserError when no model can be fitted to it, or there is no feature."""
        require(self.project, "target", "task")
        assert self.project.task is not None
        target = target_of(self._kept, self.project.target, self.project.task)
        if not self.features:
            if len(self.table.schema.columns) == 1:
                raise UserError("The file has one column: nothing is beside it to learn from.", "Choose a file with more columns.")
            raise UserError("No column is left to learn from.", "Give at least one column the role “feature”.")
        return target

    @cached_property
    def _clean(self) -> Dataset:
        """The rows that the row filters leave, features alone, with target and weights."""
        target, table = self.target, self._kept
        facts = self._split_facts(np.arange(table.rows), target)
        repeated = facts.equal is not None and len(np.unique(facts.equal)) <= (1 - REPEATED) * len(facts.equal)
        groups = facts.equal if repeated else facts.group  # rows that repeat each other are one observation
        return Dataset(table.frame.select(self.features), target, self._weights(table), groups, facts.time)

    @property
    def weight_column(self) -> str:
        """The column that says how much each row counts; "" when none does."""
        return next((name for name, role in self.roles().items() if role == "weight"), "")

    def _weights(self, table: Table) -> Floats | None:
        return read_weights(table.frame, self.weight_column) if self.weight_column else None

    @property
    def positive(self) -> int | None:
        """The position of the positive class of a task that has one."""
        task = self.project.task
        if task is None or not task_spec(task).has_positive:
            return None
        classes = self.target.classes
        if self.project.positive not in classes:
            raise UserError(
                msg("The positive class “{positive}” is not in “{target}”.", positive=self.project.positive, target=self.project.target),
                msg("Choose one of: {names}.", names=", ".join(map(value_text, classes))),
            )
        return classes.index(self.project.positive)

    @cached_property
    def _cut(self) -> tuple[Ints, Ints]:
        return split_rows(self.project.split, self._split_facts(np.arange(self._kept.rows), self.target), self.project.seed)

    @cached_property
    def equal_rows(self) -> Ints | None:
        """Codes that those of the rows that the row filters leave share which are equal in all features; None when all differ."""
        return equal_rows(self._kept.frame, self.features)

    @cached_property
    def near_copies(self) -> Ints | None:
        """Codes that those of the rows that the row filters leave share which nearly repeat each other, or else are so similar that they
        seem to belong together; None when few or none do.
        """
        copies = near_copy_sets(self._kept, self.project.target, self.roles())
        similar = find_similar_rows(self._kept, self.project.target, self.roles()) if copies is None else None
        return copies if similar is None else similar.sets

    @cached_property
    def hidden_groups(self) -> HiddenGroups | None:
        """What groups the rows that the row filters leave, where no column names it; None where nothing does."""
        return find_hidden_groups(self._kept, self.project.target, self.roles())

    def _together(self, splitter: Splitter) -> Ints | None:
        """Codes that rows share which a shuffled split keeps on one side; None where it keeps none."""
        equal = keepable(self.equal_rows) if splitter.keeps_equal else None
        return joined_sets(equal, self.near_copies) if splitter.keeps_alike else equal

    def _split_facts(self, rows: Ints, target: Target) -> SplitFacts:
        """What the splitter may use of some of the rows that the row filters leave, whose target is given."""
        splitter = self.project.split
        frame = self._kept.frame if len(rows) == self._kept.rows else self._kept.frame.take(rows)
        named: dict[str, tuple[str, ...]] = {role: (name,) for name, role in self.roles().items() if role in ("group", "time", "fold")}
        if columns := splitter.named_columns:
            named[splitter.role] = columns
        equal = self._together(splitter)
        return read_facts(frame, target, named, None if equal is None else equal[rows])

    @property
    def everything(self) -> Dataset:
        """All rows that the row filters leave, the test set among them: for a model that is fitted again on all of them."""
        return self._clean

    @cached_property
    def train(self) -> Dataset:
        """The training part. UserError when the weights leave nothing of a class to learn from."""
        part = self._clean.take(self._cut[0])
        refuse_unweighted_class(part, self.weight_column)
        return part

    @cached_property
    def test(self) -> Dataset:
        """The held-out test set. Each access is counted (`Runs.record_test_access`)."""
        return self._clean.take(self._cut[1])

    def held_out_rows(self, known: Iterable[tuple[str, ...]] = ()) -> HeldOutRows:
        """By what the held-out test set is recognised, under whichever decisions, also when the file got further columns beside those of a
        set that is known (see `columns_to_compare`).
        """
        cells = read_cells(snapshot_path(self.folder, self.project.data))
        columns = columns_to_compare(cells.names, self.project.target, known)
        found = HeldOutRows.of(row_hashes(cells, columns)[self.test_rows], self.project.target, columns)
        return found.with_contents(self.table.frame.take(self.test_rows))

    @property
    def train_rows(self) -> Ints:
        """The positions of the training rows in the imported table."""
        return self.kept_rows[self._cut[0]]

    @property
    def test_rows(self) -> Ints:
        """The positions of the held-out rows in the imported table."""
        return self.kept_rows[self._cut[1]]

    @cached_property
    def folds(self) -> list[tuple[Ints, Ints]]:
        """Training and validation positions within the training part, fold by fold."""
        return make_folds(self.project.split, self._train_facts, self.project.seed)

    @property
    def equal_in_train(self) -> Ints | None:
        """Codes of the training rows, (rows,), that equal ones share, where the split keeps these together; None where it does not."""
        return self._train_facts.equal

    @cached_property
    def _train_facts(self) -> SplitFacts:
        return self._split_facts(self._cut[0], self.target.take(self._cut[0]))

    def texts(self, layout: Layout) -> tuple[str, ...]:
        """The columns of a layout that hold free text, as the types of the table say."""
        texts = frozenset(column.name for column in self.table.schema.columns if column.type == "text")
        return tuple(name for name in layout.categoricals if name in texts)

    def fit(self, candidate: Candidate, rows: Ints | None = None, job: Job | None = None) -> FittedPipeline:
        """The steps and the encoding of a candidate, fitted on these rows of the training part (all when None)."""
        dataset = self.train if rows is None else self.train.take(rows)
        return self.encode(candidate, fit_steps(candidate.steps, dataset, job or Silent()), job)

    def encode(self, candidate: Candidate, fitted: FittedSteps, job: Job | None = None) -> FittedPipeline:
        """The encoding of a candidate, fitted on what its steps made, after its sampler."""
        if candidate.sampler is not None:
            sampled = candidate.sampler.resample(fitted.dataset, self.project.seed, job or Silent())
            fitted = FittedSteps(fitted.transforms, sampled, fitted.notes)
        layout = fitted.dataset.frame.layout
        given = EncoderInput(layout, self.texts(layout), candidate.algorithm.takes_sparse)
        return fit_encoding(fitted, candidate.encoding, given, job or Silent())
