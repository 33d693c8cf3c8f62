// Charts and small comforts of the launch-readiness report. Everything else is in the page already.
import { bind } from './group.js';
import { copyText } from './copy.js';
import { csv } from './csv.js';
import { scatter } from './scatter.js';
import { setUpTheme } from './theme.js';

const root = document.documentElement;
const data = JSON.parse(document.getElementById('data').textContent);

function setUpCopies() {
  for (const button of document.querySelectorAll('[data-copy]')) {
    button.hidden = false;
    button.addEventListener('click', async () => {
      const label = button.textContent;
      button.textContent = (await copyText(button.dataset.copy)) ? 'Copied' : 'Copy failed';
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

setUpTheme(document.getElementById('theme'));
setUpCopies();
setUpExport();
setUpContents();
for (const box of document.querySelectorAll('[data-group]')) bind(box, data.charts);
for (const card of document.querySelectorAll('[data-scatter]')) scatter(card, data.scatter);
root.classList.add('live');
