"""Every address of the portal is visited (style, rule 25)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from django.utils.regex_helper import normalize

from gisportal.accounts.models import ApiToken
from gisportal.modules.comments.models import Comment, CommentPhoto
from gisportal.modules.proposals.models import Proposal
from gisportal.modules.resourcenews.models import NewsItem, NewsPhoto
from gisportal.modules.surveys.models import Campaign, CampaignEntry
from layers.access import Level
from layers.media.store import keep
from layers.models import Attachment, Photo, Resource, StoredEdition, StoredLayer, StoredUpload
from tests import factories

pytestmark = pytest.mark.django_db

#: A value for each parameter that stands in an address.
SAMPLES = {
    "batch_id": "1",
    "campaign_id": "1",
    "entry_id": "1",
    "proposal_id": "1",
    "version": "1",
    "token_id": "1",
    "example": "curl",
    "consent_id": "1",
    "app_label": "layers",
    "attachment_id": "1",
    "category_code": "care",
    "district_id": "1",
    "ending": "geojson",
    "comment_id": "1",
    "feature_id": "1",
    "field_key": "sample_day",
    "id": "1",
    "import_id": "1",
    "language": "ja",
    "matrix_set": "WebMercatorQuad",
    "link_id": "1",
    "name": "案内.pdf",
    "news_id": "1",
    "object_id": "1",
    "session_id": "1",
    "slug": "resources",
    "source": "resources",
    "photo_id": "1",
    "picture": "png",
    "scheme_code": "area",
    "rest": "part",
    "size": "small",
    "style": "resources",
    "process_id": "coverage",
    "job_id": "00000000-0000-0000-0000-000000000000",
    "record_id": "resources",
    "token": "no-such-token",
    "upload_id": "1",
    "layer_id": "1",
    "x": "1",
    "y": "1",
    "z": "1",
}
#: What an address needs to be answered in full.
QUERIES = {
    "geocode": {"q": "高松市番町1-8-15"},
    "geocode-reverse": {"lat": "34.34", "lon": "134.05"},
    "portal:handout-list": {"ids": "1"},
    "portal:resources-at": {"ids": "1"},
    "planning:crosstab-geojson": {"rows": "category", "columns": "district:area"},
}
#: Answers other than 200 to a plain GET, with the reason.
OTHERWISE = {
    "ogc:tile": 204,  # nothing south of the equator
    "account_login": 302,  # signed in already
    "account_set_password": 302,  # to the list of sessions; nobody sets a first password himself
    "vacancy:revoke": 405,  # posted only
    "freshness:confirm": 405,  # posted only
    "freshness:remind": 405,  # posted only
    "history:map": 404,  # the pin of the sample never moved
    "history:version": 404,  # all of the sample is one state, whose number is not 1
    "portal:restore": 405,  # posted only
    "portal:settle": 405,  # posted only
    "portal:site": 302,  # the sample stands on no site; leads to its form
    "portal:undo": 405,  # posted only
    "proposals:approve": 405,  # posted only
    "proposals:map": 404,  # the sample proposes no position
    "proposals:send-back": 405,  # posted only
    "proposals:withdraw": 405,  # posted only
    "surveys:act": 405,  # posted only
    "surveys:sheets": 404,  # the sample has no sheets printed
    "consentforms:batch": 404,  # the sample has asked for no batch
    "consentforms:batch-file": 404,
    "consentforms:scan": 404,  # no sheet has come back
    "comments:delete": 405,  # posted only
    "comments:export": 404,  # as Excel and CSV only; the sample asks for GeoJSON
    "comments:restore": 405,  # posted only
    "resourcenews:delete": 405,  # posted only
    "resourcenews:restore": 405,  # posted only
    "meetings:delete": 405,  # posted only
    "meetings:edit": 404,  # the sample has no meeting
    "link": 404,  # nobody made a link of this token
    "link-part": 404,
    "portal:place": 302,  # posted only; leads back to the search
    "portal:settings:category-move": 302,  # posted only; leads back to the list
    "portal:settings:district-import": 404,  # the sample has no import
    "portal:settings:district-import-decide": 404,
    "portal:settings:scheme-move": 302,  # posted only; leads back to the list
    "portal:settings:field-move": 302,  # posted only; leads back to the list
    "portal:settings:field-use": 302,  # posted only; leads back to the list
    "datasets:decide": 405,  # posted only
    "datasets:restore": 405,  # posted only
    "datasets:style-rules": 405,  # posted only
    "datasets:edition": 405,  # posted only
    "datasets:remove": 405,  # posted only
    "datasets:colours": 404,  # the sample is a layer of shapes
    "datasets:colours-preview": 405,  # posted only
    "datasets:statistics": 404,
    "datasets:statistics-csv": 404,
    "datasets:statistics-excel": 404,
    "set_language": 302,  # posted only; leads back
    "ogc:execution": 405,  # posted only
    "ogc:job": 404,  # the sample has asked for no job
    "ogc:job-results": 404,
    "tiles:tile": 204,  # nothing lies in this tile
    "tiles:raster-tile": 404,  # the sample is no raster
    "tiles:raster-value": 405,  # posted: tests/tiles/test_raster_tiles.py
    "tiles:basemap-tile": 204,
}
#: Django's own pages of the administration answer by redirect or 404 where the sample fits no object.
ADMINISTRATION = {200, 302, 403, 404, 405}


def _patterns(
    resolver: URLResolver, before: str = "", space: str = ""
) -> Iterator[tuple[str, str, list[str]]]:
    """``(name with namespace, format of the address, its parameters)`` of every pattern."""
    for pattern in resolver.url_patterns:
        text = before + pattern.pattern.regex.pattern.removeprefix("^").removeprefix(r"\A")
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _patterns(pattern, text, inner)
            continue
        assert isinstance(pattern, URLPattern)
        address, parameters = normalize(text)[0]
        yield f"{space}{pattern.name}", "/" + address, parameters


def _written(resource: Resource) -> None:
    """A photo, a file, and a piece of news and a comment with a photo each, number 1."""
    kept = {"file": keep(b"x", "samples", "jpg"), "thumbnail": keep(b"x", "samples", "jpg")}
    photo = {"pk": 1, "alt": "写真", "width": 1, "height": 1, **kept}
    Photo.unscoped.create(resource=resource, size=1, **photo)
    Attachment.unscoped.create(
        pk=1,
        resource=resource,
        title="案内",
        name="案内.pdf",
        size=1,
        file=kept["file"],
        content_type="application/pdf",
    )
    NewsPhoto.unscoped.create(item=NewsItem.unscoped.create(pk=1, resource=resource, title="知らせ"), **photo)
    now = timezone.now()
    comment = Comment.unscoped.create(
        pk=1, resource=resource, text="見守り", acted_on=now.date(), posted_at=now, updated_at=now
    )
    CommentPhoto.unscoped.create(comment=comment, **photo)
    Proposal.unscoped.create(
        pk=1, kind="update", resource=resource, version=1, changes={"phone": "087-1-2345"}
    )
    ApiToken.objects.create(
        pk=1, account=factories.make_account(Level.B), prefix="gp_sample", digest="0" * 64
    )
    layer = StoredLayer.unscoped.create(pk=1, slug=SAMPLES["slug"], title="人口")
    layer.current = StoredEdition.unscoped.create(
        layer=layer, number=1, ready_at=now, extent=[134, 34, 135, 35]
    )
    layer.save()
    StoredUpload.unscoped.create(pk=1, layer=layer, edition=layer.current, state="done", file_name="人口.csv")
    campaign = Campaign.unscoped.create(pk=1, title="調査", answer_by=now.date())
    CampaignEntry.unscoped.create(pk=1, campaign=campaign, resource=resource)


@pytest.fixture
def administrator(db: None, settings: Any, tmp_path: Path) -> Client:
    """An administrator of a small city, signed in."""
    settings.MEDIA_ROOT = tmp_path
    resource = factories.make_resource("特養さくら", pk=1)
    factories.make_district(pk=1)
    factories.make_field("sample_day", "choice", choices=[{"code": "mon", "title": "月曜"}])
    assert resource.pk == 1
    _written(resource)
    account = factories.make_account(Level.ADMINISTRATOR)
    account.set_password("a long word of the test")
    account.save()
    client = Client()
    client.force_login(account)
    return client


def _samples() -> dict[str, str]:
    kind = ContentType.objects.get(app_label="layers", model="category")
    return {**SAMPLES, "resource_id": "1", "content_type_id": str(kind.pk), "url": "nothing", "_0": ""}


def test_every_address_answers(administrator: Client) -> None:
    samples = _samples()
    wrong = {}
    visited = 0
    for name, address, parameters in _patterns(get_resolver()):
        assert set(parameters) <= set(samples), f"a sample is wanted for {name}: {parameters}"
        answer = administrator.get(address % samples, QUERIES.get(name, {}))
        visited += 1
        allowed = ADMINISTRATION if name.startswith("admin:") else {OTHERWISE.get(name, 200)}
        if answer.status_code not in allowed:
            wrong[name] = (address, answer.status_code)
    assert wrong == {}
    assert visited > 60


def test_administration_lists_adds_and_changes_everything(administrator: Client) -> None:
    for model in admin.site._registry:
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}"
        assert administrator.get(f"{base}/", follow=True).status_code == 200, base
        assert administrator.get(f"{base}/add/").status_code in {200, 403}, base
        for row in model._default_manager.all()[:1]:
            assert administrator.get(f"{base}/{row.pk}/change/", follow=True).status_code == 200, base


def test_nothing_answers_a_stranger_with_an_error(client: Client) -> None:
    samples = _samples()
    answers = {
        name: client.get(address % samples).status_code for name, address, _ in _patterns(get_resolver())
    }
    assert {
        name: status for name, status in answers.items() if status >= 500 and name != "portal:readyz"
    } == {}
