"""By what a record of the mirror is found: what it belongs to, and the names by which other systems speak of it."""

from __future__ import annotations

from domain.records import Contract, Customer, Employee, Invoice, PriceList, Project, TimeEntry


def keys_of(record: Customer | Contract | Project | Employee | TimeEntry | Invoice | PriceList) -> list[str]:
    """What a record belongs to, and by which names other systems speak of it."""
    match record:
        case Project():
            names = [f"code:{record.code}"] if record.code else []
            owner = [f"customer:{record.customer_id}"] if record.customer_id else []
            return [
                *names,
                *_heads(record.code, record.name),
                *owner,
                *(f"contract:{id_}" for id_ in record.contract_ids),
            ]
        case Contract():
            listed = [f"price_list:{record.price_list_id}"] if record.price_list_id else []
            return [f"customer:{record.customer_id}", *listed, *_heads(record.number)]
        case Invoice():
            projects = dict.fromkeys(line.project_id for line in record.lines if line.project_id)
            owners = [f"project:{id_}" for id_ in projects] or [f"contract:{id_}" for id_ in record.contract_ids]
            return [f"customer:{record.customer_id}", *owners]
        case Customer():
            return _heads(record.code, record.name)
        case _:
            return []


def _heads(*names: str | None) -> list[str]:
    return [f"head:{name.split('/', 1)[0]}" for name in dict.fromkeys(names) if name]
