"""Names of months and weekdays in English, German, French, Spanish, Italian, Portuguese, Dutch and Polish. No name means two months."""

from __future__ import annotations

import unicodedata

from .normal_form import normalized

_NAMES = (
    "january jan januar jän jänner janvier janv enero ene gennaio gen janeiro januari styczeń stycznia sty",
    "february feb februar february février févr fév febrero febbraio fevereiro fev februari luty lutego lut",
    "march mar märz mär mrz maerz mars marzo março maart mrt marzec marca",
    "april apr avril avr abril abr aprile kwiecień kwietnia kwi",
    "may mai mayo maggio mag maio mei maj maja",
    "june jun juni juin junio giugno giu junho czerwiec czerwca cze",
    "july jul juli juillet juil julio luglio lug julho lipiec lipca lip",
    "august aug août aou agosto ago augustus sierpień sierpnia sie",
    "september sep sept septembre septiembre setiembre settembre set setembro wrzesień września wrz",
    "october oct oktober okt octobre octubre ottobre ott outubro out październik października paź",
    "november nov novembre noviembre novembro listopad listopada lis",
    "december dec dezember dez décembre déc diciembre dic dicembre dezembro grudzień grudnia gru",
)


_WEEKDAYS = (
    "monday mon montag mo lundi lun lunes lunedi segunda segunda-feira seg maandag ma poniedzialek pon",
    "tuesday tue tues dienstag di mardi mar martes martedi terca terca-feira ter dinsdag wtorek wt",
    "wednesday wed mittwoch mi mercredi mer miercoles mie mercoledi quarta quarta-feira qua woensdag wo sroda sr",
    "thursday thu thur thurs donnerstag do jeudi jeu jueves jue giovedi gio quinta quinta-feira qui donderdag czwartek czw",
    "friday fri freitag fr vendredi ven viernes vie venerdi sexta sexta-feira sex vrijdag vr piatek pt",
    "saturday sat samstag sonnabend sa samedi sam sabado sab sabato zaterdag za sobota sob",
    "sunday sun sonntag so dimanche dim domingo dom domenica zondag zo niedziela nd",
)


def plain_name(name: str) -> str:
    """A name, or a text with one, in small letters without accents and without points at its end; `MONTHS` and `WEEKDAYS` are such."""
    if name.isascii():
        return name.lower().rstrip(".")
    return "".join(c for c in normalized("NFD", name.lower()) if not unicodedata.combining(c)).rstrip(".")


_NUMBERS = {plain_name(name): month for month, names in enumerate(_NAMES, 1) for name in names.split()}


MONTHS = frozenset(_NUMBERS)
WEEKDAYS = frozenset(name for names in _WEEKDAYS for name in names.split())


def month_number(name: str) -> int:
    """The month (1 to 12) of a name or an abbreviation, whatever its case and accents; 0 when it is none."""
    return _NUMBERS.get(plain_name(name), 0)
