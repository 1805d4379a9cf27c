"""Light and dark: tokens, palette, fonts and the one style sheet. Every colour and size of the window comes from here."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from mlops_desktop.base.resources import resource_folder
from mlops_desktop.ui import strokes

LIGHT = {
    "bg": "#F5F6F8", "surface": "#FFFFFF", "raised": "#F0F2F5", "sidebar": "#FAFBFC", "border": "#E1E5EA", "control": "#838D9C",
    "text": "#14181F", "text2": "#475160", "text3": "#626C7A", "accent": "#2B59D9", "accent_h": "#2149BB", "accent_p": "#1A3B99",
    "accent_soft": "#E8EEFD", "on_accent": "#FFFFFF", "ok": "#127A47", "ok_soft": "#E3F4EA", "warn": "#9A5200", "warn_soft": "#FDF0DC",
    "err": "#BF2F25", "err_soft": "#FCE8E6", "sel": "#DCE6FC", "grid": "#E9ECF0", "scroll": "#C3CAD4",
}  # fmt: skip
DARK = {
    "bg": "#0E1116", "surface": "#161A20", "raised": "#1F252D", "sidebar": "#12161B", "border": "#2A313B", "control": "#6C7787",
    "text": "#E9EDF3", "text2": "#B4BDCA", "text3": "#929DAD", "accent": "#7FA6FF", "accent_h": "#9ABAFF", "accent_p": "#B5CCFF",
    "accent_soft": "#1B2A4A", "on_accent": "#0B1530", "ok": "#4FC58C", "ok_soft": "#12301F", "warn": "#F0B24B", "warn_soft": "#37280D",
    "err": "#FF8A80", "err_soft": "#3B1817", "sel": "#20345F", "grid": "#242B34", "scroll": "#3A434F",
}  # fmt: skip
# Distinguishable with every kind of colour vision (least distance 22 and 28, Machado 2009); the first two are for classes.
SERIES = {
    "light": ("#2F6BDB", "#D9681D", "#14532D", "#CC77B7", "#85855C", "#4A1468"),
    "dark": ("#6E9BFF", "#FF9D4D", "#B7F2B0", "#EBBBE6", "#DC2F6E", "#9440FF"),
}
POINTS = {"caption": 8.0, "small": 8.75, "body": 9.75, "section": 11.0, "title": 15.0, "kpi": 17.0, "hero": 34.0}
CHOICES = ("system", "light", "dark")


def current() -> str:
    """`light` or `dark`, as applied last."""
    return str(QApplication.instance().property("theme") or "light") if QApplication.instance() else "light"  # type: ignore[union-attr]


def token(name: str) -> str:
    """A colour of the current theme as #RRGGBB."""
    return (DARK if current() == "dark" else LIGHT)[name]


def color(name: str) -> QColor:
    """A colour of the current theme."""
    return QColor(token(name))


def series(position: int) -> str:
    """The colour of the n-th series of a chart; after the sixth they come round again."""
    colors = SERIES[current()]
    return colors[position % len(colors)]


def font(role: str = "body", weight: QFont.Weight = QFont.Weight.Normal, *, tabular: bool = False) -> QFont:
    """A font by role (see POINTS); `tabular`: all digits of one width, for columns."""
    return QFont(_font(role, weight, tabular, QApplication.font().family()))


@cache  # every cell of a table asks at every repaint, and Qt finds the glyphs of a new font anew
def _font(role: str, weight: QFont.Weight, tabular: bool, family: str) -> QFont:
    made = QFont(QApplication.font())
    made.setFamily(family)
    made.setPointSizeF(POINTS[role])
    made.setWeight(weight)
    if tabular:
        made.setFeature(QFont.Tag("tnum"), 1)
    return made


def code_font(role: str = "small") -> QFont:
    """The system's font of fixed width, by role: for JSON, code and logs, whose columns and indents must line up."""
    made = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    made.setPointSizeF(POINTS[role])
    return made


def load_fonts() -> None:
    """Register the fonts that travel with the application, and make Inter the application's font."""
    for path in sorted((resource_folder() / "fonts").glob("*.otf")):
        QFontDatabase.addApplicationFont(str(path))
    family = "Inter" if "Inter" in QFontDatabase.families() else QApplication.font().family()
    chosen = QFont(family)
    chosen.setPointSizeF(POINTS["body"])
    chosen.setHintingPreference(QFont.HintingPreference.PreferNoHinting)  # even spacing at 125 and 150 %
    QApplication.setFont(chosen)


def resolve(choice: str) -> str:
    """`light` or `dark` for a choice of CHOICES; `system` follows the desktop."""
    if choice in ("light", "dark"):
        return choice
    return "dark" if QApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else "light"


def apply(app: QApplication, choice: str) -> str:
    """Show the theme of a choice in every window of the application; returns `light` or `dark`."""
    name = choose(app, choice)
    dress(app)
    return name


def choose(app: QApplication, choice: str) -> str:
    """Take the tokens and the palette of a choice; returns `light` or `dark`. The style sheet comes by `dress`."""
    name = resolve(choice)
    app.setProperty("theme", name)
    tokens = DARK if name == "dark" else LIGHT
    # Title bars and native dialogs follow on Windows and macOS; elsewhere palette and style sheet do the work.
    app.styleHints().setColorScheme({"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}.get(choice, Qt.ColorScheme.Unknown))
    app.setPalette(_palette(tokens))
    return name


def dress(what: QApplication | QWidget) -> None:
    """Give a window with all that belongs to it, or every window, the style sheet of the current theme.

    A change in one window with nine panels takes Qt a fifth of the time that the same change takes it for the application.
    """
    what.setStyleSheet(_style_sheet(DARK if current() == "dark" else LIGHT))


def _palette(tokens: dict[str, str]) -> QPalette:
    role, palette = QPalette.ColorRole, QPalette()
    pairs = (
        (role.Window, "bg"), (role.WindowText, "text"), (role.Base, "surface"), (role.AlternateBase, "raised"), (role.Text, "text"),
        (role.Button, "surface"), (role.ButtonText, "text"), (role.BrightText, "err"), (role.Highlight, "accent"),
        (role.HighlightedText, "on_accent"), (role.Link, "accent"), (role.ToolTipBase, "text"), (role.ToolTipText, "surface"),
        (role.PlaceholderText, "text3"), (role.Accent, "accent"), (role.Mid, "border"), (role.Light, "raised"), (role.Dark, "control"),
    )  # fmt: skip
    for which, name in pairs:
        palette.setColor(which, QColor(tokens[name]))
    for which in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(tokens["control"]))
    return palette


def _style_sheet(tokens: dict[str, str]) -> str:
    folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.CacheLocation)) / "icons"
    values = {
        **tokens,
        "ic_down": strokes.svg_file(folder, "down", tokens["text2"]),
        "ic_up": strokes.svg_file(folder, "up", tokens["text2"]),
        "ic_check": strokes.svg_file(folder, "check", tokens["on_accent"]),
    }
    text = (resource_folder() / "styles" / "app.qss").read_text(encoding="utf-8")
    return re.sub(r"@(\w+)@", lambda found: values[found[1]], text)
