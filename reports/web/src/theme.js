// Light and dark, as the system says or as the reader chose.

function stored(value) {
  // Storage may be forbidden for local files; the theme then lasts as long as the page.
  try {
    if (value) localStorage.setItem('capacity-theme', value);
    return localStorage.getItem('capacity-theme');
  } catch {
    return null;
  }
}

export function setUpTheme(button) {
  const root = document.documentElement;
  const before = stored();
  if (before === 'light' || before === 'dark') root.dataset.theme = before;
  button.addEventListener('click', () => {
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
    stored(root.dataset.theme);
  });
}
