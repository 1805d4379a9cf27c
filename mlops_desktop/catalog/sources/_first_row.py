"""The doubt whether the first row of two columns of texts names them or is a pair of values, such as “Site”, “Kiel”."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.serving.cell_kind import cell_text
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import first_few
from mlops_desktop.serving.table_finder import TableLayout, Wanted

_LEAST_ROWS = 3  # below the row that may name the columns
_LEAST_OF_FEW = 10  # rows of a column of few levels
_FEW = 0.2  # levels for each row, at most, in such a column
_NAMES = frozenset(
    word
    for words in (
        "name names id code key title label text type kind class category group status state value unit comment note description answer",
        "date time day month year city town place country region area street address email phone person customer client user product item",
        "article species gender sex color colour size grade language department site station shop store",
        "nachname vorname bezeichnung titel typ art klasse kategorie gruppe status wert einheit kommentar bemerkung beschreibung antwort",
        "datum zeit tag monat jahr stadt ort land region straße adresse telefon kunde produkt artikel farbe größe note sprache abteilung",
        "nom prénom titre genre classe valeur ville lieu pays adresse client produit couleur",
        "nombre ciudad lugar país valor fecha tipo clase",
        "nome città luogo paese valore data naam plaats stad land waarde datum nazwa miasto kraj",
    )
    for word in words.split()
)


def first_row_doubt(rows: Sequence[Sequence[Any]], layout: TableLayout, wanted: Wanted, above: int) -> tuple[Evidence, ...]:
    """That the first row of two columns of texts may be no names. `above` is how many rows or lines are above the row below it.

    There is no doubt where a person chose where the table begins, or where the row below looks like those below it.
    """
    chosen = wanted.from_first or wanted.header_rows or wanted.keep_all
    if chosen or len(layout.header) != 1 or layout.fill != 2 or any(layout.kinds) or layout.left_out:
        return ()
    first, *body = ([cell_text(cell) for cell in rows[at]] for at in (layout.header[0], *range(layout.body, len(rows))))
    pairs = [row for row in body if len(row) == 2 and all(row)]
    if len(first) != 2 or not body or body[:1] != pairs[:1] or len(pairs) <= _LEAST_ROWS or not _differs(first, pairs[0], pairs[1:]):
        return ()
    message = msg(
        "“{first}” was taken for the names of the columns; “{below}” below it may be the names instead.",
        first=first_few((cell[:20] for cell in first), 2),
        below=first_few((cell[:20] for cell in pairs[0]), 2),
    )
    return (Evidence("", "first_row", message, parameter="skip", values=(str(above),)),)


def _differs(first: Sequence[str], row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a row is unlike those below it in both columns: usual names, texts in small letters above capitals, or no level of few."""
    if _are_names(row) and not _are_names(first[1:]) and not any(map(_are_names, below)):
        return True
    columns = list(zip(*below, strict=True))
    if all(cell[:1].islower() for cell in row) and all(text[:1].isupper() for column in columns for text in column):
        return True
    few = all(len(set(column)) <= _FEW * len(column) for column in columns)
    return few and len(below) >= _LEAST_OF_FEW and all(cell not in column for cell, column in zip(row, columns, strict=True))


def _are_names(cells: Sequence[str]) -> bool:
    return all(cell.casefold() in _NAMES for cell in cells)
