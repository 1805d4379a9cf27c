"""Types decided once for a column, with evidence."""

from __future__ import annotations

import pandas as pd
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.type_inference import decide_types
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.engine.project.decisions import ColumnNote
from tests.imported import cells_of


def decide(cells, note=None, name="x", **others):
    cells = cells_of({name: pd.Series(cells, dtype="str"), **{k: pd.Series(v, dtype="str") for k, v in others.items()}})
    columns, evidence = decide_types(cells, {name: note} if note else {})
    return columns[0], [e for e in evidence if e.column == name], type_cells(cells, {name: note} if note else {}, Silent()).frame


def rules(evidence):
    return {e.rule for e in evidence}


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "2", "3"], "integer"),
        (["1.0", "2.0"], "number"),
        (["1.5", "", "2"], "number"),
        (["1", "NA", "?", "NULL", "-", "n/a", "2"], "integer"),
        (["Yes", "No", "yes", ""], "boolean"),
        (["true", "FALSE"], "boolean"),
        (["TRUE", "", "TRUE"], "boolean"),
        (["1", r"\N", "#REF!"], "integer"),
        (["Yes", "No", "Maybe"], "category"),
        (["Yes", "Yes"], "category"),
        (["0", "1", "1"], "integer"),
        (["a", "b", "a"], "category"),
        (["low", "high", "medium", "low"], "ordered"),
        (["Low", "HIGH", "x"], "category"),
        (["007", "012", "100"], "category"),
        (["$2.39 ", "$3.00 "], "number"),
        (["1,5", "2,6"], "number"),
        (["2024-01-01", "2024-01-02"], "date"),
        (["18.00.00", "19.00.00"], "date"),
        (["", "", ""], "category"),
        (["12345678901234567890", "12345678901234567891"], "category"),
        ([f"K{i:04}-XY" for i in range(50)], "id"),
        ([f"some words about {i} things" for i in range(50)], "text"),
        ([f"level {i % 7}" for i in range(200)], "category"),
        ([str(i) for i in range(1, 60)], "id"),
        ([str(i * 3) for i in range(1, 60)], "integer"),
    ],
)
def test_types(cells, kind):
    assert decide(cells)[0].type == kind


def test_named_like_an_identifier():
    cells = [str(i * 7919 % 1000) for i in range(100)]
    assert decide(cells, name="value")[0].type == "integer"
    for name in ("customerID", "order_id", "PID", "id"):
        column, evidence, _ = decide(cells, name=name)
        assert column.type == "id"
        assert "identifier" in rules(evidence)
    assert decide(cells, name="paid")[0].type == "integer"


def test_booleans_keep_their_texts():
    column, _, frame = decide(["Yes", "No", "No", ""])
    assert (column.grammar.true, column.grammar.false) == (("Yes",), ("No",))
    assert frame.number("x").tolist()[:3] == [1.0, 0.0, 0.0]
    column, _, _ = decide(["True", "False"])
    assert (column.grammar.true, column.grammar.false) == ((), ())


def test_an_unreadable_cell_is_named_with_its_row():
    cells = [str(i / 2) for i in range(300)]
    cells[40] = "3a"
    column, evidence, frame = decide(cells)
    unreadable = next(e for e in evidence if e.rule == "stray")
    assert column.type == "number"
    assert unreadable.rows == (41,)
    assert "“3a” in row 41" in unreadable.message
    assert frame.missing("x").tolist().index(True) == 40
    cells[41:50] = ["3b"] * 9
    cells[60:62] = ["x", "y"]
    assert decide(cells[:90])[0].type in ("text", "category")


def test_a_frequent_text_among_numbers_means_missing():
    cells = [str(i) + ".5" for i in range(100)] + ["unknown"] * 30
    column, evidence, frame = decide(cells)
    assert column.type == "number"
    assert "unknown" in column.grammar.missing
    assert "“unknown” stands in 30 cells" in next(e for e in evidence if e.rule == "missing_words").message
    assert frame.missing("x").sum() == 30


def test_leading_zeros_are_evidence():
    _, evidence, frame = decide(["12345", "00501", "10001"])
    assert next(e for e in evidence if e.rule == "leading_zeros").message.startswith("Row 2 = 00501")
    assert frame.texts("x") == ["12345", "00501", "10001"]


def test_the_row_that_decides_day_or_month():
    cells = ["01/02/18"] * 40 + ["28/03/18", "05/06/18"]
    column, evidence, _ = decide(cells)
    order = next(e for e in evidence if e.rule == "date_order_known")
    assert column.grammar.date == "%d/%m/%y"
    assert order.message == "Row 41 = 28/03/18, so day first for the whole column; 0 conflicts."
    assert order.rows == (41,)
    column, evidence, _ = decide(["01/02/2018", "03/28/2018"])
    assert column.grammar.date == "%m/%d/%Y"


def test_both_orders_in_one_column_are_never_mixed():
    mixed = ["28/03/2018"] * 50 + ["03/28/2018"] * 50
    assert decide(mixed)[0].type == "category"
    mostly = ["28/03/2018"] * 500 + ["03/28/2018"] * 2
    column, evidence, frame = decide(mostly)
    assert column.grammar.date == "%d/%m/%Y"
    assert "2 conflicts" in next(e for e in evidence if e.rule == "date_order_known").message
    assert "stray" in rules(evidence)
    assert frame.missing("x").sum() == 2


