"""Photos: nothing but the picture is kept, and bad files are refused with a reason (R10, R30)."""

import struct
import tracemalloc
import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageCms

from layers.media.errors import MediaError
from layers.media.images import PreparedImage, prepare_image
from tests.layers.media.pictures import (
    encoded,
    exif_with_position,
    photo,
    png_of_size,
    two_colours,
)


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def near(pixel: Any, colour: tuple[int, int, int], by: int = 12) -> bool:
    return all(abs(a - b) <= by for a, b in zip(pixel, colour, strict=True))


def shows_red_above_blue(prepared: PreparedImage) -> bool:
    image = opened(prepared.data)
    middle, low = prepared.width // 2, prepared.height - 5
    return near(image.getpixel((middle, 5)), (254, 0, 0)) and near(image.getpixel((middle, low)), (0, 0, 254))


def test_the_position_of_the_camera_is_gone() -> None:
    file = photo(exif=exif_with_position(), comment="自宅", xmp=b"<x:xmpmeta>34.3420</x:xmpmeta>")
    assert Image.open(file).getexif().get_ifd(0x8825)
    prepared = prepare_image(file)
    for data in (prepared.data, prepared.thumbnail):
        assert dict(opened(data).getexif()) == {}
        assert opened(data).info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density",
                                            "progressive", "progression"}  # fmt: skip
        for trace in (b"KAMERA", b"Exif", b"xmpmeta", "自宅".encode()):
            assert trace not in data


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_stand_upright(orientation: int) -> None:
    turned = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
              4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90,
              7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270}  # fmt: skip
    upright = two_colours((300, 500))
    stored = upright.transpose(turned[orientation]) if orientation in turned else upright
    prepared = prepare_image(encoded(stored, exif=exif_with_position(orientation), quality=95))
    assert (prepared.width, prepared.height) == (300, 500)
    assert shows_red_above_blue(prepared)


def test_large_photos_are_made_small_and_small_ones_are_left() -> None:
    prepared = prepare_image(photo((5000, 3000)))
    assert (prepared.width, prepared.height) == (2000, 1200) == opened(prepared.data).size
    assert opened(prepared.thumbnail).size == (400, 240)
    assert prepare_image(photo((120, 80))).width == 120
    assert prepared.content_type == "image/jpeg"


def test_colours_come_into_srgb() -> None:
    """A profile whose red is what sRGB calls green: the red picture is meant green, and is kept as green."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"tmp0", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"tmp0", b"gXYZ", 1)
    green = opened(prepare_image(photo(icc_profile=swapped)).data)
    assert near(green.getpixel((320, 5)), (0, 254, 0))
    assert "icc_profile" not in green.info
    assert shows_red_above_blue(prepare_image(photo(icc_profile=srgb)))
    assert shows_red_above_blue(prepare_image(photo(icc_profile=b"no profile at all")))


def test_cmyk_and_grey_and_deep_and_transparent_pictures() -> None:
    red = prepare_image(encoded(Image.new("CMYK", (50, 50), (0, 255, 255, 0))))
    assert near(opened(red.data).getpixel((25, 25)), (254, 0, 0))
    deep = prepare_image(encoded(Image.new("I;16", (50, 50), 0x8000), "PNG"))
    assert near(opened(deep.data).getpixel((25, 25)), (128, 128, 128))
    clear = prepare_image(encoded(Image.new("RGBA", (50, 50), (0, 0, 0, 0)), "PNG"))
    assert near(opened(clear.data).getpixel((25, 25)), (255, 255, 255))
    for mode in ("1", "L", "P", "LA"):
        prepared = prepare_image(encoded(two_colours((50, 40), mode), "PNG"))
        assert opened(prepared.data).mode == "RGB"


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "MPO"])
def test_of_a_moving_picture_the_first_is_kept(form: str) -> None:
    frames = [Image.new("RGB", (60, 60), colour) for colour in ("lime", "red", "blue")]
    moving = encoded(
        frames[0],
        form,
        save_all=True,
        append_images=frames[1:],
        **({} if form == "MPO" else {"duration": 50}),
    )
    prepared = prepare_image(moving)
    assert near(opened(prepared.data).getpixel((30, 30)), (0, 254, 0))
    assert getattr(opened(prepared.data), "n_frames", 1) == 1


def test_what_hangs_on_behind_the_picture_is_gone() -> None:
    file = BytesIO(photo().getvalue() + b"<script>alert(1)</script>PK\x05\x06" + b"\0" * 18)
    assert b"script" not in prepare_image(file).data


def test_a_bomb_is_refused_before_it_is_decoded(settings: Any) -> None:
    bomb = png_of_size(12_000, 9_000)
    assert bomb.getbuffer().nbytes < 100_000
    tracemalloc.start()
    with pytest.raises(MediaError, match="20"):
        prepare_image(bomb)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


@pytest.mark.parametrize("size", [(10_000, 10_000), (60_000, 60_000), (40_000, 10)])
def test_a_photo_of_too_many_pixels_is_refused(size: tuple[int, int]) -> None:
    head = png_of_size(8, 8).getvalue()
    said = head[:16] + struct.pack(">II", *size) + head[24:29]
    file = BytesIO(said + struct.pack(">I", zlib.crc32(said[12:])) + head[33:])
    with pytest.raises(MediaError, match=r"メガピクセル|megapixel"):
        prepare_image(file)


def test_limit_in_bytes_is_a_setting(settings: Any) -> None:
    settings.PHOTO_MAX_BYTES = 2_000_000
    with pytest.raises(MediaError, match=r"3\.0 MB.*2 MB"):
        prepare_image(BytesIO(b"\xff\xd8\xff" + b"\0" * 3_000_000))


HEIC = b"\0\0\0\x18ftypheic" + b"\0" * 100


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<!doctype html><script>alert(1)</script>",
        b"PK\x03\x04" + b"\0" * 60,
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b"\xff\xd8\xff\xe0" + b"\0" * 200,
        photo().getvalue()[:-900],
        encoded(two_colours(), "PNG").getvalue()[:-100],
        HEIC,
        encoded(two_colours(), "TIFF").getvalue(),
    ],
    ids=["empty", "html", "zip", "svg", "head only", "cut jpeg", "cut png", "heic", "tiff"],
)
def test_other_files_are_refused_with_a_reason(content: bytes) -> None:
    file = BytesIO(content)
    file.name = "写真.jpg"
    with pytest.raises(MediaError) as caught:
        prepare_image(file)
    assert len(caught.value.message) > 5
