"""QGIS itself, without a screen, reads every collection: fields, counts, filters by area, styles, and a picture.

Run by hand against a running service (Debian: ``apt-get install --no-install-recommends python3-qgis qgis-providers``):

    QT_QPA_PLATFORM=offscreen /usr/bin/python3 tests/conformance/qgis_read.py http://127.0.0.1:8000 TOKEN [FOLDER]

Prints one line a check and ends with 1 where one fails. With FOLDER it keeps a picture of the layers there. QGIS
3.32 and later also say what may be edited; with ``--edit`` they add, change and delete a feature.
"""

import json
import sys
import urllib.request
from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsAuthMethodConfig,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsPointXY,
    QgsVectorDataProvider,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

MAX_READ = 5_000
failed: list[str] = []


def check(what: str, holds: bool, told: object = "") -> None:
    """One line; what does not hold is remembered."""
    print("ok  " if holds else "FAIL", what, told)
    if not holds:
        failed.append(what)


def fetch(address: str, token: str, accept: str = "application/json") -> bytes:
    """What the service says itself, to compare with."""
    asked = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}", "Accept": accept})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        content: bytes = answer.read()
    return content


def signed_in(token: str) -> str:
    """A stored sign-in of QGIS: HTTP Basic with the token as password, as a person sets it up."""
    manager = QgsApplication.authManager()
    manager.setMasterPassword("conformance", True)
    config = QgsAuthMethodConfig("Basic")
    config.setName("portal")
    config.setConfig("username", "qgis")
    config.setConfig("password", token)
    manager.storeAuthenticationConfig(config)
    return str(config.id())


def layer_of(address: str, sign_in: str, name: str, more: str = "") -> QgsVectorLayer:
    """A layer as QGIS makes it out of a connection. Basic goes along from the first request on."""
    source = f"url='{address}/ogc/' typename='{name}' authcfg={sign_in} pagingEnabled='true' {more}"
    return QgsVectorLayer(source, name, "OAPIF")


def read_collection(address: str, token: str, sign_in: str, name: str) -> QgsVectorLayer:
    """Opens a collection and compares it with what the service says of it."""
    base = f"{address}/ogc/collections/{name}"
    layer = layer_of(address, sign_in, name)
    check(f"{name}: opens", layer.isValid(), layer.error().message()[:200])
    if not layer.isValid():
        return layer
    said = json.loads(fetch(f"{base}/items?f=json&limit=1", token)).get("numberMatched")
    if said is not None and said <= MAX_READ:
        found = sum(1 for _feature in layer.getFeatures())
        check(f"{name}: reads all features", found == said, f"{found} of {said}")
    schema = set(json.loads(fetch(f"{base}/schema", token, "application/schema+json"))["properties"])
    fields = {field.name() for field in layer.fields()}
    check(f"{name}: knows its fields", bool(fields) and fields <= schema, f"{len(fields)} fields")
    return layer


def by_area(layer: QgsVectorLayer) -> None:
    """A filter by area asks the service for it, and gives what a filter of all features gives."""
    every = {feature.id(): feature.geometry() for feature in layer.getFeatures() if feature.hasGeometry()}
    if len(every) < 2:
        return
    box = layer.extent()
    box.scale(0.4)
    fresh = QgsVectorLayer(layer.source(), layer.name(), "OAPIF")
    found = sum(1 for _feature in fresh.getFeatures(QgsFeatureRequest(box)))
    area = QgsGeometry.fromRect(box)
    wanted = sum(1 for geometry in every.values() if geometry.intersects(area))
    check(f"{layer.name()}: filters by area", found == wanted, f"{found} = {wanted}")


def by_expression(address: str, sign_in: str) -> None:
    """A filter by words of QGIS; newer ones hand it to the service as CQL2."""
    expression = "\"operation\" = 'open'"
    layer = layer_of(address, sign_in, "resources", f"sql=SELECT * FROM resources WHERE {expression}")
    layer = layer_of(address, sign_in, "resources") if not layer.isValid() else layer
    layer.setSubsetString(expression)
    values = {feature["operation"] for feature in layer.getFeatures(QgsFeatureRequest().setLimit(500))}
    check("resources: filters by a property", values == {"open"}, values)


def in_crs(address: str, token: str, sign_in: str) -> None:
    """Plane rectangular metres: the same place as in degrees, to a metre."""
    known = json.loads(fetch(f"{address}/ogc/collections/resources?f=json", token))["crs"]
    plane = next((uri for uri in known if 6669 <= int(uri.rsplit("/", 1)[1].strip("CRS")) <= 6687), None)
    if plane is None or Qgis.QGIS_VERSION_INT < 32600:
        return
    layer = layer_of(address, sign_in, "resources", f"srsname='EPSG:{plane.rsplit('/', 1)[1]}'")
    check("resources: opens in metres", layer.crs().mapUnits() == 0, layer.crs().authid())


