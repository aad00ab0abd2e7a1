"""Benchmarks: one file a question. A speed is a ratio, measured in one run, in turns, as a median.

=================  ==========================================================================
training.py        How long does a step take, beside the article's program, scikit-learn,
                   PyTorch, JAX and the limit of the machine? And with a core kept busy?
quick.py           The same in under a minute, for the four smallest shapes.
scaling.py         How does a step grow with width and batch, an epoch with rows and parameters?
prediction.py      How long do predictions take, of many rows and of one, beside onnxruntime?
memory.py          How much memory does a fit need beyond its data?
first_fit.py       How long does the first fit take, when nothing is compiled yet?
serving.py         Does a request fail while the model of ``glassnet serve`` is exchanged?
=================  ==========================================================================

All run from the root of the repository: ``python -m benchmarks.training --help``. Results go to
``benchmarks/results/``, dated, with the machine, the versions and every single time; the losing
ones too. What they are made of: shapes.py (the jobs), peers/ (one library's way to do a job),
limit.py (what the machine allows), workers.py (a process for each peer), rounds.py (in turns),
table.py and results.py.
"""
