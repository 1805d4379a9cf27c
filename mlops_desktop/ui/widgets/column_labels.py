"""What types and roles of columns are called, and the icons of types: the same everywhere in the window."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

TYPE_ICONS = {
    "number": "num", "integer": "num", "category": "cat", "ordered": "cat", "boolean": "bool", "date": "date", "text": "text", "id": "key",
}  # fmt: skip


def type_names() -> dict[str, str]:
    """Type by id, as a person calls it."""
    tr = QCoreApplication.translate
    return {
        "number": tr("Columns", "Number"),
        "integer": tr("Columns", "Whole number"),
        "category": tr("Columns", "Category"),
        "ordered": tr("Columns", "Ordered category"),
        "boolean": tr("Columns", "Yes or no"),
        "date": tr("Columns", "Date"),
        "text": tr("Columns", "Free text"),
        "id": tr("Columns", "Identifier"),
    }


def role_names() -> dict[str, tuple[str, str]]:
    """Role by id: as a person calls it, and what it means in a sentence."""
    tr = QCoreApplication.translate
    return {
        "feature": (tr("Columns", "Feature"), tr("Columns", "The model may learn from it.")),
        "target": (tr("Columns", "Target"), tr("Columns", "This is what is predicted.")),
        "id": (tr("Columns", "Identifier"), tr("Columns", "It identifies the rows; the model does not learn from it.")),
        "group": (tr("Columns", "Group"), tr("Columns", "Rows of one group, such as one customer, stay on one side of the split.")),
        "time": (tr("Columns", "Time"), tr("Columns", "The model learns from the past and is tested on the latest rows.")),
        "weight": (tr("Columns", "Weight"), tr("Columns", "How much weight each row has.")),
        "fold": (tr("Columns", "Fold"), tr("Columns", "It defines which rows are for training and which for testing.")),
        "ignore": (tr("Columns", "Left out"), tr("Columns", "It is kept in the data, but not used.")),
    }
