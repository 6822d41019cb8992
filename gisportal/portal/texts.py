"""Texts of rooms without a catalogue of their own (``problems``, ``settings``), kept for ``makemessages``."""

from django.utils.translation import gettext_noop

ELSEWHERE = (
    gettext_noop("This search cannot be carried out"),
    gettext_noop("Page not found"),
    gettext_noop("There is nothing at this address, or it may only be seen after signing in."),
    gettext_noop("The search took too long or the database cannot be reached"),
    gettext_noop("Please try again in a moment, or narrow the search: fewer conditions, a smaller area."),
    gettext_noop("Japanese"),
    gettext_noop("English"),
    gettext_noop("GSI pale map"),
    gettext_noop("GSI standard map"),
    gettext_noop("The place is no longer known here. Enter the address or choose the point again."),
    gettext_noop("A place is kept for browsers; with an API token send near=latitude,longitude."),
    gettext_noop("The address was not found down to its town."),
    gettext_noop("The address is ambiguous: name its municipality and town."),
)
