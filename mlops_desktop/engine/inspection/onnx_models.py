"""What an ONNX model needs, read from its protobuf without a library: operators by domain, and files outside it.

By `onnx.proto` of https://github.com/onnx/onnx. Operators of a domain that is not standard run code of whoever registered them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mlops_desktop.engine.inspection.results import Found

STANDARD = frozenset(("", "ai.onnx", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview.training"))
RUNTIME = frozenset(("com.microsoft", "com.microsoft.nchwc", "com.microsoft.experimental"))  # operators that onnxruntime brings along
MOST_DEPTH = 32
# Numbers of fields: of the model, a graph, a node, an attribute, a tensor.
_GRAPH, _OPSETS, _FUNCTIONS = 7, 8, 25
_NODES, _TENSORS = 1, 5
_OPERATOR, _ATTRIBUTES, _DOMAIN = 4, 5, 7
_OF_ATTRIBUTE = {6: "graph", 11: "graph", 5: "tensor", 10: "tensor"}
_EXTERNAL = 13
Field = tuple[int, memoryview | int]


def scan_onnx(data: bytes, where: str = "") -> list[Found]:
    """What a model would read and run. ValueError when the bytes are no ONNX model."""
    operators: Counter[tuple[str, str]] = Counter()
    files: set[str] = set()
    graphs = 0
    for number, value in _fields(memoryview(data)):
        if number == _GRAPH:
            graphs += 1
            _scan_graph(_message(value), operators, files, 0)
        elif number == _FUNCTIONS:
            _scan_nodes(_message(value), 7, operators, files, 0)
    if graphs != 1:
        raise ValueError("it holds no graph")
    found = []
    for (domain, name), count in operators.items():
        standard = domain in STANDARD or domain in RUNTIME
        text = f"operator, {count} times" if standard else f"operator of a custom domain, {count} times"
        found.append(Found(f"{domain or 'ai.onnx'}.{name}", text, "data" if standard else "runs", where))
    for name in sorted(files):
        outside = name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name
        found.append(
            Found(name, "reads a file outside its folder" if outside else "reads a file beside it", "unknown" if outside else "data", where)
        )
    return found


def _scan_graph(graph: memoryview, operators: Counter[tuple[str, str]], files: set[str], depth: int) -> None:
    for number, value in _fields(graph):
        if number == _TENSORS:
            _scan_tensor(_message(value), files)
    _scan_nodes(graph, _NODES, operators, files, depth)


def _scan_nodes(graph: memoryview, field: int, operators: Counter[tuple[str, str]], files: set[str], depth: int) -> None:
    if depth > MOST_DEPTH:
        raise ValueError("it is nested too deeply")
    for number, value in _fields(graph):
        if number != field:
            continue
        domain = name = ""
        for inner, content in _fields(_message(value)):
            if inner == _OPERATOR:
                name = _text(content)
            elif inner == _DOMAIN:
                domain = _text(content)
            elif inner == _ATTRIBUTES:
                for at, part in _fields(_message(content)):
                    kind = _OF_ATTRIBUTE.get(at)
                    if kind == "graph":
                        _scan_graph(_message(part), operators, files, depth + 1)
                    elif kind == "tensor":
                        _scan_tensor(_message(part), files)
        operators[domain, name] += 1


def _scan_tensor(tensor: memoryview, files: set[str]) -> None:
    for number, value in _fields(tensor):
        if number == _EXTERNAL:
            entry = {at: _text(content) for at, content in _fields(_message(value))}
            if entry.get(1) == "location":
                files.add(entry.get(2, ""))


def _message(value: memoryview | int) -> memoryview:
    if isinstance(value, int):
        raise ValueError("a number stands where a message is expected")
    return value


def _text(value: memoryview | int) -> str:
    return bytes(_message(value)).decode("utf-8", "replace")[:500]


def _fields(data: memoryview) -> Iterator[Field]:
    """The fields of a message: number, and the bytes or the number in it. ValueError when the bytes are no message."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        kind, number = key & 7, key >> 3
        if kind == 0:
            value, at = _varint(data, at)
            yield number, value
            continue
        if kind == 2:
            size, at = _varint(data, at)
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
        else:
            raise ValueError("it is no protobuf")
        if number == 0 or at + size > len(data):
            raise ValueError("it is no protobuf")
        yield number, data[at : at + size]
        at += size


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise ValueError("it is no protobuf")
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
