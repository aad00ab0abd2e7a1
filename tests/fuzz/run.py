"""Fuzz with atheris: ``python tests/fuzz/run.py TARGET SECONDS``; ``make fuzz`` runs all.

What is found goes to ``tests/fuzz/findings/TARGET``, from where a test runs it for ever.
"""

import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent


def main():
    """Run a target for some seconds, from its seeds and earlier findings."""
    import atheris

    name, seconds = sys.argv[1], sys.argv[2]
    sys.path.insert(0, str(HERE.parent))
    parts = ["glassnet.files", "glassnet.cli", "glassnet.record", "glassnet.tabular"]
    with atheris.instrument_imports(include=parts):
        from fuzz.targets import TARGETS, seeds
    findings = HERE / "findings" / name
    findings.mkdir(parents=True, exist_ok=True)
    corpus = tempfile.mkdtemp()
    for i, content in enumerate(seeds(name)):
        Path(corpus, str(i)).write_bytes(content)
    options = [f"-max_total_time={seconds}", "-max_len=20000", "-rss_limit_mb=4000", "-timeout=20",
               f"-artifact_prefix={findings}/", "-print_final_stats=1"]  # fmt: skip
    atheris.Setup([sys.argv[0], *options, corpus, str(findings)], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
