"""Writing XML: elements, each with its text or children."""

from xml.etree.ElementTree import Element, SubElement, indent, tostring

Attributes = dict[str, str]


def child(parent: Element, tag: str, text: str | None = None, /, **attributes: str) -> Element:
    """An element below another one."""
    made = SubElement(parent, tag, attributes)
    made.text = None if text is None else readable(text)
    return made


def readable(text: str) -> str:
    """The text without what XML 1.0 cannot hold."""
    return "".join(
        letter
        for letter in text
        if letter in "\t\n\r"
        or " " <= letter <= "\ud7ff"
        or "\ue000" <= letter <= "\ufffd"
        or letter > "\uffff"
    )


def written(root: Element, before: str = "") -> bytes:
    """The whole document in UTF-8; ``before``: what stands between the declaration and the root."""
    indent(root)
    body: str = tostring(root, "unicode")
    return f"<?xml version='1.0' encoding='UTF-8'?>\n{before}{body}\n".encode()


def number(value: float) -> str:
    """A number without zeros at its end; no exponent, no grouping."""
    return f"{value:.6f}".rstrip("0").rstrip(".") if value != int(value) else str(int(value))
