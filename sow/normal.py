"""Normal forms of what documents write: numbers in words, amounts, dates and durations.

Each function takes folded text and answers None for what it cannot read with certainty; nothing is guessed.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation

UNITS = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
TENS = {
    word: number * 10
    for number, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
MONTHS = {
    name: number
    for number, names in enumerate(
        [
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sep sept",
            "october oct",
            "november nov",
            "december dec",
        ],
        start=1,
    )
    for name in names.split()
}
MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
NUMBER_WORD = "(?:" + "|".join([*TENS, *reversed(UNITS)]) + ")"
WORDED = rf"{NUMBER_WORD}(?:\s+hundred(?:\s+and)?(?:\s+{NUMBER_WORD})?)?(?:[- ]{NUMBER_WORD})?"
# as in: thirty (30) days, 30 days, forty-five (45) days, ten days, one hundred and eighty (180) days
COUNT = (
    rf"(?:\b{WORDED}\s*\(\s*\d{{1,3}}\s*\)|\b\d{{1,3}}\s*\(\s*{WORDED}\s*\)"
    rf"|\b\d{{1,3}}(?![\d.,]\d)|\b{WORDED}\b)"
)
SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR"}
WORDS = {"dollars": "USD", r"\beuros?\b": "EUR", "sterling": "GBP", "francs": "CHF", "rupees": "INR"}
CODES = "USD|EUR|GBP|CHF|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|JPY|INR|SGD|HKD|ZAR|BRL|MXN|CNY|RMB|AED|ILS|HUF|SAR|QAR"
# a bare R is the rand's only before a number with thousands: "R1 250", but not "see R2"
CURRENCY = (
    rf"(?:U\.?S\.? ?\$|\b(?:{CODES}) ?\$|\b(?:CA?|AU?|NZ|SG?|HK)D?\$|\b(?:{CODES})\b|\bRs\b\.?(?=\s?\d)"
    r"|\bR(?=\s?\d{1,3}[ ,]\d{3})|[$€£¥₹])"
)
DIGITS = (
    r"[1-9]\d?(?:,\d{2})+,\d{3}(?:\.\d{1,2})?(?!\d)|[1-9]\d{0,2}(?:[,.' ]\d{3})+(?:[.,]\d{1,2})?(?!\d)"
    r"|\d+(?:[.,]\d{1,4})?(?![.,]?\d)"
)
SCALES = {"m": 1_000_000, "k": 1_000, "la": 100_000, "crore": 10_000_000}
SCALE = r"(?:million|mio\.?|mn\b|lakhs?\b|lacs?\b|crores?\b|[kKM]\b)"
# Amounts and dates begin with a digit, a sign or a capital: seen at once, before any alternative is tried.
AMOUNT_BEGINS, DATE_BEGINS = r"(?=(?-i:[\dA-Z$€£¥₹]))", r"(?=(?-i:[\dA-Z]))"
AMOUNT = (
    rf"{AMOUNT_BEGINS}(?:{CURRENCY}\s{{0,2}}\[?(?:{DIGITS})(?:\s?{SCALE})?(?:/-)?"
    rf"|(?<![\d.,])(?:{DIGITS})(?:\s?{SCALE})?\s?(?:€|£|(?:{CODES})\b|(?:U\.S\. |US )?dollars|euros?\b"
    r"|pounds sterling|Swiss francs|rupees))"
)
PERCENT = r"\d{1,3}(?:\.\d{1,3})?\s?(?:%|per ?cent\b)"
WEEKDAY = r"(?:(?:Mon|Tue(?:s)?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?\.?,?\s+(?:the\s+)?)?"
DATE = (
    rf"{DATE_BEGINS}{WEEKDAY}(?:{MONTH}\s*\d{{1,2}}\s?(?:st|nd|rd|t ?h)?\s?,?\s*(?:of\s)?\d{{4}}"
    rf"|\d{{1,2}}\s?(?:st|nd|rd|t ?h)?\.?\s*(?:day\s)?(?:of\s)?{MONTH}\s?,?\s*\d{{4}}"
    rf"|\b\d{{4}}-\d{{2}}-\d{{2}}\b|\b\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{4}}\b"
    rf"|(?<![\d/])\d{{1,2}}/\d{{1,2}}/\d{{2}}\b(?!/)|\b\d{{1,2}}-{MONTH}-(?:\d{{4}}|\d{{2}})\b"
    r"|\b\d{4}/\d{1,2}/\d{1,2}\b|\b\d{1,2}\. \d{1,2}\. \d{4}\b)"
)


def count(text: str) -> int | None:
    """A small whole number in digits or words; digits win, and must agree with nothing else in the text."""
    digits = re.findall(r"\d+", text)
    if digits:
        return int(digits[0])
    words = [word for word in re.findall(r"[a-z]+", text.lower()) if word != "and"]
    if "hundred" in words:
        hundreds, rest = count(" ".join(words[: words.index("hundred")])), words[words.index("hundred") + 1 :]
        below = count(" ".join(rest)) if rest else 0
        return None if hundreds is None or below is None else hundreds * 100 + below
    known = [UNITS.get(word, TENS.get(word)) for word in words]
    numbers = [number for number in known if number is not None]
    return sum(numbers) if numbers and len(numbers) == len(words) else None


def currency(text: str) -> str | None:
    """The ISO 4217 code that an amount's text names; a bare "$" is taken for US dollars."""
    if match := re.search(rf"\b({CODES})(?![a-z])", text):
        return match[1].replace("RMB", "CNY")
    if match := re.search(r"\b(CA?|AU?|NZ|SG?|HK)D?\$", text):
        return {"C": "CAD", "A": "AUD", "N": "NZD", "S": "SGD", "H": "HKD"}[match[1][0]]
    if match := re.match(r"(Rs?)\b\.?(?=\s?\d)|R(?=\d)", text):
        return "INR" if match[1] == "Rs" else "ZAR"
    for symbol, code in SYMBOLS.items():
        if symbol in text:
            return code
    return next((code for word, code in WORDS.items() if re.search(word, text, re.IGNORECASE)), None)


