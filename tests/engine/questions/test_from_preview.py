"""Doubts about the first rows of a file, and what an answer does to its source."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.process import PreviewFile
from mlops_desktop.engine.project import Project
from mlops_desktop.engine.questions import answer_question

WITHOUT_NAMES = "".join(f"{i},{i * 7 % 5}\n" for i in range(40))
_SHOPS = [f"s{i},{i * 7 % 5},{'ab'[i % 2]}\n" for i in range(80)]
WITH_TOTAL = "".join(["shop,n,zone\n", *_SHOPS[:40], "Total,80,\n", *_SHOPS[40:]])
BELOW_PAIR = "Site;Kiel\nname;place\n" + "".join(f"A{chr(97 + i)};U{chr(97 + i % 3)}\n" for i in range(20))


@pytest.mark.parametrize(
    ("text", "id_", "option", "param", "value"),
    [
        (WITHOUT_NAMES, "source.header", "header=first", "header", "first"),
        (WITH_TOTAL, "source.total", "keep_all=true", "keep_all", True),
        (BELOW_PAIR, "source.first_row", "skip=1", "skip", 1),
    ],
    ids=["no names", "a total", "a pair above the names"],
)
def test_an_answer_is_a_parameter_of_the_source_and_settles_the_question(tmp_path, text, id_, option, param, value):
    file = tmp_path / "a.csv"
    file.write_text(text)
    found = PreviewFile(str(file), Project()).run(Silent())
    assert [one.id for one in found.questions] == [id_]
    project = answer_question(Project(source=found.given), found.questions[0], option)
    assert getattr(project.source, param) == value
    again = PreviewFile(str(file), replace(project, answers={}), as_given=True).run(Silent())
    assert again.questions == ()


def test_a_clean_table_leaves_no_question(tmp_path):
    (tmp_path / "a.csv").write_text("name,n\n" + "".join(f"x{i % 7},{i % 5}\n" for i in range(40)))
    assert PreviewFile(str(tmp_path / "a.csv"), Project()).run(Silent()).questions == ()
