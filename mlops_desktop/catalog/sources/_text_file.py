"""Finds the encoding of a text file from its bytes, never from its name, and reads its text."""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from mlops_desktop.base.errors import UserError
from mlops_desktop.serving.encoding_candidates import EncodingGuess, guess_encoding
from mlops_desktop.serving.message import as_message, msg
from mlops_desktop.serving.text_encoding import is_hardly_western, marked_encoding, odd_lines, utf8_counts, western_encoding

SAMPLE_BYTES = 2**18
MARKS = (b"\0", b'"', b"'", b"\\")  # whose numbers decide how a text is read
_PIECE_BYTES = 2**18  # which stay in the processor's cache while they are examined
_ODD_BYTES = 2**16  # of lines that are not ASCII, in which their encoding is looked for
_SETTLED_SECONDS = 2.0  # since the last change, from which a file is taken for the same by its time stamp
_ROWS = 200
_BEGINNING_BYTES = 2**17
_CUTS = 100  # line ends at which the beginning of a file may be cut
_LETTERS_READ_TWICE = "Ã¼ Ã¤ Ã¶ ÃŸ Ã© Ã¨ Ãª Ã± Ã³ Ã¡ Ã£ Ã§ Å‚ Å¡ â€™ â€œ â€“"
_TWICE = tuple(map(str.encode, re.split(" ", _LETTERS_READ_TWICE)))
# Files that people rename: what their first bytes are, and what they are called.
_MAGIC = (
    (b"PK\x03\x04", "an Excel file or another archive", "If it is an Excel file, give it the ending .xlsx."),
    (b"PAR1", "a Parquet file", "Give it the ending .parquet."),
    (b"\xd0\xcf\x11\xe0", "an old Excel file (.xls)", "Open it in a spreadsheet program and save it as .xlsx or .csv."),
    (b"\x1f\x8b", "a compressed file (gzip)", "Unpack it first."),
    (b"%PDF", "a PDF", "Copy its table into a spreadsheet program and save that as .csv."),
    (b"SQLite format 3", "an SQLite database", "Export the table as .csv."),
    (b"ARROW1", "a Feather file", "Save it as .parquet or .csv."),
    (b"\x89PNG", "a picture", "Choose a data file."),
    (b"\xff\xd8\xff", "a picture", "Choose a data file."),
)
_OTHER_SCRIPTS = (
    "cp1251",
    "koi8_r",
    "cp1253",
    "cp1255",
    "cp1256",
    "gb18030",
    "gb2312",
    "big5",
    "shift_jis",
    "cp932",
    "euc_jp",
    "euc_kr",
    "cp949",
)
_LETTER_BY_BYTE = ("cp1251", "koi8_r", "cp1253", "cp1255", "cp1256")  # where a wrong guess gives letters too, but no words
_WORD = re.compile(r"[^\s\d!-/:-@\[-`{-~«»“”„’…–—№€£°]+")
_MOST_WORDS = 0.9
_SMALL_LETTERS = 0xE0  # from this byte on, in cp1251 and cp1253 alike
# Control characters that no text has; tab, line ends and form feed are text.
_CONTROL = bytes(set(range(32)) - {9, 10, 11, 12, 13, 27})
_BETWEEN_CELLS = 1  # that Hive puts between cells, in lines without any other control character


def refuse_binary(path: Path, sample: bytes) -> None:
    """UserError when the bytes are no text; it names the format that they begin like."""
    for magic, name, remedy in _MAGIC:
        if sample.startswith(magic):
            raise UserError(msg("“{path}” is not a text file: it looks like {name}.", path=path.name, name=as_message(name)), remedy)
    if marked_encoding(sample):
        return
    nothing = sample.count(0)  # some are the fault of a program, such as a block that was never written
    controls = len(sample) - len(sample.translate(None, _CONTROL)) - nothing
    between = sample.count(_BETWEEN_CELLS)
    controls = 0 if controls == between and b"\n" in sample else controls
    if controls > max(2, 0.02 * len(sample)) or nothing > 0.3 * len(sample):
        raise UserError(
            msg("“{path}” is not a text file: it holds bytes that no text has.", path=path.name),
            "Choose a table saved as text, Excel or Parquet.",
        )


