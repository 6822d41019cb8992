// The one door to Leaflet: nothing outside js/map/ imports it, so that 2.0 (without a global L) is one change.
import * as L from "leaflet/dist/leaflet-src.esm.js";

export default L;
