"""What a run found: the record that scripts, diffs and readers share.

`findings.json` is this type, serialised. The same parameters, data and seed give the same
bytes, so nothing here holds a time of day, a path or a run id.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from third_pillar.vocabulary.codes import Confidence, Settled, Verdict

SCHEMA_VERSION = "1.0"
OWN_MARK = "\N{DOUBLE DAGGER}"
"""Stands beside what rests on figures of the reader's own."""
OWN_FIGURES = "own-figures"
"""Class of the notice that says so; the page adds one of its own where the text has none."""
CAPACITY_GAP = "capacity"
"""What a gap is about when it is the tonnage of a stage that is missing."""


class Frozen(BaseModel):
    """An immutable record that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class StandIn(Frozen):
    """A rated assumption that takes the place of missing data."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str
    rating: str = Field(description="red, amber or green")
    why: str


class Gap(Frozen):
    """What is not known: never a blank, never a zero."""

    id: str
    what: str
    about: str = Field(
        default=CAPACITY_GAP,
        description="what kind of knowledge is missing; only capacity leaves a stage unknown",
    )
    stage: str | None = None
    country: str | None = None
    sought: str = Field(description="where the figure was looked for")
    stand_in: StandIn | None = None
    source_ids: tuple[str, ...] = ()


class VerdictChange(Frozen):
    """One turn in the history of a claim: what was said before, what from that day on, and why."""

    date: str = Field(description="day of the record, YYYY-MM-DD")
    before: Verdict
    after: Verdict
    because: str = Field(description="the rows, the test or the rule that changed")


class ClaimVerdict(Frozen):
    """The verdict on one claim of the article."""

    verdict: Verdict
    how: Settled
    label: str = Field(description="the claim in the kit's own words")
    reason: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    threshold: str = ""
    flips_if: str = ""
    confidence: Confidence
    rests_on: tuple[str, ...] = Field(default=(), description="ids of rows, events and metrics")
    source_ids: tuple[str, ...] = ()
    margin: float | None = Field(
        default=None, description="distance of the value to the nearest threshold, in the unit"
    )
    draw_shares: dict[str, float] = Field(
        default_factory=dict, description="verdict to its share of the Monte Carlo draws, 0 to 1"
    )
    flips_by: str = Field(
        default="", description="the smallest change of one input row that changes the verdict"
    )
    evidence: str = Field(default="", description="limited, medium or robust")
    agreement: str = Field(default="", description="low, medium or high")
    topic: str = ""
    lever: str = Field(default="", description="code of codelists/levers.csv")
    qualifier_dropped: bool = Field(
        default=False, description="the article left out a limit that its source has"
    )
    bottom_line: bool = Field(default=False, description="the article's bottom line rests on it")
    changed: tuple[VerdictChange, ...] = Field(
        default=(), description="turns of the verdict on record, oldest first"
    )
    own_figures: tuple[str, ...] = Field(
        default=(),
        description="rows of the reader's own, not of the data release, that it rests on or "
        "that move it",
    )


class Metric(Frozen):
    """One number of the report with its unit, period, range, method and sources."""

    id: str
    kind: str
    label: str
    value: float | str | None
    low: float | None = None
    high: float | None = None
    unit: str
    period: str
    specification: str = ""
    method: str = Field(description="§ of docs/methods.md")
    source_ids: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = Field(default=(), description="ids of figures and assumptions")
    confidence: Confidence
    own_figures: tuple[str, ...] = Field(
        default=(),
        description="rows of the reader's own, not of the data release, that it rests on or "
        "that move it",
    )


class BottomLine(Frozen):
    """The answer, before anything else."""

    answer: str = Field(description="yes, no or contested")
    reading: str = Field(description="the definition of pillar the answer uses")
    text: str


class OwnFigures(Frozen):
    """The reader's own rows that entered beside the data release; never what they say."""

    sha256: str
    rows: int = Field(description="own rows known as of the date asked")
    tables: dict[str, int] = Field(description="table to its own rows")


class ChoiceSplit(Frozen):
    """How far one choice divides the definitions of pillar."""

    choice: str
    explained: float = Field(description="share of the variation between definitions, 0 to 1")
    shares: dict[str, float] = Field(description="value to the share of its definitions, 0 to 1")


class StageBreadth(Frozen):
    """The candidate at one stage against the threshold of the breadth test, at the horizon."""

    share_of_need: float | None = Field(description="capacity over the pillars' need; null: gap")
    chance: float = Field(description="share of draws that reach the threshold, 0 to 1")
    error: float = Field(description="Monte Carlo error of the chance, one standard error")
    reaches: bool


class LossShare(Frozen):
    """Share of the pillars' need served once one member has failed, 0 to 1."""

    lost: str
    without: float = Field(description="without the candidate")
    joined: float = Field(description="with the candidate")


class Attribution(Frozen):
    """The candidate's Shapley value among itself and the largest others."""

    tonnes: float = Field(description="t NdFeB a year")
    rank: int
    of: int = Field(description="members enumerated")


class Addition(Frozen):
    """The smallest addition that flips the verdict, at one place."""

    tonnes: float | None = Field(description="t NdFeB a year at each stage; null: none is enough")
    cost_usd_m: float | None = Field(description="capital cost; null: not known or not needed")
    cost_missing: tuple[str, ...] = Field(
        default=(), description="stages without a cost: the cost is then at least that"
    )


class PillarTest(Frozen):
    """Every reading of "pillar" for the candidate, at the horizon unless said otherwise."""

    specification_count: int = Field(description="definitions tested")
    specification_share_pillar: float = Field(description="share of them that say pillar, 0 to 1")
    verdict: str = Field(description="yes, no or contested")
    splits: tuple[ChoiceSplit, ...] = Field(description="choices, the most dividing first")
    by_reading: dict[str, float]
    breadth: dict[str, StageBreadth]
    stages_reached: int
    partner_rank: dict[str, int | None] = Field(description="metal rule to rank; null: adds none")
    n_minus_one: tuple[LossShare, ...]
    net_position: dict[str, float | None] = Field(description="rule to t NdFeB a year")
    burden: str | None
    shapley: dict[str, Attribution] = Field(description="by location and by owner")
    binding_stage: dict[str, dict[str, dict[str, str | None]]] = Field(
        description="now or horizon, metal rule, layer: the candidate's own chain"
    )
    smallest_additions: dict[str, Addition]


class DataRelease(Frozen):
    """Which data the findings rest on."""

    name: str
    version: str
    date: str
    sha256: str
    as_of: str
    is_stale: bool
    own_figures: OwnFigures | None = Field(
        default=None, description="set where figures of the reader's own entered"
    )


class Findings(Frozen):
    """Everything a report states, as data."""

    schema_version: str = SCHEMA_VERSION
    parameters: dict[str, Any]
    data: DataRelease
    bottom_line: BottomLine
    key_judgements: tuple[str, ...]
    verdicts: dict[str, ClaimVerdict]
    metrics: tuple[Metric, ...]
    gaps: tuple[Gap, ...]
    pillar_test: PillarTest | None = None

    def to_json(self) -> str:
        """The record as JSON text, stable to the byte."""
        return self.model_dump_json(indent=1) + "\n"

    def verdict_counts(self) -> dict[str, int]:
        """Number of claims per verdict, in the order of the scale; sums to the claims."""
        tally = {verdict.value: 0 for verdict in Verdict}
        for settled in self.verdicts.values():
            tally[settled.verdict.value] += 1
        return tally
