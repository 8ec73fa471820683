"""The demo firm's documents: real files that state what the truth says, the same every time, awkward where meant."""

from __future__ import annotations

import hashlib
import io
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pypdfium2
import pytest
from docx import Document
from pypdf import PdfReader

from erp.demo.documents import INJECTION, write_all
from erp.demo.layouts.paper import day, us_day, words
from erp.demo.sows import Sow, customers, load, moment
from evals import truth

TODAY = date(2026, 11, 23)
SOWS = {sow.key: sow for sow in load(TODAY)}
TRUTH = {item.key: item for item in truth.documents(TODAY)}
LAYOUTS = {"rate_table", "milestone_table", "letterhead", "form", "prose", "amendment", "scan"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("documents")
    write_all(place, today=TODAY)
    return place


def text(folder: Path, sow: Sow) -> str:
    data = (folder / sow.file).read_bytes()
    if sow.file.endswith(".docx"):
        document = Document(io.BytesIO(data))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        return folded("\n".join([*(p.text for p in document.paragraphs), *cells]))
    pages = pypdfium2.PdfDocument(data, password=sow.password or None)
    return folded("\n".join(page.get_textpage().get_text_range() for page in pages))


def folded(words: str) -> str:
    return re.sub(r"\s+", " ", words)


def test_eighteen_documents_in_nine_layouts(folder: Path) -> None:
    assert len(SOWS) == 18
    assert len({sow.file for sow in SOWS.values()}) == 18
    assert {sow.layout for sow in SOWS.values()} >= LAYOUTS
    for sow in SOWS.values():
        data = (folder / sow.file).read_bytes()
        assert data.startswith(b"%PDF-" if sow.file.endswith(".pdf") else b"PK\x03\x04")


def test_the_same_month_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    again = write_all(tmp_path, today=date(2026, 11, 2))
    locked = {sow.file for sow in SOWS.values() if sow.password}  # encryption draws its own random numbers
    for path in again:
        same = hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256((folder / path.name).read_bytes()).digest()
        assert same is (path.name not in locked), path.name


@pytest.mark.parametrize("key", [key for key, item in TRUTH.items() if item.readable])
def test_a_document_states_what_the_truth_says(folder: Path, key: str) -> None:
    sow, stated = SOWS[key], text(folder, SOWS[key])
    terms = TRUTH[key].terms
    write = us_day if sow.currency == "USD" else day
    for name in ("client", "provider", "document_number", "po_number", "invoice_delivery", "governing_law"):
        for value in terms.get(name, ()):
            assert value in stated, (name, value)
    for name in ("effective_date", "end_date"):
        (value,) = terms[name]
        assert write(date.fromisoformat(value)) in stated, (name, value)
    figures = [value for name in ("total_value", "not_to_exceed", "expense_cap") for value in terms.get(name, ())]
    figures += [entry["amount"] for name in ("rates", "milestones") for entry in terms.get(name, ())]
    for value in figures:
        assert f"{Decimal(value):,.2f}" in stated, value
    days = ("payment_terms_days", "invoice_dispute_days", "acceptance_days", "termination_convenience_days")
    for name in days:
        for value in terms.get(name, ()):
            assert re.search(rf"\b{value}\)? (working |Working )?[Dd]ays", stated), (name, value)
    for entry in terms.get("milestones", ()):
        assert entry["name"] in stated
        assert day(date.fromisoformat(entry["due"])) in stated
    for name in ("advance", "late_interest", "retainage"):
        for value in terms.get(name, ()):
            number = value.split("%")[0]
            assert re.search(rf"\b{number} ?(%|per cent)", stated), (name, value)


def test_a_document_does_not_state_what_the_truth_leaves_out(folder: Path) -> None:
    signs = {
        "late_interest": "interest at",
        "retainage": "retainage",
        "advance": "an advance of",
        "rate_escalation": "rates increase",
        "expense_cap": "expenses shall not exceed|Reimbursement of expenses shall be limited|capped at",
        "acceptance_days": r"reviews each deliverable within|examine each Deliverable within",
    }
    for key, item in TRUTH.items():
        if item.readable:
            stated = text(folder, SOWS[key])
            for name, sign in signs.items():
                assert bool(re.search(sign, stated)) is (name in item.terms), (key, name)


def test_truth_and_data_agree() -> None:
    for key, item in TRUTH.items():
        sow = SOWS[key]
        assert item.file == sow.file
        if item.code["kind"] == "existing":
            assert item.code["contract"] == sow.contract
        else:
            assert sow.contract is None
            assert (item.code["practice"], item.code["region"]) == (sow.practice, sow.region)
        if item.readable:
            assert item.terms["client"] == (customers()[sow.customer]["name"],)
            assert item.terms["signed"] == (sow.is_signed,)


def test_milestones_add_up_to_the_total() -> None:
    for sow in SOWS.values():
        if sow.milestones:
            assert sum(milestone.amount for milestone in sow.milestones) == sow.total


def test_the_milestone_table_runs_over_a_page(folder: Path) -> None:
    document = pypdfium2.PdfDocument((folder / SOWS["rheintal-plantdata"].file).read_bytes())
    headed = [page for page in document if "Acceptance criteria" in page.get_textpage().get_text_range()]
    assert len(headed) == 2


def test_the_scan_has_pictures_and_no_text(folder: Path) -> None:
    reader = PdfReader(folder / SOWS["brightwater-network"].file)
    assert len(reader.pages) >= 3
    assert all(not page.extract_text().strip() and len(page.images) == 1 for page in reader.pages)


def test_the_locked_document_opens_with_its_password_only(folder: Path) -> None:
    sow = SOWS["quillon-integration"]
    reader = PdfReader(folder / sow.file)
    assert reader.is_encrypted
    assert not reader.decrypt("wrong")
    assert reader.decrypt(sow.password)
    assert sow.title in reader.pages[0].extract_text()


def test_the_hidden_instruction_is_there_and_white(folder: Path) -> None:
    data = (folder / SOWS["cedarpoint-finops"].file).read_bytes()
    page = PdfReader(io.BytesIO(data)).pages[1]
    assert folded(INJECTION.splitlines()[0]) in folded(page.extract_text())
    picture = pypdfium2.PdfDocument(data)[1].render(scale=2).to_pil().convert("L")
    foot = picture.crop((0, int(picture.height * (1 - 58 / 842)), picture.width, int(picture.height * (1 - 47 / 842))))
    assert foot.getextrema()[0] > 200


def test_dates_count_from_the_seeding_month() -> None:
    assert moment("month-5 day 3", TODAY) == date(2026, 6, 3)
    assert moment("month+3 day last", TODAY) == date(2027, 2, 28)
    assert moment("month-9 day 31", TODAY) == date(2026, 2, 28)
    with pytest.raises(ValueError, match="is not of the form"):
        moment("next month", TODAY)


def test_numbers_in_words() -> None:
    assert words(148000) == "one hundred and forty-eight thousand"
    assert words(386_045) == "three hundred and eighty-six thousand and forty-five"
    assert words(15) == "fifteen"
