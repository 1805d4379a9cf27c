from __future__ import annotations

from mlops_desktop.serving.manifest import FILES, contents, files_table, missing, name_of


def test_names_are_unique_and_folders_have_a_main_file():
    names = [file.name for file in FILES]
    assert len(names) == len(set(names))
    assert all(file.name.endswith("/") == bool(file.main) for file in FILES if not file.optional)


def test_missing_files_are_named():
    service = [file.name + file.main for file in FILES if not file.optional]
    assert missing(service) == []
    assert missing([name for name in service if name not in ("LICENSE", "model/scorer.json")]) == ["model/scorer.json", "LICENSE"]
    core = [file.name + file.main for file in FILES if file.core and not file.optional]
    assert missing(core, core=True) == []
    assert "serve.py" in missing(core)


def test_an_entry_holds_its_file_or_all_of_its_folder():
    (model,) = [file for file in FILES if file.role == "model"]
    assert [model.holds(path) for path in ("model/scorer.arrays/x.npy", "model", "models/x")] == [True, False, False]
    (identity,) = [file for file in FILES if file.role == "identity"]
    assert [identity.holds(path) for path in ("bundle.json", "bundle.json.bak")] == [True, False]


def test_every_entry_is_in_the_tables():
    shown = [name for names, _ in contents() for name in names.split(", ")]
    assert sorted(shown) == sorted(file.name for file in FILES if not file.optional)
    assert all(f"| `{file.name}` |" in files_table() for file in FILES)
    assert name_of("checksums") == "SHA256SUMS"
