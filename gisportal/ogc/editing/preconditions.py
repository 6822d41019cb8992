"""Optimistic locking by entity tags (OGC 20-002, RFC 9110 §13): a lost update is refused.

The tag of a feature is strong. For whoever may write to the feature it begins with its version, so that what is
compared is the version alone: the rest tells representations apart (language, CRS, vacancy that has grown old). Others
get the rest only: how often something they do not see has changed is not theirs to know.
"""

import hashlib
import re
from typing import Final

from django.http import HttpRequest

from layers.source import FeatureSource

_TAGS: Final = re.compile(r'(W/)?"([^"]*)"')
_VERSION: Final = re.compile(r"v(\d{1,18})-[0-9a-f]{24}")
#: What no feature is ever at.
NO_VERSION: Final = -1


def feature_tag(source: FeatureSource, feature_id: int, content: bytes) -> str:
    """The tag of one representation of a feature."""
    digest = hashlib.sha256(content).hexdigest()[:24]
    version = source.writer.version(feature_id) if source.writer else None
    return f'"{digest}"' if version is None else f'"v{version}-{digest}"'


def wanted_version(request: HttpRequest, current: int | None) -> int | None:
    """The version ``If-Match`` asks for; None where it asks for none (absent, or ``*``).

    Of several tags the one of the version of now counts. A tag a proxy has made weak by compressing the answer is
    taken too: what is compared is the version, not the bytes.
    """
    given = request.headers.get("If-Match")
    if given is None or given.strip() == "*":
        return None
    found = [_VERSION.fullmatch(tag) for _weak, tag in _TAGS.findall(given)]
    versions = [int(match[1]) for match in found if match]
    if current in versions:
        return current
    return versions[0] if versions else NO_VERSION
