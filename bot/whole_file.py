"""Files that are written whole or not at all, and bytes that tell by themselves when a disk has spoilt them."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path


def write_whole(path: Path, body: bytes) -> None:
    """Put this in the place of what the file held, in one step; its folder is made if need be. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(body)
    part.replace(path)


def sealed(body: bytes) -> bytes:
    """The same behind a line with its SHA-256 in hexadecimal."""
    return _seal(body) + b"\n" + body


def unsealed(whole: bytes) -> bytes | None:
    """What was sealed, or None when a byte of it is not what it was."""
    seal, _, body = whole.partition(b"\n")
    return body if seal == _seal(body) else None


def _seal(body: bytes) -> bytes:
    return sha256(body).hexdigest().encode()
