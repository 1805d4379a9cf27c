import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from mlops_desktop.base.catalogue import Catalogue, Entry, write_catalogue
from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.families import Target
from mlops_desktop.engine.choices import choices, tasks
from mlops_desktop.engine.diagnostics import CheckResult
from mlops_desktop.engine.evaluation.acceptance import check
from mlops_desktop.engine.evaluation.model_evaluation import evaluate_scores
from mlops_desktop.engine.evaluation.results import ColumnImportance, Importance
from mlops_desktop.engine.profiling import ColumnProfile, Finding, Histogram, Profile, Relations
from mlops_desktop.engine.project.decisions import Brief, ColumnNote, Costs, Goals, Project, Step
from mlops_desktop.engine.project.serialization import to_json
from mlops_desktop.engine.reporting.data_section import related
from mlops_desktop.engine.reporting.page import number, plain, share
from mlops_desktop.engine.reporting.project_report import report_html, write_profile_report, write_report
from mlops_desktop.engine.reporting.report_facts import DeployedModel, ReportFacts, SplitSizes
from mlops_desktop.engine.reporting.report_language import read_language, text_of, written_in
from mlops_desktop.engine.reporting.report_plots import bars
from mlops_desktop.engine.training import Run
from mlops_desktop.serving.language import Language
from mlops_desktop.serving.message import msg

EVIL = '<script>alert("1")</script>&$x^2$'
VOID = {"meta", "br", "use", "path", "rect", "line", "stop"}
OF_THE_FACTS = {"Model", "abc", "alert", "broke", "class", "csv", "data", "empty", "my", "numpy", "scr", "script", "us", "It", "Because"}
IMPORTANCE = (
    ColumnImportance(EVIL, 0.2, 0.01, used=True),
    ColumnImportance("x", 0.0, 0.0, used=False),
    ColumnImportance("undefined", None, None, used=True),
)


