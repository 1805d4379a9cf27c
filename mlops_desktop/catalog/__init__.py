"""The catalogue: every module in a package of it is a member, such as an operation or an algorithm."""
