"""What may be done with rasters beyond what is done with every uploaded layer."""

from django.db import transaction
from django.utils.translation import gettext as _

from layers.access import Act, Viewer
from layers.editing.errors import NotAllowed
from layers.models import LayerKind, StoredLayer
from layers.rasters.errors import RasterError
from layers.rasters.style import RasterStyle, read_style
from layers.stored.services import tell


def set_style(actor: Viewer, layer_id: int, style: RasterStyle) -> StoredLayer:
    """How a raster is coloured. Raises :class:`NotAllowed`, and :class:`RasterError` for what cannot be drawn."""
    kept = read_style(style.as_dict()).as_dict()
    with transaction.atomic():
        rows = StoredLayer.unscoped.acting(actor, Act.UPDATE).filter(kind=LayerKind.RASTER)
        layer: StoredLayer | None = rows.select_for_update(of=("self",)).filter(pk=layer_id).first()
        if layer is None:
            raise NotAllowed(_("Layers are kept by level A of the city and the administrator."))
        if layer.style.get("kind") == "rgb" and not style.is_picture:
            raise RasterError(_("A picture is shown as it is."), "style")
        layer.style = kept
        layer.save()
        tell(actor, "layer.styled", layer, kind=kept["kind"])
    return layer
