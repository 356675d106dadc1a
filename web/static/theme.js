// The chosen theme, before the first paint. A file of its own, so that the page needs no inline script.
try {
  const theme = localStorage.getItem('theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // No storage allowed: the system's theme stands.
}
