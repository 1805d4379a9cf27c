"""Public tables that quality is measured on: file, target, metric, and which columns must not be features. What is not there is left out.

The samples of the repository are three of them. The others are well-known files that anyone can put into a folder of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pandas import DataFrame

TEST_SHARE = 0.25  # the share of the rows that nobody trains on
SEED = 7


@dataclass(frozen=True, kw_only=True)
class Known:
    """One table. `files` are the names that it goes by; `leave` are columns that give the answer away or name the row.

    `metric` is one of roc_auc (then with the `positive` class), neg_log_loss and neg_root_mean_squared_error. `reading`: what pandas must
    be given it as the delimiter, `renamed` gives columns the name that they have in another edition.
    """

    name: str
    files: tuple[str, ...]
    target: str
    metric: str
    positive: str = ""
    leave: tuple[str, ...] = ()
    reading: dict[str, Any] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)


_RMSE = "neg_root_mean_squared_error"
TABLES = (
    Known(
        name="telco_churn",
        files=("telco_churn.csv",),
        target="Churn",
        metric="roc_auc",
        positive="Yes",
        leave=("customerID",),
        reading={"na_values": [" "]},
    ),
    Known(
        name="energy",
        files=("energy_efficiency.csv", "energy_efficiency.xlsx"),
        target="heating_load",
        metric=_RMSE,
        leave=("Y2",),
        renamed={"Y1": "heating_load"},
    ),
    Known(name="penguins", files=("penguins.csv",), target="species", metric="neg_log_loss"),
    Known(name="adult", files=("adult_census.csv",), target="class", metric="roc_auc", positive=">50K"),
    Known(
        name="mammography",
        files=("mammography_noheader.csv",),
        target="c6",
        metric="roc_auc",
        positive="1",
        reading={"names": [f"c{i}" for i in range(7)], "quotechar": "'"},
    ),
    Known(name="bird_strikes", files=("bird_strikes.csv",), target="time_of_day", metric="neg_log_loss"),
    Known(name="tissue", files=("tissue_gene_expression.csv",), target="y", metric="neg_log_loss"),
    Known(name="ames", files=("ames_housing.csv",), target="price", metric=_RMSE, leave=("Order", "PID")),
    Known(name="california", files=("california_housing.parquet",), target="median_house_value", metric=_RMSE),
    Known(name="taxi", files=("nyc_taxi_trips.csv",), target="fare", metric=_RMSE, leave=("tip", "tolls", "total")),
)


def found_in(folder: Path, known: Known) -> Path | None:
    """The table's file in this folder; None when it is not there."""
    return next((folder / name for name in known.files if (folder / name).is_file()), None)


def parted(known: Known, source: Path, folder: Path) -> None:
    """Write train.csv, test.csv (without the target) and truth.csv (the target alone) into the folder: the same rows every time."""
    from sklearn.model_selection import train_test_split

    table = _read(known, source).rename(columns=known.renamed).drop(columns=list(known.leave), errors="ignore")
    table = table.dropna(subset=[known.target])
    strata = None if known.metric == _RMSE else table[known.target]
    train, test = train_test_split(table, test_size=TEST_SHARE, random_state=SEED, stratify=strata)
    folder.mkdir(parents=True, exist_ok=True)
    train.to_csv(folder / "train.csv", index=False)
    test.drop(columns=[known.target]).to_csv(folder / "test.csv", index=False)
    test[[known.target]].to_csv(folder / "truth.csv", index=False)


def _read(known: Known, source: Path) -> DataFrame:
    import pandas as pd

    if source.suffix == ".parquet":
        return pd.read_parquet(source)
    if source.suffix == ".xlsx":
        return pd.read_excel(source)
    return pd.read_csv(source, low_memory=False, **known.reading)
