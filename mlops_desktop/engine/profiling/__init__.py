"""What a table holds: statistics, relations between columns, and findings.

`overview` is known before any decision; `profile` is the whole, by target; `health` and `apply_fixes` deal with the findings.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
