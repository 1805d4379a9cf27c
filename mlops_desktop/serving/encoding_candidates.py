"""Which encodings give words, where bytes alone do not distinguish them: for texts with few letters beyond ASCII."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

# Letters beyond ASCII of the languages that are written in an encoding.
_WESTERN = ("äöüß", "éèêëàâçîïôœùûüÿæ", "áéíóúüñ", "áâãàçéêíóôõú", "àèéìíîòóùú", "åäöé", "æøåéè", "éëïöüèç", "àçèéíïòóúü")
_CENTRAL = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíľňóôšťúýž", "áéíóöőúüű", "čćđšž", "ăâîşţ", "äöüß")
_TURKISH, _BALTIC = ("çğıöşüâîû", "çğıi̇öşüâîû"), ("ąčęėįšųūž", "āčēģīķļņšūž", "äöõüšž")
_LATIN: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(("cp1252", "latin-1", "mac-roman", "cp850", "cp437"), _WESTERN),
    **dict.fromkeys(("cp1250", "cp852", "mac_latin2", "iso8859-2"), _CENTRAL),
    "cp1254": _TURKISH,
    "cp1257": _BALTIC,
}
_SCRIPTS: Mapping[str, str] = {
    **dict.fromkeys(("cp1253", "iso8859-7"), "GREEK"),
    **dict.fromkeys(("cp1251", "koi8_r", "cp866", "mac_cyrillic", "iso8859-5"), "CYRILLIC"),
    "cp1255": "HEBREW",
    "cp1256": "ARABIC",
}
_CJK = ("cp932", "gb18030", "big5", "euc_kr", "euc_jp")
CANDIDATES = (
    *("cp1252", "latin-1", "cp1250", "cp1254", "cp1253", "cp1251", "mac-roman", "cp850", "cp437", "cp852", "iso8859-2", "mac_latin2"),
    *("cp1257", "koi8_r", "cp866", "mac_cyrillic", "iso8859-5", "iso8859-7", "cp1255", "cp1256"),
)
_USUAL = frozenset(("cp1252", "cp1250", "cp1254", "cp1253", "cp1251"))  # in which programs of today write
_BYTE_WORD = re.compile(rb"[A-Za-z\x80-\xff]+")
_SIGNS = re.compile(r"^[«»“”„‚‹›¡¿€£°§©®™•…µ\u00a0]+|[«»“”„‚‹›€£°§©®™•…ªº\u00a0]+$|(?<=m)[²³]$")
_BETWEEN = re.compile("[’‘´`–—·\u00a0]")
_VOWELS = frozenset("aeiouyæœøı")
_ACCENTED_GREEK = frozenset("άέήίόύώΐΰ")
_BEFORE_I = frozenset("ńćśź")  # Polish has “ni” and the like for them before a vowel
_NOT_BEFORE_Y = frozenset("řčšžďťň")
_MOST_WORDS = 200
_GOOD, _BETTER = 0.9, 0.2  # share of the words that fit a language, and by how much more one encoding is the better one


@dataclass(frozen=True)
class EncodingGuess:
    """An encoding, and others that give as likely words; `words` is one word in it and in each of the others."""

    encoding: str
    rivals: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


def guess_encoding(lines: bytes, first: str) -> EncodingGuess:
    """The encoding of some lines that are no UTF-8: `first`, unless more words fit the languages of another one.

    Only words that two encodings read differently count. The rivals are those that fit as well as the one that is taken; where that one
    gives no words, those that give more.
    """
    known = [one for one in dict.fromkeys((first, *CANDIDATES)) if _decoded(lines, one) is not None]
    if first not in known or first not in (*_LATIN, *_SCRIPTS):
        return EncodingGuess(first)
    best = first
    for other in known:
        ours, theirs, pairs = _shares(lines, best, other)
        if theirs >= _GOOD and theirs > ours + _BETTER and (other in _USUAL or len(pairs) > 1):
            best = other
    rivals, words = [], [""]
    readings = {_decoded(lines, best)}
    for other in known:
        ours, theirs, pairs = _shares(lines, best, other)
        near = theirs >= _GOOD and other in _USUAL if ours >= _GOOD else theirs > max(0.5, ours)
        reading = _decoded(lines, other)
        if pairs and near and theirs > ours - _BETTER and reading not in readings:
            readings.add(reading)
            rivals.append(other)
            words[0] = pairs[0][0]
            words.append(pairs[0][1])
    if _shares(lines, best, "cp437")[0] < 0.5 and _has_few_ascii_letters(lines):
        found = _of_many_bytes(lines, best)
        rivals, words = [*rivals, *found.rivals], [*words, *found.words[1:]] if rivals else [*found.words]
    return EncodingGuess(best, tuple(rivals), tuple(words) if rivals else ())


def _has_few_ascii_letters(lines: bytes) -> bool:
    """Whether most words beyond ASCII hold hardly a letter of ASCII, as those of two bytes a letter do."""
    words: list[bytes] = [word for word in _BYTE_WORD.findall(lines) if not word.isascii()]
    beyond = [sum(byte >= 0x80 for byte in word) for word in words]
    return sum(high >= 0.5 * len(word) for high, word in zip(beyond, words, strict=True)) > 0.5 * len(words)


def _of_many_bytes(lines: bytes, best: str) -> EncodingGuess:
    """The guess where no encoding of one byte a letter gives words: the rivals are those of East Asia in which a word has letters alone."""
    text = max(_BYTE_WORD.findall(lines), key=lambda word: (not word.isascii(), len(word)), default=b"")
    known = [one for one in _CJK if _decoded(lines, one) is not None]
    rivals = [one for one in known if (reading := _decoded(text, one)) and all(char.isalpha() for char in reading)]
    words = [text.decode(one, "replace") for one in (best, *rivals)]
    return EncodingGuess(best, tuple(rivals), tuple(words) if rivals else ())


def _decoded(lines: bytes, encoding: str) -> str | None:
    try:
        return lines.decode(encoding)
    except UnicodeDecodeError:
        return None


def _shares(lines: bytes, one: str, other: str) -> tuple[float, float, list[tuple[str, str]]]:
    """Of the words that two encodings read differently the shares that fit a language of each, 1 for none; and these words."""
    pairs = list(dict.fromkeys(_differing(lines, one, other)))[:_MOST_WORDS]
    if not pairs:
        return 1.0, 1.0, []
    ours = sum(_fits(word, one) for word, _ in pairs) / len(pairs)
    theirs = sum(_fits(word, other) for _, word in pairs) / len(pairs)
    return ours, theirs, pairs


def _differing(lines: bytes, one: str, other: str) -> Iterator[tuple[str, str]]:
    for word in _BYTE_WORD.findall(lines):
        if len(word) > 1 and not word.isascii() and (ours := word.decode(one, "replace")) != (theirs := word.decode(other, "replace")):
            yield ours, theirs


def _fits(text: str, encoding: str) -> bool:
    """Whether a text could be words of one of the languages that are written in an encoding."""
    words = (_SIGNS.sub("", word) for word in _BETWEEN.split(_SIGNS.sub("", text)))
    return all(word.isascii() or _is_word(word, encoding) for word in words)


def _is_word(word: str, encoding: str) -> bool:
    cased = word[1:].lower() == word[1:] or word.upper() == word
    if not word.isalpha() or not cased:
        return False
    if script := _SCRIPTS.get(encoding):
        lacks_accent = script == "GREEK" and len(word) > 2 and word.upper() != word and _ACCENTED_GREEK.isdisjoint(word.lower())
        return not lacks_accent and all(unicodedata.name(char, "").startswith(script) for char in word)
    low = word.lower()
    accented = [char for char in low if not char.isascii()]
    most = 0.75 if _LATIN[encoding] is _CENTRAL else 0.5
    few = len(low) <= 3 or len(accented) <= most * len(low)
    return few and any(all(char in letters for char in accented) for letters in _LATIN[encoding]) and _is_pronounceable(low)


def _is_pronounceable(word: str) -> bool:
    """Whether its accented letters are where languages have them: no consonant between two others and no vowel between two others, “õ”
    before “e” alone, no soft consonant before “y”.
    """
    padded = f" {word} "
    for before, char, behind in zip(padded, padded[1:], padded[2:], strict=False):
        if char.isascii() or char == "ß":
            continue
        inside = before != " " != behind
        if inside and _is_vowel(before) == _is_vowel(behind) == _is_vowel(char):
            return False
        if (
            (char == "õ" and behind != "e")
            or (char == "ă" and _is_vowel(behind))
            or (char in _BEFORE_I and _is_vowel(behind))
            or (char in _NOT_BEFORE_Y and behind in "yý")
        ):
            return False
    return True


def _is_vowel(char: str) -> bool:
    return unicodedata.normalize("NFD", char)[0] in _VOWELS
