// htmx with the strict settings of our CSP, and nothing kept of what a person searched.
import htmx from "htmx.org";

Object.assign(htmx.config, {
  includeIndicatorStyles: false, // would inject a <style>
  allowEval: false,
  selfRequestsOnly: true,
  historyCacheSize: 0, // no snapshots of pages in the browser's storage: they may show a person's address
  refreshOnHistoryMiss: true, // “back” loads the page its address says
  timeout: 20_000,
});

export default htmx;
