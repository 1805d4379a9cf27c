"""The members of a family: one is loaded alone by the name of its file, all of them when they are listed."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from mlops_desktop.base.component import Component
from mlops_desktop.base.registry import Registry

MEMBER = """
from dataclasses import dataclass
from mlops_desktop.base.component import Component

@dataclass(frozen=True)
class Member(Component):
    id = "{id}"
    label = help = "x"
"""


@pytest.fixture
def family(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    folder = tmp_path / "a_shelf"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    for name, member in (("one", "one"), ("two", "two"), ("three", "of_another_name")):
        (folder / f"{name}.py").write_text(MEMBER.format(id=member))
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("a_shelf")
    for name in [name for name in sys.modules if name.startswith("a_shelf")]:
        del sys.modules[name]


def test_a_member_is_loaded_alone_by_the_name_of_its_file(family):
    registry = Registry(family, Component)
    assert registry["one"].id == "one"
    assert "a_shelf.one" in sys.modules
    assert "a_shelf.two" not in sys.modules


def test_members_are_listed_by_their_files_whatever_was_loaded_first(family):
    registry = Registry(family, Component)
    assert registry["two"].id == "two"
    assert list(registry) == ["one", "of_another_name", "two"]
    assert "of_another_name" in registry
    assert "three" not in registry


def test_one_id_in_two_files_is_refused(family):
    Path(family.__path__[0], "two.py").write_text(MEMBER.format(id="one"))
    with pytest.raises(ValueError, match="a_shelf"):
        list(Registry(family, Component))
