"""Pages of the catalogue: what a record says, line by line."""

from datetime import date, datetime

from django.utils.formats import localize
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from gisportal.ogc.pages import Row
from gisportal.ogc.part import Link
from gisportal.ogc.records.documents import contacts
from gisportal.ogc.records.record import DATASET, FILE, SERVICE, Record


def type_titles() -> dict[str, str]:
    """Kinds of records by code, in words."""
    return {DATASET: _("Data set"), FILE: _("File"), SERVICE: _("Interface")}


def record_rows(record: Record) -> list[Row]:
    """What a record says; nothing of what nobody has entered."""
    rows = [Row(_("id"), record.id), Row(_("Kind"), type_titles()[record.type])]
    if record.description:
        rows.append(Row(_("description"), record.description))
    if record.keywords:
        rows.append(Row(_("keywords"), "、".join(record.keywords)))
    if record.interval:
        first, last = map(_moment, record.interval)
        rows.append(Row(_("period"), first if first == last else f"{first} – {last}"))
    if record.extent:
        rows.append(Row(_("extent"), ", ".join(f"{number:.5f}" for number in record.extent)))
    if record.updated:
        rows.append(Row(_("last update"), _moment(record.updated)))
    rows += [Row(_("licence"), name or address, address) for name, address in record.licences]
    rows += [Row(_("attribution"), words) for words in record.attributions]
    for contact in contacts(record):
        title = _("originator") if "originator" in contact["roles"] else _("contact")
        emails = [each["value"] for each in contact.get("emails", [])]
        rows.append(Row(title, " ".join([contact.get("organization") or contact["name"], *emails])))
    rows.append(
        Row(_("shown to"), _("everyone") if record.is_public else _("those who may see it after signing in"))
    )
    return rows


def link_lists(links: list[Link]) -> list[tuple[str, list[Link]]]:
    """Links of a record under headings: where to get it, where it comes from, the record itself."""
    left_out, of_record, of_origin = {"self", "collection"}, {"alternate"}, {"license", "via"}
    kept = [each for each in links if each["rel"] not in left_out]
    lists = [
        (_("Where to get it"), [each for each in kept if each["rel"] not in of_record | of_origin]),
        (_("Where it comes from"), [each for each in kept if each["rel"] in of_origin]),
        (_("This record"), [each for each in kept if each["rel"] in of_record]),
    ]
    return [(title, found) for title, found in lists if found]


def _moment(value: date | datetime) -> str:
    return str(localize(localtime(value).date() if isinstance(value, datetime) else value))
