"""Many documents: in the order given, each in a process of its own, and a run that was cut off goes on."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from domain.errors import DocumentTimeout
from sow import bulk
from sow.command import extract
from sow.nursery import nursery
from sow.sandbox import read_sandboxed
from tests.unit.sow.paper import pdf

LINES = ["Client shall pay each invoice within thirty (30) days of receipt of the invoice."]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "a.md").write_text("Payment terms: net 30 days.\n")
    (tmp_path / "in" / "b.pdf").write_bytes(b"%PDF-1.4 broken")
    (tmp_path / "in" / "deep" / "c.pdf").write_bytes(pdf(LINES))
    (tmp_path / "in" / "picture.png").write_bytes(b"\x89PNG")
    (tmp_path / "in" / ".hidden").mkdir()
    (tmp_path / "in" / ".hidden" / "d.md").write_text("no")
    return tmp_path / "in"


def lines(path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_folder_is_walked_and_a_second_run_reads_only_what_is_new(folder, tmp_path, capsys) -> None:
    out = tmp_path / "terms.jsonl"
    assert extract([folder], jsonl=False, jobs=2, out=out) == 1
    assert [line["id"] for line in lines(out)] == ["a", "b", "c"]
    assert "2 read, 1 not readable, 0 already there" in capsys.readouterr().err
    (folder / "e.md").write_text("Payment terms: net 45 days.\n")
    assert extract([folder], jsonl=False, jobs=2, out=out) == 0
    assert "1 read, 0 not readable, 3 already there" in capsys.readouterr().err
    assert [line["id"] for line in lines(out)] == ["a", "b", "c", "e"]


def test_a_line_that_was_cut_off_is_read_again_and_so_is_what_other_rules_read(folder, tmp_path, monkeypatch) -> None:
    out = tmp_path / "terms.jsonl"
    extract([folder], jsonl=False, jobs=1, out=out)
    out.write_bytes(out.read_bytes()[:-20])
    assert len(bulk.done(out)) == 2
    extract([folder], jsonl=False, jobs=1, out=out)
    assert [line["id"] for line in lines(out)] == ["a", "b", "c"]
    monkeypatch.setattr(bulk, "edition", lambda: "other rules")
    assert bulk.done(out) == set()


def test_what_took_too_long_is_no_result(tmp_path) -> None:
    out = tmp_path / "terms.jsonl"
    record = {"document": {"sha256": "x"}, "edition": bulk.edition(), "error": {"code": DocumentTimeout.code}}
    out.write_text(json.dumps(record) + "\nnot json\n")
    assert bulk.done(out) == set()


@pytest.mark.anyio
async def test_a_nursery_that_was_killed_is_begun_again() -> None:
    assert (await read_sandboxed(b"net 30 days", "a.txt")).document.kind == "text"
    first = nursery().pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    found = await asyncio.gather(*(read_sandboxed(f"net {days} days".encode(), "a.txt") for days in (30, 45, 60)))
    assert [term.value for reading in found for term in reading.terms] == [30, 45, 60]
    assert nursery().pid not in {None, first}


@pytest.mark.anyio
@pytest.mark.skipif(sys.platform != "linux", reason="the limits are those of Linux")
async def test_a_fork_is_confined_and_killed_when_it_lingers() -> None:
    door = await nursery().start(5, 512)
    owner = nursery().pid
    (child,) = [int(number) for number in Path(f"/proc/{owner}/task/{owner}/children").read_text().split()]
    for _ in range(100):
        status = Path(f"/proc/{child}/status").read_text()
        if "Seccomp:\t2" in status:
            break
        await asyncio.sleep(0.02)
    assert "Seccomp:\t2" in status
    assert "NoNewPrivs:\t1" in status
    assert await door.end(True) == -signal.SIGKILL
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
