"""The metrics: names, labels, values and the arrays that they are computed from.

`METRICS` and `metrics_for` say what there is for a task; `score` computes one metric, signed as scikit-learn signs it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
