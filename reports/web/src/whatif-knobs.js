// The sliders: one row per knob, a text field for exact values, and a track that shows where "go" begins.
import { nearest, place, read, show } from './whatif-values.js';

const make = (tag, props = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), props);
  element.append(...children);
  return element;
};

const OPEN = new Set(['Policy', 'Service', 'Traffic']);

function row(knob, on) {
  const label = make('label', { htmlFor: `k-${knob.id}`, textContent: knob.name, title: knob.place });
  const text = make('input', { type: 'text', id: `t-${knob.id}`, spellcheck: false, inputMode: 'text' });
  text.setAttribute('aria-label', `${knob.name}: type a value`);
  const scent = make('span', { className: 'scent' }, ...knob.stops.map(() => make('i')));
  const pin = make('span', { className: 'pinned-at' });
  const slider = make('input', { type: 'range', id: `k-${knob.id}`, min: 0, max: knob.stops.length - 1, step: 1 });
  const element = make('div', { className: 'sl' }, label, text, make('span', { className: 'trk' }, scent, pin, slider));
  let value = knob.value;

  slider.addEventListener('input', () => { set(knob.stops[+slider.value]); on.move(knob, value); });
  slider.addEventListener('change', () => on.settle(knob));
  text.addEventListener('change', () => {
    const wanted = read(knob, text.value);
    text.setAttribute('aria-invalid', String(!Number.isFinite(wanted)));
    if (!Number.isFinite(wanted)) return;
    set(nearest(knob, wanted));
    on.move(knob, value);
    on.settle(knob);
  });
  text.addEventListener('input', () => { text.dataset.dirty = 'true'; });
  text.addEventListener('keydown', (e) => {
    if (e.key === 'Escape') set(value);
    if (e.key === 'Enter') e.preventDefault(); // the change event follows from it all the same
    if (e.key === 'Enter') text.dispatchEvent(new Event('change'));
  });
  text.addEventListener('blur', () => { if (text.getAttribute('aria-invalid') === 'true') set(value); });

  function set(next) {
    value = next;
    const at = place(knob, value) * (knob.stops.length - 1);
    slider.step = Number.isInteger(+at.toFixed(6)) ? 1 : 'any';
    slider.value = at;
    slider.step = 1;
    const shown = show(knob, value);
    slider.setAttribute('aria-valuetext', shown);
    text.value = shown;
    text.removeAttribute('aria-invalid');
    delete text.dataset.dirty; // undo by key is then that of the page again
    element.classList.toggle('moved', value !== knob.value);
  }

  set(value);
  return {
    element, knob, set,
    pinAt(at) { pin.style.left = `calc(8px + (100% - 16px) * ${place(knob, at).toFixed(4)})`; },
    smell(scents) {
      scents.forEach((s, i) => { scent.children[i].className = s; });
      scent.classList.remove('stale');
    },
    stale() { scent.classList.add('stale'); },
  };
}

/** Builds the form; `on.move` is told while a slider moves, `on.settle` when it rests. */
export function buildKnobs(form, knobs, on) {
  form.replaceChildren();
  const rows = new Map();
  const groups = new Map();
  for (const knob of knobs) {
    if (!groups.has(knob.group)) {
      const changed = make('span', { className: 'n' });
      const box = make('details', { open: OPEN.has(knob.group) },
        make('summary', { title: knob.group }, make('span', { className: 'name', textContent: knob.group.replace('Rules: ', 'Rule ') }), changed));
      form.append(box);
      groups.set(knob.group, { box, changed, ids: [] });
    }
    const one = row(knob, on);
    rows.set(knob.id, one);
    groups.get(knob.group).box.append(one.element);
    groups.get(knob.group).ids.push(knob);
  }
  form.addEventListener('submit', (e) => e.preventDefault());
  const count = (values) => {
    for (const { changed, ids } of groups.values()) {
      const n = ids.filter((k) => k.id in values).length;
      changed.textContent = n > 0 ? `${n} changed` : '';
    }
  };
  return {
    set(values) {
      for (const { knob, set } of rows.values()) set(values[knob.id] ?? knob.value);
      count(values);
    },
    count,
    pin(values) { for (const { knob, pinAt } of rows.values()) pinAt(values[knob.id] ?? knob.value); },
    smell(id, scents) { rows.get(id)?.smell(scents); },
    stale() { for (const r of rows.values()) r.stale(); },
    reveal(values) {
      for (const { box, ids } of groups.values()) if (ids.some((k) => k.id in values)) box.open = true;
    },
  };
}
