"""Records of JSON that no table can keep are refused for the right reason."""

from __future__ import annotations

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.loading import load_cells


def test_a_name_of_half_a_character_is_named_as_the_reason(tmp_path):
    (tmp_path / "x.json").write_text('[{"a\\ud800": 1}, {"a\\ud800": 2}]')
    with pytest.raises(UserError, match="half a character"):
        load_cells(tmp_path / "x.json", None, Silent())