def find_encoding(path: Path) -> str:
    """The encoding of a text file.

    By its byte order mark, UTF-8 when all of it is, another script's when its bytes are typical of one, else the one that gives the
    likeliest words.
    """
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
    refuse_binary(path, sample)
    if marked := marked_encoding(sample):
        return marked
    if byte_facts(path).utf8_share() >= 0.5:
        return "utf-8"
    return _other_encoding(_lines_beyond_ascii(path))


def encoding_rivals(path: Path, encoding: str) -> EncodingGuess:
    """Which encodings fit the words of a text as well as one that is no Unicode; none for Unicode."""
    if encoding.startswith("utf") or is_hardly_western(lines := _lines_beyond_ascii(path)):
        return EncodingGuess(encoding)
    found = guess_encoding(lines, encoding)
    return found if found.encoding == encoding else EncodingGuess(encoding, (found.encoding, *found.rivals))


def _lines_beyond_ascii(path: Path) -> bytes:
    """The first lines of a file that are not ASCII."""
    lines = b""
    for piece in pieces(path):
        lines += odd_lines(piece) + b"\n"
        if len(lines) > _ODD_BYTES:
            break
    return lines[:_ODD_BYTES]


def pieces(path: Path, start: int = 0) -> Iterator[bytes]:
    """A file from byte `start` on, some megabytes at a time, each piece but the last up to the end of a line."""
    with path.open("rb") as file:
        file.seek(start)
        while piece := file.read(_PIECE_BYTES):
            yield piece if piece.endswith(b"\n") else piece + file.readline()


@dataclass(frozen=True)
class ByteFacts:
    """What the bytes of a file are: sequences beyond ASCII in UTF-8, how many of them are not well-formed, and the numbers of `MARKS`."""

    others: int
    bad: int
    marks: Mapping[bytes, int]

    def utf8_share(self, without: int = 0) -> float:
        """The share of well-formed sequences among what is not ASCII, 1 where all is; `without` well-formed ones are left aside."""
        return (self.others - without - self.bad) / (self.others - without) if self.bad else 1.0


def byte_facts(path: Path) -> ByteFacts:
    """The facts of a file, found in one pass. Those of the last file are kept, as several questions are asked of it one after another."""
    state = path.stat()
    if time.time() - state.st_mtime < _SETTLED_SECONDS:  # another change might not be seen in the time stamp
        return _byte_facts(path)
    return _kept_facts(path, (state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns))


@lru_cache(maxsize=1)
def _kept_facts(path: Path, state: tuple[int, ...]) -> ByteFacts:
    return _byte_facts(path)


def _byte_facts(path: Path) -> ByteFacts:
    others = bad = 0
    marks = dict.fromkeys(MARKS, 0)
    buffer = bytearray(_PIECE_BYTES)  # filled again and again: new memory for each piece takes longer than to look at its bytes
    with path.open("rb") as file:
        while size := file.readinto(buffer):
            piece = buffer if size == len(buffer) else buffer[:size]
            plain = piece.isascii()
            if not plain:
                piece = piece + file.readline()  # so that no letter of several bytes is cut
            for mark in MARKS:
                if mark in piece:  # much quicker than to count them
                    marks[mark] += piece.count(mark)
            if not plain:
                counts = utf8_counts(bytes(piece))
                others, bad = others + counts[0], bad + counts[1]
    return ByteFacts(others, bad, marks)


def _other_encoding(lines: bytes) -> str:
    from charset_normalizer import from_bytes

    if is_hardly_western(lines):
        scripts = [one for one in _OTHER_SCRIPTS if one not in _LETTER_BY_BYTE or _has_words_of_one_script(lines, one)]
        if {"cp1251", "cp1253"} <= {*scripts} and max(lines) >= _SMALL_LETTERS:
            scripts.remove("cp1253")  # accents of small Greek letters would be capitals within Cyrillic words
        best = from_bytes(lines, cp_isolation=scripts).best()
        if best is not None:
            return best.encoding
    return guess_encoding(lines, western_encoding(lines)).encoding


