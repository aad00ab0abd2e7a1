"""``python -m glassnet.cli``."""

from glassnet.cli import main

main()