def test_dates_that_read_both_ways_follow_the_file_then_time_then_custom():
    doubtful = ["01/02/2018", "03/04/2018", "05/06/2018"]
    decisive = ["28/03/2018", "01/02/2018", "02/02/2018"]
    assert decide(doubtful, other=decisive)[0].grammar.date == "%d/%m/%Y"
    assert decide(doubtful)[0].grammar.date == "%m/%d/%Y"
    assert decide(doubtful, other=["1,5", "2,5", "3,5"])[0].grammar.date == "%d/%m/%Y"
    assert decide([d.replace("/", ".") for d in doubtful])[0].grammar.date == "%d.%m.%Y"
    daily = [f"{day:02}/0{month}/2018" for month in (3, 4) for day in range(1, 12)]
    column, evidence, _ = decide(daily)
    assert column.grammar.date == "%d/%m/%Y"
    assert "follow each other in time" in next(e for e in evidence if e.rule == "date_order").message


def test_decimal_commas_elsewhere_settle_thousands():
    assert decide(["1.234", "5.678"], other=["1,5", "2,5"])[0].grammar.thousands == "."
    assert decide(["1.234", "5.678"])[0].grammar.thousands == ""
    assert "decimal" in rules(decide(["1,234", "5,678"])[1])


def test_columns_of_thousands_leave_a_doubt_on_the_others():
    grouped = [*(f"{i}.{i}0" for i in range(11, 23)), "214", "37"]
    fractions = [f"{i}.{i}25" for i in range(1, 8)] * 2
    column, evidence, _ = decide(fractions, other=grouped, third=grouped)
    assert (column.grammar.thousands, "decimal" in rules(evidence)) == ("", True)
    assert "decimal" in rules(decide(grouped, other=fractions, third=grouped)[1])


def test_na_is_a_level_among_country_codes():
    codes = ["DE", "FR", "US", "NA", "GB", "CH", "AT", "NA"] * 3
    assert decide(codes)[2].missing("x").sum() == 0
    assert decide(["blue", "red", "NA"] * 5)[2].missing("x").sum() == 5


def test_a_person_overrules():
    cells = ["1", "2", "3", "x"]
    assert decide(cells, ColumnNote(type="category"))[0].type == "category"
    column, evidence, frame = decide(cells, ColumnNote(type="number"))
    assert column.type == "number"
    assert evidence[0].message == "You chose this type."
    assert "“x” in row 4" in evidence[-1].message
    assert frame.missing("x").tolist() == [False, False, False, True]
    assert decide(["20240328", "20240329"], ColumnNote(type="date"))[0].grammar.date == "%Y%m%d"
    mixed = decide(["$5", "€6", "$7"], ColumnNote(type="number"))
    assert mixed[2].missing("x").tolist() == [False, True, False]
    assert "“€6” in row 2" in mixed[1][-1].message
    assert decide(["28/03/2018", "03/28/2018"], ColumnNote(type="date"))[2].missing("x").sum() == 1
    assert decide(["ja", "nee", "ja"], ColumnNote(type="boolean"))[2].number("x").tolist() == [1.0, 0.0, 1.0]
    assert decide(["1", "0"], ColumnNote(type="boolean"))[2].number("x").tolist() == [1.0, 0.0]
    ordered, _, _ = decide(["b", "a", "c", "z"], ColumnNote(type="ordered", levels=("c", "b", "a")))
    assert ordered.levels == ("c", "b", "a", "z")
    assert decide(["10", "9", "100"], ColumnNote(type="ordered"))[0].levels == ("9", "10", "100")
    assert decide(["", ""], ColumnNote(type="date"))[0].type == "date"


def test_a_person_decides_what_means_missing():
    column, _, frame = decide(["1", "-200", "weg", "4", "5"], ColumnNote(missing=("-200", "weg")))
    assert column.type == "integer"
    assert frame.missing("x").tolist() == [False, True, True, False, False]
    assert decide(["a", "b", "weg"], ColumnNote(missing=("weg",)))[2].missing("x").tolist() == [False, False, True]


def test_units_and_descriptions_are_carried():
    column, _, _ = decide(["1"], ColumnNote(unit="kg", description="weight"))
    assert (column.unit, column.description) == ("kg", "weight")


def test_days_as_whole_numbers():
    assert decide(["20240328", "20240329"], name="order_date")[0].type == "date"
    assert decide(["20240328", "20240329"], name="amount")[0].type == "integer"


def test_numbers_and_texts_that_look_the_same_are_evidence():
    frame = cells_of({"x": pd.Series([1, "1", True, "b"], dtype=object)})
    columns, evidence = decide_types(frame)
    assert columns[0].type == "category"
    assert "mixed_types" in {e.rule for e in evidence}
    assert "mixed_types" not in {e.rule for e in decide_types(cells_of({"x": pd.Series([1, "b"], dtype=object)}))[1]}
