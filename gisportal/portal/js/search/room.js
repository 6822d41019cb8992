// The map view uses the rest of the screen: the style sheet takes off what stands above the map (chips come and go).

/** Tells the style sheet how far down the page the map begins. */
export function measureRoom(section) {
  if (!section.offsetParent) return;
  const top = Math.round(section.getBoundingClientRect().top + window.scrollY);
  section.style.setProperty("--map-top", `${top}px`);
}
