"""Phone numbers in E.164, checked by `phonenumbers` (Google's libphonenumber, ported)."""

from __future__ import annotations


def to_e164(written: str) -> str:
    """`+32 4 220 01 20` → `+3242200120`. Raises ValueError when no such number can exist."""
    import phonenumbers  # imported late: only checking and exporting need it

    try:
        number = phonenumbers.parse(written, "BE")
    except phonenumbers.NumberParseException as exc:
        raise ValueError(written) from exc
    if not phonenumbers.is_possible_number(number):
        raise ValueError(written)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def readable(number: str) -> str:
    """As people read it aloud: Belgian numbers in national form (`04 220 01 20`), short numbers untouched."""
    if not number.startswith("+"):
        return number
    import phonenumbers

    parsed = phonenumbers.parse(number)
    form = phonenumbers.PhoneNumberFormat
    wanted = form.NATIONAL if parsed.country_code == 32 else form.INTERNATIONAL
    return str(phonenumbers.format_number(parsed, wanted))
