"""Icons: our own strokes on a grid of 24, drawn in whatever colour the theme asks for."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from mlops_desktop.ui import theme

STROKES = {
    'check': '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
    'target': '<circle cx="12" cy="12" r="8.5"/><circle cx="12" cy="12" r="4.5"/><circle cx="12" cy="12" r="1"/>',
    'table': '<rect x="3.5" y="4.5" width="17" height="15" rx="2"/><path d="M3.5 9.5h17M9.5 9.5v10M3.5 14.5h17"/>',
    'sliders': '<path d="M4 7h9M17 7h3M4 12h3M11 12h9M4 17h9M17 17h3"/><circle cx="15" cy="7" r="2"/><circle cx="9" cy="12" r="2"/><circle cx="15" cy="17" r="2"/>',
    'layers': '<path d="M12 4l8.5 4.5L12 13 3.5 8.5z"/><path d="M3.5 12.5L12 17l8.5-4.5M3.5 16L12 20.5 20.5 16"/>',
    'filter': '<path d="M4 5.5h16l-6.2 7.2v5.3l-3.6 1.8v-7.1z"/>',
    'cpu': '<rect x="6.5" y="6.5" width="11" height="11" rx="2"/><rect x="10" y="10" width="4" height="4"/><path d="M9.5 3.5v3M14.5 3.5v3M9.5 17.5v3M14.5 17.5v3M3.5 9.5h3M3.5 14.5h3M17.5 9.5h3M17.5 14.5h3"/>',
    'chart': '<path d="M4 4v16h16"/><path d="M7.5 15.5l4-5 3 3 5-6.5"/>',
    'app': '<rect x="3.5" y="4.5" width="17" height="15" rx="2"/><path d="M3.5 9h17M6.5 6.8h.01M9 6.8h.01"/><path d="M8 15.5h8M8 12.5h4"/>',
    'rocket': '<path d="M12 3.5c3.6 2.3 5 5.4 5 8.8l-2.2 4.2H9.2L7 12.300C7 8.900 8.400 5.800 12 3.5z"/><circle cx="12" cy="10" r="1.8"/><path d="M7.200 12.500L4.500 15v3l4-1M16.800 12.500L19.500 15v3l-4-1M12 17v3.500"/>',
    'warn': '<path d="M12 4.5l8.500 15H3.500z"/><path d="M12 10v4.500M12 17h.01"/>',
    'info': '<circle cx="12" cy="12" r="8.500"/><path d="M12 11v5M12 8h.01"/>',
    'undo': '<path d="M8.500 6L4.500 10l4 4"/><path d="M4.500 10h9a5.500 5 0 0 1 0 9.500H9"/>',
    'redo': '<path d="M15.500 6l4 4-4 4"/><path d="M19.500 10h-9a5.500 5 0 0 0 0 9.500H15"/>',
    'search': '<circle cx="11" cy="11" r="6.500"/><path d="M16 16l4.500 4.500"/>',
    'sun': '<circle cx="12" cy="12" r="4"/><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.600 5.600L7 7M17 17l1.400 1.400M18.400 5.600L17 7M7 17l-1.400 1.400"/>',
    'moon': '<path d="M19.500 14.500A8 8 0 0 1 9.500 4.500a8 8 0 1 0 10 10z"/>',
    'gear': '<circle cx="12" cy="12" r="3"/><path d="M12 3.500v2.500M12 18v2.500M3.500 12H6M18 12h2.500M6 6l1.800 1.800M16.200 16.200L18 18M18 6l-1.800 1.800M7.800 16.200L6 18"/>',
    'right': '<path d="M9.500 6l6 6-6 6"/>',
    'left': '<path d="M14.500 6l-6 6 6 6"/>',
    'down': '<path d="M6.500 9.500l5.500 5.500 5.500-5.500"/>',
    'up': '<path d="M6.500 14.500L12 9l5.500 5.500"/>',
    'x': '<path d="M6.500 6.500l11 11M17.500 6.500l-11 11"/>',
    'refresh': '<path d="M19.500 12a7.500 7.500 0 1 1-2.200-5.300"/><path d="M19.500 4v4h-4"/>',
    'folder': '<path d="M3.500 7a2 2 0 0 1 2-2h4l2 2.500h7a2 2 0 0 1 2 2V17a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2z"/>',
    'num': '<path d="M9.500 4.500l-2 15M16.500 4.500l-2 15M4.500 9.500h16M3.500 14.500h16"/>',
    'cat': '<path d="M4.500 6.500h.01M4.500 12h.01M4.500 17.500h.01M8.500 6.500h11M8.500 12h11M8.500 17.500h11"/>',
    'bool': '<rect x="3.500" y="7.500" width="17" height="9" rx="4.500"/><circle cx="16" cy="12" r="2.500"/>',
    'date': '<rect x="4" y="5.500" width="16" height="14.500" rx="2"/><path d="M4 10h16M8.500 3.500v4M15.500 3.500v4"/>',
    'key': '<circle cx="8.500" cy="14.500" r="4"/><path d="M11.500 11.500L19 4M16 7l2.500 2.500"/>',
    'download': '<path d="M12 4v11M7.500 11L12 15.500 16.500 11M4.500 19.500h15"/>',
    'stop': '<rect x="6.500" y="6.500" width="11" height="11" rx="1.500"/>',
    'play': '<path d="M7.500 5l11 7-11 7z"/>',
    'log': '<rect x="3.500" y="4.500" width="17" height="15" rx="2"/><path d="M7 9.500l3 2.500-3 2.500M12.500 15h4.500"/>',
    'star': '<path d="M12 4l2.500 5.200 5.500.8-4 4 1 5.500-5-2.700-5 2.700 1-5.500-4-4 5.500-.8z"/>',
    'help': '<circle cx="12" cy="12" r="8.500"/><path d="M9.600 9.500a2.500 2.500 0 1 1 3.600 2.300c-.8.4-1.200.9-1.200 1.900M12 16.500h.01"/>',
    'flask': '<path d="M9.500 3.500h5M10.500 3.500v6l-5.300 8.700a1.500 1.500 0 0 0 1.300 2.300h11a1.500 1.500 0 0 0 1.300-2.300L13.500 9.500v-6M8 14.500h8"/>',
    'lock': '<rect x="5.500" y="10.500" width="13" height="9" rx="2"/><path d="M8.500 10.500V8a3.500 3.500 0 0 1 7 0v2.500"/>',
    'plus': '<path d="M12 5.5v13M5.5 12h13"/>',
    'trash': '<path d="M5 7h14M9.500 7V5h5v2M7 7l.8 12.500h8.400L17 7M10.300 10.500v6M13.700 10.500v6"/>',
    'copy': '<rect x="8.500" y="8.500" width="11" height="11" rx="2"/><path d="M15.500 8.500v-2a2 2 0 0 0-2-2h-7a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h2"/>',
    'text': '<path d="M5 6h14M12 6v13M9 19h6"/>',
    'eye': '<path d="M3.500 12c2.200-4 5-6 8.500-6s6.300 2 8.500 6c-2.200 4-5 6-8.500 6s-6.300-2-8.500-6z"/><circle cx="12" cy="12" r="2.500"/>',
    'drag': '<path d="M9 6.500h.01M15 6.500h.01M9 12h.01M15 12h.01M9 17.500h.01M15 17.500h.01"/>',
    'menu': '<path d="M4.500 7h15M4.500 12h15M4.500 17h15"/>',
    'edit': '<path d="M5 19l1-4L16.500 4.500l3 3L9 18z"/>',
    'save': '<path d="M5 4.500h11l3.500 3.500v11.500H5zM8 4.500v5h7v-5M8 19.500v-6h8v6"/>',
    'upload': '<path d="M12 15.500v-11M7.500 9L12 4.500 16.500 9M4.500 19.500h15"/>',
}
SCALE = 3  # pixels for each point of a painted icon: sharp up to 300 %


def svg(name: str, color: str, width: float = 1.7) -> bytes:
    """The icon as an SVG document."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="{color}" stroke-width="{width}" '
        f'stroke-linecap="round" stroke-linejoin="round">{STROKES[name]}</svg>'
    ).encode()


