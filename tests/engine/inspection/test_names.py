from __future__ import annotations

import pytest

from mlops_desktop.engine.inspection.names import risk_of


@pytest.mark.parametrize(
    ("module", "name", "risk"),
    [
        ("os", "system", "runs"),
        ("builtins", "getattr", "runs"),
        ("builtins", "dict", "library"),
        ("numpy", "load", "runs"),
        ("numpy", "ndarray", "library"),
        ("numpy", "f2py.os.system", "runs"),
        ("numpy", "random._pickle.loads", "unknown"),
        ("sklearn.ensemble._forest", "RandomForestClassifier", "library"),
        ("sklearn.externals.joblib", "load", "runs"),
        ("company", "Model", "unknown"),
        ("collections", "__builtins__", "unknown"),
    ],
)
def test_the_risk_of_a_name(module, name, risk):
    assert risk_of(module, name) == risk
