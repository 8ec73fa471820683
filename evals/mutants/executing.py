"""Guards on a write: that it is still approved, over the same state, once, and read back."""

from __future__ import annotations

from typing import Any

from actions import execution
from domain.actions import ActionState
from evals.adversary import ledger
from evals.adversary import service as service_module
from evals.adversary.service import Service
from evals.mutants.deciding import ALONE, STATES
from evals.mutants.removal import (
    answering,
    answering_later,
    replaced,
    told_the_database,
    without_checks,
)
from store import actions, freezes


async def states_when_executing(service: Service) -> None:
    """That only what is approved is begun: the worker's table of states, its policy check, the row, the triggers."""
    await without_checks(service, STATES, ALONE)
    attempt: Any = vars(execution)["_attempt"]
    replaced(execution, "NEXT", {**execution.NEXT, ActionState.AWAITING_APPROVAL: attempt})
    replaced(execution, "objection", answering_later(""))
    sql: dict[str, Any] = vars(actions)["SQL"]
    wider = type(sql["begin_attempt"])(sql["begin_attempt"].as_string(None).replace("and state = 'approved'", ""))
    sql["begin_attempt"] = wider


async def policy_at_execution(_: Service) -> None:
    """The decision of policy anew before anything is written."""
    replaced(execution, "objection", answering_later(""))


async def stale_check_and_stamps(_: Service) -> None:
    """The look at the ERP before writing, and the ERP's own check of version stamps."""
    replaced(execution, "moved", answering(""))
    replaced(ledger.Ledger, "refuse_stale", answering(None))


async def stale_check(_: Service) -> None:
    """The look at the ERP before writing, alone."""
    replaced(execution, "moved", answering(""))


async def version_stamps(_: Service) -> None:
    """The ERP's own check of version stamps, alone."""
    replaced(ledger.Ledger, "refuse_stale", answering(None))


async def reading_back(_: Service) -> None:
    """The comparison of what was written with what was approved."""
    replaced(execution, "differences", answering(()))


async def reference_look_up(service: Service) -> None:
    """The look-up of an earlier attempt by its reference, and the two checks that would notice its traces."""
    replaced(ledger.Ledger, "known", answering(None))
    await stale_check_and_stamps(service)


async def worker_of_the_firm(_: Service) -> None:
    """That a worker refuses a job that names another firm than its own."""

    class Anyone(str):
        """A firm's name that is no other's."""

        __slots__ = ()
        __hash__ = str.__hash__

        def __eq__(self, _: object) -> bool:
            return True

        def __ne__(self, _: object) -> bool:
            return False

    original = service_module.register

    def register(queue: Any, settings: Any, *given: Any) -> None:
        original(queue, settings.model_copy(update={"tenant": Anyone(settings.tenant)}), *given)

    replaced(service_module, "register", register)


async def freeze_of_execution(service: Service) -> None:
    """That nothing begins while execution is frozen: in the worker's transaction, and in the triggers."""
    replaced(freezes, "must_flow", answering_later(None))
    await told_the_database(service, "alter table action disable trigger guard_execution")


REMOVALS = (
    states_when_executing,
    policy_at_execution,
    stale_check_and_stamps,
    stale_check,
    version_stamps,
    reading_back,
    reference_look_up,
    worker_of_the_firm,
    freeze_of_execution,
)
