"""Imports every module of calls, so that the child process knows each call by its name."""

from __future__ import annotations

from mlops_desktop.engine.process.calls import data, evaluation, folders, model, recipe, training

__all__ = ["data", "evaluation", "folders", "model", "recipe", "training"]
