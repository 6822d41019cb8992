"""The form of a piece of news. What was typed stays typed; each message stands beside its field."""

from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gisportal.modules.resourcenews.models import NewsAudience, NewsItem, NewsKind
from gisportal.modules.resourcenews.videos import watch_address, youtube_id
from gisportal.portal.entry_fields import AddressField, PlainTextField, WrittenDateField, WrittenTimeField

LONGEST_TEXT: Final = 10_000
MOST_LINKS: Final = 3


class NewsForm(forms.Form):
    """Everything of a piece of news but its photos."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=NewsKind.choices)
    title = PlainTextField(label=gettext_lazy("Headline"), max_length=100)
    text = PlainTextField(
        label=gettext_lazy("Text"), rows=10, required=False, max_length=LONGEST_TEXT,
        help_text=gettext_lazy("Plain text; an empty line begins a paragraph. Web addresses become links."),
    )  # fmt: skip
    event_on = WrittenDateField(label=gettext_lazy("Day of the event"), required=False)
    event_until = WrittenDateField(
        label=gettext_lazy("Last day (if it takes several)"), required=False, help_text=""
    )
    event_from_time = WrittenTimeField(label=gettext_lazy("Begins at"), required=False)
    event_to_time = WrittenTimeField(label=gettext_lazy("Ends at"), required=False, help_text="")
    event_place = PlainTextField(label=gettext_lazy("Place of the event"), required=False, max_length=200)
    shown_from = WrittenDateField(label=gettext_lazy("Shown from"))
    shown_until = WrittenDateField(
        label=gettext_lazy("Shown until"), required=False,
        help_text=gettext_lazy("That day included; empty: until it is deleted."),
    )  # fmt: skip
    audience = forms.ChoiceField(label=gettext_lazy("Who reads it"), choices=NewsAudience.choices)
    video = AddressField(
        label=gettext_lazy("YouTube video"), required=False,
        help_text=gettext_lazy("Its address, like https://youtu.be/… It is loaded only when a reader asks for it."),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *arguments: Any, item: NewsItem | None = None, **options: Any) -> None:
        super().__init__(*arguments, **{"initial": initial_of(item), "label_suffix": "", **options})
        for number in range(1, MOST_LINKS + 1):
            self.fields[f"link_{number}_title"] = PlainTextField(
                label=_("Link %(number)d: title") % {"number": number}, required=False, max_length=100
            )
            self.fields[f"link_{number}_url"] = AddressField(
                label=_("Link %(number)d: address") % {"number": number}, required=False
            )

    @property
    def link_rows(self) -> list[list[forms.BoundField]]:
        """Title and address of each link."""
        return [[self[f"link_{n}_title"], self[f"link_{n}_url"]] for n in range(1, MOST_LINKS + 1)]

    def clean_video(self) -> str:
        """The id of the video; raises ``ValidationError`` for other addresses."""
        address = self.cleaned_data["video"]
        if not address:
            return ""
        if not (found := youtube_id(address)):
            raise forms.ValidationError(
                _("This is no address of a YouTube video. Other videos can be named as a link below.")
            )
        return found

    def clean(self) -> dict[str, Any]:
        """What concerns several fields is said beside the one to be changed."""
        found: dict[str, Any] = super().clean() or {}
        self._check_period(found, "shown_from", "shown_until", _("Lies before the day it is shown from."))
        self._check_period(found, "event_on", "event_until", _("Lies before the first day of the event."))
        self._check_event(found)
        found["links"] = self._links(found)
        return found

    def _check_period(self, found: dict[str, Any], first: str, last: str, message: str) -> None:
        if found.get(first) and found.get(last) and found[last] < found[first]:
            self.add_error(last, message)

    def _check_event(self, found: dict[str, Any]) -> None:
        told = [key for key in ("event_until", "event_from_time", "event_to_time") if found.get(key)]
        if "event_on" in self.errors:
            return
        if not found.get("event_on"):
            if told:
                self.add_error("event_on", _("Name the day of the event, too."))
            elif found.get("kind") == NewsKind.EVENT:
                self.add_error("event_on", _("An event needs its day."))
        elif self._ends_too_early(found):
            self.add_error("event_to_time", _("Lies before its beginning."))

    def _ends_too_early(self, found: dict[str, Any]) -> bool:
        begins, ends = found.get("event_from_time"), found.get("event_to_time")
        return bool(begins and ends and not found.get("event_until") and ends < begins)

    def _links(self, found: dict[str, Any]) -> list[dict[str, str]]:
        links = []
        for number in range(1, MOST_LINKS + 1):
            title, url = (found.get(f"link_{number}_{part}") or "" for part in ("title", "url"))
            if title and not url and f"link_{number}_url" not in self.errors:
                self.add_error(f"link_{number}_url", _("The link has a title but no address."))
            elif url and not title and f"link_{number}_title" not in self.errors:
                self.add_error(f"link_{number}_title", _("Give the link a title: it says where it leads."))
            elif url and title:
                links.append({"url": url, "title": title})
        return links

    def values(self) -> dict[str, Any]:
        """What the services take."""
        found = dict(self.cleaned_data)
        found["video_id"] = found.pop("video")
        return found


def initial_of(item: NewsItem | None) -> dict[str, Any]:
    """What stands in the form at first."""
    if item is None:
        return {"shown_from": timezone.localdate(), "kind": NewsKind.NOTICE, "audience": NewsAudience.ALL}
    keys = ("kind", "title", "text", "event_on", "event_until", "event_from_time", "event_to_time", "event_place",
            "shown_from", "shown_until", "audience", "version")  # fmt: skip
    found = {key: getattr(item, key) for key in keys}
    found["video"] = watch_address(item.video_id) if item.video_id else ""
    for number, link in enumerate(item.links[:MOST_LINKS], 1):
        found |= {f"link_{number}_title": link.get("title", ""), f"link_{number}_url": link.get("url", "")}
    return found
