import ast
import re
from pathlib import Path

from mlops_desktop.base.licenses import package_licenses

SPEC = Path(__file__).resolve().parents[2] / "build.spec"


def test_every_package_that_ships_has_a_licence_and_its_text():
    left_out = ast.literal_eval(re.findall(r"(?m)^LEFT_OUT = (.*)$", SPEC.read_text(encoding="utf-8"))[0])
    found = {name: one for one in package_licenses() if (name := one.name.lower().replace("_", "-")) not in left_out}
    assert {"numpy", "pandas", "pyside6-essentials", "shiboken6", "uvicorn"} <= set(found)
    assert "pytest" not in found
    assert [name for name, one in found.items() if not one.license or not one.version] == []
    assert [name for name, one in found.items() if not one.texts] == []


def test_qt_comes_with_the_lgpl():
    qt = next(one for one in package_licenses() if one.name.lower().startswith("pyside6"))
    assert any("GNU LESSER GENERAL PUBLIC LICENSE" in text for text in qt.texts)
