"""What a split means for a table, as a stored result; light, so that the window and calls name it without loading the pipeline."""

from __future__ import annotations

from dataclasses import dataclass

from mlops_desktop.base.splitter import Splitter


@dataclass(frozen=True)
class SplitSummary:
    """Rows of the training part, of the held-out test set and of each fold (training, validation), and what the split cannot measure well.

    `refused` says why this split cannot be made (then there are no counts), `fitting` is the splitter that would be recommended, with its
    `reason` in one sentence.
    """

    train: int = 0
    test: int = 0
    folds: tuple[tuple[int, int], ...] = ()
    warnings: tuple[str, ...] = ()
    refused: str = ""
    fitting: Splitter | None = None
    reason: str = ""
