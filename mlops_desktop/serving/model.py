"""The base class of compiled models."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from .frame import Bools, Floats, Matrix
from .serialization import Serializable


class Model(Serializable, ABC):
    """A trained estimator as plain data: a frozen dataclass in a file of its own in `models/`.

    Scores of a row are the same alone and in a batch. Tables that speed up scoring are made on first use and are not data.
    """

    tier: ClassVar[int] = 0  # 0: numpy alone; 1: a booster's own library; 2: onnxruntime; 3: scikit-learn
    requirements: ClassVar[tuple[str, ...]] = ()  # packages besides numpy that it needs at run time
    stores_training_data: ClassVar[bool] = False  # True: it contains training rows, so exporting it asks for consent

    @abstractmethod
    def scores(self, matrix: Matrix) -> Floats:
        """Classification: probabilities (rows, classes) in the order of the classes. Regression: values (rows,). Finite float64."""

    @abstractmethod
    def used(self) -> Bools:
        """Which features can change a score at all, (features,) bool."""

    def thresholds(self) -> dict[int, Floats]:
        """For each feature (by position) the values at which the score can jump; empty for smooth models. Golden rows are taken there."""
        return {}

    def inner_models(self) -> tuple[Model, ...]:
        """The models that this one is made of."""
        return ()
