// The map view uses the rest of the screen: the style sheet takes off what stands above the map (chips come and go).

/** Keeps the style sheet told how far down the page the map begins. */
export function watchRoom(section) {
  const measure = () => {
    if (!section.offsetParent) return;
    const top = Math.round(section.getBoundingClientRect().top + window.scrollY);
    section.style.setProperty("--map-top", `${top}px`);
  };
  const observer = new ResizeObserver(() => requestAnimationFrame(measure));
  observer.observe(section.parentElement);
  observer.observe(document.body);
  for (const above of section.parentElement.children) observer.observe(above);
}
