"""The fields of numbers and dates with a slider."""

from __future__ import annotations

from mlops_desktop.serving.dates import DAY
from mlops_desktop.serving.schema import Column
from mlops_desktop.ui.panels.app.range_fields import DateField


def test_the_slider_of_a_moment_goes_by_the_hour(qtbot):
    moment = DateField(Column("pickup", "date", low=0, high=90 * DAY, typical="1970-02-15T14:00:00"), "pickup")
    day = DateField(Column("born", "date", low=0, high=90 * DAY, typical="1970-02-15"), "born")
    qtbot.addWidget(moment)
    qtbot.addWidget(day)
    assert (moment.step, day.step) == (DAY // 24, DAY)
    moment.show_value("1970-02-15T14:00:00")
    moment.slider.setValue(moment.slider.value() + 1)
    assert moment.value() == "1970-02-15T15:00:00"
