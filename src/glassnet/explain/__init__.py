"""One row's way through a network and back, with the real numbers in the formulas.

The way through: `run` goes through the layers and back and keeps every array; `layers`, `bends`,
`embeddings`, `losses` and `updates` put them into formulas; `walk` and `stepping` make the steps of
them; `explanation` is what users hold, as plain data, text, Markdown or LaTeX. `passes` is the door
for a network, `models` for a fitted model and a raw row.
"""

from glassnet.explain.explanation import Explanation
from glassnet.explain.models import explain
from glassnet.explain.passes import explain_pass

__all__ = ["Explanation", "explain", "explain_pass"]
