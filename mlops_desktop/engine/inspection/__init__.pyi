from .foreign_models import inspect_model as inspect_model
from .results import Found as Found
from .results import Inspection as Inspection
