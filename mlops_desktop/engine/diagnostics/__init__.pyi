from .check import CheckResult as CheckResult
from .facts import CheckFacts as CheckFacts
from .facts import overfits as overfits
from .from_checks import check_questions as check_questions
from .from_checks import unchecked_question as unchecked_question
from .measuring import check_facts as check_facts
from .measuring import stored_facts as stored_facts
from .registry import run_checks as run_checks
