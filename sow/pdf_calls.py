"""Functions of PDFium that are called for each word or object of a page, by address.

The binding's own conversion of their arguments takes longer than most of them do.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any

import pypdfium2.raw as pdfium_c


@cache
def by_address(name: str, arguments: int) -> Callable[..., int]:
    """A function of that many pointers (as addresses) or whole numbers, which gives a whole number or nothing."""
    address = ctypes.cast(getattr(pdfium_c, name), ctypes.c_void_p).value or 0
    return ctypes.CFUNCTYPE(ctypes.c_int, *[ctypes.c_void_p] * arguments)(address)


@cache
def getting(name: str) -> Callable[[int, int], int | None]:
    """A function of a pointer and a number that gives a pointer."""
    address = ctypes.cast(getattr(pdfium_c, name), ctypes.c_void_p).value or 0
    return ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)(address)


def address_of(handle: Any) -> int:
    """Where what a handle of the binding points at lies."""
    return ctypes.cast(handle, ctypes.c_void_p).value or 0
