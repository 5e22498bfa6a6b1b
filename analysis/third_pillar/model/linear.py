"""The chain as a linear programme: the oracle of the closed form, and the rule where links bind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt

from third_pillar.model.sampling import Draws

Capacity = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
OUTSIDE = -1
"""Target of a link that leaves the pool: what it reserves is lost to the members."""


@dataclass(frozen=True)
class Link:
    """A tie between two members at one stage.

    Attributes:
        stage: Index of the stage whose output moves.
        origin: Member that makes it.
        target: Member that takes it to the next stage, or `OUTSIDE`.
        is_ban: Whether nothing may move; otherwise a tonnage is reserved.
    """

    stage: int
    origin: int
    target: int
    is_ban: bool = False


@dataclass(frozen=True)
class Solution:
    """What a programme found.

    Attributes:
        served: Need served, tonnes a year.
        cost: Cost of what is made, in the unit of the costs; 0 where none were given.
        drawn: Tonnes taken from stock, shape (members, stages); zeros without stocks.
    """

    served: float
    cost: float
    drawn: Capacity


class ChainProgramme:
    """The largest flow of a pool to its needs, solved again and again from the last solution.

    Every member may pass its output at a stage to every member at the next, and magnets to
    every need, unless a link forbids it. A reserved tonnage goes to its target or nowhere. Of
    all flows that serve as much, it takes the cheapest where costs are given.

    Args:
        members: How many members the pool has.
        needs: How many needs it serves.
        is_counted: Stages that constrain, shape (stages,).
        links: Ties that bind; those at a stage that is not counted are left out.
        costs: Cost of a tonne made by each member at each stage, shape (members, stages);
            nothing where none is known. What comes from stock costs nothing.
        has_stocks: Whether `solve` is given stocks to draw on.

    Raises:
        ValueError: No stage, member or need, a link that names a member or stage that is not
            there, or costs that do not fit or are negative.

    Method:
        §3.6 of docs/methods.md.
    """

    def __init__(
        self,
        *,
        members: int,
        needs: int,
        is_counted: Mask,
        links: Sequence[Link] = (),
        costs: Capacity | None = None,
        has_stocks: bool = False,
    ) -> None:
        stages = [int(stage) for stage in np.flatnonzero(is_counted)]
        if not stages or members < 1 or needs < 1:
            raise ValueError("a programme needs a stage, a member and a need")
        self._shape = (members, len(is_counted))
        self._stages, self._members, self._needs = stages, members, needs
        _check_links(links, members=members, stages=len(is_counted), needs=needs, last=stages[-1])
        self._links = tuple(link for link in links if link.stage in stages)
        self._positions = tuple(place for place, link in enumerate(links) if link.stage in stages)
        self._given = len(links)
        self._has_stocks = has_stocks
        self._costs = self._read_costs(costs)
        self._nothing = np.zeros(self._shape)
        self._nothing.flags.writeable = False
        limits = len(stages) * members + needs
        self._limit_rows = np.arange(limits, dtype=np.int32)
        self._no_lower = np.full(limits, -np.inf)
        self._solver = self._build()

    def solve(self, capacity: Capacity, need: Draws, reserved: Sequence[float] = ()) -> float:
        """Need served, tonnes a year; as `solve_fully`, without stocks."""
        return self.solve_fully(capacity, need, reserved).served

    def solve_fully(
        self,
        capacity: Capacity,
        need: Draws,
        reserved: Sequence[float] = (),
        stocks: Capacity | None = None,
    ) -> Solution:
        """Need served, what it costs and what it draws from stock.

        Args:
            capacity: Magnet-equivalent tonnes a year, shape (members, stages).
            need: Tonnes of magnets a year of each need, shape (needs,).
            reserved: Tonnes of each link, in the order given; a ban's is not read. What a
                member has promised beyond its capacity is cut in proportion.
            stocks: Tonnes of a stage's product that each member may add to the year's output,
                shape (members, stages); nothing is none.

        Raises:
            ValueError: Shapes that do not fit, a figure that is negative or missing, or stocks
                for a programme built without.
        """
        counted = self._check(capacity, need, reserved)
        held = self._hold(counted, reserved) if self._links else []
        free = counted.T.ravel()
        columns = []
        for link, tonnes in zip(self._links, held, strict=True):
            free[self._stages.index(link.stage) * self._members + link.origin] -= tonnes
            columns.append(0.0 if link.target == OUTSIDE else tonnes)
        limits = np.concatenate([np.maximum(free, 0.0) if held else free, need])
        self._solver.changeRowsBounds(len(limits), self._limit_rows, self._no_lower, limits)
        if columns:
            places = np.arange(self._arcs, self._arcs + len(columns), dtype=np.int32)
            self._solver.changeColsBounds(
                len(places), places, np.zeros(len(places)), np.array(columns)
            )
        self._offer(stocks)
        self._solver.run()
        status = self._solver.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise ValueError(f"the programme has no solution: {status}")
        if self._costs is None and not self._has_stocks:
            served = float(self._solver.getInfo().objective_function_value)
            return Solution(served, 0.0, self._nothing)
        return self._read_solution()

    def _offer(self, stocks: Capacity | None) -> None:
        """The most that may be drawn from each stock in this solution."""
        if stocks is None and not self._has_stocks:
            return
        offered = np.zeros(self._shape) if stocks is None else np.asarray(stocks, dtype=float)
        if not self._has_stocks:
            raise ValueError("the programme was built without stocks")
        if offered.shape != self._shape:
            raise ValueError(f"stocks {offered.shape} do not fit capacity {self._shape}")
        if not np.all(np.isfinite(offered)) or np.any(offered < 0):
            raise ValueError("a stock is negative or missing")
        upper = offered[:, self._stages].T.ravel()
        first = self._arcs + len(self._links)
        places = np.arange(first, first + len(upper), dtype=np.int32)
        self._solver.changeColsBounds(len(places), places, np.zeros(len(places)), upper)

    def _read_solution(self) -> Solution:
        flows = np.array(self._solver.getSolution().col_value)
        drawn = np.zeros(self._shape)
        if self._has_stocks:
            first = self._arcs + len(self._links)
            taken = flows[first:].reshape(len(self._stages), self._members)
            drawn[:, self._stages] = taken.T
        spent = 0.0 if self._costs is None else float(flows @ self._column_costs(self._costs))
        return Solution(float(flows @ self._worth(len(flows))), spent, drawn)

    def _read_costs(self, costs: Capacity | None) -> Capacity | None:
        if costs is None:
            return None
        read = np.asarray(costs, dtype=float)
        if read.shape != self._shape or not np.all(np.isfinite(read)) or np.any(read < 0):
            raise ValueError("costs do not fit the members and stages, or are negative or missing")
        return read if read.max() > 0 else None

    def _column_costs(self, costs: Capacity) -> Draws:
        """Cost of a tonne in each column: that of the stage it leaves, less if from stock."""
        spent = np.zeros(self._columns)
        for position, stage in enumerate(self._stages):
            for origin in range(self._members):
                for target in range(self._targets(position)):
                    spent[self._arc(position, origin, target)] = costs[origin, stage]
                if self._has_stocks:
                    spent[self._stock(position, origin)] = -costs[origin, stage]
        for place, link in enumerate(self._links):
            if link.target != OUTSIDE:
                spent[self._arcs + place] = costs[link.origin, link.stage]
        return spent

    def _check(self, capacity: Capacity, need: Draws, reserved: Sequence[float]) -> Capacity:
        if capacity.shape != self._shape or len(need) != self._needs:
            raise ValueError(f"capacity {capacity.shape} or need {len(need)} does not fit")
        if len(reserved) not in {0, self._given}:
            raise ValueError(f"{len(reserved)} tonnages for {self._given} links")
        counted = capacity[:, self._stages]
        for figures in (counted, need, np.asarray(reserved, dtype=float)):
            # One pass finds what is negative, missing or endless.
            if figures.size and not (figures.min() >= 0 and figures.max() < np.inf):
                raise ValueError("capacity, need or reserved tonnage is negative or missing")
        return counted

    def _hold(self, counted: Capacity, reserved: Sequence[float]) -> list[float]:
        """Tonnes each link holds; promises beyond a member's capacity are cut in proportion."""
        wanted = [
            0.0 if link.is_ban or not len(reserved) else float(reserved[place])
            for link, place in zip(self._links, self._positions, strict=True)
        ]
        held = []
        for link, tonnes in zip(self._links, wanted, strict=True):
            promised = sum(
                other
                for rival, other in zip(self._links, wanted, strict=True)
                if (rival.stage, rival.origin) == (link.stage, link.origin)
            )
            has = float(counted[link.origin, self._stages.index(link.stage)])
            held.append(tonnes * min(1.0, has / promised) if promised > 0 else 0.0)
        return held

    @property
    def _arcs(self) -> int:
        """Columns of free movement: between stages, then to the needs."""
        return (len(self._stages) - 1) * self._members**2 + self._members * self._needs

    @property
    def _columns(self) -> int:
        """All columns: free movement, links, then stocks."""
        stocks = len(self._stages) * self._members if self._has_stocks else 0
        return self._arcs + len(self._links) + stocks

    def _stock(self, position: int, member: int) -> int:
        return self._arcs + len(self._links) + position * self._members + member

    def _targets(self, position: int) -> int:
        return self._members if position < len(self._stages) - 1 else self._needs

    def _arc(self, position: int, origin: int, target: int) -> int:
        return position * self._members**2 + origin * self._targets(position) + target

    def _entries(self) -> tuple[list[tuple[int, int, float]], Draws]:
        """(row, column, coefficient) of the constraints, and each column's upper bound.

        Rows: free output of each member by stage, each need, then balance of each member at
        every stage after the first.
        """
        last = len(self._stages) - 1
        need_row = len(self._stages) * self._members
        balance = need_row + self._needs
        upper = np.full(self._columns, np.inf)
        upper[self._arcs :] = 0.0
        entries = []

        def join(position: int, origin: int, target: int, column: int, *, is_free: bool) -> None:
            if is_free:
                entries.append((position * self._members + origin, column, 1.0))
            if position > 0:
                entries.append((balance + (position - 1) * self._members + origin, column, -1.0))
            row = (
                need_row + target
                if position == last
                else balance + position * self._members + target
            )
            entries.append((row, column, 1.0))

        for position in range(len(self._stages)):
            for origin in range(self._members):
                for target in range(self._targets(position)):
                    column = self._arc(position, origin, target)
                    join(position, origin, target, column, is_free=True)
        for place, link in enumerate(self._links):
            position = self._stages.index(link.stage)
            if link.is_ban and link.target != OUTSIDE:
                upper[self._arc(position, link.origin, link.target)] = 0.0
            elif link.target != OUTSIDE:
                column = self._arcs + place
                join(position, link.origin, link.target, column, is_free=False)
        return [*entries, *self._stock_entries(balance)], upper

    def _stock_entries(self, balance: int) -> Iterator[tuple[int, int, float]]:
        """What is drawn from stock comes on top of capacity and needs no input."""
        if not self._has_stocks:
            return
        for position, member in np.ndindex(len(self._stages), self._members):
            column = self._stock(position, member)
            yield position * self._members + member, column, -1.0
            if position > 0:
                yield balance + (position - 1) * self._members + member, column, 1.0

    def _build(self) -> Any:  # the stubs of highspy lack half of its methods
        entries, upper = self._entries()
        columns = len(upper)
        limits = len(self._stages) * self._members + self._needs
        rows = limits + (len(self._stages) - 1) * self._members
        entries.sort(key=lambda entry: (entry[1], entry[0]))
        problem = highspy.HighsLp()
        problem.num_col_, problem.num_row_ = columns, rows
        problem.col_cost_ = self._objective(columns)
        problem.col_lower_, problem.col_upper_ = np.zeros(columns), upper
        problem.row_lower_ = np.where(np.arange(rows) < limits, -np.inf, 0.0)
        problem.row_upper_ = np.zeros(rows)
        problem.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        counts = np.bincount([column for _, column, _ in entries], minlength=columns)
        problem.a_matrix_.start_ = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        problem.a_matrix_.index_ = np.array([row for row, _, _ in entries], dtype=np.int32)
        problem.a_matrix_.value_ = np.array([value for _, _, value in entries])
        problem.sense_ = highspy.ObjSense.kMaximize
        solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # as above
        for name, value in _OPTIONS.items():
            solver.setOptionValue(name, value)
        solver.passModel(problem)
        return solver

    def _objective(self, columns: int) -> Draws:
        """What is served, less so small a part of the cost that it never pays to serve less.

        Serving one tonne more moves one tonne on each way of a path at most, and no path is
        longer than the members at all stages, there and back.
        """
        worth = self._worth(columns)
        if self._costs is None:
            return worth
        longest = 2 * (self._members * len(self._stages) + self._needs)
        scale = 2.0 * longest * float(self._costs.max())
        return np.asarray(worth - self._column_costs(self._costs) / scale, dtype=float)

    def _worth(self, columns: int) -> Draws:
        worth = np.zeros(columns)
        first = (len(self._stages) - 1) * self._members**2
        worth[first : self._arcs] = 1.0
        for place, link in enumerate(self._links):
            if link.stage == self._stages[-1] and link.target != OUTSIDE:
                worth[self._arcs + place] = 1.0
        return worth


