"""Two pictures, drawn by hand as SVG: how far confidence can be believed, and what is taken for what."""

from collections import Counter
from collections.abc import Sequence
from html import escape

_STYLE = "<style>text{font:11px system-ui,sans-serif;fill:#444}.t{font-size:13px;font-weight:600;fill:#222}</style>"


def calibration(points: Sequence[tuple[float, float, int]]) -> str:
    """`points`: mean confidence, share right, how many; one for each tenth of confidence."""
    size, left, top = 300, 50, 30
    most = max((count for _, _, count in points), default=1)
    parts = [
        _open(size + left + 20, size + top + 45, "Confidence against truth"),
        f'<text class="t" x="{left}" y="18">Of the answers given with this confidence, how many are right</text>',
        f'<rect x="{left}" y="{top}" width="{size}" height="{size}" fill="#fafafa" stroke="#ccc"/>',
        f'<line x1="{left}" y1="{top + size}" x2="{left + size}" y2="{top}" stroke="#999" stroke-dasharray="4 4"/>',
    ]
    for tick in range(0, 11, 2):
        at = tick / 10 * size
        parts.append(f'<text x="{left + at}" y="{top + size + 16}" text-anchor="middle">{tick / 10:.1f}</text>')
        parts.append(f'<text x="{left - 8}" y="{top + size - at + 4}" text-anchor="end">{tick / 10:.1f}</text>')
    for sure, right, count in points:
        x, y, radius = left + sure * size, top + size - right * size, 3 + 9 * (count / most) ** 0.5
        about = f"confidence {sure:.2f}, right {right:.2f}, {count} utterances"
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="#0b6e69" fill-opacity=".75"><title>{about}'
        )
        parts.append("</title></circle>")
    parts.append(f'<text x="{left + size / 2}" y="{top + size + 36}" text-anchor="middle">confidence</text></svg>\n')
    return "".join(parts)


def confusion(pairs: Counter[tuple[str, str]], intents: Sequence[str]) -> str:
    """`pairs`: (meant, understood) → how many; rows are shares of what was meant."""
    cell, left, top = 11, 170, 150
    size = cell * len(intents)
    parts = [
        _open(left + size + 20, top + size + 20, "What is taken for what"),
        '<text class="t" x="10" y="18">What is taken for what: rows meant, columns understood</text>',
        f'<rect x="{left}" y="{top}" width="{size}" height="{size}" fill="#fafafa" stroke="#ccc"/>',
    ]
    totals = Counter[str]()
    for (meant, _), count in pairs.items():
        totals[meant] += count
    for number, name in enumerate(intents):
        at = number * cell + cell - 2
        parts.append(
            f'<text x="{left - 4}" y="{top + at}" text-anchor="end" style="font-size:9px">{escape(name)}</text>'
        )
        turn = f"translate({left + at},{top - 4}) rotate(-60)"
        parts.append(f'<text transform="{turn}" style="font-size:9px">{escape(name)}</text>')
    place = {name: number for number, name in enumerate(intents)}
    for (meant, understood), count in sorted(pairs.items()):
        share = count / totals[meant]
        colour = "#0b6e69" if meant == understood else "#b3261e"
        about = escape(f"{meant} → {understood}: {count} of {totals[meant]}")
        x, y = left + place[understood] * cell, top + place[meant] * cell
        parts.append(f'<rect x="{x}" y="{y}" width="{cell - 1}" height="{cell - 1}" fill="{colour}" ')
        parts.append(f'fill-opacity="{0.15 + 0.85 * share:.2f}"><title>{about}</title></rect>')
    return "".join(parts) + "</svg>\n"


def _open(width: float, height: float, title: str) -> str:
    box = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box} role="img"><title>{escape(title)}</title>{_STYLE}'
