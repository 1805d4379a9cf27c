"""What every learned transform promises."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from .frame import Frame, Layout
from .serialization import Serializable

Apply = Callable[[Frame], Frame]


class Transform(Serializable, ABC):
    """A learned change of columns: a frozen dataclass of plain data, in a file of its own in `transforms/`.

    `apply(table)[i]` equals `apply(row i)`: every row is changed without a look at the others. No row is added, removed or moved, and
    the frame that comes in is left as it was.
    """

    @abstractmethod
    def bind(self, layout: Layout) -> tuple[Layout, Apply]:
        """The layout that comes out of `layout`, and the function that changes a frame of `layout` so.

        Everything that can be computed once (positions, tables) is computed here. UserError when a column is absent or of another kind.
        """


def chain(transforms: tuple[Transform, ...], layout: Layout) -> tuple[Layout, Apply]:
    """Several transforms, one after the other, bound once."""
    steps: list[Apply] = []
    for transform in transforms:
        layout, apply = transform.bind(layout)
        steps.append(apply)

    def apply_all(frame: Frame) -> Frame:
        for step in steps:
            frame = step(frame)
        return frame

    return layout, apply_all
