"""The decisions of a project: one immutable value, its file on the disk, its migrations, and its edits.

`Project` is the value; `read_project` and `write_project` keep it; `Session` holds undo and redo; `set_field` reads `FIELD=VALUE`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
