"""One file is one choice: a kind of task, with how its target is read and what is measured."""