@cache
def _renderer(name: str, color: str, width: float) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(svg(name, color, width)))


def draw(painter: QPainter, name: str, area: QRectF, color: str, width: float = 1.7) -> None:
    """Paint the icon into an area."""
    _renderer(name, color, width).render(painter, area)


def pixmap(name: str, color: str, size: int = 18) -> QPixmap:
    """The icon as a picture of `size` points."""
    picture = QPixmap(QSize(size, size) * SCALE)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    draw(painter, name, QRectF(0, 0, size * SCALE, size * SCALE), color)
    painter.end()
    picture.setDevicePixelRatio(SCALE)
    return picture


def icon(name: str, color: str = "", size: int = 18) -> QIcon:
    """The icon for a button: in `color` (a token's value; the second text colour when empty), paler while disabled."""
    made = QIcon()
    made.addPixmap(pixmap(name, color or theme.token("text2"), size), QIcon.Mode.Normal)
    made.addPixmap(pixmap(name, theme.token("control"), size), QIcon.Mode.Disabled)
    return made


def svg_file(folder: Path, name: str, color: str) -> str:
    """The icon as a file that a style sheet can name; made anew only when it is not there."""
    path = folder / f"{name}_{color[1:]}.svg"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(svg(name, color, 2.2))
    return path.as_posix()
