"""Photos of what people write (news, comments): kept outside the web root, each with an alternative text (R10, R11).

A module has a model of :class:`StoredPhoto`, puts :class:`PhotoRows` beside its form, and serves the files by a view
of its own that asks its access rule.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gisportal.portal.entry_fields import PlainTextField
from layers.media.errors import MediaError
from layers.media.images import PreparedImage, prepare_image
from layers.media.store import forget, keep, path_of

MOST_PHOTOS: Final = 8
NEW_AT_ONCE: Final = 3


class StoredPhoto(models.Model):
    """A photo written anew without its metadata. ``file`` and ``thumbnail``: names in the store."""

    file = models.CharField(max_length=120, editable=False)
    thumbnail = models.CharField(max_length=120, editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    alt = models.CharField(gettext_lazy("alternative text"), max_length=200)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.alt


class NewPhotoForm(forms.Form):
    """One photo to add."""

    file = forms.FileField(
        label=gettext_lazy("Photo"), required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif,image/avif"}),
    )  # fmt: skip
    alt = PlainTextField(
        label=gettext_lazy("What the photo shows (alternative text)"), required=False, max_length=200,
        help_text=gettext_lazy("Read out to who cannot see the photo. Do not name persons without their consent."),
    )  # fmt: skip
    prepared: PreparedImage | None = None

    def clean_file(self) -> UploadedFile | None:
        """Raises ``ValidationError`` with what is wrong with the file."""
        file: UploadedFile | None = self.cleaned_data.get("file")
        if file is None:
            return None
        try:
            self.prepared = prepare_image(file.file)  # type: ignore[arg-type]
        except MediaError as error:
            raise forms.ValidationError(error.message) from error
        return file

    def clean(self) -> dict[str, Any]:
        """A photo without alternative text is refused, and words without a photo too."""
        found: dict[str, Any] = super().clean() or {}
        if found.get("file") and not found.get("alt") and "alt" not in self.errors:
            self.add_error("alt", _("Say what the photo shows."))
        if found.get("alt") and not found.get("file") and "file" not in self.errors:
            self.add_error("file", _("Choose the photo (again), or clear its text."))
        return found


class KeptPhotoForm(forms.Form):
    """A photo that is there already."""

    alt = PlainTextField(label=gettext_lazy("What the photo shows (alternative text)"), max_length=200)
    remove = forms.BooleanField(label=gettext_lazy("Remove this photo"), required=False)

    def __init__(self, *arguments: Any, photo: StoredPhoto, **options: Any) -> None:
        super().__init__(*arguments, **{"initial": {"alt": photo.alt}, **options})
        self.photo = photo


class PhotoRows:
    """The photos beside a form: those kept and some new ones. ``data``, ``files``: of the POST, or None."""

    def __init__(
        self,
        kept: Iterable[StoredPhoto] = (),
        data: Mapping[str, Any] | None = None,
        files: Mapping[str, Any] | None = None,
    ) -> None:
        self.kept = [KeptPhotoForm(data, prefix=f"photo-{photo.pk}", photo=photo) for photo in kept]
        self.new = [NewPhotoForm(data, files, prefix=f"new-{number}") for number in range(1, NEW_AT_ONCE + 1)]

    def is_valid(self) -> bool:
        """Whether all rows are fine; too many photos is said at the first new one."""
        # Each is asked, so that every row says what is wrong with it.
        answers = [form.is_valid() for form in self.forms]
        fine = all(answers)
        if fine and self._count() > MOST_PHOTOS:
            self.new[0].add_error("file", _("At most %(count)d photos.") % {"count": MOST_PHOTOS})
            return False
        return fine

    def _count(self) -> int:
        staying = [form for form in self.kept if not form.cleaned_data["remove"]]
        return len(staying) + sum(form.prepared is not None for form in self.new)

    @property
    def forms(self) -> list[forms.Form]:
        """All rows, for the list of errors."""
        return [*self.kept, *self.new]

    def save(self, model: type[StoredPhoto], folder: str, **owner: Any) -> None:
        """Writes what was given, in the running transaction. Call after :meth:`is_valid`."""
        for form in self.kept:
            if form.cleaned_data["remove"]:
                forget(form.photo.file, form.photo.thumbnail)
                form.photo.delete()
            elif form.cleaned_data["alt"] != form.photo.alt:
                form.photo.alt = form.cleaned_data["alt"]
                form.photo.save(update_fields=["alt"])
        for number, form in enumerate((form for form in self.new if form.prepared), len(self.kept) + 1):
            store_photo(model, folder, form.prepared, form.cleaned_data["alt"], order=number, **owner)


def store_photo(
    model: type[StoredPhoto], folder: str, image: PreparedImage | None, alt: str, **values: Any
) -> StoredPhoto | None:
    """Keeps a prepared photo and its row; both go where the transaction is rolled back."""
    if image is None:
        return None
    photo = model(
        file=keep(image.data, folder, image.ending),
        thumbnail=keep(image.thumbnail, folder, image.ending),
        width=image.width,
        height=image.height,
        alt=alt,
        **values,
    )
    photo.save()
    return photo


def photo_answer(request: HttpRequest, photo: StoredPhoto, size: str) -> FileResponse:
    """The file of a photo whose access rule has been asked. ``size``: ``full`` or ``small``."""
    if size not in {"full", "small"}:
        raise Http404
    path = path_of(photo.file if size == "full" else photo.thumbnail)
    if not path.is_file():
        raise Http404
    response = FileResponse(path.open("rb"), content_type="image/jpeg")
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def no_photo_without_words(name: str) -> models.CheckConstraint:
    """The constraint a module's model of photos carries."""
    return models.CheckConstraint(name=name, condition=~Q(alt=""))
