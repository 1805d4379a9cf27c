"""Decides whether cells written like clock times are durations or times of day, and notes where they could be either."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.engine.data.cell_evidence import MOST_UNREADABLE, example_evidence
from mlops_desktop.engine.data.identifiers import snake_name
from mlops_desktop.engine.data.raw_column import RawColumn
from mlops_desktop.serving.cells import Grammar
from mlops_desktop.serving.dates import is_time_of_day
from mlops_desktop.serving.frame import Bools, Longs
from mlops_desktop.serving.message import joined, msg
from mlops_desktop.serving.schema import Column

_SIGN = "[+−–-]?"
_DAYS = "(?:[0-9]{1,6} ?(?:d|days?|Tage?),? |[0-9]{1,6}[.])"
_FRACTION = "[.,][0-9]{1,9}"
_TWO = rf"{_SIGN}{_DAYS}?[0-9]{{1,6}}[:h][0-5][0-9]"
_THREE = rf"{_TWO}:[0-5][0-9](?:{_FRACTION})?"
_TWO_AND_FRACTION = rf"{_SIGN}[0-9]{{1,6}}:[0-5][0-9]{_FRACTION}"  # minutes and seconds, as spreadsheets write “mm:ss.0”
_ANY = rf"{_THREE}|{_TWO_AND_FRACTION}|{_TWO}"
_BEYOND_A_DAY = (
    rf"{_SIGN}(?:{_DAYS}.*|24[:h]0[1-9].*|24[:h][1-5][0-9].*|24:00:0[1-9].*|24:00:[1-5][0-9].*|(?:2[5-9]|[3-9][0-9]|[0-9]{{3,}})[:h].*)"
)
_SHORT = r"calls?|talk|song|track|laps?|splits?|pace|len|length|sprint|swim|rund(?:e|en|enzeit)"
_NAME = re.compile(
    rf"(?:.*_)?(?:{_SHORT}|duration|elapsed|(?:run|running|lap|play|playing|talk|hold|handle|handling|wait|waiting|response|reaction|finish"
    r"|finishing|chip|gun|net|travel|drive|driving|total|active|idle|cook|cooking|prep|race|best|working)_?time|time_?(?:spent|taken|s|secs?|min"
    r"|mins|seconds|minutes|to_.*)|uptime|downtime|wait|pause|dauer|.*dauer|(?:lauf|arbeits|fahr|warte|rede|gesprächs|gespraechs|bearbeitungs"
    r"|reaktions|netto|brutto|gesamt|spiel|durchlauf|rüst|ruest|rüstzeit|takt|zyklus|fahrt|flug)zeit|zeit_?(?:s|sek|min)|duree|durée"
    r"|temps|duracion|duración|durata|czas_trwania|duur|hours_?worked|working_?hours)(?:_.*)?"
)
_SHORT_NAME = re.compile(
    rf"(?:.*_)?(?:{_SHORT}|talk_?time|lap_?time|time_?(?:s|secs?|min|mins|seconds|minutes)|zeit_?(?:s|sek|min))(?:_.*)?"
)
_OF_DAY = re.compile(
    r"(?:.*_)?(?:uhrzeit|clock|time_of_day|tageszeit|zeitpunkt|hora|heure|ora|godzina|tijd|beginn?|start|ende?|open|opens|opening|close|closes"
    r"|closing|arriv.*|depart.*|abfahrt.*|ankunft.*|abflug.*|von|bis|from|to|until|at|check_?in|check_?out|in|out|kommen|gehen|sunrise"
    r"|sunset|bed_?time|wake.*|created|updated|timestamp|appointment|termin|scheduled|departure)(?:_?(?:time|zeit|uhrzeit))?(?:_.*)?"
)
_TIME = re.compile(r"(?:.*_)?(?:time|zeit|times|hour|hours|stunde)(?:_.*)?")
_MARKED = re.compile(r"%[pz]|Uhr|%Hh")
_HOUR = 3_600_000_000  # microseconds
_NOON, _MORNING = 13, 5  # hours from which and up to which few durations of minutes reach, and few things of a day happen


def duration_notation(raw: RawColumn, present: Bools, chosen: bool = False) -> str:
    """`hours` or `minutes`, the notation of a column of which nearly all cells are durations written like clock times; else "".

    They are durations where some go beyond a day, have a sign or have a fraction behind two parts, where the column is named so, or where
    a person has `chosen` it. Two parts are minutes and seconds beside cells of three parts.
    """
    if not (raw.holds(":") or raw.holds("h")) or _share(raw, present, _ANY) < 1 - MOST_UNREADABLE:
        return ""
    fractions = raw.matching(_TWO_AND_FRACTION) & present
    name = snake_name(raw.name)
    signed = (raw.matching("[+−–-].*") & present).any()  # no time of day has a sign
    if not (chosen or fractions.any() or signed or _NAME.fullmatch(name) or (raw.matching(_BEYOND_A_DAY) & present).any()):
        return ""
    two, three = raw.matching(_TWO) & present, raw.matching(_THREE) & present
    if (raw.matching(".*h.*") & two).any():
        return "hours"
    short = _SHORT_NAME.fullmatch(name) is not None
    return "minutes" if fractions.any() or (two.any() and (three.any() or short)) else "hours"


def _share(raw: RawColumn, present: Bools, pattern: str) -> float:
    return raw.count(raw.matching(pattern) & present) / max(raw.count(present), 1)


def duration_evidence(raw: RawColumn, column: Column, good: Bools) -> Iterator[Evidence]:
    """What durations were read as, and why they are no times of day."""
    notations = column.grammar.notations
    if not {"hours", "minutes"} & {*notations} or not (cells := raw.matching(_ANY) & good).any():
        return
    beyond = raw.matching(_BEYOND_A_DAY) & good
    signed = raw.matching("[+−–-].*") & good
    two = raw.matching(_TWO) & good
    if "minutes" in notations:
        rule = "duration" if beyond.any() or (raw.matching(_TWO_AND_FRACTION) & good).any() else "duration_by_name"
        template = "Row {row} = {cell} was read as minutes and seconds, a duration in minutes: 1:30 is 1.5."
        yield example_evidence(raw, rule, template, two if two.any() else cells)
        return
    if beyond.any() or signed.any():
        rule, cells = "duration", beyond if beyond.any() else signed
        template = "Row {row} = {cell} is more than a day, so these are durations, read as hours: 25:30 is 25.5."
        if not beyond.any():
            template = "Row {row} = {cell} has a sign, so these are durations, read as hours: 25:30 is 25.5."
    else:
        rule = "duration_by_name"
        template = "The column is named like a duration, so row {row} = {cell} was read as hours: 1:30 is 1.5."
    evidence = example_evidence(raw, rule, template, cells)
    if two.any():
        unit = msg("If they are minutes and seconds, note “min” as the unit of the column.")
        evidence = replace(evidence, message=joined([evidence.message, unit], " "))
    yield evidence


def time_of_day_evidence(raw: RawColumn, column: Column, values: Longs, good: Bools) -> Iterator[Evidence]:
    """That times of day may be durations: nothing in the column's name, the marks of its cells or their hours says that they are none.

    `values` are microseconds since midnight, those that count where `good`.
    """
    format_ = column.grammar.date
    if not is_time_of_day(format_) or _MARKED.search(format_) or not good.any():
        return
    name = snake_name(raw.name)
    if _OF_DAY.fullmatch(name):
        return
    hours = values[good] // _HOUR
    least, most = int(hours.min()), int(hours.max())
    padded = not (raw.matching("[0-9][:.h].*") & good).any()
    late = most >= _NOON
    by_name = _TIME.fullmatch(name) is not None and ((padded and (late or least >= _MORNING)) or (late and least >= _MORNING))
    if by_name or (padded and late):
        return
    template = "Row {row} = {cell} was read as a time of day, but could be a duration, such as minutes and seconds."
    yield example_evidence(raw, "clock", template, good)


def duration_grammar(notation: str) -> tuple[Grammar, str]:
    """The grammar and the unit of durations in a notation of `duration_notation`."""
    return Grammar(notations=(notation,)), "min" if notation == "minutes" else "h"