def amount(text: str) -> Decimal | None:
    """The amount in digits, with "1.234,56" and "1,234.56" told apart by the last separator."""
    match = re.search(DIGITS, text)
    if match is None:
        return None
    digits = re.sub(r"[' ]", "", match[0])
    if re.fullmatch(r"[1-9]\d{0,2}(\.\d{3})+(,\d{1,2})?", digits):
        digits = digits.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d+,\d{1,2}", digits):
        digits = digits.replace(",", ".")
    else:
        digits = digits.replace(",", "")
    try:
        return Decimal(digits) * _scale(text[match.end() :])
    except InvalidOperation:
        return None


def _scale(rest: str) -> int:
    said = re.match(rf"\s?({SCALE})", rest, re.IGNORECASE)
    return 1 if said is None else next(scale for begins, scale in SCALES.items() if said[1].lower().startswith(begins))


def money(text: str) -> str | None:
    """The decimal string of an amount, with two places at least."""
    value = amount(text)
    if value is None:
        return None
    exponent = value.as_tuple().exponent
    places = max(2, -exponent) if isinstance(exponent, int) else 2
    return format(value.quantize(Decimal(1).scaleb(-places)), "f")


def percent(text: str) -> str | None:
    """A share without idle zeros and spaces: `12.50 %` is `12.5%`."""
    match = re.search(r"\d+(?:\.\d+)?", text)
    return None if match is None else f"{format(Decimal(match[0]).normalize(), 'f')}%"


def day(text: str, *, day_first: bool = False) -> str | None:
    """An ISO 8601 date. One in slashes is month first unless `day_first` or impossible; one in dots is day first."""
    text = text.lower()
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    month = next((MONTHS[word] for word in re.findall(r"[a-z]+", text) if word in MONTHS), None)
    if month is not None and len(numbers) == 2:  # noqa: PLR2004 - day and year
        return _date(_century(numbers[1]), month, numbers[0])
    if len(numbers) != 3:  # noqa: PLR2004 - year, month and day
        return None
    if numbers[0] > 31:  # noqa: PLR2004 - a year comes first
        return _date(*numbers)
    first, second, year = numbers[0], numbers[1], _century(numbers[2])
    if "." in text:
        return _date(year, second, first)
    orders = [(second, first), (first, second)] if day_first else [(first, second), (second, first)]
    return next((found for order in orders if (found := _date(year, *order))), None)


def _century(year: int) -> int:
    """Two digits are a year in contracts of this century or the end of the last."""
    return year if year > 99 else year + (2000 if year < 70 else 1900)  # noqa: PLR2004


def _date(year: int, month: int, on: int) -> str | None:
    try:
        return date(year, month, on).isoformat() if 1900 < year < 2200 else None  # noqa: PLR2004 - a living contract
    except ValueError:
        return None


def duration(text: str) -> str | None:
    """An ISO 8601 duration: "two (2) years" is P2Y, "18 months" is P18M."""
    match = re.search(rf"({COUNT})[- ]?\s*(?:calendar |full |consecutive )*(year|month|week|day)", text, re.IGNORECASE)
    number = count(match[1]) if match else None
    return f"P{number}{match[2][0].upper()}" if match and number else None
