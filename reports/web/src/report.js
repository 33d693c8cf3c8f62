// Charts and small comforts of the launch-readiness report. Everything else is in the page already.
import { bind } from './group.js';
import { csv } from './csv.js';

const root = document.documentElement;
const data = JSON.parse(document.getElementById('data').textContent);

function stored(value) {
  // Storage may be forbidden for local files; the theme then lasts as long as the page.
  try {
    if (value) localStorage.setItem('capacity-theme', value);
    return localStorage.getItem('capacity-theme');
  } catch {
    return null;
  }
}

function setUpTheme() {
  const before = stored();
  if (before === 'light' || before === 'dark') root.dataset.theme = before;
  document.getElementById('theme').addEventListener('click', () => {
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
    stored(root.dataset.theme);
  });
}

function copyTheOldWay(text) {
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'sr';
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyTheOldWay(text);
  }
}

function setUpCopies() {
  for (const button of document.querySelectorAll('[data-copy]')) {
    button.hidden = false;
    button.addEventListener('click', async () => {
      const label = button.textContent;
      button.textContent = (await copy(button.dataset.copy)) ? 'Copied' : 'Copy failed';
      setTimeout(() => { button.textContent = label; }, 1400);
    });
  }
}

function save(name, type, text) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function setUpExport() {
  const menu = document.getElementById('export');
  const actions = {
    print: () => print(),
    csv: () => save(`${data.file}.csv`, 'text/csv', csv(data.charts)),
    json: () => save(`${data.file}.series.json`, 'application/json', JSON.stringify(data)),
  };
  for (const button of menu.querySelectorAll('[data-export]')) {
    button.addEventListener('click', () => { menu.open = false; actions[button.dataset.export](); });
  }
  document.addEventListener('click', (e) => { if (!menu.contains(e.target)) menu.open = false; });
  menu.addEventListener('keydown', (e) => { if (e.key === 'Escape') { menu.open = false; menu.querySelector('summary').focus(); } });
}

function setUpContents() {
  const links = [...document.querySelectorAll('nav.toc a')];
  const sections = links.map((a) => document.querySelector(a.hash)).filter(Boolean);
  const follow = () => {
    const now = sections.filter((s) => s.getBoundingClientRect().top < 120).at(-1) ?? sections[0];
    for (const a of links) {
      const here = a.hash === `#${now?.id}`;
      a.classList.toggle('on', here);
      if (here) a.setAttribute('aria-current', 'true'); else a.removeAttribute('aria-current');
    }
  };
  addEventListener('scroll', follow, { passive: true });
  follow();
}

setUpTheme();
setUpCopies();
setUpExport();
setUpContents();
for (const box of document.querySelectorAll('[data-group]')) bind(box, data.charts);
root.classList.add('live');
