"""The guards by name. Where several layers stand behind each other, one removal takes them all and its name says so."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from actions import decisions, execution, standing
from agent import calling
from api import access
from domain.actions import Action, ActionState, Origin
from domain.source import Evidence
from evals.adversary import ledger
from evals.adversary import service as service_module
from evals.adversary.service import Service
from evals.mutants.removal import (
    answering,
    answering_later,
    policy_edited,
    replaced,
    rules_dropped,
    told_the_database,
    without_row_security,
    without_rules,
    without_triggers,
)
from sow import reading
from store import actions, threads
from tools import registry, remedies

Removal = Callable[[Service], Awaitable[None]]


async def proposer_never_decides(service: Service) -> None:
    """Cedar's duties.proposer, and the database's triggers."""
    rules_dropped(service, "duties.proposer")
    await without_triggers(service)


async def nobody_decides_twice(service: Service) -> None:
    """Cedar's duties.twice, the database's triggers, and its unique decision a person."""
    rules_dropped(service, "duties.twice")
    await without_triggers(service)
    await told_the_database(
        service, "alter table action_decision drop constraint action_decision_tenant_action_person_key"
    )


async def agent_never_decides(service: Service) -> None:
    """Cedar's agent.never."""
    rules_dropped(service, "agent.never")


async def service_never_decides(service: Service) -> None:
    """Cedar's service.never."""
    rules_dropped(service, "service.never")


async def role_of_the_step(service: Service) -> None:
    """Cedar's step.role, with a right to decide for project managers and finance."""

    def edit(texts: dict[str, str]) -> None:
        proposing, deciding = 'Action::"action.propose",', 'Action::"action.propose", Action::"action.decide",'
        without_rules(texts, "step.role")
        texts["authorization.cedar"] = texts["authorization.cedar"].replace(proposing, deciding, 2)

    policy_edited(service, edit)


async def limit_of_the_step(service: Service) -> None:
    """Cedar's step.limit."""
    rules_dropped(service, "step.limit")


async def chain_of_two(service: Service) -> None:
    """The approval matrix's second approver above the threshold."""

    def edit(texts: dict[str, str]) -> None:
        second = ', { role = "approver", limited = false, stage = 2 }'
        texts["approval.toml"] = texts["approval.toml"].replace(second, "")

    policy_edited(service, edit)


async def sum_of_several(service: Service) -> None:
    """The approval matrix's threshold for several invoices of one customer together."""

    def edit(texts: dict[str, str]) -> None:
        rule = r'\[\[rule\]\]\nid = "invoice.create_draft.many"\n.*?\n\n'
        texts["approval.toml"] = re.sub(rule, "", texts["approval.toml"], flags=re.DOTALL)

    policy_edited(service, edit)


async def rows_of_other_firms(service: Service) -> None:
    """Row-level security."""
    await without_row_security(service)


async def decisions_of_other_firms(service: Service) -> None:
    """Row-level security and Cedar's tenant.other."""
    await without_row_security(service)
    rules_dropped(service, "tenant.other")


async def digest_that_was_seen(_: Service) -> None:
    """The comparison of the digest that the approver sends with the proposal's."""
    replaced(decisions, "hmac", SimpleNamespace(compare_digest=answering(value=True)))


async def digest_of_what_is_stored(_: Service) -> None:
    """The recomputation of a stored proposal's digest, when deciding and when executing."""
    replaced(decisions, "signed_digest", _stored_digest)
    replaced(standing, "signed_digest", _stored_digest)


def _stored_digest(action: Action) -> str:
    return action.digest


async def time_to_decide(_: Service) -> None:
    """Expiry: in the decision and in Cedar's step.none."""
    original: Any = vars(actions)["_action"]

    def never_overdue(*given: Any) -> Action:
        return replace(original(*given), overdue=False)

    replaced(actions, "_action", never_overdue)


async def states_when_deciding(service: Service) -> None:
    """That only what waits can be decided: in the decision, in Cedar's step.none, and in the triggers."""
    rules_dropped(service, "step.none")
    await without_triggers(service)
    replaced(decisions, "_must_wait", answering(None))


async def states_when_executing(service: Service) -> None:
    """That only what is approved is begun: the worker's table of states, its policy check, the row, the triggers."""
    await without_triggers(service)
    attempt: Any = vars(execution)["_attempt"]
    replaced(execution, "NEXT", {**execution.NEXT, ActionState.AWAITING_APPROVAL: attempt})
    replaced(execution, "objection", answering_later(""))
    sql: dict[str, Any] = vars(actions)["SQL"]
    wider = type(sql["begin_attempt"])(sql["begin_attempt"].as_string(None).replace("and state = 'approved'", ""))
    sql["begin_attempt"] = wider


async def forgery_check(_: Service) -> None:
    """CSRF token and origin of a request."""
    replaced(access, "refuse_forgery", answering_later(None))


async def csrf_token(_: Service) -> None:
    """The CSRF token alone, for browsers that say nothing of where a request comes from."""
    replaced(access, "hmac", SimpleNamespace(compare_digest=answering(value=True)))


async def origin_of_requests(_: Service) -> None:
    """The origin alone, for a token that leaked."""
    replaced(access, "refuse_other_origins", answering(None))


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


async def tools_of_the_role(_: Service) -> None:
    """That a tool outside a person's rights is not offered to their model."""
    replaced(service_module, "tools_for", answering(registry.TOOLS))


async def values_that_were_stated(_: Service) -> None:
    """That a model may only pass on values which the person wrote."""
    replaced(calling, "_not_stated", answering(()))


async def quotes_from_the_page(_: Service) -> None:
    """That a term's quote stands in its document."""

    def invented(candidate: Any, view: Any, layout: Any) -> Evidence | None:
        evidence = original(candidate, view, layout)
        return evidence and replace(evidence, quote=f"It is agreed that {candidate.value} holds")

    original = reading.ground
    replaced(reading, "ground", invented)


async def origins_of_values(_: Service) -> None:
    """That a value is from a document only where a quote holds it."""

    def from_document(finding: Any, *_: Any) -> Origin:
        return Origin("document" if finding.evidence else "erp", None, finding.evidence)

    replaced(remedies, "_origin", from_document)


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


async def owner_of_a_conversation(_: Service) -> None:
    """That a conversation is opened by its owner alone."""
    sql: dict[str, Any] = vars(threads)["SQL"]
    for name in ("get",):
        sql[name] = type(sql[name])(sql[name].as_string(None).replace("and person = %(person)s", ""))


GUARDS: Mapping[str, Removal] = {
    removal.__name__.replace("_", "-"): removal
    for removal in (
        proposer_never_decides,
        nobody_decides_twice,
        agent_never_decides,
        service_never_decides,
        role_of_the_step,
        limit_of_the_step,
        chain_of_two,
        sum_of_several,
        rows_of_other_firms,
        decisions_of_other_firms,
        digest_that_was_seen,
        digest_of_what_is_stored,
        time_to_decide,
        states_when_deciding,
        states_when_executing,
        forgery_check,
        csrf_token,
        origin_of_requests,
        policy_at_execution,
        stale_check_and_stamps,
        stale_check,
        version_stamps,
        reading_back,
        reference_look_up,
        tools_of_the_role,
        values_that_were_stated,
        quotes_from_the_page,
        origins_of_values,
        worker_of_the_firm,
        owner_of_a_conversation,
    )
}
