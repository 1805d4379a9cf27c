"""The doubts of all stages as questions: evidence, options with their consequence, the default taken, and the answer with its reason.

`questions` makes the one queue of a project; `answer_question` turns an answer into ordinary decisions; `open_questions` is what is left;
`group_questions` makes one entry of the questions of one kind about many columns.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
