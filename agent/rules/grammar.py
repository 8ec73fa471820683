"""Which kind of question a sentence is: an ordered grammar; the first rule that fits speaks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of question that the rules answer."""

    HELP = "help"
    THANKS = "thanks"
    DECIDE = "decide"
    POLICY = "policy"
    ACTIONS = "actions"
    INVOICE = "invoice"
    FIX = "fix"
    CODES = "codes"
    SOW = "sow"
    UNBILLED = "unbilled"
    PORTFOLIO = "portfolio"
    READINESS = "readiness"
    FIND = "find"
    WHY = "why"


@dataclass(frozen=True)
class Rule:
    """`pattern` must be found in the corrected text; `unless` must not."""

    kind: Kind
    pattern: str
    unless: str = "(?!)"


BILL = r"(?:bill(?:ed|able|ing)?|invoiced?|invoicing|charged?)"
BLOCKED = r"(?:block(?:s|ed|ing|ers?)?|stuck|held up|held back|hold(?:s|ing)? up|on hold|stopp(?:ed|ing)|stops?|not ready|not billable|unbillable)"
DO = r"(?:draft|create|make|prepare|propose|raise|write|generate|issue|send|do|start|suggest)"
TOPIC = (
    r"payment terms?|expenses?|travel|acceptance|accepted|rates?|rate card|day rates?|notice|terminat(?:e|ion)|governing law|law|late (?:fees?|interest|payment)|"
    r"interest|milestones?|cap|capped|not to exceed|nte|renew(?:al|s)?|tax(?:es)?|vat|advance|retainer|retainage|dispute|change orders?|change requests?|"
    r"invoice (?:frequency|schedule|delivery)|how often|currency|total value|contract value|po required|purchase order required|"
    r"end date|start date|effective date|signed|escalation|liability|confidentiality|reimburs\w*"
)
RULES: tuple[Rule, ...] = (
    Rule(
        Kind.THANKS,
        r"^(?:ok |okay |great |perfect )?(?:thanks?|thank you|thx|cheers|great|perfect|ok|okay|cool|nice)(?: you| a lot| very much| so much)?$",
    ),
    Rule(
        Kind.HELP,
        r"^(?:help|hi|hello|hey|good (?:morning|afternoon|evening)|menu|what now)(?: there| me| countersign)?$|what (?:can|do) you (?:do|know)|what can i ask|how (?:do|can) (?:i|you) (?:use|work|help)|who are you|what are you|your capabilities",
    ),
    Rule(
        Kind.DECIDE,
        r"^(?:please |just |now |yes |ok |go ahead and )*(?:i |we )?(?:hereby |do |can )?(?:approved?|reject(?:ed)?|sign off|countersign|authori[sz]e|decline)\b(?!.*\b(?:time|hours|unbilled|timesheets?)\b)|i (?:hereby )?(?:approve|reject|countersign)|mark (?:it|this|that) (?:as )?approved",
    ),
    Rule(
        Kind.POLICY,
        r"who (?:else )?(?:must|has to|have to|needs? to|can|should|may|is allowed to|will|would|gets to|is able to)?\s*(?:approve|approves|decide|decides|sign|countersign|release)|why .*\b(?:approval|approved by|approver)|polic(?:y|ies)|approval (?:rules?|chain|matrix|limit)|needs? (?:whose|which|what) approval|whose approval|why can.?t i approve",
    ),
    Rule(
        Kind.ACTIONS,
        r"\b(?:actions?|proposals?|approvals?|decisions?|inbox|reviews?)\b|waiting for (?:me|approval|a decision|someone|you)|(?:was|is|has|did) (?:it|that|this)(?: been)? (?:approved|written|done|executed|through|go through|booked|decided)|what (?:happened|became|has become)|any news|pending|what.*(?:waits|waiting)",
        unless=rf"{DO} (?:a |an |the )?(?:proposal|action)|waiting for (?:client|customer)|acceptance",
    ),
    Rule(
        Kind.INVOICE,
        rf"{DO} (?:(?:me|us|a|an|the|another|that|this) )*(?:\w+ )?(?:draft )?(?:invoice|bill)(?!ing|able|ed)|^(?:please |now |then |ok |so )*(?:invoice|bill) (?:it|this|that|them|the|\S+-\S+)|draft invoice|invoice draft|(?:can|could|please) you (?:invoice|bill)",
    ),
    Rule(
        Kind.CODES,
        r"(?:which|what|propose|suggest|right|correct|new|best|give|find).*\bcodes?\b|\bcodes?\b.*(?:propose|suggest|should|for (?:this|the)|fits?)",
    ),
    Rule(
        Kind.FIX,
        r"\b(?:fix|solve|resolve|repair|remed(?:y|ies|iate)|sort (?:it|this|that) out|take care|clear (?:it|this|that|the)|correct (?:it|this|that|the)|do it|go ahead|make it so|yes please|unblock)\b|(?:propose|suggest|make|draft|prepare|create) (?:(?:a|an|the|that|this|some) )?(?:fix|change|correction|solution|remedy|action|proposal)|(?:set|add|enter|fill in|put|update|change) (?:(?:the|a|its|their|that) )?(?:\w+ )?(?:po|po number|purchase order|tax|vat|address|number|tax id)|what (?:can|should|do|could) (?:i|we|you) do(?: about)?|how (?:do|can|could|would) (?:i|we|you) (?:fix|solve|resolve|clear|unblock|get (?:it|this|that) (?:billed|ready))|^propose(?: it| that| this)?$",
    ),
    Rule(
        Kind.SOW,
        rf"\b(?:sow|sows|statements? of work|clauses?|terms?|agreement|document)\b|(?:what|which|does|is|are|how|when|under) .*\b(?:{TOPIC})\b|what (?:does|do|did) .* (?:say|state|mention|agree|require|allow|provide)|(?:say|says|state|states|agreed|mention) (?:about|on)|^(?:and )?(?:what about |how about )?(?:the )?(?:{TOPIC})$",
        unless=rf"missing payment|projects?.*{BLOCKED}|not accepted|why|unbilled|{BLOCKED}",
    ),
    Rule(
        Kind.UNBILLED,
        r"unbilled|un billed|uninvoiced|un invoiced|\bwip\b|work in progress|not (?:yet )?(?:been )?(?:billed|invoiced)|yet to (?:be )?(?:bill|invoice)|still to (?:be )?(?:bill|invoice)|left to (?:bill|invoice)|(?:billed|invoiced) yet|how (?:much|many) (?:\w+ )?(?:time|hours|money|work)|hours|timesheets?|how much (?:can|could|do|should) we (?:bill|invoice)",
        unless=rf"(?:which|what|why).*projects?.*{BLOCKED}",
    ),
    Rule(
        Kind.PORTFOLIO,
        rf"(?:which|what|all|every|any|other|list|show|how many|our|the)\b.*\b(?:projects|engagements|jobs|work)\b.*(?:{BILL}|{BLOCKED}|ready|problems?|issues?|missing|wrong|cannot|can.?t|status|state|hold)|(?:{BLOCKED}|{BILL}|ready|problems?|issues?).*\bprojects\b|what.?(?:s| is| are)? (?:is )?{BLOCKED}|portfolio|overview|billing (?:status|readiness|problems?|issues?)|(?:everything|anything|whats?|what) .*(?:{BLOCKED}|ready|{BILL})|blockers|where are we|month end|who cannot be billed|problem projects|^readiness$|not ready|ready to (?:bill|invoice)",
    ),
    Rule(
        Kind.WHY,
        r"^(?:but |and |so |ok )*(?:why|how come|how so|what for|reasons?|explain|details?|tell me (?:more|why)|more|more details?|because of what|says who|what(?:s| is) (?:missing|wrong|the (?:reason|problem|issue|matter)|needed|stopping it|blocking it))(?: (?:is|was|not|it|that|this|so|please|exactly|cant|can|be|billed|blocked|why|there|the|here|cannot))*$",
    ),
    Rule(
        Kind.READINESS,
        rf"{BILL}|{BLOCKED}|ready|readiness|missing|wrong|problems?|issues?|prerequisites?|status|state|why|stand|look|check|go(?:od)? to go|fine|ok|details?|warnings?|how.?s|findings?|needed",
    ),
    Rule(
        Kind.FIND,
        r"\b(?:find|search|list|show|which|what|who|look up|tell me about|do we have|have we|open|customers?|clients?|projects?)\b",
    ),
)
_COMPILED = tuple((rule, re.compile(rf"(?:{rule.pattern})"), re.compile(rf"\b(?:{rule.unless})\b")) for rule in RULES)


def kind_of(text: str) -> Kind | None:
    """The kind of the sentence, or None for one that the grammar does not know."""
    for rule, pattern, unless in _COMPILED:
        if pattern.search(text) and not unless.search(text):
            return rule.kind
    return None
