"""The formula language: reads a formula, checks it against the columns of a table, and computes it for many rows at once."""

from .expression import Expression as Expression
from .expression import check as check
from .expression import parse as parse
from .expression import usages as usages
