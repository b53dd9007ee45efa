"""Papers as the guichet makes them, in scripts that are hard to set."""

from __future__ import annotations

from bot.core.papers import (
    Booklet,
    BookletEntry,
    BookletLine,
    BookletPart,
    CounterCard,
    Pair,
    PosterSheet,
    StageRow,
    StageState,
    StepsPicture,
)

CARD = CounterCard(
    heading="À lire au guichet, merci",
    line=Pair(
        french="Bonjour. Je viens pour : une aide médicale urgente (AMU).",
        own="مرحباً. جئت من أجل: المساعدة الطبية العاجلة (AMU).",
    ),
    bring_title=Pair(french="Mes papiers, si je les ai :", own="أوراقي، إن كانت عندي:"),
    bring=(
        Pair(french="L'attestation du médecin", own="شهادة الطبيب"),
        Pair(french="Un papier d'identité, même ancien", own="وثيقة هوية، حتى لو كانت قديمة"),
        Pair(french="Le nom de la personne chez qui vous vivez", own="اسم الشخص الذي تسكنون عنده"),
        Pair(french="Un numéro de téléphone", own="رقم هاتف"),
    ),
    speaks=Pair(french="Je parle : arabe.", own="أتكلم: العربية."),
)
STEPS = StepsPicture(
    title="مساري",
    stages=(
        StageRow(title="العيش في لييج", state=StageState.DONE, steps=(("الأكل", True), ("رؤية طبيب", None))),
        StageRow(title="الاندماج", state=StageState.NOW, steps=(("تعلم الفرنسية", False),)),
        StageRow(title="العمل", state=StageState.LATER, steps=(("التسجيل في Forem", False),)),
    ),
    progress="1 من 3",
)
POSTER = PosterSheet(
    language="ትግርኛ",
    title=Pair(french="Voir un médecin", own="ሓኪም ርአ"),
    invitation=Pair(french="Scannez avec votre téléphone.", own="ብቴሌፎንኩም ስካን ግበሩ።"),
    link="https://t.me/guichet_demo_bot?start=medecin_ti_AbCdEfGhIjKl",
    office="CPAS de Liège",
)
ADDRESS = BookletEntry(
    title="CPAS de Liège",
    lines=(
        BookletLine(
            text="العنوان: \u2066Place Saint-Jacques 13, 4000 Liège\u2069", url="https://www.openstreetmap.org/"
        ),
        BookletLine(text="الهاتف: \u206604 220 58 05\u2069", url="tel:+3242205805"),
    ),
)
LIST = BookletEntry(title="أوراقي", lines=(BookletLine(text="شهادة الطبيب"),), is_list=True)


def booklet(entries: int = 2) -> Booklet:
    """A booklet with this many addresses, and a list."""
    addresses = tuple(
        BookletEntry(title=f"{ADDRESS.title} {number}", lines=ADDRESS.lines) for number in range(1, entries + 1)
    )
    return Booklet(
        title="دفتري",
        intro="عناوين وقوائم تحتفظون بها دون إنترنت.",
        parts=(BookletPart(title="العناوين", entries=addresses), BookletPart(title="القوائم", entries=(LIST,))),
        made_on="23 نوفمبر 2026",
    )
