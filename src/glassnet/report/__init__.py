"""What a fitted model says of itself: a text, and one HTML file with pictures.

The way through: `facts.Facts` is what is known of a model, as plain data; `findings.Findings` is
what follows from it, in numbers and in sentences; `text` and `page` write it down; `report.Report`
is what users hold. No estimator is needed, nor the rows that it was trained on.
"""

from glassnet.report.facts import Facts, Rows
from glassnet.report.report import Report

__all__ = ["Facts", "Report", "Rows"]
