// Marks the menu entry of the page that is shown.
document.querySelectorAll(".top nav a").forEach(function (link) {
  if (location.pathname.startsWith(new URL(link.href).pathname)) link.setAttribute("aria-current", "page");
});
