"""Files into text with pages and character offsets, each read in a process of its own."""

from __future__ import annotations

from workbench.knowledge.parsing.base import FileKind, Limits, Parsed, Parser
from workbench.knowledge.parsing.kinds import detect
from workbench.knowledge.parsing.registry import parser_names
from workbench.knowledge.parsing.sandbox import parse_file

__all__ = ["PARSING", "FileKind", "Limits", "Parsed", "Parser", "detect", "parse_file", "parser_names"]

# Grows whenever the same file may give another text.
PARSING = "1"