def _has_words_of_one_script(lines: bytes, encoding: str) -> bool:
    """Whether nearly all words beyond ASCII are of one script, in one case or with a capital in front, and begin with no combining mark."""
    try:
        words = [word for word in _WORD.findall(lines.decode(encoding)) if len(word) > 1 and not word.isascii()]
    except UnicodeDecodeError:
        return False
    return sum(map(_is_word, words)) >= _MOST_WORDS * len(words)


def _is_word(word: str) -> bool:
    letters = [one for one in word if one.isalpha()]
    scripts = {unicodedata.name(one, "").partition(" ")[0] for one in letters}
    cased = word[1:].lower() == word[1:] or word.upper() == word
    return len(scripts) == 1 and cased and not unicodedata.combining(word[0])


def decode(path: Path, data: bytes, encoding: str, *, partial: bool = False) -> str:
    """The text of a file, or of its beginning when `partial`, without byte order marks. UserError when it is not in this encoding."""
    encoding = with_byte_order(encoding, data)
    try:
        text = data.decode(encoding, "replace" if partial else "strict")
    except UnicodeError as error:
        raise not_written_in(path, encoding, error) from error
    return text.lstrip("\ufeff")


def with_byte_order(encoding: str, start: bytes) -> str:
    """The encoding with the order of its bytes where it is UTF-16 and no mark at the start of the file gives that."""
    if encoding != "utf-16" or start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return encoding
    return "utf-16-be" if start[:1] == b"\0" else "utf-16-le"


def not_written_in(path: Path, encoding: str, error: UnicodeError, before: int = 0) -> UserError:
    """The refusal of a file that is not in an encoding; `before` bytes were decoded before the place of the error."""
    where = f" at byte {before + error.start:,}" if isinstance(error, UnicodeDecodeError) else ""
    return UserError(
        msg("“{path}” is not written in {encoding}{where}.", path=path.name, encoding=encoding, where=where),
        "Choose another encoding, or let it be found.",
    )


def sample_text(path: Path, encoding: str) -> tuple[str, bool]:
    """The first lines of a file, whole ones, and whether there are more. UserError when it is no text file."""
    with path.open("rb") as file:
        raw = file.read(SAMPLE_BYTES)
        more = bool(file.read(1))
    refuse_binary(path, raw)
    text = decode(path, raw, encoding, partial=True).replace("\0", "")
    if more:
        end = max(text.rfind("\n"), text.rfind("\r"))
        text = text[: end + 1] if end > 0 else text
    return text, more


def write_beginning(path: Path, target: Path) -> bool:
    """Write the first whole lines of a file to `target`, byte for byte; False, and nothing written, when the file has no more than these.

    It is cut where quotes are closed, so that no cell with line breaks is divided.
    """
    with path.open("rb") as file:
        block = file.read(_BEGINNING_BYTES)
        if not file.read(1):
            return False
    encoding = marked_encoding(block)
    width = 4 if encoding.startswith("utf-32") else 2 if encoding.startswith("utf-16") else 1
    ends: list[int] = []
    end = len(block)
    while len(ends) < _CUTS and (end := max(block.rfind(b"\n", 0, end), block.rfind(b"\r", 0, end))) > 0:
        ends.append(end + 1 + -(end + 1) % width)
    whole = (at for at in ends if block.count(b'"', 0, at) % 2 == 0)
    target.write_bytes(block[: next(whole, ends[0] if ends else len(block))])
    return True


def read_twice(data: bytes) -> str:
    """A text of a UTF-8 file whose letters were turned into several by a program that took UTF-8 for Windows-1252; "" without any."""
    at = next((at for mark in _TWICE if (at := data.find(mark)) >= 0), -1)
    if at < 0:
        return ""
    around = data[max(0, at - 40) : at + 40].decode("utf-8", "ignore")
    return next((word for word in re.split(r"[\s,;|\"]", around) if any(mark.decode() in word for mark in _TWICE)), "")[:40]
