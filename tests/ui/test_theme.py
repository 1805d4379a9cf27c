"""Light and dark: what has to be read can be read, and everything follows a change."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication

from mlops_desktop.base.resources import resource_folder
from mlops_desktop.ui import theme

THEMES = {"light": theme.LIGHT, "dark": theme.DARK}


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


TEXTS = [(tone, ground) for tone in ("text", "text2", "text3", "accent") for ground in ("surface", "bg", "sidebar")]
TEXTS += [("text", "raised"), ("text2", "raised"), ("text3", "raised"), ("on_accent", "accent"), ("on_accent", "accent_h")]
TEXTS += [(tone, f"{tone}_soft") for tone in ("ok", "warn", "err", "accent")] + [(tone, "surface") for tone in ("ok", "warn", "err")]
TEXTS += [("text", f"{tone}_soft") for tone in ("ok", "warn", "err", "accent")] + [("text", "sel"), ("text3", "accent_soft")]


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize(("tone", "ground"), TEXTS)
def test_texts_can_be_read(name, tone, ground):
    assert contrast(THEMES[name][tone], THEMES[name][ground]) >= 4.5


@pytest.mark.parametrize("name", THEMES)
def test_borders_of_controls_and_series_can_be_seen(name):
    tokens = THEMES[name]
    assert contrast(tokens["control"], tokens["surface"]) >= 3.0
    assert all(contrast(colour, tokens["surface"]) >= 3.0 for colour in theme.SERIES[name])
    assert len(set(theme.SERIES[name])) == 6


def test_both_themes_have_the_same_tokens():
    assert theme.LIGHT.keys() == theme.DARK.keys()


def test_the_style_sheet_asks_for_known_tokens_only(qapp):
    text = (resource_folder() / "styles" / "app.qss").read_text(encoding="utf-8")
    assert set(re.findall(r"@(\w+)@", text)) <= {*theme.LIGHT, "ic_down", "ic_up", "ic_check"}
    assert text.count("{") == text.count("}")
    theme.apply(qapp, "dark")
    assert "@" not in re.sub(r"/\*.*?\*/", "", qapp.styleSheet(), flags=re.DOTALL)
    theme.apply(qapp, "light")


def test_a_change_reaches_palette_tokens_and_files(qapp):
    assert theme.apply(qapp, "dark") == "dark"
    assert theme.current() == "dark"
    assert theme.token("bg") == theme.DARK["bg"]
    assert QApplication.palette().color(QPalette.ColorRole.Window) == QColor(theme.DARK["bg"])
    assert theme.series(0) == theme.SERIES["dark"][0] == theme.series(6)
    for path in re.findall(r"url\(([^)]*)\)", qapp.styleSheet()):
        assert Path(path).read_bytes().startswith(b"<svg")
    theme.apply(qapp, "light")
    assert QApplication.palette().color(QPalette.ColorRole.Window) == QColor(theme.LIGHT["bg"])


def test_system_is_light_or_dark():
    assert theme.resolve("system") in ("light", "dark")
    assert theme.resolve("dark") == "dark"


def test_fonts_by_role(qapp):
    sizes = [theme.font(role).pointSizeF() for role in theme.POINTS]
    assert sizes == sorted(sizes)
    metrics = QFontMetrics(theme.font("body", tabular=True))
    assert len({metrics.horizontalAdvance(digit * 10) for digit in "0123456789"}) == 1  # columns of figures are in line
