"""One offline HTML page, and the few pieces that it is put together from.

Everything that comes from data or people goes through `escape`; pieces that are already HTML are of the type `Html`. Texts of the program
are messages, which `escape` translates into the language of the page. The page loads nothing and runs nothing: its policy forbids both.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from typing import Any

from mlops_desktop.base.number_format import format_number
from mlops_desktop.engine.reporting.report_language import language_code, number_of, text_of
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.value_text import value_text


class Html(str):
    """Text that is HTML already; what is not is escaped where it is put in."""

    __slots__ = ()


_STYLE = """
:root{color-scheme:light dark;--bg:#F5F6F8;--surface:#FFFFFF;--raised:#F0F2F5;--border:#E1E5EA;
--text:#14181F;--text2:#475160;--text3:#626C7A;
--accent:#2B59D9;--soft:#E8EEFD;--ok:#127A47;--oksoft:#E3F4EA;--warn:#9A5200;--warnsoft:#FDF0DC;--error:#BF2F25;--errorsoft:#FCE8E6;
--chart1:#2F6BDB;--chart2:#D9681D;--chart3:#14532D;--chart4:#CC77B7;--chart5:#85855C;--chart6:#4A1468}
@media (prefers-color-scheme:dark){:root{--bg:#0E1116;--surface:#161A20;--raised:#1F252D;--border:#2A313B;--text:#E9EDF3;--text2:#B4BDCA;
--text3:#929DAD;--accent:#7FA6FF;--soft:#1B2A4A;--ok:#4FC58C;--oksoft:#12301F;--warn:#F0B24B;--warnsoft:#37280D;--error:#FF8A80;
--errorsoft:#3B1817;--chart1:#6E9BFF;--chart2:#FF9D4D;--chart3:#B7F2B0;--chart4:#EBBBE6;--chart5:#DC2F6E;--chart6:#9440FF}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);
font:15px/1.5 Inter,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main,header,nav{max-width:1040px;margin:0 auto;padding:0 20px}
header{padding-top:36px}
h1{font-size:28px;line-height:1.25;margin:0 0 4px;font-weight:650;overflow-wrap:anywhere}
h2{font-size:19px;margin:0 0 12px;font-weight:650}
h3{font-size:15px;margin:22px 0 8px;font-weight:650}
p{margin:0 0 10px}
header p,.quiet{color:var(--text2)}
nav ul{display:flex;flex-wrap:wrap;gap:4px 16px;list-style:none;padding:0;margin:14px 0 18px;font-size:14px}
a{color:var(--accent);text-decoration:none}a:hover{text-decoration:underline}
section{background:var(--surface);border:1px solid var(--border);border-radius:10px;padding:20px 22px;margin:0 0 16px}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(180px,1fr));gap:12px;margin:0 0 16px}
.card{background:var(--surface);border:1px solid var(--border);border-radius:10px;padding:12px 16px}
.card .label{color:var(--text2);font-size:13px}
.card .value{font-size:21px;font-weight:650;overflow-wrap:anywhere;line-height:1.3}
.card .note{color:var(--text3);font-size:13px}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:14px;margin:0 0 8px}
th,td{text-align:left;padding:6px 10px 6px 0;border-bottom:1px solid var(--border);vertical-align:top;overflow-wrap:break-word}
th{font-weight:600;color:var(--text2);font-size:13px}
tbody th{color:var(--text);font-size:14px}
th small{font-weight:400;color:var(--text2)}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
tr.best td,tr.best th{background:var(--soft)}
caption{text-align:left;color:var(--text2);font-size:13px;padding:0 0 6px}
table.matrix{width:auto;margin:0 0 18px}
table.matrix td{text-align:right;padding:8px 14px;font-variant-numeric:tabular-nums;border:1px solid var(--surface)}
table.matrix th{padding-right:14px}
.pill{display:inline-block;border-radius:99px;padding:1px 10px;font-size:13px;font-weight:600;white-space:nowrap;
background:var(--raised);color:var(--text2)}
.ok{background:var(--oksoft);color:var(--ok)}.bad{background:var(--errorsoft);color:var(--error)}.warn{background:var(--warnsoft);color:var(--warn)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(340px,1fr));gap:10px 24px;margin:0 0 8px}
figure{margin:0;min-width:0}
figcaption{font-size:14px;font-weight:600;margin:8px 0 2px}
svg{width:100%;height:auto;display:block;max-width:760px}
.figures svg{max-width:460px}
svg text{font-family:inherit!important}
.bar{display:inline-block;height:6px;border-radius:3px;background:var(--accent);vertical-align:middle}
.bars{display:flex;align-items:flex-end;gap:1px;height:34px;width:132px}
.bars i{flex:1;max-width:16px;background:var(--chart1);min-height:1px;border-radius:1px 1px 0 0}
ul.plain{list-style:none;padding:0;margin:0 0 8px}ul.plain li{padding:5px 0;border-bottom:1px solid var(--border)}
dl{display:grid;grid-template-columns:minmax(120px,200px) 1fr;gap:4px 16px;margin:0 0 10px}
dt{color:var(--text2)}dd{margin:0;overflow-wrap:anywhere}
code,pre{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
pre{background:var(--raised);border-radius:8px;padding:12px 14px;overflow-x:auto;white-space:pre-wrap;margin:0 0 10px}
footer{max-width:1040px;margin:0 auto;padding:4px 20px 36px;color:var(--text3);font-size:13px}
@media print{:root{color-scheme:light;--bg:#FFFFFF;--surface:#FFFFFF;--raised:#F0F2F5;--border:#D5DAE1;--text:#14181F;--text2:#475160;
--text3:#626C7A;--accent:#2B59D9;--soft:#E8EEFD;--ok:#127A47;--oksoft:#E3F4EA;--warn:#9A5200;--warnsoft:#FDF0DC;--error:#BF2F25;
--errorsoft:#FCE8E6;--chart1:#2F6BDB;--chart2:#D9681D;--chart3:#14532D;--chart4:#CC77B7;--chart5:#85855C;--chart6:#4A1468}
body{font-size:11pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}nav{display:none}section{border:0;padding:0 0 10px}
h2,h3,figcaption{break-after:avoid}figure,tr,.card{break-inside:avoid}header{padding-top:0}}
""".strip()

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def escape(value: Any) -> Html:
    """Any value as text in HTML, a message in the language of the page; None is a dash."""
    return Html("–" if value is None else html.escape(text_of(value), quote=True))


def _piece(value: Any) -> str:
    return value if isinstance(value, Html) else escape(value)


def join(pieces: Iterable[str]) -> Html:
    """Pieces of HTML, one after the other."""
    return Html("\n".join(piece for piece in pieces if piece))


def number(value: Any, digits: int = 4) -> str:
    """A number as people read it: thousands apart, to some digits, below 1 to one decimal less; a dash for none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return "–" if value is None or isinstance(value, float) else value_text(value)
    if isinstance(value, int) or value == int(value):
        return number_of(int(value), ",")
    if abs(value) >= 10 ** (digits - 1):
        return number_of(value, ",.0f")
    if abs(value) >= 1:
        return number_of(value, f".{digits}g")
    return number_of(value, f".{digits - 1}f" if abs(value) >= 10 ** (1 - digits) else ".2g")


def plain(value: Any) -> str:
    """A number as a person entered it."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return escape(format_number(value, 10) if is_number else value)


def share(value: float | None) -> str:
    """A share in per cent."""
    return "–" if value is None or not math.isfinite(value) else number_of(100 * value, ".3g") + " %"


def table(
    head: Sequence[str], rows: Sequence[Sequence[Any]], numeric: Iterable[int] = (), best: Iterable[int] = (), caption: str = ""
) -> Html:
    """A table: `numeric` columns stand to the right, `best` rows are marked, the first cell of a row names it."""
    right, marked = frozenset(numeric), frozenset(best)

    def cell(tag: str, place: int, value: Any, scope: str = "") -> str:
        kind = ' class="n"' if place in right else ""
        return f"<{tag}{scope}{kind}>{_piece(value)}</{tag}>"

    top = "".join(cell("th", i, text, ' scope="col"') for i, text in enumerate(head))
    body = [
        f"<tr{' class=best' if at in marked else ''}>"
        + "".join(cell("td" if i else "th", i, value, "" if i else ' scope="row"') for i, value in enumerate(row))
        + "</tr>"
        for at, row in enumerate(rows)
    ]
    caption_html = f"<caption>{escape(caption)}</caption>" if caption else ""
    return Html(f'<div class="wide"><table>{caption_html}<thead><tr>{top}</tr></thead><tbody>{join(body)}</tbody></table></div>')


def pill(text: str, kind: str = "") -> Html:
    """A short text in a coloured field: "", ok, bad or warn."""
    return Html(f'<span class="pill {kind}">{escape(text)}</span>')


def facts(pairs: Iterable[tuple[str, Any]]) -> Html:
    """Names and values under each other; pairs without a value are left out."""
    known = [(name, value) for name, value in pairs if value is not None and value != "" and value != []]
    rows = [f"<dt>{escape(name)}</dt><dd>{_piece(value)}</dd>" for name, value in known]
    return Html(f"<dl>{join(rows)}</dl>") if rows else Html("")


def paragraph(text: str, quiet: bool = False) -> Html:
    """A paragraph of plain text or of a message."""
    return Html(f"<p{' class=quiet' if quiet else ''}>{escape(text)}</p>") if text else Html("")


def heading(text: str) -> Html:
    """A heading within a section."""
    return Html(f"<h3>{escape(text)}</h3>")


def items(texts: Iterable[str]) -> Html:
    """A plain list."""
    entries = [f"<li>{_piece(text)}</li>" for text in texts]
    return Html(f'<ul class="plain">{join(entries)}</ul>') if entries else Html("")


def figure(svg: str, title: str) -> Html:
    """A figure with its title."""
    return Html(f"<figure><figcaption>{escape(title)}</figcaption>{svg}</figure>")


def figures(pieces: Sequence[str]) -> Html:
    """Figures beside each other."""
    return Html(f'<div class="figures">{join(pieces)}</div>') if pieces else Html("")


def card(label: str, value: str, note: str = "") -> Html:
    """A number that matters, at the head of a page."""
    parts = [f'<div class="{kind}">{escape(text)}</div>' for kind, text in (("label", label), ("value", value), ("note", note)) if text]
    return Html(f'<div class="card">{"".join(parts)}</div>')


def page(title: str, subtitle: str, cards: Sequence[str], sections: Sequence[tuple[str, str, str]]) -> str:
    """A whole document. `sections` are (id, title, HTML)."""
    links = "".join(f'<li><a href="#{key}">{escape(name)}</a></li>' for key, name, _ in sections)
    body = join(f'<section id="{key}"><h2>{escape(name)}</h2>\n{content}</section>' for key, name, content in sections)
    top = f'<div class="cards">{join(cards)}</div>' if cards else ""
    origin = msg("Made by MLOps Desktop. The page holds everything that it shows and loads nothing.")
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language_code())}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{_STYLE}\n</style>\n</head>\n<body>\n"
        f"<header><h1>{escape(title)}</h1><p>{escape(subtitle)}</p></header>\n"
        f'<nav aria-label="{escape(msg("Sections"))}"><ul>{links}</ul></nav>\n'
        f"<main>\n{top}\n{body}\n</main>\n"
        f"<footer>{escape(origin)}</footer>\n</body>\n</html>\n"
    )
