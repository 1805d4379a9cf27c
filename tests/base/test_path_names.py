"""Names that are not UTF-8 are refused with what can be shown of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.path_names import check_name


def test_only_what_is_not_utf_8_is_refused():
    check_name("café.csv")
    check_name(Path("データ") / "x.csv")
    with pytest.raises(UserError, match=r"“a/caf\?.csv”"):
        check_name(Path("a/caf\udce9.csv"))
