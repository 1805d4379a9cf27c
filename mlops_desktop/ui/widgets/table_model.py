"""Columns of numpy arrays as a table for Qt: sorted by argsort, filtered by a mask, formatted once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, QObject, QPersistentModelIndex, Qt

from mlops_desktop.base.number_format import MINUS
from mlops_desktop.serving.dates import date_text, time_format
from mlops_desktop.serving.frame import MISSING_DATE
from mlops_desktop.ui.translation import are_years, formatted

MISSING = "–"
MOST_CACHED = 200_000  # cells whose text is remembered
AT_A_TIME = 10_000  # texts that are made ready for sorting in one go
SAMPLE = 1_000  # values from which the decimals of a column are decided
KINDS = ("number", "categorical", "date")
_ROLE = Qt.ItemDataRole
_Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True, eq=False, kw_only=True)
class TableColumn:
    """A column of the table. ValueError for an unknown kind.

    `values` by kind: `number` float64 (NaN is missing), `categorical` codes into `levels` (any integer type, negative is missing), `date`
    int64 microseconds since 1970 (`MISSING_DATE` is missing). `boolean` numbers are shown as no and yes, or as their two `levels`, others
    with `decimals` at least. For the column's head: `icon` (by kind when empty), `bars` (heights of a small histogram), `classes`: the bars
    are classes in the colors of the series, `caption` with its `tone`, `marked`: it is the target, `label`: what is
    shown in place of the name.
    """

    name: str
    kind: str
    values: NDArray[Any]
    levels: Sequence[str] = ()
    boolean: bool = False
    decimals: int = 0
    icon: str = ""
    bars: Sequence[float] = ()
    classes: bool = False
    caption: str = ""
    tone: str = ""
    marked: bool = False
    tip: str = ""
    label: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"a column of the table is {' or '.join(KINDS)}, not {self.kind}")

    @property
    def shown_name(self) -> str:
        """What a person reads."""
        return self.label or self.name

    @property
    def numeric(self) -> bool:
        """Whether its texts are numbers, which are aligned right."""
        return self.kind == "number" and not self.boolean

    def order(self, down: bool) -> NDArray[np.int64]:
        """The rows sorted by this column, missing ones last, equal ones in their order; int64."""
        values = self.values
        if self.kind == "categorical":
            places = np.arange(len(self.levels))
            rank = np.empty(len(self.levels) + 1, dtype=np.uint16 if len(self.levels) < 65_000 else np.int64)
            rank[_alphabetical(self.levels)] = places[::-1] if down else places
            rank[-1] = len(self.levels)
            keys: NDArray[Any] = rank[np.where(values < 0, len(self.levels), values)]
        elif self.kind == "date":
            keys = ~values if down else np.where(values == MISSING_DATE, np.iinfo(np.int64).max, values)
        else:
            keys = -values if down else values
        return np.argsort(keys, kind="stable").astype(np.int64, copy=False)

    def formatter(self) -> Callable[[Any], str]:
        """The function from a value to its text."""
        if self.kind == "categorical":
            levels = self.levels
            return lambda code: levels[code] if code >= 0 else MISSING
        if self.kind == "date":
            form = time_format(np.asarray(self.values))
            return lambda moment: date_text(int(moment), form).replace("T", " ") or MISSING
        if self.boolean:
            no, yes = (
                self.levels
                if len(self.levels) == 2
                else (QCoreApplication.translate("Inputs", "no"), QCoreApplication.translate("Inputs", "yes"))
            )
            return lambda value: MISSING if value != value else yes if value else no
        sample = np.asarray(self.values[:SAMPLE], dtype=np.float64)
        decimals = _decimals(sample)
        decimals = decimals if decimals is None else max(decimals, self.decimals)
        apart = "" if decimals == 0 and _years(sample) else ","
        form = ".6g" if decimals is None else f"{apart}.{decimals}f"
        return lambda value: MISSING if value != value else formatted(value, form).replace("-", MINUS)


def _alphabetical(levels: Sequence[str]) -> NDArray[np.intp]:
    """The positions of texts in their alphabetical order. A list of Python would hold up every other thread while it is sorted."""
    texts = np.empty(len(levels), dtype=np.dtypes.StringDType())
    for start in range(0, len(levels), AT_A_TIME):
        part = range(start, min(start + AT_A_TIME, len(levels)))
        texts[start : part.stop] = [levels[at].casefold() for at in part]
    return np.argsort(texts, kind="stable")


def _years(sample: NDArray[np.float64]) -> bool:
    """Whether a column of these whole numbers holds years."""
    known = sample[np.isfinite(sample)]
    return len(known) > 0 and are_years(float(known.min()), float(known.max()))


def _decimals(sample: NDArray[np.float64]) -> int | None:
    """How many decimals distinguish the values; None when they are too small or too large for plain writing."""
    known = sample[np.isfinite(sample)]
    if not len(known):
        return 0
    size = float(np.abs(known).max())
    if size >= 1e12 or (0 < size < 1e-3):
        return None
    most = max(2, min(6, 6 - int(np.floor(np.log10(size))) - 1)) if size > 0 else 0  # cents are seen whatever the amount
    return next((d for d in range(most) if np.abs(np.round(known, d) - known).max() <= size * 1e-12), most)


class TableModel(QAbstractTableModel):
    """Columns of one length. Which rows are shown, and in which order, is one int64 array of source rows."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns: tuple[TableColumn, ...] = ()
        self.rows = 0
        self.sorted_by: tuple[int, bool] | None = None  # column and whether downwards
        self._sorted: NDArray[np.int64] | None = None  # every row in the order of the sort; None: in that of the file
        self._order: NDArray[np.int64] | None = None  # those that are shown; None: every row, in the order of the file
        self._mask: NDArray[np.bool_] | None = None
        self._formats: dict[int, Callable[[Any], str]] = {}  # of the columns that were selected
        self._texts: dict[int, str] = {}

    def show_columns(self, columns: Sequence[TableColumn]) -> None:
        """Show another table, in its own order and unfiltered. ValueError when the columns have different lengths."""
        lengths = {len(column.values) for column in columns}
        if len(lengths) > 1:
            raise ValueError(f"columns of different lengths: {sorted(lengths)}")
        self.beginResetModel()
        self.columns, self.rows = tuple(columns), lengths.pop() if lengths else 0
        self.sorted_by = self._sorted = self._order = self._mask = None
        self._formats = {}
        self._texts = {}
        self.endResetModel()

    def show_rows(self, mask: NDArray[np.bool_] | None) -> None:
        """Show only the rows for which `mask` is true (one entry per source row); None: all of them."""
        self._mask = mask
        self.beginResetModel()
        self._order = self._arrange()
        self.endResetModel()

    def sort_by(self, column: int | None, down: bool = False, order: NDArray[np.int64] | None = None) -> None:
        """Sort by a column, or back to the order of the file (None). Selected rows stay selected.

        `order`: what `TableColumn.order` found for it, when that was asked elsewhere.
        """
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        sources = [(self.source_row(index.row()), index.column()) for index in before]
        self.sorted_by = None if column is None else (column, down)
        self._sorted = None if column is None else self.columns[column].order(down) if order is None else order
        self._order = self._arrange()
        if before:
            places = self.places([row for row, _ in sources])
            self.changePersistentIndexList(
                before, [self.index(place, at) if place >= 0 else QModelIndex() for place, (_, at) in zip(places, sources, strict=True)]
            )
        self.layoutChanged.emit()

    def _arrange(self) -> NDArray[np.int64] | None:
        if self._mask is None:
            return self._sorted
        return np.flatnonzero(self._mask).astype(np.int64) if self._sorted is None else self._sorted[self._mask[self._sorted]]

    def source_row(self, row: int) -> int:
        """The row of the table that is shown in a row."""
        return row if self._order is None else int(self._order[row])

    def places(self, sources: Sequence[int]) -> list[int]:
        """Where source rows are shown; −1 for those that are not."""
        if self._order is None:
            return list(sources)
        inverse = np.full(self.rows, -1, dtype=np.int64)
        inverse[self._order] = np.arange(len(self._order))
        return [int(inverse[row]) for row in sources]

    def text(self, row: int, column: int) -> str:
        """The text of a cell that is shown."""
        source = row if self._order is None else int(self._order[row])
        key = source * len(self.columns) + column
        found = self._texts.get(key)
        if found is None:
            if len(self._texts) >= MOST_CACHED:
                self._texts.clear()
            form = self._formats.get(column)
            if form is None:
                form = self._formats[column] = self.columns[column].formatter()
            found = self._texts[key] = form(self.columns[column].values[source])
        return found

    def rowCount(self, parent: _Index = _NO_INDEX) -> int:
        """How many rows are shown."""
        if parent.isValid():
            return 0
        return self.rows if self._order is None else len(self._order)

    def columnCount(self, parent: _Index = _NO_INDEX) -> int:
        """How many columns there are."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: _Index, role: int = _ROLE.DisplayRole) -> Any:
        """The text of a cell; the view paints with it and asks for nothing else."""
        if role in (_ROLE.DisplayRole, _ROLE.ToolTipRole):
            return self.text(index.row(), index.column())
        if role == _ROLE.TextAlignmentRole:
            return _RIGHT if self.columns[index.column()].numeric else _LEFT
        if role == _ROLE.AccessibleTextRole:
            text = self.text(index.row(), index.column())
            return f"{self.columns[index.column()].shown_name}: {self.tr('missing') if text == MISSING else text}"
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole) -> Any:
        """Names of the columns, and the numbers of the source rows, counted from 1."""
        if orientation == Qt.Orientation.Vertical:
            return formatted(self.source_row(section) + 1) if role == _ROLE.DisplayRole else None
        column = self.columns[section]
        if role == _ROLE.DisplayRole:
            return column.shown_name
        if role == _ROLE.ToolTipRole:
            return column.tip or f"{column.name}\n{column.caption}".strip()
        if role in (_ROLE.AccessibleTextRole, _ROLE.AccessibleDescriptionRole):
            parts = [column.shown_name, self.tr("target") if column.marked else "", column.kind, column.caption]
            if self.sorted_by is not None and self.sorted_by[0] == section:
                parts.append(self.tr("sorted downwards") if self.sorted_by[1] else self.tr("sorted upwards"))
            return ", ".join(part for part in parts if part)
        return None
