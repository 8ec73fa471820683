"""References: the document's own number, the agreement it is under, and purchase orders."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sow.rules import rule
from sow.view import Candidate, View, candidate

NUMBER = r"(?P<number>[A-Z0-9][A-Z0-9]*(?:[-/._][A-Z0-9]+)*)"
OWN = (
    r"(?i:contract reference|contract|agreement|sow|statement of work|work order|document|reference|task order"
    r"|order form|service order|services order|schedule|addendum"
    r"|(?<!urchase\x20)(?<!ecutive\x20)order|call-off|call-off contract|our|your|offer"
    r"|quotation|quote|"
    r"amendment|change order|proposal|project)[ \n]?(?i:number|no\.?|ref\.?|reference|id|#|№)"
    r"(?i: number| no\.?)?[ ]?[:#.|]{0,2}\s{0,3}" + NUMBER
)
TITLED = (
    r"(?i:(?:statement|schedule) of work|work order|sow|task order|service order|change order|offer|quotation"
    r"|services schedule|individual contract|specific contract)[ ](?i:no\.?|number|#)?[ ]?#?"
    + NUMBER
    + r"(?=\s|$|[,:;)])"
)
TITLE_WINDOW = 1_500
OWN_TITLE = 120  # an agreement named there without number or date, unless "under" it, is the document itself
PREAMBLE = 6_000
MASTER = rule(
    r"(?P<title>\b(?=(?:that certain )?(?:master|general|framework|professional|consult|advisory|MSA))"
    r"(?:that certain )?(?:(?:master|general) (?:services?|consulting|consultancy"
    r"|professional services?|supply|framework|software|"
    r"subscription|development)?(?: and \w+)?[ -]*(?:services? |consulting )?agreement"
    r"|framework (?:services )?agreement|"
    r"(?:professional|consulting|consultancy|advisory) services agreement|MSA\b(?= (?:dated|no|number|between))))"
    r"(?P<rest>(?: \([^()]{1,60}\))?(?:,? (?:No\.?|number|contract reference|ref\.?"
    r"|reference|with (?:reference|number|ref\.?))[^,.;]{0,40})?(?: (?:between"
    r"|of|by and between) [^.;,]{2,90}?)?(?:,? (?:No\.?|number|ref\.?"
    r"|reference) [\w/-]+)?"
    r"(?:(?:,? (?:dated|entered into|effective|made|executed|signed))(?: as)?(?: of| on)? (?P<date>{DATE})))?"
)
AMENDED = rule(
    r"\b(?:amends|amendment (?:no\.? ?\d+ )?to|modifies|supplements|addendum (?:no\.? ?\d+ )?to) (?:the "
    r"|that certain )?"
    r"(?P<title>(?:(?-i:[A-Z])[\w&-]*(?: of| and| for)? ){0,5}(?:statement of work|agreement|work order|contract|sow)\b"
    r"(?: (?:no\.? ?)?(?=[\w/-]*\d)[\w/-]+)?)[^.;\n]{0,60}?(?:,? (?:of|dated(?: as of)?|effective(?: as of)?"
    r"|entered into"
    r"(?: as of| on)?)) (?P<date>{DATE})"
)
# any other agreement that this document says it is under, told by its number or date
CUE = re.compile(
    r"(?:\b(?:[Uu]nder|UNDER|[Ii]mplementing|[Pp]ursuant to|[Ss]ubject to|[Gg]overned by|[Ii]n accordance with)"
    r"|(?:^|\n|\b(?:[Aa]ddendum|ADDENDUM|[Ss]chedule|[Aa]nnex|[Oo]rder|SOW)(?: [Nn]o\.? ?\S{1,12})? )[Tt]o)"
    r"\s+(?:the\s+|that\s+certain\s+)?(?=[A-Z])"
)
OTHER = rule(
    r"(?P<title>(?:(?-i:[A-Z])[\w&'-]*(?: of| and| for|,)? ){1,6}"
    r"(?:agreement|contract)(?: for (?:(?-i:[A-Z])\w* ?){1,4})?(?: \([^()]{1,60}\))?"
    r"(?:,? (?:No\.?|number|ref\.?|reference) ?(?P<number>(?=[\w./-]*\d)[\w./-]+))?"
    r"(?:(?: (?:between|by and between|concluded between) [^;\n]{2,160}?)?,? (?:dated"
    r"|entered into|effective|made|executed"
    r"|signed|concluded|of)(?: (?:between|by) [^.;,]{2,60}?)?(?: as)?(?: of| on)? (?P<date>{DATE}))?)"
)
NOT_MASTER = rule(r"\b(?:licen[cs]e|lease|purchase|confidential|disclosure|employment|loan|credit|this)\b")
NUMBERED = rule(
    r"\bunder (?:the )?(?P<title>(?:prime |gsa |schedule )?(?:contract|bpa|framework) "
    r"(?:No\.?|number) (?=\S*\d)[\w./-]+\w)"
)
UNDER = rule(
    r"\b(?:pursuant to|under|subject to|governed by|incorporated (?:into|by)|issued under|part of|terms of"
    r"|in accordance with"
    r"|attached to|made to)\b[^.;]{0,60}$"
    r"|\bparties (?:have )?(?:concluded|entered into|executed|signed) (?:an?|the|that certain) $"
)
STANDALONE = rule(r"stand-?alone|superseded by|replaced by|no master|later incorporated|may (?:later )?enter into")
PO_NUMBER = (
    r"\b(?i:purchase order|p\.?o\.?)[ ]?(?i:number|no\.?|ref(?:erence)?\.?|#)?[ ]?[:#.|]{0,2}\s{0,3}"
    r"(?P<number>(?=[A-Z0-9/_-]*\d)[A-Z0-9][A-Z0-9/_-]{2,24})\b"
)
# an order number that invoices must state is a purchase order's, but not a work order's own
ORDER = r"(?:purchase order|P\.?O\.?|(?<!work\x20)(?<!task\x20)(?<!change\x20)order (?:number|no\.?))"
ON_INVOICES = rule(
    r"(?<!work\x20)(?<!task\x20)\border (?:number|no\.?)[ ]?:? "
    r"(?P<number>(?=[A-Z0-9/_-]*\d)(?-i:[A-Z0-9])[\w/-]{2,24})\b"
    r"(?= (?:must|shall|is to|has to|should) [^.;]{0,40}\binvoice)"
)
PO_REQUIRED = (
    (
        r"\b(?:invoices?|each invoice|all invoices|every invoice)\b{FAR}\b(?:must|shall|should|will)\b{NEAR}"
        r"\b(?:include|reference|quote|state|show|bear|contain|cite|carry|identify|indicate|mention|reflect)\b{NEAR}\b"
        + ORDER
        + r"\b(?! ?box)"
    ),
    r"\b"
    + ORDER
    + r"\b[^.;]{0,30}\b(?:must|shall|has to|is to) be (?:stated|shown|quoted|given|indicated)\b[^.;]{0,30}\binvoice",
    r"\b" + ORDER + r"\b[^.;]{0,20}\b(?:must|shall|should|has to) appear on\b[^.;]{0,20}\binvoice",
    r"\b(?:purchase order|P\.?O\.?)(?: number)? required ?[?:|]{1,2} ?yes\b",
    r"\binvoices?\b[^;]{0,120}\b(?:they|each|all|it) (?:must|shall) (?:carry|state|show|quote|bear)\b[^.;]{0,20}\b"
    + ORDER,
    r"\binvoices?\b{FAR}\bquoting (?:your|our|the|its|a)? ?(?:\w+'s )?(?:valid )?(?:purchase order|P\.?O\.?)\b",
    (
        r"\b(?:without|absent|in the absence of) (?:an? |the )?(?:valid |corresponding |approved )*"
        r"(?:purchase order|P\.?O\.?\b)(?! ?box)"
    ),
    (
        r"\b(?:purchase order|P\.?O\.?)(?: number)? (?:is|are|shall be|will be|must be) (?:required|issued"
        r"|provided|quoted|stated)"
    ),
    (
        r"\b(?:requires?|subject to|upon) (?:the )?(?:issuance of |receipt of "
        r"|issue of )?(?:an? )?(?:valid )?purchase order"
    ),
)
PO_NOT_REQUIRED = (
    r"\bno purchase order (?:number )?(?:is|shall be|will be)? ?(?:required|needed|necessary)",
    r"\bpurchase order (?:is|shall|will)(?: be)? not (?:be )?(?:required|needed|necessary)",
    r"\b(?:does|do) not (?:require|need|use|issue) (?:an? )?purchase orders?",
    r"\b(?:purchase order|P\.?O\.?)(?: number)? required ?[?:|]{1,2} ?no\b",
)


def find(view: View) -> Iterator[Candidate]:
    """Candidates of the topic."""
    yield from _own_number(view)
    yield from _master(view)
    for match in view.search(rule(PO_NUMBER, exact_case=True)):
        yield candidate("po_number", match["number"], match, 0.86)
    for match in view.search(ON_INVOICES):
        yield candidate("po_number", match["number"], match, 0.82)
    for value, patterns in ((True, PO_REQUIRED), (False, PO_NOT_REQUIRED)):
        for pattern in patterns:
            for match in view.search(rule(pattern)):
                yield candidate("po_required", value, match, 0.8 if value else 0.9)


def _own_number(view: View) -> Iterator[Candidate]:
    for match in rule(OWN, exact_case=True).finditer(view.text, 0, TITLE_WINDOW * 2):
        number = match["number"].rstrip(".")
        if re.search(r"\d", number) and not UNDER.search(view.text[max(0, match.start() - 80) : match.start()]):
            yield Candidate(
                "document_number",
                number,
                match.start(),
                match.start("number") + len(number),
                0.85 if match.start() < TITLE_WINDOW else 0.6,
            )
    for match in rule(TITLED, exact_case=True).finditer(view.text, 0, TITLE_WINDOW):
        number = match["number"].rstrip(".")
        if re.search(r"\d", number):
            yield Candidate("document_number", number, match.start(), match.start("number") + len(number), 0.7)


def _others(view: View) -> Iterator[re.Match[str]]:
    for cue in CUE.finditer(view.text, 0, PREAMBLE):
        if found := OTHER.match(view.text, cue.end()):
            yield found


def _master(view: View) -> Iterator[Candidate]:
    for match in AMENDED.finditer(view.text, 0, PREAMBLE):
        said = view.text[match.start("title") : match.end()]
        yield Candidate("master_agreement", " ".join(said.split()), match.start("title"), match.end(), 0.8)
    for match in (*_others(view), *NUMBERED.finditer(view.text, 0, TITLE_WINDOW)):
        named = match.groupdict()
        told = match.re is NUMBERED or named["date"] or named["number"]
        if told and not NOT_MASTER.search(named["title"]) and not STANDALONE.search(view.sentence(match.start())):
            yield candidate("master_agreement", " ".join(named["title"].split()), match, 0.78, "title")
    for match in view.search(MASTER):
        before = view.text[max(0, match.start() - 90) : match.start()]
        around = view.sentence(match.start())
        title = match.start() < OWN_TITLE and not re.search(r"\d", match[0]) and not UNDER.search(before)
        if title or STANDALONE.search(around):
            continue
        if UNDER.search(before) and (match["date"] or match.start() < PREAMBLE):
            confidence = 0.85 if match["date"] else 0.66
            yield candidate("master_agreement", " ".join(match[0].split()), match, confidence)
