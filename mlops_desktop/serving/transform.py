"""The base class of fitted transforms."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from .frame import Frame, Layout
from .serialization import Serializable

Apply = Callable[[Frame], Frame]


class Transform(Serializable, ABC):
    """A fitted change of columns: a frozen dataclass of plain data, in a file of its own in `transforms/`.

    Rows are independent: `apply(frame)[i]` equals `apply(row i)`. No row is added, removed or moved, and the input frame is not modified.
    """

    @abstractmethod
    def bind(self, layout: Layout) -> tuple[Layout, Apply]:
        """The output layout for frames of `layout`, and the function that transforms such a frame.

        Everything that can be computed once (positions, tables) is computed here. UserError when a column is absent or of another kind.
        """


def chain(transforms: tuple[Transform, ...], layout: Layout) -> tuple[Layout, Apply]:
    """The output layout and the function of several transforms, applied in order."""
    steps: list[Apply] = []
    for transform in transforms:
        layout, apply = transform.bind(layout)
        steps.append(apply)

    def apply_all(frame: Frame) -> Frame:
        for step in steps:
            frame = step(frame)
        return frame

    return layout, apply_all
