"""The marks that are before and behind numbers: currencies, magnitudes, and units with their conversions."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .cells import Scale

# Each mark of a currency with the currency: several marks of one currency are alike, those of two never mix.
CURRENCIES: Mapping[str, str] = {
    mark: code
    for code, marks in {
        "USD": ("$", "US$", "USD"),
        "EUR": ("€", "EUR", "Euro"),
        "GBP": ("£", "GBP"),
        "JPY": ("¥", "JPY", "円", "￥", "\\"),
        "CNY": ("CN¥", "CNY", "RMB", "元", "人民币"),
        "TWD": ("NT$", "TWD"),
        "HKD": ("HK$", "HKD"),
        "THB": ("฿", "THB", "บาท"),
        "VND": ("₫", "VND"),
        "MXN": ("MXN",),
        "INR": ("₹", "Rs.", "Rs", "INR"),
        "RUB": ("₽", "RUB", "руб", "руб.", "р."),
        "KRW": ("₩", "KRW", "원"),
        "TRY": ("₺", "TRY", "TL"),
        "UAH": ("₴", "UAH"),
        "ILS": ("₪", "ILS"),
        "kr": ("kr", "kr."),
        "SEK": ("SEK",),
        "NOK": ("NOK",),
        "DKK": ("DKK",),
        "PLN": ("zł", "PLN"),
        "CZK": ("Kč", "CZK"),
        "HUF": ("Ft", "HUF"),
        "CHF": ("Fr.", "SFr.", "CHF"),
        "BRL": ("R$", "BRL"),
        "AUD": ("A$", "AUD"),
        "CAD": ("C$", "CAD"),
    }.items()
    for mark in marks
}
MAGNITUDES: Mapping[str, float] = {
    mark: value
    for value, marks in {
        1e3: ("K", "k", "Tsd", "Tsd.", "tsd", "tys.", "thousand", "Tausend"),
        1e5: ("lakh", "Lakh", "lac", "Lac"),
        1e6: ("M", "m", "mn", "mln", "Mio", "Mio.", "MM", "million", "Million", "Millionen"),
        1e7: ("Cr", "cr", "crore", "Crore"),
        1e9: ("B", "b", "bn", "Bn", "BN", "bln", "Mrd", "Mrd.", "mld", "billion", "Milliarden"),
        1e12: ("tn", "trn", "Bio."),
    }.items()
    for mark in marks
}
# Marks behind an amount for its side of an account, with the sign: a debit is money that goes out, but in German books “Soll” is the plus.
SIDES: Mapping[str, float] = {
    **{"CR": 1.0, "DR": -1.0, "Cr": 1.0, "Dr": -1.0, "cr": 1.0, "dr": -1.0, "C": 1.0, "D": -1.0, "DB": -1.0, "Credit": 1.0, "Debit": -1.0},
    **{"S": 1.0, "H": -1.0, "Soll": 1.0, "Haben": -1.0, "CR.": 1.0, "DR.": -1.0, "Cr.": 1.0, "Dr.": -1.0},
}
# Pairs of marks that go together, and whether one of them alone, beside amounts without a mark, is enough to be known.
SIDE_PAIRS = (
    *(("CR", "DR", True), ("Cr", "Dr", False), ("cr", "dr", False), ("CR", "DB", True), ("Credit", "Debit", True)),
    *(("CR.", "DR.", True), ("Cr.", "Dr.", True), ("C", "D", False), ("S", "H", False), ("Soll", "Haben", True)),
)


def is_side(scale: Scale) -> bool:
    """Whether a scale is a mark of debit or credit; “Cr” can be a crore as well."""
    return scale.mark in SIDES and abs(scale.times) == 1 and scale.over == 1


# Letters behind a number that say of what quality it is: those of Eurostat and of laboratories (high, low, abnormal).
FLAGS = "[bcdefinprsuz]{1,2}|[ag]|HH?|LL?|A|N"
_FOOTNOTE = re.compile(rf"[*†‡§¶^#¹²³⁰⁴-⁹ᵃ-ᵛ]{{1,4}}|\([A-Za-z*]{{1,2}}\)|[0-9a-z]{{1,2}}\)|\[[0-9a-z]{{1,2}}\]|{FLAGS}")


RATIOS: Mapping[str, float] = {"‰": 1e3, "bp": 1e4, "bps": 1e4}  # parts of what, beside per cent
CLEAR_MAGNITUDES = frozenset(MAGNITUDES) - {"m", "B", "b", "MM"}  # those that need no currency beside them
# Units by dimension, each with its size in a base unit of the dimension. Units of one dimension convert into each other.
_DIMENSIONS: Mapping[str, Mapping[str, float]] = {
    "mass": {"kg": 1e3, "Kg": 1e3, "KG": 1e3, "kgs": 1e3, "g": 1, "mg": 1e-3, "µg": 1e-6, "t": 1e6, "lb": 453.59237, "lbs": 453.59237},
    "ounces": {"oz": 1},  # of mass or of fluid
    "length": {"km": 1e3, "m": 1, "dm": 0.1, "cm": 1e-2, "mm": 1e-3, "µm": 1e-6, "mi": 1609.344, "yd": 0.9144, "ft": 0.3048, "in": 0.0254},
    "volume": {"hl": 100, "l": 1, "L": 1, "dl": 0.1, "cl": 1e-2, "ml": 1e-3, "mL": 1e-3, "µl": 1e-6, "m³": 1e3, "m3": 1e3},
    "area": {"km²": 1e6, "ha": 1e4, "m²": 1, "m2": 1, "qm": 1, "sqm": 1, "sqft": 0.09290304, "ft²": 0.09290304},
    "speed": {"km/h": 1000, "kmh": 1000, "m/s": 3600, "mph": 1609.344},
    "power": {"GW": 1e9, "MW": 1e6, "kW": 1e3, "W": 1, "mW": 1e-3},
    "energy": {"GWh": 3.6e12, "MWh": 3.6e9, "kWh": 3.6e6, "Wh": 3600, "kcal": 4184, "kJ": 1e3, "J": 1},
    "time": {
        **{"ms": 1e-3, "s": 1, "sec": 1, "secs": 1, "min": 60, "mins": 60, "Min.": 60, "minutes": 60},
        **{"seconds": 1, "Sek": 1, "Sek.": 1, "Minuten": 60, "minute": 60, "Stunden": 3600, "Stunde": 3600},
        **{"h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600, "hours": 3600, "Std": 3600, "Std.": 3600},
        **{"day": 86400, "days": 86400, "Tage": 86400, "week": 604800, "weeks": 604800},
    },
    "calendar": {"month": 1, "months": 1, "Monate": 1, "yr": 12, "yrs": 12, "year": 12, "years": 12, "Jahre": 12},
    "data": {
        **{"kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "PB": 1e15},
        **{"KiB": 1024, "MiB": 1024**2, "GiB": 1024**3, "TiB": 1024**4},
    },
    "frequency": {"Hz": 1, "kHz": 1e3, "MHz": 1e6, "GHz": 1e9},
    "voltage": {"mV": 1e-3, "V": 1, "kV": 1e3},
    "current": {"mA": 1},
    "charge": {"mAh": 1},
    "pressure": {
        "bar": 1e5,
        "mbar": 100,
        "hPa": 100,
        "kPa": 1e3,
        "MPa": 1e6,
        "psi": 6894.757293168,
        "mmHg": 133.322387415,
        "mm Hg": 133.322387415,
        "Pa": 1,
        "atm": 101325,
    },
    "concentration": {
        "g/l": 1,
        "g/L": 1,
        "g/dl": 10,
        "mg/l": 1e-3,
        "mg/L": 1e-3,
        "mg/dl": 0.01,
        "mg/dL": 0.01,
        "µg/l": 1e-6,
        **dict.fromkeys(("ng/ml", "ng/mL", "µg/L"), 1e-6),
        **dict.fromkeys(("µg/ml", "µg/mL"), 1e-3),
        **dict.fromkeys(("pg/ml", "pg/mL", "ng/l", "ng/L"), 1e-9),
        **dict.fromkeys(("µg/dl", "µg/dL"), 1e-5),
    },
    "molarity": {"mol/l": 1, "mmol/l": 1e-3, "mmol/L": 1e-3, "µmol/l": 1e-6, "µmol/L": 1e-6, "nmol/l": 1e-9, "nmol/L": 1e-9},
    "activity": dict.fromkeys(("U/l", "U/L", "IU/l", "IU/L", "IE/l"), 1),
    "density": {"g/cm³": 1e3, "kg/m³": 1, "g/cm3": 1e3, "kg/m3": 1},
    "dose": {"mg/kg": 1, "µg/kg": 1e-3, "g/kg": 1e3},
    "beats": dict.fromkeys(("bpm", "beats/min", "/min"), 1),
    "parts": {"ppm": 1e3, "ppb": 1},
    "temperature": {"°C": 1, "°F": 2},  # converted by a formula of their own
    **{mark: {mark: 1} for mark in ("°", "mpg", "hp", "PS", "Nm", "bps", "pts", "px", "pcs", "Stk", "Stk.")},
    **{mark: {mark: 1} for mark in ("bp", "pp", "dB", "rpm", "kg/m²", "kg/m2", "IU", "mIU/L", "mEq/L", "l/100km", "l/100 km", "Ω", "lx")},
}
# Further spellings, each with the mark that means the same.
_SPELLINGS = {
    **{"gram": "g", "grams": "g", "Gramm": "g", "kilogram": "kg", "kilograms": "kg", "pounds": "lb", "feet": "ft", "foot": "ft"},
    **{"inches": "in", "inch": "in", '"': "in", "″": "in", "miles": "mi", "mile": "mi", "yards": "yd", "meters": "m", "metres": "m"},
    **{"Meter": "m", "liter": "l", "Liter": "l", "litre": "l", "liters": "l", "litres": "l", "mm Hg": "mmHg"},
}
UNITS: Mapping[str, tuple[str, float]] = {
    spelling: (kind, size)
    for kind, sizes in _DIMENSIONS.items()
    for mark, size in sizes.items()
    for spelling in (mark, mark.replace("µ", "μ"), *(other for other, same in _SPELLINGS.items() if same == mark))  # μ: the Greek letter
}

# Units that follow each other in one number (“1 h 30 min”), by dimension; the first mark of a size names the unit. Some marks mean this
# beside others alone: “m” is a minute behind hours and a month behind years. Imperial sizes are whole numbers of the smallest unit.
SEVERAL_PARTS: Mapping[str, Mapping[str, float]] = {
    "time": {
        **{"week": 604_800, "d": 86_400, "h": 3_600, "min": 60, "s": 1, "ms": 1e-3, **_DIMENSIONS["time"]},
        **dict.fromkeys(("w", "wk", "wks", "Woche", "Wochen"), 604_800),
        **dict.fromkeys(("Tag", "Tg"), 86_400),
        **dict.fromkeys(("hr.", "hrs."), 3_600),
        **dict.fromkeys(("m", "min.", "mins.", "Min", "Minute"), 60),
        **dict.fromkeys(("sec.", "second", "Sekunde", "Sekunden"), 1),
        "msec": 1e-3,
    },
    "calendar": {
        **{"years": 12, "months": 1, **_DIMENSIONS["calendar"]},
        **dict.fromkeys(("y", "yr.", "yrs.", "Y", "Jahr", "J", "J.", "a"), 12),
        **dict.fromkeys(("m", "mo", "mos", "mo.", "mos.", "mth", "mths", "M", "Monat", "Mon", "Mon."), 1),
    },
    "imperial mass": {
        **dict.fromkeys(("st", "stone"), 224),
        **dict.fromkeys(("lb", "lbs", "lb.", "lbs.", "pound", "pounds"), 16),
        **dict.fromkeys(("oz", "oz.", "ounce", "ounces"), 1),
    },
    "mass": {mark: _DIMENSIONS["mass"][mark] for mark in ("t", "kg", "g", "mg")},
    "length": {mark: _DIMENSIONS["length"][mark] for mark in ("km", "m", "cm", "mm")},
    "imperial length": {
        **dict.fromkeys(("mi", "mile", "miles"), 63_360),
        **dict.fromkeys(("yd", "yard", "yards"), 36),
        **dict.fromkeys(("ft", "ft.", "feet", "foot"), 12),
        **dict.fromkeys(("in", "in.", "inch", "inches"), 1),
    },
}


def unit_scales(marks: Mapping[str, int]) -> tuple[str, tuple[Scale, ...]] | None:
    """The unit that numbers with these marks (each with its number of cells) are stated in, and the conversions of all of them to it.

    The unit is the one of most cells. No conversions where all marks are the same unit; None when they do not convert into each other.
    """
    if len({UNITS[mark][0] for mark in marks}) != 1:
        return None
    sizes: dict[float, int] = {}
    for mark, cells in marks.items():
        sizes[UNITS[mark][1]] = sizes.get(UNITS[mark][1], 0) + cells
    size = min(sizes, key=lambda one: (-sizes[one], one))
    stated = min((mark for mark in marks if UNITS[mark][1] == size), key=lambda mark: (-marks[mark], mark))
    stated = _SPELLINGS.get(stated, stated)
    if len(sizes) == 1:
        return stated, ()
    if "°F" in marks:
        return "°C", (Scale("°C"), Scale("°F", 5.0, 9.0, -32.0))
    return stated, tuple(Scale(mark, *ratio(UNITS[mark][1], size)) for mark in sorted(marks))


def is_footnote(mark: str, unit: str) -> bool:
    """Whether a mark beside the numbers of a column in this unit ("" none) is that of a footnote or a flag, perhaps behind the unit."""
    if mark in CURRENCIES or (unit and mark in UNITS):
        return False
    known = next((one for one in (*CURRENCIES, *UNITS) if mark.startswith(one) and one != mark), "") if unit else ""
    return _FOOTNOTE.fullmatch(mark.removeprefix(known).strip()) is not None


def ratio(size: float, stated: float) -> tuple[float, float]:
    """The conversion of a unit of one size to that of another, as (times, over): whole where it can be, so that it is exact."""
    return (size / stated, 1.0) if (size / stated).is_integer() else (float(size), float(stated))


def magnitude_scales(marks: Mapping[str, int]) -> tuple[Scale, ...]:
    """The magnitudes that these marks mean, as conversions."""
    return tuple(Scale(mark, MAGNITUDES[mark]) for mark in sorted(marks))
