"""``python -m workbench.cli``: the command where its script is not on the path."""

import sys

from workbench.cli import main

sys.exit(main())
