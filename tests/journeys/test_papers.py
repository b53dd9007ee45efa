"""Cards, the roadmap and the booklet on their way to a phone."""

from __future__ import annotations

import pytest

from bot.errors import PaperError
from tests.journeys.office import Office


async def test_a_card_for_the_counter_comes_as_a_photo(office: Office) -> None:
    if "ar" not in {one.locale for one in office.running.live.guide().languages}:
        pytest.skip("ar is not offered: its safety sentences are not complete")
    amina = await office.person("Amina", "العربية")
    await amina.say("interprète")
    await amina.press((await amina.labels())[0])
    rows = [
        row for message in await amina.messages() for row in message.get("reply_markup", {}).get("inline_keyboard", [])
    ]
    label = next(button["text"] for row in rows for button in row if button["text"].startswith("🪪"))
    await amina.press(label)
    photo = (await amina.messages())[-1]
    kept = office.sandbox.world.files[photo["photo"][-1]["file_id"]]
    assert kept.content.startswith(b"\x89PNG") and len(kept.content) <= 200_000


async def test_the_roadmap_shows_its_picture_before_its_words(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.say("/parcours")
    kinds = ["photo" if "photo" in message else "text" for message in (await fatou.messages())[-3:]]
    assert kinds == ["photo", "text", "text"]


async def test_the_booklet_comes_as_one_small_file(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.say("/carnet")
    file = (await fatou.messages())[-1]["document"]
    kept = office.sandbox.world.files[file["file_id"]]
    assert file["file_name"] == "carnet.pdf"
    assert kept.content.startswith(b"%PDF-") and len(kept.content) <= 300_000


async def test_a_card_that_cannot_be_drawn_comes_as_words(office: Office) -> None:
    class OutOfPaper:
        async def make(self, paper: object) -> bytes:
            raise PaperError("out of paper")

    object.__setattr__(office.running.desk, "papers", OutOfPaper())
    fatou = await office.fatou()
    await fatou.say("interprète")
    await fatou.press((await fatou.labels())[0])
    words = await fatou.press("🪪 Montrer au guichet")
    assert "Merci de réserver un interprète en français" in words[-1]
