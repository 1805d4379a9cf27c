"""Loads the model of this folder for MLflow (`mlflow.pyfunc`), after its checksums and its self-test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from bundle_serving.boot import verified_bundle
from bundle_serving.bundle import Bundle
from bundle_serving.prediction_spec import class_text
from bundle_serving.service_settings import ServiceSettings


class Model:
    """Answers tables of rows, by the policy for unusual values and the limits of the threshold that the bundle holds."""

    def __init__(self, bundle: Bundle) -> None:
        self.scorer, settings = bundle.scorer, ServiceSettings()
        self.policy = settings.policy(bundle.info).fit(self.scorer.schema)
        self.threshold_limits = settings.threshold_limits(bundle.info)

    def predict(self, data: Any, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """A table with `prediction` and the probability of each class; `params` may have a `threshold`.

        ValueError names a bad cell, and the limits of a threshold that is outside them.
        """
        frame = data if isinstance(data, pd.DataFrame) else pd.DataFrame(data)
        checked = self.policy.apply(self.policy.schema.from_rows(_rows(frame)))
        if checked.errors:
            first = checked.errors[0]
            raise ValueError(f"Row {first.row}: {first.message}")
        scores = self.scorer.scores(checked.frame)
        threshold = (params or {}).get("threshold")
        low, high = self.threshold_limits
        if threshold is not None and not low <= threshold <= high:
            raise ValueError(f"The threshold must be a number from {low:g} to {high:g}.")
        if not self.scorer.classes:
            return pd.DataFrame({"prediction": scores}, index=frame.index)
        decided = self.scorer.decide(scores, threshold).tolist()
        answers: dict[str, Any] = {"prediction": [self.scorer.classes[i] for i in decided]}
        answers |= {f"probability_{class_text(one)}": scores[:, i] for i, one in enumerate(self.scorer.classes)}
        return pd.DataFrame(answers, index=frame.index)


def scores_in(answers: pd.DataFrame) -> list[str]:
    """The columns of an answer that hold scores."""
    return [name for name in answers.columns if name.startswith("probability_")] or ["prediction"]


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as the service gets them: plain values, and None where pandas has a gap."""
    columns = {str(name): [_plain(value) for value in frame[name].tolist()] for name in frame.columns}
    return [{name: values[i] for name, values in columns.items()} for i in range(len(frame))]


def _plain(value: Any) -> Any:
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return value.item() if isinstance(value, np.generic) else value


def _load_pyfunc(path: str) -> Model:
    """What MLflow calls with the folder `data`."""
    return Model(verified_bundle(Path(path))[0])
