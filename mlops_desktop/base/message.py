"""Sentences for people as a template with arguments; they are defined where a bundle has them too."""

from __future__ import annotations

from mlops_desktop.serving.message import Message, msg

__all__ = ["Message", "msg"]
