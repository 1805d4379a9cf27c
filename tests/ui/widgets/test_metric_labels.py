"""Metrics in plain language: every metric of every task has its label."""

from __future__ import annotations

import pytest

from mlops_desktop.engine.choices import tasks
from mlops_desktop.engine.metrics.definitions import metrics_for
from mlops_desktop.ui.widgets.metric_labels import metric_choices


@pytest.mark.parametrize("task", tasks())
def test_every_metric_has_its_purpose(qapp, task):
    choices = dict(metric_choices(task, "a class with a very long name indeed"))
    assert list(choices) == [metric.id for metric in metrics_for(task)]
    for metric in metrics_for(task):
        assert choices[metric.id].endswith(f" · {metric.label}")
        assert "very long name indeed" not in choices[metric.id]
    purposes = [text.split(" · ")[0] for text in choices.values()]
    assert len(set(purposes)) == len(purposes)
