"""What encodings share: free texts and dates, which no algorithm takes as they are."""

from __future__ import annotations

from mlops_desktop.base.families import EncoderInput, OperationSpec

SPARSE_TERMS = 20_000
DENSE_TERMS = 300  # per text, for algorithms whose matrix must be dense


def texts_and_dates(given: EncoderInput) -> list[OperationSpec]:
    """TF-IDF for each column of free text, and the parts of each date."""
    terms = SPARSE_TERMS if given.takes_sparse else DENSE_TERMS
    found: list[OperationSpec] = [("tf_idf", {"columns": [name], "most": terms}) for name in given.texts]
    if given.layout.dates:
        found.append(("date_parts", {}))
    return found


def is_sparse(given: EncoderInput) -> bool:
    """Whether the matrix will be sparse."""
    return bool(given.layout.sparse or given.texts)
