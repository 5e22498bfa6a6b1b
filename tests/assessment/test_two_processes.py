"""The pillar test is the same to the byte in one process and in two at once."""

from __future__ import annotations

import os
import subprocess
import sys

from third_pillar.assessment.summary import summarise_pillar_test

CODE = (
    "from third_pillar.assessment.case import ask\n"
    "from third_pillar.assessment.results import assess_results\n"
    "from third_pillar.assessment.summary import summarise_pillar_test as summarise\n"
    "from third_pillar.evidence import load_article, load_evidence\n"
    "question = ask(draws=500)\n"
    "results = assess_results(\n"
    "    question, load_evidence(question.as_of), load_article(question.parameters.article)\n"
    ")\n"
    "print(summarise(results).model_dump_json())\n"
)


def test_two_workers_with_other_hashes_find_the_same_bytes(india):
    """Text hashes differ between processes; sums and orders must not follow them."""
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", CODE],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        for seed in ("1", "2")
    ]
    said = {worker.communicate()[0].decode().strip() for worker in workers}
    assert said == {summarise_pillar_test(india.results).model_dump_json()}
