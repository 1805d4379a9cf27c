"""Reports for people, as one offline HTML page.

`write_report` writes everything about a project; `write_profile_report` describes one data file.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
