"""`guichet prepare` leaves nothing for a first start to compile."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def files(folder: Path) -> dict[str, int]:
    """Every file below a folder and when it was written."""
    return {path.relative_to(folder).as_posix(): path.stat().st_mtime_ns for path in folder.rglob("*.json")}


def test_a_prepared_guichet_finds_everything_compiled(tmp_path: Path) -> None:
    for name in ("config.yml", "flows", "locales", "nlu"):
        (tmp_path / name).symlink_to(ROOT / name)
    command = [sys.executable, "-m", "bot", "prepare"]
    kept = []
    for _ in range(2):
        subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, check=True, timeout=120)
        kept.append(files(tmp_path / "var"))
    assert kept[0] == kept[1]
    assert {"lexicon.json", "i18n/ar.guichet.json", "i18n/ti.guichet.json"} <= kept[0].keys()
