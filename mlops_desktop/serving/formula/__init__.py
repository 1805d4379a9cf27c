"""The formula language: parses a formula, checks it against the columns of a table, and evaluates it on whole columns."""

from .expression import Expression as Expression
from .expression import check as check
from .expression import parse as parse
from .expression import usages as usages
