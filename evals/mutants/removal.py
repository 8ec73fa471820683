"""Ways to take a guard out of a running process and its database. What is not there to be removed is an error."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, LiteralString, cast

from evals.adversary.service import Service


class NoSuchGuard(LookupError):
    """What should be removed is not in the product any more: the list of guards is out of date."""


def replaced(owner: Any, name: str, value: Any) -> None:
    """Put another function or value in the place of one that must be there."""
    if not hasattr(owner, name):
        raise NoSuchGuard(f"{getattr(owner, '__name__', owner)} has no {name}")
    setattr(owner, name, value)


def answering(value: Any) -> Callable[..., Any]:
    """A function that answers this to everything."""

    def answer(*_: Any, **__: Any) -> Any:
        return value

    return answer


def answering_later(value: Any) -> Callable[..., Any]:
    """The same as a coroutine function."""

    async def answer(*_: Any, **__: Any) -> Any:
        return value

    return answer


def policy_edited(service: Service, edit: Callable[[dict[str, str]], None]) -> None:
    """Change the policy that is shipped, which is every firm's in these runs."""
    texts: dict[str, str] = vars(service.policies)["_shipped"]
    before = dict(texts)
    edit(texts)
    if texts == before:
        raise NoSuchGuard("the edit of the policy changed nothing")
    vars(service.policies)["_loaded"].clear()


def rules_dropped(service: Service, *ids: str) -> None:
    """Drop the Cedar policies with these ids from the policy in force."""
    policy_edited(service, lambda texts: without_rules(texts, *ids))


def without_rules(texts: dict[str, str], *ids: str) -> None:
    """Cut the Cedar policies with these ids out of the policy's text."""
    for id_ in ids:
        pattern = rf'@id\("{re.escape(id_)}"\).*?;\n'
        texts["authorization.cedar"], found = re.subn(pattern, "", texts["authorization.cedar"], flags=re.DOTALL)
        if not found:
            raise NoSuchGuard(f"authorization.cedar has no policy {id_}")


async def told_the_database(service: Service, *statements: str) -> None:
    """Run statements as the schema's owner."""
    async with service.owner.nobody() as connection:
        for statement in statements:
            await connection.execute(cast("LiteralString", statement))


async def without_checks(service: Service, *messages: str) -> None:
    """The database's triggers go on without the checks that raise these messages."""
    async with service.owner.nobody() as connection:
        found = await connection.execute(
            "select pg_get_functiondef(oid) as text from pg_proc "
            "where proname like 'guard%' and pronamespace = 'public'::regnamespace"
        )
        functions = [str(row["text"]) for row in await found.fetchall()]
    for message in messages:
        check = rf"\n    if (?:(?!\n    end if;).)*?raise exception '{re.escape(message)}'.*?\n    end if;"
        cut = {text: re.sub(check, "", text, flags=re.DOTALL) for text in functions}
        if all(text == left for text, left in cut.items()):
            raise NoSuchGuard(f"no trigger says “{message}”")
        functions = list(cut.values())
    await told_the_database(service, *functions)


async def without_row_security(service: Service) -> None:
    """Every transaction sees every firm's rows."""
    async with service.owner.nobody() as connection:
        rows = await connection.execute("select relname from pg_class where relrowsecurity and relkind = 'r'")
        names = [row["relname"] for row in await rows.fetchall()]
    await told_the_database(service, *(f"alter table {name} disable row level security" for name in names))