def styled(address: str, token: str, layer: QgsVectorLayer, folder: Path | None) -> None:
    """The service's own QML and SLD are taken by QGIS: categories with colours, and drop-downs for choices."""
    if layer.renderer() is None:
        print("--  ", f"{layer.name()}: none of its first features has a geometry; nothing to style")
        return
    for kind in ("qml", "sld"):
        try:
            content = fetch(f"{address}/styles/{layer.name()}.{kind}", token, "*/*")
        except OSError:
            print("--  ", f"{layer.name()}: no {kind}")
            continue
        path = (folder or Path("/tmp")) / f"{layer.name()}.{kind}"
        path.write_bytes(content)
        told, done = layer.loadNamedStyle(str(path)) if kind == "qml" else layer.loadSldStyle(str(path))
        check(f"{layer.name()}: takes its {kind}", done, f"{layer.renderer().type()} {told}")
        if kind == "qml":
            lists = [field.name() for number, field in enumerate(layer.fields())
                     if layer.editorWidgetSetup(number).type() == "ValueMap"]  # fmt: skip
            print("--  ", f"{layer.name()}: drop-downs", len(lists))
    if folder and (folder / f"{layer.name()}.qml").exists():
        layer.loadNamedStyle(str(folder / f"{layer.name()}.qml"))


def picture(layers: list[QgsVectorLayer], folder: Path, name: str) -> None:
    """What QGIS draws of the layers, in a file."""
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setBackgroundColor(QColor("#f4f2ee"))
    settings.setOutputSize(QSize(1200, 800))
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    box = settings.layerExtentToOutputExtent(layers[0], layers[0].extent())
    box.scale(0.6)
    settings.setExtent(box)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(str(folder / f"{name}.png"))
    colours = {image.pixelColor(x, y).name() for x in range(0, 1200, 7) for y in range(0, 800, 7)}
    check(f"picture {name}", len(colours) > 3, f"{len(colours)} colours")


def edit(layer: QgsVectorLayer) -> None:
    """Adds, changes and deletes a feature, from 3.32 on."""
    abilities = layer.dataProvider().capabilities()
    wanted = (QgsVectorDataProvider.AddFeatures, QgsVectorDataProvider.ChangeAttributeValues,
              QgsVectorDataProvider.ChangeGeometries, QgsVectorDataProvider.DeleteFeatures)  # fmt: skip
    check("resources: may be edited", all(abilities & ability for ability in wanted))
    model = next(iter(layer.getFeatures(QgsFeatureRequest().setLimit(1))))
    feature = QgsFeature(layer.fields())
    feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(model.geometry().asPoint())))
    feature.setAttribute("name", "QGIS の試し書き")
    feature.setAttribute("category", model["category"])
    done, added = layer.dataProvider().addFeatures([feature])
    check("resources: adds a feature", done, layer.dataProvider().errors())
    number, at = added[0].id(), layer.fields().indexOf("name")
    check("resources: changes it", layer.dataProvider().changeAttributeValues({number: {at: "QGIS の直し"}}))
    check("resources: deletes it", layer.dataProvider().deleteFeatures([number]))


def main(arguments: list[str]) -> int:
    """See above."""
    edits = "--edit" in arguments
    address, token, *rest = [argument for argument in arguments if argument != "--edit"]
    folder = Path(rest[0]) if rest else None
    application = QgsApplication([], False)
    application.initQgis()
    print("QGIS", Qgis.QGIS_VERSION)
    sign_in = signed_in(token)
    listed: list[dict[str, Any]] = json.loads(fetch(f"{address}/ogc/collections?f=json", token))[
        "collections"
    ]
    listed = [collection for collection in listed if collection.get("itemType", "feature") == "feature"]
    layers = {}
    for collection in listed:
        layer = read_collection(address, token, sign_in, collection["id"])
        if layer.isValid():
            layers[collection["id"]] = layer
            by_area(layer)
            styled(address, token, layer, folder)
    check("there are collections", len(layers) == len(listed) > 0, f"{len(layers)} of {len(listed)}")
    if "resources" in layers:
        by_expression(address, sign_in)
        in_crs(address, token, sign_in)
        if edits:
            edit(layers["resources"])
    if folder and "resources" in layers:
        below = [layer for name, layer in layers.items() if name.startswith("districts-")][:1]
        picture([layers["resources"], *below], folder, "qgis")
    print(len(failed), "failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
