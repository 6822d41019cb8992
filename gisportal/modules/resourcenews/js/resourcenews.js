// Entry: a video that is asked for only when a reader wants it. Without this script the plain link stays.
import { el } from "../../../portal/js/lib/dom.js";

function play(holder) {
  const frame = el("iframe", {
    src: holder.dataset.video, title: holder.dataset.videoTitle, allow: "autoplay; fullscreen; encrypted-media",
    allowfullscreen: true, referrerpolicy: "strict-origin-when-cross-origin", tabindex: "0",
  });
  holder.querySelector("[data-video-play]").replaceWith(frame);
  holder.querySelector("[data-video-note]").remove();
  frame.focus();
}

for (const holder of document.querySelectorAll("[data-video]")) {
  const button = holder.querySelector("[data-video-play]");
  button.hidden = false;
  holder.querySelector("[data-video-note]").hidden = false;
  button.addEventListener("click", () => play(holder));
}
