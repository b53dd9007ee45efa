"""The register of system phrases: every sentence the code itself needs, by name, with its placeholders.

The sentences live in flows/_system/; the checker makes sure that each name here has one, with these placeholders.
"""

from __future__ import annotations

from collections.abc import Mapping

#: Name → placeholders its sentence must keep.
PHRASES: Mapping[str, frozenset[str]] = {
    name: frozenset(places)
    for name, places in {
        # navigation
        "nav_back": (),
        "nav_menu": (),
        "nav_person": (),
        "nav_resume": ("title",),
        "nav_more": (),
        "nav_emergency": (),
        "nav_details": ("name",),
        "yes": (),
        "no": (),
        # first contact
        "notice": (),
        # not understood
        "not_understood": (),
        "did_you_mean": (),
        "topics": (),
        "out_of_scope": (),
        "button_expired": (),
        "number_out_of_range": (),
        "number_expected": (),
        "date_expected": (),
        "choice_expected": (),
        "answer_too_long": (),
        # small talk
        "greet": (),
        "thanks": (),
        "goodbye": (),
        "who_are_you": (),
        # moving on
        "what_next": (),
        "resume_offer": ("title",),
        "resume_continue": (),
        "resume_restart": (),
        "step_gone": (),
        "stopped": (),
        # language
        "language_pick": (),
        "language_changed": ("language",),
        "language_offer": ("language",),
        "language_switch": ("language",),
        "machine_draft": (),
        # media
        "media_photo": (),
        "media_document": (),
        "media_voice": (),
        "media_location": (),
        "media_contact": (),
        "media_other": (),
        "nearest": (),
        # a person
        "share_ask": ("summary",),
        "share_yes": (),
        "share_no": (),
        "share_cancel": (),
        "handoff_claimed": (),
        "handoff_released": (),
        "handoff_returned": (),
        "handoff_closed": (),
        "handoff_left": (),
        "handoff_added": (),
        "handoff_media_added": (),
        "handoff_waiting_open": ("code", "minutes"),
        "handoff_waiting_busy": ("code", "minutes"),
        "handoff_waiting_closed": ("code", "opening"),
        "handoff_already": ("code",),
        "handoff_slow": (),
        "held_notice": (),
        "held_leave": (),
        "held_stay": (),
        "waiting_leave": (),
        # reminders
        "reminder": ("text",),
        "reminder_set": ("when",),
        "reminder_stop": (),
        "reminders_stopped": (),
        # data
        "my_data": (),
        "my_data_line": ("label", "count"),
        "my_data_nothing": (),
        "my_data_file": (),
        "forgotten": (),
        "forgotten_line": ("label", "count"),
        "forgotten_telegram": (),
        "forget_failed": (),
        "data_person": (),
        "data_session": (),
        "data_inbox": (),
        "data_outbox": (),
        "data_button": (),
        "data_timer": (),
        "data_handoff": (),
        "data_message": (),
        # faults
        "apology": (),
        "delayed": (),
        "too_fast": (),
        "corrected": (),
    }.items()
}
