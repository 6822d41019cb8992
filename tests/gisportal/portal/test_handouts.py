"""Handouts for a client: what stands on them, what never does."""

import subprocess

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from gisportal.portal.models import SiteSetting
from layers.access import Level
from layers.models import FieldDefinition
from tests import factories

pytestmark = pytest.mark.django_db


def _client(level: Level = Level.A) -> Client:
    client = Client()
    client.force_login(factories.make_account(level))
    return client


def _words(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, answer.content[:500]
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"] == "private, no-store"
    made = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=answer.content, capture_output=True, check=True
    )
    return made.stdout.decode()


def test_handout_says_what_a_client_needs() -> None:
    factories.make_district()
    SiteSetting(contact="高齢福祉課 087-839-0000", uses_wareki=True).save()
    row = factories.make_resource(
        "特養𠮷田", address="高松市番町1-8-15", phone="087-839-2011", opening_hours="月〜金 9時〜17時",
        vacancy="few", vacancy_count=2, vacancy_as_of=timezone.now(), operation="suspended",
    )  # fmt: skip
    text = _words(_client(), f"/resources/{row.pk}/handout.pdf")
    for words in ("特養𠮷田", "番町1-8-15", "087-839-2011", "月〜金 9時〜17時", "残りわずか", "休止", "日常生活圏域",
                  "one圏域", "高齢福祉課", "令和", f"/resources/{row.pk}/", "縮尺 1:"):  # fmt: skip
        assert words in text, words


def test_fields_not_printed_and_withheld_items_are_left_out_for_everybody() -> None:
    for key, is_printed in (("open_note", True), ("inner_note", False)):
        FieldDefinition.objects.create(
            key=key, title=key, kind="text", audience="public", is_printed=is_printed
        )
    row = factories.make_resource(
        phone="0870-1234",
        withheld=["phone"],
        properties={"open_note": "見せる文", "inner_note": "非公開の文"},
    )
    for level in (Level.B, Level.A, Level.ADMINISTRATOR):
        text = _words(_client(level), f"/resources/{row.pk}/handout.pdf")
        assert "見せる文" in text
        assert "非公開の文" not in text and "0870-1234" not in text
    assert "0870-1234" not in _words(_client(), f"/resources/handout.pdf?ids={row.pk}")


@pytest.mark.parametrize("parameter", ["place=abc", "near=34.3,134.0", "address=x", "q=x", "size=huge"])
def test_no_persons_place_and_nothing_unknown(parameter: str) -> None:
    row = factories.make_resource()
    client = _client()
    assert client.get(f"/resources/{row.pk}/handout.pdf?{parameter}").status_code == 400
    assert client.get(f"/resources/handout.pdf?ids={row.pk}&{parameter}").status_code == 400


@pytest.mark.parametrize("ids", ["", "x", "1,,2", "1;2", ",".join(["1"] * 21), "9" * 19])
def test_ids_are_numbers_up_to_twenty(ids: str) -> None:
    assert _client().get("/resources/handout.pdf", {"ids": ids}).status_code == 400


def test_list_keeps_the_order_asked_and_says_what_is_not_on_the_map() -> None:
    rows = [factories.make_resource(f"施設{n}", lon=None if n == 1 else 134.0 + n * 0.01) for n in range(3)]
    ids = "&".join(f"ids={row.pk}" for row in (rows[2], rows[0], rows[1], rows[2]))
    text = _words(_client(), f"/resources/handout.pdf?{ids}")
    assert text.index("施設2") < text.index("施設0") < text.index("施設1")
    assert text.count("施設2") == 1
    assert text.count("地図にはありません") == 1


@pytest.mark.parametrize("level, status", [(Level.C, 404), (Level.D, 403), (Level.B, 200), (Level.A, 200)])
def test_access_is_that_of_the_page(level: Level, status: int) -> None:
    row = factories.make_resource()
    client = _client(level)
    for url in (f"/resources/{row.pk}/handout.pdf", f"/resources/handout.pdf?ids={row.pk}"):
        assert client.get(url).status_code == status
    assert Client().get(f"/resources/{row.pk}/handout.pdf").status_code == 302


@pytest.mark.parametrize("disclosure", ["area", "contact"])
def test_undisclosed_places_are_told_in_words(disclosure: str) -> None:
    row = factories.make_resource("自宅サロン", lon=None, disclosure=disclosure, phone="090-0000-0000")
    text = _words(_client(), f"/resources/{row.pk}/handout.pdf")
    assert "場所を公開していない" in text and "090-0000-0000" in text and "縮尺" not in text


def test_missing_position_is_told() -> None:
    row = factories.make_resource(lon=None, address="高松市番町1-8-15")
    assert "位置が登録されていない" in _words(_client(), f"/resources/{row.pk}/handout.pdf")


def test_public_page_is_named_so_only_where_it_is_one() -> None:
    row = factories.make_resource(publication="public")
    client = _client()
    assert "ログインが必要" in _words(client, f"/resources/{row.pk}/handout.pdf")
    factories.publish_site()
    assert "どなたでも見られる" in _words(client, f"/resources/{row.pk}/handout.pdf")


def test_large_print_is_larger() -> None:
    row = factories.make_resource("大きな字", phone="087-000-0000")
    heights = []
    for url in ("", "?size=large"):
        pdf = _client().get(f"/resources/{row.pk}/handout.pdf{url}").content
        told = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True)
        line = next(line for line in told.stdout.decode().splitlines() if "087-000-0000" in line)
        corners = dict(part.split("=") for part in line.replace('"', "").split(">")[0].split()[1:])
        heights.append(float(corners["yMax"]) - float(corners["yMin"]))
    assert heights[1] > heights[0] * 1.35


def test_hostile_text_is_printed_as_text() -> None:
    hostile = "<script>alert(1)</script><img src=file:///etc/passwd>"
    row = factories.make_resource(hostile, address="あ" * 300, description="鶴" * 20_000)
    text = _words(_client(), f"/resources/{row.pk}/handout.pdf")
    assert "<script>alert(1)</script>" in text.replace("\n", "") and "root:" not in text
    assert text.count("鶴") == 5_000
    assert "長すぎる" in text


def test_map_has_its_sign_in_the_colour_of_the_category() -> None:
    row = factories.make_resource(category=factories.make_category("red", colour="#c01010", shape="circle"))
    pdf = _client().get(f"/resources/{row.pk}/handout.pdf").content
    made = subprocess.run(["pdftoppm", "-r", "50", "-png", "-"], input=pdf, capture_output=True, check=True)
    from io import BytesIO

    picture = Image.open(BytesIO(made.stdout)).convert("RGB")
    red = [pixel for pixel in picture.getdata() if pixel[0] > 150 and pixel[1] < 60 and pixel[2] < 60]
    assert len(red) > 20
