from .from_preview import preview_questions as preview_questions
from .question import ACCEPT as ACCEPT
from .question import Option as Option
from .question import Question as Question
from .queue import answer_question as answer_question
from .queue import open_questions as open_questions
from .queue import questions as questions
from .queue import unasked_answers as unasked_answers