class Reader(HTMLParser):
    """Collects ids and checks that every tag is closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.tags: set[str] = set()
        self.loads: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value)
            if name == "aria-label":
                self.texts.append(value)
            if name in ("src", "href", "xlink:href") and not (value or "").startswith("#"):
                self.loads.append(value)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_data(self, data):
        if self.open[-1:] not in (["style"], ["pre"]):
            self.texts.append(data)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    assert reader.open == []
    assert len(set(reader.ids)) == len(reader.ids), "ids must be unique on the page"
    assert reader.loads == []
    assert "script" not in reader.tags
    return reader


def profile() -> Profile:
    return Profile(
        rows=400,
        duplicates=0,
        columns=(
            ColumnProfile(EVIL, "category", "", EVIL, missing=3, distinct=2, top=((EVIL, 300), ("b", 97))),
            ColumnProfile(
                "x", "number", "", "", 0, 9, min=0.5, max=2.0, quantiles={"0.5": 1.1}, histogram=Histogram((0.0, 1.0, 2.0), (0, 5))
            ),
            ColumnProfile("empty", "number", "", "", missing=400, distinct=0, quantiles={}),
        ),
        findings=(Finding("r", "warning", EVIL, msg("“{name}” is odd.", name=EVIL), msg("It misleads.")),),
        relations=Relations(("x", EVIL, "y"), ((1.0, -0.4, 0.7), (-0.4, 1.0, None), (0.7, None, 1.0)), rows=400, sampled=True, left_out=0),
        evidence=(Evidence("", "file", "Read as text."), Evidence(EVIL, "stray", "two words", (1,))),
        target="y",
    )


def run(number: int, score: float | None, fold_scores: tuple[float, ...] = ()) -> Run:
    return Run(
        id=f"{number:032x}",
        key="board",
        number=number,
        algorithm={"id": "unknown", "version": 1, "params": {}},
        algorithm_id="unknown",
        label=f"Model {number} {EVIL}",
        metric="roc_auc",
        status="done" if score is not None else "failed",
        score=score,
        std=0.01 if score is not None else None,
        fold_scores=fold_scores or (() if score is None else (score - 0.01, score, score + 0.01)),
        reason="" if score is not None else f"It broke: {EVIL}",
        seconds=1.25,
        versions={"numpy": "2.4"},
    )


def facts(task: str, *, classes: int = 3) -> ReportFacts:
    rng = np.random.default_rng(0)
    rows = 400
    if task == "regression":
        actual = rng.normal(10, 3, rows)
        target, scores, metric = Target(task, actual), actual + rng.normal(0, 1, rows), "neg_root_mean_squared_error"
    else:
        number = 2 if task == "binary" else classes
        values = rng.integers(0, number, rows).astype(np.intp)
        raw = rng.random((rows, number)) + 0.5 * (values[:, None] == np.arange(number))
        names = (EVIL, *(f"class {k}" for k in range(1, number)))
        target, scores, metric = Target(task, values, names), raw / raw.sum(axis=1, keepdims=True), "accuracy"
    found = evaluate_scores(
        target, scores, positive=0 if task == "binary" else None, threshold=0.4 if task == "binary" else None, seed=0, resamples=60
    )
    found = replace(found, importance=Importance(metric, 0.8, 100, 400, IMPORTANCE))
    operations = choices().operations
    project = Project(
        name=f"my {EVIL}",
        file="data.csv",
        data="0" * 32,
        target="y",
        task=task,
        metric=metric,
        positive=EVIL if task == "binary" else None,
        brief=Brief(statement=EVIL, users="us"),
        goals=Goals(score=-0.1 if task == "regression" else 0.1, response_ms=2.0, cost=1.0),
        costs=Costs(false_positive=1, false_negative=5),
        row_filters=(Step(choices().row_filters["drop_missing_target"]()), Step(choices().row_filters["drop_duplicates"](), on=False)),
        steps=(Step(operations["clip"]()), Step(operations["scale"](), on=False)),
        columns={EVIL: ColumnNote(unit=EVIL, description=EVIL), "x": ColumnNote(role="group")},
    )
    runs = [run(0, 0.8), run(1, 0.795, (0.82, 0.78, 0.785)), run(2, 0.1), run(3, None)]
    return ReportFacts(
        project=project,
        profile=profile(),
        runs=tuple(runs),
        chosen=runs[1],
        model=DeployedModel("abc", 0.4, tuple(f"f{i}" for i in range(70))),
        out_of_fold=found,
        evaluation=found,
        goals=check(project, found),
        checks=(
            CheckResult("leaks", msg("Leaks"), "failed", msg("It learns from {column}.", column=EVIL), msg("Leave it out."), "check.leaks"),
            CheckResult(
                "overfit", msg("Learned"), "doubtful", msg("A gap."), msg("Simpler."), "check.overfit.1", accepted=f"Because {EVIL}"
            ),
            CheckResult("folds", msg("Folds agree"), "passed", msg("They do."), "", "check.folds.1"),
        ),
        test_accesses=2,
        split=SplitSizes(320, 80),
    )


def test_a_blend_says_what_is_in_it():
    given = facts("binary")
    blend = replace(given.chosen, algorithm={"id": "blend", "version": 1, "params": {}}, reason="The weighted mean of this and that.")
    assert (
        report_html(replace(given, chosen=blend)).count("The weighted mean of this and that.") == 1
    )  # of the chosen model; no run on the leaderboard says it


def test_parameters_of_an_older_version_of_an_algorithm_are_shown():
    given = facts("binary")
    older = replace(given.chosen, algorithm={"id": "lightgbm", "version": 1, "params": {"rounds": 77}})
    page = report_html(replace(given, chosen=older, runs=(older, *given.runs)))
    assert "Boosting rounds: 77;" in page  # the chosen model, with every parameter
    assert "boosting rounds 77<" in page  # the leaderboard, with those that are not the defaults


def test_runs_are_named_by_the_operations_that_differ():
    given = facts("binary")
    bins = choices().operations["bins"]
    first, second = (
        replace(one, candidate={"steps": [bins(count=count).to_json()], "encoding": {"id": "as_it_is"}}, number=-count)
        for one, count in zip(given.runs, (7, 5), strict=False)
    )  # the run with 7 ranges is the first
    page = report_html(replace(given, runs=(first, second, *given.runs[2:]), chosen=second))
    assert page.count("Bins: number of ranges 5") == 2  # on the leaderboard, and of the chosen model
    assert "Bins: number of ranges 7" not in page


@pytest.mark.parametrize("task", tasks())
def test_whole_report_is_sound_escaped_and_loads_nothing(task):
    text = report_html(facts(task))
    reader = read(text)
    assert "svg" in reader.tags
    for section in (
        "problem",
        "data",
        "preparation",
        "split",
        "leaderboard",
        "model",
        "evaluation",
        "checks",
        "importance",
        "threshold",
        "goals",
        "reproduce",
    ):
        assert section in reader.ids
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "$x^2$" in text  # no mathematics is made of a person's text
    assert not re.search(r"https?://(?!www\.w3\.org)", text)
    assert "Not done yet" not in text
    assert "not accepted" in text
    assert "nan" not in re.sub(r"<[^>]*>", "", text).lower().split()


def test_what_it_says_of_a_binary_problem():
    text = report_html(facts("binary"))
    assert "2 times" in text
    assert "The figures of the first use are fair." in text
    assert "320 (80 %)" in text
    assert "no clear difference</span>" in text
    assert text.count("chosen</span>") == 1
    assert "Interquartile range" in text  # the label of a choice, not its id
    assert text.count("switched off") == 2  # a step and a row filter
    assert text.count("rows, before the split") == 1
    assert "It broke" in text
    assert "Not used by the model at all: x." in text
    assert "A sample of 100 of 400 rows" in text
    assert "at least 0.4 are answered" in text.replace("0.400", "0.4")
    assert "and 10 more" in text
    assert all(mark in text for mark in ("1 check is open.", "✗ failed", "? doubtful", "✓ passed", "Accepted: Because"))


def test_regression_shows_errors_unsigned():
    text = report_html(facts("regression"))
    assert "RMSE of at most 0.1" in text
    assert "Predictions against true values" in text
    assert "This task has no threshold" in text


def test_many_classes_list_mix_ups():
    text = report_html(facts("multiclass", classes=16))
    read(text)
    assert "most frequent confusions of 16 classes" in text
    assert "The first 6 of 16 classes are shown." in text


def test_absent_sections_are_not_done_yet():
    text = report_html(ReportFacts())
    read(text)
    assert text.count("Not done yet") == 8
    early = report_html(ReportFacts(project=Project(name="p"), test_accesses=0))
    read(early)
    assert ">never<" in early
    unused = replace(facts("binary"), evaluation=None, test_accesses=0)
    assert "the held-out test set was not used yet" in report_html(unused)


def test_one_class_and_hardly_any_rows():
    target = Target("binary", np.zeros(3, dtype=np.intp), ("a", "b"))
    found = evaluate_scores(target, np.tile([0.7, 0.3], (3, 1)), seed=0, resamples=10)
    read(report_html(ReportFacts(evaluation=found)))
    none = evaluate_scores(Target("regression", np.empty(0)), np.empty(0), seed=0)
    read(report_html(ReportFacts(evaluation=none)))
    one = evaluate_scores(Target("regression", np.ones(1)), np.ones(1), seed=0)
    read(report_html(ReportFacts(evaluation=one)))


def test_the_same_facts_give_the_same_bytes_in_another_process(tmp_path):
    import json

    known = facts("binary")
    write_report(tmp_path / "one.html", known)
    (tmp_path / "facts.json").write_text(json.dumps(to_json(known)), encoding="utf-8")
    code = "import json, sys, pathlib; from mlops_desktop.engine.reporting import ReportFacts, write_report;"
    code += "from mlops_desktop.engine.project import from_json; p = pathlib.Path(sys.argv[1]);"
    code += "known = json.loads((p / 'facts.json').read_text(encoding='utf-8'));"
    code += "write_report(p / 'two.html', from_json(ReportFacts, known))"
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], check=True, env={"PYTHONHASHSEED": "7", "PATH": "", "PYTHONPATH": "."}, timeout=120
    )
    one, two = ((tmp_path / name).read_bytes() for name in ("one.html", "two.html"))
    assert one == two
    assert len(one) < 400_000


def test_writing_is_whole_or_a_persons_error(tmp_path):
    write_report(tmp_path / "r.html", ReportFacts())
    write_report(tmp_path / "r.html", ReportFacts())
    assert [path.name for path in tmp_path.iterdir()] == ["r.html"]
    with pytest.raises(UserError, match="no longer exists"):
        write_report(tmp_path / "no" / "r.html", ReportFacts())


def test_profile_page(tmp_path):
    write_profile_report(tmp_path / "p.html", profile(), EVIL)
    text = (tmp_path / "p.html").read_text(encoding="utf-8")
    reader = read(text)
    assert {"findings", "columns", "relations", "evidence"} <= set(reader.ids)
    assert "<script" not in text
    assert "0.5 to 2, median 1.1" in text
    write_profile_report(tmp_path / "q.html", Profile(0, 0, (), (), Relations((), (), 0, False, 0), (), None), "data")
    read((tmp_path / "q.html").read_text(encoding="utf-8"))


def test_relations_list_the_target_first_and_leave_out_weak_ones():
    found = related(profile())
    assert found.index("With “y”") < found.index("0.70") < found.index("-0.40")
    weak = Relations(("a", "b"), ((1.0, 0.05), (0.05, 1.0)), rows=9, sampled=False, left_out=0)
    assert related(replace(profile(), relations=weak)) == ""


@pytest.mark.parametrize("task", tasks())
def test_no_text_of_the_program_is_left_untranslated(task):
    class Cyrillic(dict):
        def get(self, source, default=None):
            return re.sub(r"(\{[^}]*\})|[A-Za-z]", lambda found: found[1] or "ж", source)

    cyrillic = Language("xx", Cyrillic())
    given = facts(task, classes=16)
    early = ReportFacts(project=replace(given.project, steps=(), row_filters=(), refit="all"), out_of_fold=given.out_of_fold)
    algorithm = choices().algorithms["lightgbm"]().to_json()
    for known in (replace(given, chosen=replace(given.chosen, algorithm=algorithm)), early, ReportFacts()):
        page = report_html(known, cyrillic)
        assert '<html lang="xx">' in page
        words = {word for text in read(page).texts for word in re.findall("[A-Za-z]{2,}", text)}
        assert words <= OF_THE_FACTS


def test_a_language_is_read_from_its_catalogue(tmp_path):
    made = Catalogue({"Language": "de_AT"}, entries=[Entry("Rows", forms=("Zeilen",)), Entry("Data", forms=("",))])
    write_catalogue(tmp_path / "de.po", made)
    german = read_language(tmp_path / "de.po")
    assert (german.code, german.text("Rows"), german.text("Data")) == ("de-AT", "Zeilen", "Data")


def test_numbers_of_the_page_are_those_of_its_language():
    with written_in(Language("de", decimal=",", group=".", percent="\u00a0%")):
        assert [number(1234567), number(0.25), plain(1234.5), share(0.125)] == ["1.234.567", "0,250", "1.234,5", "12,5 %"]
        ticks = re.findall(r"<text[^>]*>([0-9,.]+)</text>", bars(["a"], [0.5], [0.1], "Share", "share"))
    assert "0,2" in ticks
    assert not any("." in text for text in ticks)


def test_sentences_of_the_page_call_a_column_by_its_label():
    with written_in(Language(columns={"umsatz": "Revenue"})):
        assert text_of(msg("“{column}” is missing.", column="umsatz")) == "“Revenue” is missing."


def test_refit_on_all_rows_is_reported():
    known = facts("binary")
    assert "has also seen the test rows" in report_html(known)
    assert "has also seen the test rows" not in report_html(replace(known, project=replace(known.project, refit="train")))
