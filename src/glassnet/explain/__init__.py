"""One row's way through a network and back, with the real numbers in the formulas.

The way through: `passes` runs the layers there and back and keeps every array; `layers`,
`activations`, `embeddings`, `losses` and `updates` put them into formulas; `explanation` is what
users hold, as plain data, text, Markdown or LaTeX. `models` does it for a fitted model and a raw
row.
"""

from glassnet.explain.explanation import Explanation
from glassnet.explain.models import explain
from glassnet.explain.passes import explain_pass

__all__ = ["Explanation", "explain", "explain_pass"]
