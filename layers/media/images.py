"""Photos as they are kept (R10, R30): checked by content, turned upright, small, in sRGB, without a word of metadata.

Nothing of the file handed in is kept: the picture is decoded and written anew, so that neither a position in its
EXIF or XMP nor a second file behind it survives.
"""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any, Final

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from layers.media.errors import MediaError
from layers.media.sizes import LONGEST_SIDE, THUMBNAIL_SIDE

#: Formats read; what a phone's camera or a browser hands over.
FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
#: No camera makes a longer side; a line of a million pixels is no photo.
LONGEST_INPUT: Final = 30_000
QUALITY: Final = 85
_HEIC: Final = (b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypmif1", b"ftypmsf1")
#: Decoded one after the other: several large photos at once would take the memory of the whole process.
_one_at_a_time: Final = threading.Lock()
#: Modes with sixteen or more bits a channel: brought to eight by hand, since ``convert`` would cut them off.
_DEEP: Final = ("I", "I;16", "I;16B", "I;16L", "I;16N")


@dataclass(frozen=True, slots=True)
class PreparedImage:
    """A photo ready to be kept. ``width`` and ``height`` are pixels of ``data``; both pictures are of one type."""

    data: bytes
    width: int
    height: int
    thumbnail: bytes
    content_type: str = "image/jpeg"
    ending: str = "jpg"


def prepare_image(file: IO[bytes]) -> PreparedImage:
    """The photo of an open file, read from its start whatever its name says.

    At most 2000 pixels a side, with a thumbnail of at most 400, both JPEG in sRGB. Raises :class:`MediaError` for
    what is no picture, is broken, or larger than the settings ``PHOTO_MAX_BYTES`` and ``PHOTO_MAX_PIXELS`` allow;
    the number of pixels is read from the head of the file, before anything is decoded.
    """
    _check_bytes(file)
    try:
        with _one_at_a_time, _complete_only():
            return _prepared(file)
    except MediaError:
        raise
    except (Image.DecompressionBombError, MemoryError) as error:
        raise MediaError(_too_many_pixels(pixel_limit())) from error
    except Exception as error:
        # Pillow's readers raise whatever a broken file leads them to: OSError, SyntaxError, struct.error, ValueError.
        raise MediaError(_("The picture is damaged or incomplete and cannot be read.")) from error


@contextlib.contextmanager
def _complete_only() -> Iterator[None]:
    """Half a picture is an error here; WeasyPrint, once imported, makes Pillow take it for the whole process."""
    before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _prepared(file: IO[bytes]) -> PreparedImage:
    with _opened(file) as image:
        _check_pixels(image)
        if image.format in ("JPEG", "MPO"):
            # The decoder itself halves large photos: a quarter of the time and of the memory.
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        image.load()
        picture = _in_srgb(_upright(image))
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    small = picture.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
    return PreparedImage(_jpeg(picture), *picture.size, _jpeg(small))


def _check_bytes(file: IO[bytes]) -> None:
    size = file.seek(0, 2)
    if size == 0:
        raise MediaError(_("The file is empty (0 bytes)."))
    if size > settings.PHOTO_MAX_BYTES:
        raise MediaError(
            _("The picture is too large: %(size)s MB. At most %(limit)d MB.")
            % {"size": f"{size / 1_000_000:.1f}", "limit": settings.PHOTO_MAX_BYTES // 1_000_000}
        )
    file.seek(0)


def _opened(file: IO[bytes]) -> Image.Image:
    """The picture with only its head read."""
    head = file.read(64)
    file.seek(0)
    if head[4:12] in _HEIC:
        raise MediaError(
            _("Pictures of the form HEIC cannot be read. Choose “Most Compatible” in the camera's settings.")
        )
    try:
        return Image.open(file, formats=FORMATS)
    except UnidentifiedImageError as error:
        raise MediaError(_("This is no picture. JPEG, PNG, WebP, GIF and AVIF can be used.")) from error


def pixel_limit(form: str = "JPEG") -> int:
    """Most pixels of a format. All but JPEG are decoded whole: 60 megapixels of PNG took 970 MB, of JPEG 230 MB."""
    return settings.PHOTO_MAX_PIXELS if form in ("JPEG", "MPO") else settings.PHOTO_MAX_PIXELS // 3


def _too_many_pixels(limit: int) -> str:
    return _("The picture has too many pixels. At most %(limit)d megapixels; make it smaller first.") % {
        "limit": limit // 1_000_000
    }


def _check_pixels(image: Image.Image) -> None:
    width, height = image.size
    limit = pixel_limit(image.format or "")
    if width * height > limit or max(width, height) > LONGEST_INPUT:
        raise MediaError(_too_many_pixels(limit))
    if min(width, height) < 1:
        raise MediaError(_("The picture is damaged or incomplete and cannot be read."))


def _upright(image: Image.Image) -> Image.Image:
    """Turned as the camera was held. EXIF too broken to be read turns nothing."""
    with contextlib.suppress(Exception):
        return ImageOps.exif_transpose(image)
    return image


def _in_srgb(image: Image.Image) -> Image.Image:
    """Three channels of eight bits in sRGB, transparency on white, all metadata left behind."""
    profile = image.info.get("icc_profile")
    if image.mode in _DEEP:
        image = image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    elif image.has_transparency_data:
        image = _on_white(image)
    elif image.mode not in ("RGB", "L", "CMYK"):
        image = image.convert("RGB")
    converted = _converted(image, profile) if profile else None
    picture = converted or image.convert("RGB")
    picture.info = {}
    return picture


def _on_white(image: Image.Image) -> Image.Image:
    layer = image.convert("RGBA")
    ground = Image.new("RGB", layer.size, "white")
    ground.paste(layer, mask=layer.getchannel("A"))
    return ground


def _converted(image: Image.Image, profile: Any) -> Image.Image | None:
    """The picture by its colour profile; None where the profile does not fit or is broken."""
    with contextlib.suppress(Exception):
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    return None


def _jpeg(picture: Image.Image) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return buffer.getvalue()
