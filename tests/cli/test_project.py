"""new, set, show and update, in processes of their own: exit codes, and one line for an error."""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import sqlite3
from urllib.parse import quote

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.cli.project import _new_project, copy_command, rename_command
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.project import Answer, ColumnNote, Project, read_project, write_project
from tests.cli.conftest import SAMPLES, call, refused
from tests.engine.disks import read_only_disk


def test_new_data_under_the_same_decisions(project, tmp_path):
    assert call("new", tmp_path / "p", "--data", SAMPLES / "penguins.csv", "--target", "species").returncode == 0
    lines = (SAMPLES / "penguins.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "more.csv").write_text("\n".join([*lines, *lines[1:50]]) + "\n", encoding="utf-8")
    updated = call("update", tmp_path / "p", "--data", tmp_path / "more.csv")
    assert updated.returncode == 0, updated.stderr
    assert "393 rows" in updated.stdout
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert "species" in refused(call("update", tmp_path / "p", "--data", tmp_path / "other.csv"))
    assert json.loads(call("show", tmp_path / "p").stdout)["file"] == "more.csv"


def test_how_a_file_is_read_is_shown_and_set_by_hand(tmp_path):
    (tmp_path / "x.csv").write_text("Report\nt;p;y\n[s];[hPa];\n" + "1,5;2;a\n2,5;3;b\n" * 20 + "Total;9;\n", encoding="utf-8")
    made = call("new", tmp_path / "p", "--data", tmp_path / "x.csv", "--target", "y")
    assert "40 rows" in made.stdout
    assert all(text in made.stderr for text in ("1 line above the table", "holds units", "marked as a total"))
    assert json.loads(call("show", tmp_path / "p").stdout)["columns"]["p"]["unit"] == "hPa"
    made = call("new", tmp_path / "q", "--data", tmp_path / "x.csv", "--target", "y", "--source", "keep_all=true", "--loader", "units=none")
    assert "42 rows" in made.stdout, made.stderr
    refused(call("new", tmp_path / "r", "--data", tmp_path / "x.csv", "--source", "skip=no"))
    assert "no file" in refused(call("new", tmp_path / "r", "--data", tmp_path / "gone.csv", "--source", "skip=1"))
    assert "1 line above the table" in call("profile", tmp_path / "x.csv", "--json").stderr
    failed = call("new", tmp_path / "r", "--data", tmp_path / "x.csv", "--target", "y", "--metric", "gone")
    assert failed.returncode == 2
    assert "1 line above the table" in failed.stderr  # how the file was read may be why


def test_a_changed_role_is_followed_by_what_was_only_proposed(tmp_path):
    folder = tmp_path / "p"
    lines = (SAMPLES / "penguins.csv").read_text(encoding="utf-8").splitlines()
    same = [f"{line},{'study' if not at else 'palmer'}" for at, line in enumerate(lines)]
    (tmp_path / "same.csv").write_text("\n".join(same) + "\n", encoding="utf-8")
    assert call("new", folder, "--data", tmp_path / "same.csv", "--target", "species").returncode == 0
    assert call("set", folder, 'candidates=["baseline"]', "split.folds=2").returncode == 0
    changed = call("set", folder, "roles.study=feature")
    assert changed.returncode == 0, changed.stderr
    assert "1 step of preparation" in changed.stdout
    decided = json.loads(call("show", folder).stdout)
    assert decided["steps"][0]["params"]["columns"] == ["study"]
    assert [one["id"] for one in decided["candidates"]] == ["baseline"]  # what was chosen stays
    assert decided["split"]["params"]["folds"] == 2
    assert call("set", folder, "target=body_mass_g").returncode == 0
    assert json.loads(call("show", folder).stdout)["task"] == "regression"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.csv", b"", "empty"),
        ("header.csv", b"a,b,y\n", "no row"),
        ("binary.csv", bytes(range(256)) * 40, "binary.csv"),
        ("one_class.csv", b"a,y\n" + b"1,x\n2,x\n" * 20, "same value"),
        ("no_target.csv", b"a,b\n1,2\n3,4\n", "no column"),
        ("all_missing.csv", b"a,y\n" + b"1,\n2,\n" * 20, "empty in every row"),
        ("one_column.csv", b"y\n" + b"1\n2\n" * 30, "learn from"),
    ],
)
def test_bad_files_are_one_sentence_and_leave_nothing(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    line = refused(call("new", tmp_path / "p", "--data", tmp_path / name, "--target", "y"))
    assert message in line
    assert not (tmp_path / "p").exists()


def test_a_damaged_project_is_one_sentence(project, tmp_path):
    for text in ("{", '{"format": 999}', '{"format": 1, "target": 5}', "[]"):
        folder = tmp_path / str(abs(hash(text)))
        folder.mkdir()
        (folder / "project.json").write_text(text, encoding="utf-8")
        refused(call("run", folder))


def test_a_metric_that_does_not_fit_is_refused_and_nothing_is_left(project, tmp_path):
    for metric, message in (("nope", "no metric “nope”"), ("r2", "“r2” is not a metric for a multiclass task")):
        done = call("new", tmp_path / "made", "--data", SAMPLES / "penguins.csv", "--target", "species", "--metric", metric)
        assert message in refused(done)
        assert not (tmp_path / "made").exists()
    before = (project / "project.json").read_bytes()
    assert "not a metric for a multiclass task" in refused(call("set", project, "metric=r2"))
    assert (project / "project.json").read_bytes() == before


def test_a_goal_that_cannot_be_met_is_refused(project):
    before = (project / "project.json").read_bytes()
    assert "never 1.2" in refused(call("set", project, "goals.score=1.2"))
    assert "goals.score=-0.5 for at most 0.5" in refused(call("set", project, "metric=neg_log_loss", "goals.score=0.5"))
    assert (project / "project.json").read_bytes() == before


def test_decisions_that_cannot_work_are_refused(project, tmp_path):
    before = (project / "project.json").read_bytes()
    step = {"id": "scale", "params": {"columns": ["wingspan"]}}
    for decision, message in (
        ('encodings={"knn": "native_categories"}', "one_hot_scaled"),
        ("threshold=0.3", "only two classes"),
        ("task=regression", "cannot be predicted as a regression task. It can as a multiclass task."),
        (f"steps={json.dumps([step])}", "cannot use “wingspan”"),
        (f"steps={json.dumps([{'id': 'interactions'}, step])}", "needs the column “wingspan”"),
    ):
        assert message in refused(call("set", project, decision))
    assert (project / "project.json").read_bytes() == before
    copy = shutil.copytree(project, tmp_path / "copy")
    decided = json.loads(before)
    decided["steps"] = [step]
    (copy / "project.json").write_text(json.dumps(decided), encoding="utf-8")
    assert "cannot use “wingspan”" in refused(call("run", copy, "--trials", 1))


def test_a_sampler_that_does_not_suit_the_task_is_refused(project):
    before = (project / "project.json").read_bytes()
    assert "does not suit a regression task" in refused(call("set", project, "task=regression", "sampler=class_balance"))
    assert (project / "project.json").read_bytes() == before


def test_a_positive_class_that_is_none_is_refused(project, tmp_path):
    assert "Only a target of two classes" in refused(call("set", project, "positive=Gentoo"))
    (tmp_path / "two.csv").write_text("x,y\n" + "".join(f"{i * i % 17},{'up' if i % 3 else 'down'}\n" for i in range(60)), encoding="utf-8")
    made = tmp_path / "two"
    assert call("new", made, "--data", tmp_path / "two.csv", "--target", "y").returncode == 0
    assert "“sideways” is not a class of “y”" in refused(call("set", made, "positive=sideways"))
    for word in ("up", "down"):
        assert call("set", made, f"positive={word}").returncode == 0
        assert json.loads((made / "project.json").read_text(encoding="utf-8"))["positive"] == word


def test_a_choice_or_a_split_that_cannot_be_is_refused(project, tmp_path):
    copy = shutil.copytree(project, tmp_path / "copy")
    before = (copy / "project.json").read_bytes()
    assert "no run “zzz”" in refused(call("set", copy, "chosen=zzz"))
    for name in ("method", "id"):
        assert "needs a column with the role “group”" in refused(call("set", copy, f"split.{name}=grouped"))
    assert "no such column" in refused(call("set", copy, "split=grouped", "split.column=nowhere"))
    assert "column to predict" in refused(call("set", copy, "split=grouped", "split.column=species"))
    assert (copy / "project.json").read_bytes() == before
    assert call("set", copy, "split.id=grouped", "roles.island=group").returncode == 0
    run = json.loads(call("runs", project, "--json").stdout)["runs"][0]["id"]
    assert call("set", copy, f"chosen={run[:8]}").returncode == 0
    assert json.loads(call("show", copy).stdout)["chosen"] == run


def test_decisions_about_what_is_not_there_are_named(project, tmp_path):
    copy = shutil.copytree(project, tmp_path / "copy")
    written = json.loads((copy / "project.json").read_text(encoding="utf-8"))
    written["columns"]["typo"] = {"unit": "cm"}
    written["answers"] = {"guess.colour": {"option": "accept", "reason": "blue"}}
    (copy / "project.json").write_text(json.dumps(written), encoding="utf-8")
    done = call("run", copy, "--trials", 1)
    assert done.returncode == 0, done.stderr
    assert "There is no column “typo”" in done.stderr
    assert json.loads(call("show", copy).stdout)["columns"]["typo"]["unit"] == "cm"
    assert "The answer to “guess.colour” has no question" in call("questions", copy, "--all").stderr


def test_a_folder_that_cannot_be_written_is_read(project, tmp_path):
    """Its chosen model, which was not measured on the test set yet, cannot be: the use could not be counted."""
    copy = shutil.copytree(project, tmp_path / "copy")
    assert call("choose", copy, json.loads(call("runs", copy, "--json").stdout)["runs"][-1]["id"]).returncode == 0
    with read_only_disk(copy) as folder:
        for command in (
            ("runs", folder),
            ("show", folder),
            ("predict", folder, SAMPLES / "penguins.csv", tmp_path / "out.csv"),
            ("report", folder, tmp_path / "r.html"),
            ("questions", folder),
        ):
            done = call(*command)
            assert done.returncode == 0, done.stderr
            assert "is open for reading only" in done.stderr
        assert "cannot be counted" in refused(call("evaluate", folder))
        for command in (("set", folder, "name=x"), ("run", folder), ("clean", folder)):
            assert "permission was denied" in refused(call(*command))
    assert len((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()) == 345


def test_clean_removes_what_nothing_uses(project, tmp_path):
    folder = shutil.copytree(project, tmp_path / "copy")
    before = json.loads(call("clean", folder, "--dry-run", "--json").stdout)
    assert call("set", folder, "types.island=text").returncode == 0
    assert call("set", folder, "types.island=").returncode == 0
    dry = json.loads(call("clean", folder, "--dry-run", "--json").stdout)
    assert dry["removed"] > before["removed"]
    assert "Removed" in call("clean", folder).stdout
    after = json.loads(call("clean", folder, "--json").stdout)
    assert (after["removed"], after["kept"]) == (0, dry["kept"])
    assert "no project" in refused(call("clean", tmp_path)).lower()


def test_data_of_other_kinds_by_file_and_by_address(tmp_path):
    with contextlib.closing(sqlite3.connect(tmp_path / "shop.db")) as database, database:
        database.execute("CREATE TABLE sale (shop TEXT, amount REAL, paid TEXT)")
        database.executemany("INSERT INTO sale VALUES (?, ?, ?)", [("ab"[i % 2], i * 1.5, "yn"[i % 3 > 0]) for i in range(40)])
        database.execute("CREATE TABLE visit AS SELECT shop, amount FROM sale UNION ALL SELECT 'c', 9")
    project = tmp_path / "p"
    made = call("new", project, "--data", tmp_path / "shop.db", "--source", "table=sale", "--target", "paid")
    assert made.returncode == 0, made.stderr
    assert "40 rows, 3 columns from shop.db" in made.stdout
    assert json.loads(call("show", project).stdout)["source"]["params"].items() >= {"table": "sale", "query": ""}.items()
    query = quote("SELECT * FROM sale WHERE amount > 3")
    updated = call("update", project, "--data", f"sqlite:shop.db?query={query}", cwd=tmp_path)
    assert updated.returncode == 0, updated.stderr
    assert "37 rows from shop.db" in updated.stdout
    assert "has no column “paid”" in refused(call("update", project, "--data", "sqlite:shop.db?table=visit", cwd=tmp_path))
    found = json.loads(call("profile", "sqlite:shop.db?table=visit", "--json", cwd=tmp_path).stdout)
    assert [found["rows"], len(found["columns"])] == [41, 2]
    assert "No database server answers" in refused(call("new", tmp_path / "q", "--data", "postgresql://127.0.0.1:1/shop"))


def test_a_question_about_the_file_is_answered_by_reading_it_again(tmp_path):
    file = tmp_path / "t.csv"
    rows = [f"s{i},{i * 7 % 5},{'ab'[i % 2]}\n" for i in range(80)]
    file.write_text("".join(["shop,n,zone\n", *rows[:40], "Total,80,\n", *rows[40:]]))
    folder = tmp_path / "p"
    assert "80 rows" in call("new", folder, "--data", file, "--target", "zone").stdout
    assert "source.total" in call("questions", folder).stdout
    done = call("questions", folder, "--answer", "source.total=keep_all=true")
    assert done.returncode == 0, done.stderr
    assert "source.total" not in call("questions", folder).stdout
    shown = json.loads(call("show", folder).stdout)
    assert shown["source"]["params"]["keep_all"] is True
    file.unlink()
    assert call("update", folder, "--data", file).returncode == 2


def test_how_a_file_is_read_is_given_to_every_command_that_imports(tmp_path):
    file, folder = tmp_path / "t.csv", tmp_path / "p"
    file.write_text("x;y\n" + "".join(f"{i % 7 + 1}.{100 + i};{'ab'[i % 2]}\n" for i in range(60)))
    given = ("--loader", "thousands=point", "--loader", "missing_texts=7.106")
    found = json.loads(call("profile", file, *given, "--json").stdout)
    assert (found["columns"][0]["max"], found["columns"][0]["missing"]) == (7155, 1)
    assert call("new", folder, "--data", file, "--target", "y", *given).returncode == 0
    assert json.loads(call("show", folder).stdout)["source"]["params"]["thousands"] == "point"
    assert call("update", folder, "--data", file, "--loader", "thousands=none").returncode == 0
    assert json.loads(call("show", folder).stdout)["source"]["params"]["thousands"] == "none"
    assert "“Thousands” cannot be “x”" in refused(call("new", tmp_path / "q", "--data", file, "--loader", "thousands=x"))


SOURCE = choices().sources["delimited"](decimal="comma")
LIKE = Project(
    name="old",
    target="y",
    source=SOURCE,
    columns={"a": ColumnNote(type="text")},
    answers={
        "reading.decimal.a": Answer(option="accept", reason="so"),
        "source.delimiter": Answer(option="accept"),
        "finding.codes.b": Answer(option="accept", reason="so"),
    },
    seed=9,
)


def made(tmp_path, like, target="", source=()):
    (tmp_path / "x.csv").write_text("a,y\n1,2\n", encoding="utf-8")
    given = {"dir": tmp_path / "new", "target": target, "task": None, "metric": "", "source": [*source], "like": like, "template": ""}
    return _new_project(argparse.Namespace(data=str(tmp_path / "x.csv"), **given))


def test_the_reading_of_another_project_is_taken_and_nothing_else(tmp_path):
    (tmp_path / "old").mkdir()
    write_project(tmp_path / "old", LIKE)
    project = made(tmp_path, tmp_path / "old")
    assert (project.name, project.target, project.source, project.columns) == ("new", "y", SOURCE, LIKE.columns)
    assert (list(project.answers), project.seed) == (["reading.decimal.a", "source.delimiter"], Project().seed)


def test_what_is_given_goes_before(tmp_path):
    (tmp_path / "old").mkdir()
    write_project(tmp_path / "old", LIKE)
    project = made(tmp_path, tmp_path / "old", "a", ["decimal=point"])
    assert (project.target, project.source.decimal) == ("a", "point")
    assert made(tmp_path, None).columns == {}


def test_a_project_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UserError):
        made(tmp_path, tmp_path / "gone")


def test_a_project_is_copied_renamed_and_begun_with_a_template(tmp_path, capsys):
    (tmp_path / "p").mkdir()
    write_project(tmp_path / "p", Project(name="p", seed=3))
    assert copy_command(argparse.Namespace(dir=tmp_path / "p", to=tmp_path / "q")) == 0
    assert rename_command(argparse.Namespace(dir=tmp_path / "q", name="second")) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "second")
    assert read_project(tmp_path / "second") == Project(name="second", seed=3)
    with pytest.raises(UserError, match="already"):
        copy_command(argparse.Namespace(dir=tmp_path / "p", to=tmp_path / "second"))
    given = {"data": "a.csv", "source": [], "target": "", "task": None, "metric": "", "like": None}
    assert _new_project(argparse.Namespace(dir=tmp_path / "r", template="churn", **given)).brief.statement.startswith("Which customers")
    with pytest.raises(UserError, match="no template"):
        _new_project(argparse.Namespace(dir=tmp_path / "r", template="weather", **given))
