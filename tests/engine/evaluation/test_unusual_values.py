"""Answers to a file carry the same warnings on each row in the program as in a bundle."""

from __future__ import annotations

import csv

from mlops_desktop.base.job import Silent
from mlops_desktop.base.resources import resource_folder
from mlops_desktop.engine.evaluation import predict_file
from mlops_desktop.engine.training import open_chosen
from mlops_desktop.serving import csv_io


def test_program_and_bundle_warn_of_the_same_cells(trained, tmp_path):
    scorer = open_chosen(trained.pipeline, trained.runs, Silent()).scorer
    with (resource_folder() / "samples" / "penguins.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))[10:15]
    rows[0]["island"] = "Atlantis"
    rows[1]["body_mass_g"] = "99000"
    rows[2]["island"] = ""
    rows[3] = {**rows[3], "island": "Atlantis", "bill_depth_mm": "-5"}
    file = tmp_path / "new.csv"
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    predict_file(scorer, file, tmp_path / "program.csv", Silent())
    csv_io.predict_file(scorer, file, tmp_path / "bundle.csv")
    program, bundle = ((tmp_path / name).read_text(encoding="utf-8") for name in ("program.csv", "bundle.csv"))
    assert program == bundle
    with (tmp_path / "program.csv").open(encoding="utf-8", newline="") as lines:
        warnings = [row["warnings"] for row in csv.DictReader(lines)]
    assert [bool(text) for text in warnings] == [True, True, True, True, False]
    assert "“island” has a value" in warnings[3]
    assert "“bill_depth_mm” lies outside the range" in warnings[3]
