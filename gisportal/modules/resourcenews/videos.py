"""Addresses of videos: which YouTube video an address names. Look-alike hosts name none."""

import re
from typing import Final
from urllib.parse import parse_qs, urlsplit

from gisportal.portal.entry_fields import is_web_address

HOSTS: Final = frozenset(
    {"youtube.com", "www.youtube.com", "m.youtube.com", "www.youtube-nocookie.com", "youtube-nocookie.com"}
)
SHORT_HOST: Final = "youtu.be"
#: The only host a page with a video lets into a frame; it sets no cookie before the video is played.
FRAME_ORIGIN: Final = "https://www.youtube-nocookie.com"
_ID: Final = re.compile(r"[A-Za-z0-9_-]{11}")
_PATH: Final = re.compile(r"/(?:shorts|live|embed|v)/([^/]+)/?")


def youtube_id(address: str) -> str:
    """The eleven characters of the video, or nothing where the address names no YouTube video."""
    if not is_web_address(address):
        return ""
    parts = urlsplit(address)
    host = (parts.hostname or "").lower()
    if parts.port not in {None, 80, 443}:
        return ""
    if host == SHORT_HOST:
        found = parts.path.strip("/")
    elif host in HOSTS:
        found = _of_path(parts.path) or (parse_qs(parts.query).get("v") or [""])[0]
    else:
        return ""
    return found if _ID.fullmatch(found) else ""


def _of_path(path: str) -> str:
    found = _PATH.fullmatch(path)
    return found[1] if found else ""


def watch_address(video_id: str) -> str:
    """The plain link."""
    return f"https://www.youtube.com/watch?v={video_id}"


def frame_address(video_id: str) -> str:
    """What the frame loads after the click."""
    return f"{FRAME_ORIGIN}/embed/{video_id}?autoplay=1&rel=0"
