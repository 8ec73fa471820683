"""What Office wraps in its old container: Word files under a password, Outlook messages, files from before 2007."""

from __future__ import annotations

import io
from typing import Any

import msoffcrypto
from msoffcrypto.exceptions import InvalidKeyError

from domain.errors import DocumentEncrypted, DocumentError, DocumentTooLarge, DocumentTypeUnsupported

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_DECRYPTED = 200_000_000  # bytes, as for any DOCX


# what a packed folder holds that is no document of Word's, and how to have it read
PACKED = (
    (b"xl/workbook", "This is a spreadsheet (XLSX). Save it as PDF and upload that."),
    (b"ppt/presentation", "This is a presentation (PPTX). Save it as PDF and upload that."),
    (b"application/vnd.oasis.opendocument", "This is an OpenDocument file. Save it as DOCX or PDF and upload that."),
    (b"Index/Document.iwa", "This is a document of Pages. Export it as DOCX or PDF and upload that."),
)
ARCHIVE = "This is an archive; it is not unpacked here. Upload the files that it holds."


def packed(data: bytes) -> str:
    """Why a packed folder is not read, and what to upload instead."""
    return next((said for mark, said in PACKED if mark in data), ARCHIVE)


def is_encrypted(data: bytes) -> bool:
    """Whether this container holds an Office file under a password ([MS-OFFCRYPTO] 2.3)."""
    return "EncryptedPackage".encode("utf-16-le") in data


def is_outlook(data: bytes) -> bool:
    """Whether this container is an Outlook message ([MS-OXMSG] 2.2)."""
    return "__properties_version1.0".encode("utf-16-le") in data


def decrypted(data: bytes, password: str | None) -> bytes:
    """The Word file in the container. Raises DocumentEncrypted (no password, or a wrong one) or DocumentError."""
    if not password:
        raise DocumentEncrypted
    out = io.BytesIO()
    try:
        file: Any = msoffcrypto.OfficeFile(io.BytesIO(data))
        file.load_key(password=password, verify_password=True)
        file.decrypt(out)
    except InvalidKeyError as error:
        raise DocumentEncrypted(DocumentEncrypted.WRONG) from error
    except MemoryError:
        raise
    except Exception as error:
        raise DocumentError("The protected file is damaged, or protected in a way that cannot be opened.") from error
    if out.tell() > MOST_DECRYPTED:
        raise DocumentTooLarge
    if b"word/document" not in out.getvalue():
        raise DocumentTypeUnsupported("This is a protected Office file, but not a Word document.")
    return out.getvalue()
