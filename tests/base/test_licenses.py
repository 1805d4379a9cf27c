from mlops_desktop.base.licenses import package_licenses


def test_every_package_that_ships_has_a_licence_and_its_text():
    found = {one.name.lower().replace("_", "-"): one for one in package_licenses()}
    assert {"numpy", "pandas", "pyside6-essentials", "shiboken6", "uvicorn"} <= set(found)
    assert "pytest" not in found
    assert [name for name, one in found.items() if not one.license or not one.version] == []
    assert [name for name, one in found.items() if not one.texts] == []


def test_qt_comes_with_the_lgpl():
    qt = next(one for one in package_licenses() if one.name.lower().startswith("pyside6"))
    assert any("GNU LESSER GENERAL PUBLIC LICENSE" in text for text in qt.texts)