_OPTIONS = {
    "output_flag": False,
    "threads": 1,
    "solver": "simplex",
    # The basis of the last draw is the start of the next: presolve would throw it away.
    "presolve": "off",
    "primal_feasibility_tolerance": 1e-10,
    "dual_feasibility_tolerance": 1e-10,
}


def _check_links(
    links: Sequence[Link], *, members: int, stages: int, needs: int, last: int
) -> None:
    for link in links:
        targets = needs if link.stage == last else members
        if not 0 <= link.stage < stages:
            raise ValueError(f"{link} names a stage that is not there")
        if not 0 <= link.origin < members or not OUTSIDE <= link.target < targets:
            raise ValueError(f"{link} names a member that is not in the pool")


def compute_linked_flow(
    capacity: Capacity,
    need: Capacity,
    *,
    is_counted: Mask,
    links: Sequence[Link] = (),
    reserved: Capacity | None = None,
) -> Draws:
    """Need a pool serves in each draw, links binding.

    Args:
        capacity: Magnet-equivalent tonnes a year, shape (draws, members, stages); NaN where
            nothing is known adds nothing.
        need: Tonnes of magnets a year of each need, shape (draws, needs).
        is_counted: Stages that constrain.
        links: Ties; at the last counted stage a link's target is a need.
        reserved: Tonnes of each link, shape (draws, links); nothing reserves nothing.

    Returns:
        Tonnes a year, shape (draws,).

    Method:
        §3.6 of docs/methods.md.
    """
    programme = ChainProgramme(
        members=capacity.shape[1], needs=need.shape[1], is_counted=is_counted, links=links
    )
    known = np.nan_to_num(capacity)
    held = np.zeros((len(known), len(links))) if reserved is None else reserved
    return np.array(
        [programme.solve(known[d], need[d], [float(t) for t in held[d]]) for d in range(len(known))]
    )
