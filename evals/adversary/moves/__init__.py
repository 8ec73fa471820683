"""What can be tried in a run: each move is one function of the world and its own random numbers, by name and weight."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from random import Random

from evals.adversary.moves import chats, deciding, forging, house, probing, proposing, scheming, standing, surroundings
from evals.adversary.world import World

Move = Callable[[World, Random], Awaitable[str]]


@dataclass(frozen=True)
class Weighted:
    """A move, and how often it is drawn beside the others."""

    move: Move
    weight: int


MOVES: Mapping[str, Weighted] = {
    move.__name__: Weighted(move, weight)
    for move, weight in (
        (proposing.propose, 14),
        (proposing.propose_with_forged_fields, 2),
        (proposing.propose_without_right, 1),
        (proposing.propose_long_ago, 3),
        (proposing.split_an_amount, 2),
        (proposing.fix_by_page, 3),
        (proposing.invoice_by_page, 2),
        (proposing.upload, 3),
        (proposing.report, 2),
        (proposing.withdraw, 1),
        (deciding.look, 4),
        (deciding.approve, 16),
        (deciding.approve_unseen, 4),
        (deciding.approve_twice, 3),
        (deciding.two_at_once, 3),
        (deciding.approve_under_wrong_address, 2),
        (deciding.reject, 1),
        (deciding.carry_through, 8),
        (forging.own_proposal, 3),
        (forging.with_a_token, 5),
        (forging.across_sites, 5),
        (forging.without_right, 3),
        (forging.in_another_firm, 2),
        (forging.above_the_limit, 3),
        (forging.from_inside, 4),
        (forging.with_an_old_session, 2),
        (standing.delegate, 3),
        (standing.end_delegation, 1),
        (standing.approve_for, 4),
        (standing.edit, 4),
        (standing.freeze, 2),
        (standing.batch, 2),
        (standing.undo, 2),
        (standing.settle, 2),
        (house.change_policy, 3),
        (house.thaw, 3),
        (house.change_rights, 4),
        (house.govern, 4),
        (scheming.on_ones_own_paper, 3),
        (scheming.edit_between, 3),
        (scheming.beyond_a_delegation, 3),
        (scheming.for_oneself, 3),
        (scheming.more_for_oneself, 2),
        (chats.ask, 8),
        (chats.fix, 6),
        (chats.read_others, 2),
        (chats.resume, 2),
        (probing.routes, 4),
        (probing.as_the_database_user, 1),
        (surroundings.work, 12),
        (surroundings.queue_what_nobody_approved, 1),
        (surroundings.queue_elsewhere, 2),
        (surroundings.edit_in_the_erp, 2),
        (surroundings.break_the_next_write, 3),
        (surroundings.dismiss, 2),
        (surroundings.lower_a_limit, 1),
        (surroundings.tamper, 2),
    )
}
