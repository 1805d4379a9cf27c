"""Icons: every one that the window asks for is there, sharp, and in the colour that was asked for."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon

from mlops_desktop.base.resources import resource_folder
from mlops_desktop.ui import icons, theme

UI = Path(icons.__file__).parent
NAMES = sorted(path.stem for path in (resource_folder() / "icons").glob("*.svg"))


def asked_for() -> set[str]:
    """Icons that are named where a Tool, a Picture or a Button is made, or where one is painted."""
    found: set[str] = set()
    for path in UI.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func).rpartition(".")[2]
            named = [keyword.value for keyword in node.keywords if keyword.arg == "icon"]
            if called in ("Tool", "Picture", "show_icon", "pixmap", "icon", "_Tool"):
                named += node.args[:1]
            if called == "draw" and ast.unparse(node.func) == "icons.draw":
                named += node.args[1:2]
            found |= {one.value for one in named if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value}
    return found


def test_every_icon_that_is_asked_for_is_there():
    asked = asked_for()
    assert len(asked) > 15
    assert asked - set(NAMES) == set()


@pytest.mark.parametrize("name", NAMES)
def test_it_is_painted_in_its_colour(qapp, name):
    picture = icons.pixmap(name, "#D9681D", 18)
    assert picture.size() == QSize(54, 54)
    assert picture.devicePixelRatio() == 3
    image = picture.toImage()
    solid = {image.pixelColor(x, y).name() for x in range(54) for y in range(54) if image.pixelColor(x, y).alpha() == 255}
    assert solid
    assert all(abs(QColor(one).red() - 0xD9) < 6 and abs(QColor(one).blue() - 0x1D) < 6 for one in solid)


def test_a_disabled_button_has_a_paler_icon(qapp):
    made = icons.icon("check")
    normal, pale = (made.pixmap(QSize(18, 18), 3.0, mode).toImage() for mode in (QIcon.Mode.Normal, QIcon.Mode.Disabled))
    assert normal != pale
    shown = {pale.pixelColor(x, y).name() for x in range(pale.width()) for y in range(pale.height()) if pale.pixelColor(x, y).alpha() > 250}
    assert theme.token("control").lower() in shown
