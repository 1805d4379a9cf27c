"""Decides which of two classes is the event, by their names: “yes” beside “no”, “churned” beside “stayed”, “bad” beside “good”."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mlops_desktop.base.target_columns import Class
from mlops_desktop.serving.cells import BOOLEAN_PAIRS, level_of
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.value_text import value_text


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words of classes, casefolded, in English, German, French, Spanish, Italian, Portuguese, Dutch and Polish.
EVENTS = _words(
    """
    yes true positive pos event case cases present spam phishing malware fraud fraudulent fake scam anomaly anomalous outlier
    abnormal unusual churn churned attrited exited leaver cancelled canceled lost default defaulted bad late overdue delinquent
    arrears unpaid chargedoff bankrupt insolvent fail failed failure faulty defect defective broken error rejected denied died
    dead deceased death malignant cancer tumor tumour sick ill diseased disease infected diabetic pathologic pathological relapse
    recurrence readmitted recurrence-events accident claim attack intrusion threat hazardous poisonous unsafe toxic hate risky
    accepted bought purchased purchase converted subscribed clicked responded won returned absentee smoker ja betrug ausfall
    ausgefallen gekündigt kündigung krank defekt fehler fehlerhaft schlecht verstorben gestorben tot verspätet bösartig auffällig
    schaden storniert oui fraude défaut défaillant malade décédé mauvais résilié retard panne anormal sí moroso impago enfermo
    fallecido malo cancelado fallo defectuoso frode guasto malato deceduto cattivo difettoso anomalo sim inadimplente doente
    falecido ruim fout overleden ziek slecht opgezegd tak oszustwo chory zgon zły
    """
)
USUAL = _words(
    """
    no false negative neg absent control controls none ham legit legitimate genuine real authentic normal usual inlier typical
    stayed existing retained active loyal kept current good paid fullypaid repaid ontime punctual pass passed ok okay success
    successful working intact sound alive survived living survivor benign healthy well clean safe edible harmless nondiabetic fine
    no-recurrence-events nein gut bezahlt gesund lebend normal unauffällig pünktlich gutartig bestanden non bon payé sain vivant
    bueno pagado sano vivo buono pagato não bom pago saudável nee goed betaald gezond levend nie dobry zdrowy
    """
)
_NEGATIONS = (
    "not ",
    "no ",
    "non ",
    "not-",
    "no-",
    "non-",
    "non",
    "not",
    "never ",
    "without ",
    "nicht ",
    "kein ",
    "keine ",
    "pas de ",
    "sin ",
)
_NEGATING = _words("not no non never without nicht kein keine pas sin")

_WORDS = re.compile(r"[^\W\d]+")


def named_event(classes: Sequence[Class]) -> tuple[Class, str] | None:
    """The one of two classes that names the event, with the reason; None when their names do not show it.

    A name decides when it, or a word that only it contains, is known as an event or as the usual case, when one is the other's negation,
    and of the numbers 0 and 1 or -1 and 1. Names that contradict each other decide nothing.
    """
    names = [_plain(one) for one in classes]
    for at, other in ((0, 1), (1, 0)):
        if (names[at], names[other]) in BOOLEAN_PAIRS or (names[at] == "1" and names[other] in ("0", "-1")):
            return _event(classes[at])
    for at, other in ((0, 1), (1, 0)):
        if any(names[other] == negation + names[at] for negation in _NEGATIONS):
            return _event(classes[other] if _vote(names[at], "") < 0 else classes[at])
    votes = [_vote(names[at], names[1 - at]) for at in (0, 1)]
    if votes[0] == votes[1]:
        return None
    if 1 in votes:
        return _event(classes[votes.index(1)])
    usual = votes.index(-1)
    return classes[1 - usual], msg(
        "“{classes}” names the usual case, so “{classes_2}” is the event.",
        classes=value_text(classes[usual]),
        classes_2=value_text(classes[1 - usual]),
    )


def _event(found: Class) -> tuple[Class, str]:
    return found, msg("“{classes}” names the event.", classes=value_text(found))


def _plain(found: Class) -> str:
    return level_of(found).casefold().replace("_", " ").strip()


def _vote(name: str, other: str) -> int:
    """1: an event, -1: the usual case, 0: the name does not show it."""
    own = set(_WORDS.findall(name)) - set(_WORDS.findall(other))
    negated = len(own) > 1 and bool(own & _NEGATING)
    words = {name, re.sub(r"[^\w]+", "", name)} | (own - _NEGATING if negated else own)
    event, usual = bool(words & EVENTS), bool(words & USUAL)
    if event == usual:
        return 0
    return 1 if event != negated else -1
