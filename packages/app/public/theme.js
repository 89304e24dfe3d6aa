// Runs before the first paint, so that no page flashes in the other theme. A file of its own because the CSP allows no inline script.
(function () {
  try {
    var theme = localStorage.getItem('portico.theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.setAttribute('data-theme', theme);
  } catch (error) {
    // Storage may be denied; the system's theme applies.
  }
})();
