"""How the documentation site is built: ``make site``."""

from __future__ import annotations

import workbench

project = "Autogent Studio"
author = "Autogent Studio contributors"
release = version = workbench.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
myst_heading_anchors = 3
# A magic line is no Python, and reads well all the same.
suppress_warnings = ["misc.highlighting_failure"]

autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "show-inheritance": True}
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False

html_theme = "furo"
html_title = "Autogent Studio"
html_static_path: list[str] = []
