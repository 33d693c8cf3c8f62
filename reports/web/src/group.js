// Panels over the same time: one cursor, one read-out, one zoom; by pointer, touch or keyboard.
import { LEFT, RIGHT, mount } from './chart.js';
import { clock, formats } from './format.js';

const make = (tag, className, parent, text) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text != null) element.textContent = text;
  parent?.append(element);
  return element;
};

/** What a series says at a second; null outside of it. */
function valueAt(values, step, second) {
  return values[Math.min(values.length - 1, Math.floor(second / step))] ?? null;
}

function rowsAt(panels, second) {
  return panels.flatMap(({ spec, hidden }) => spec.series.filter((s) => !hidden.has(s.name)).map((s) => {
    const format = formats[spec.format];
    const value = valueAt(s.values, spec.step, second);
    const low = s.low ? valueAt(s.low, spec.step, second) : null;
    const high = s.high ? valueAt(s.high, spec.step, second) : null;
    return {
      color: s.color, name: s.tip ?? s.name, value: value == null ? '–' : format(value) + (spec.unit ? ` ${spec.unit}` : ''),
      range: low == null || high == null || low === high ? '' : `${format(low)} – ${format(high)}`,
    };
  }));
}

/** Moves the marks of a lane, which the page draws without a script for the whole duration. */
function placeLane(track, view) {
  const at = (second) => +((100 * (second - view.min)) / (view.max - view.min)).toFixed(3);
  for (const mark of track.children) {
    if (mark.dataset.from == null) continue;
    // A mark that begins before the view is cut there, so that its text stays readable.
    const from = mark.dataset.to == null ? +mark.dataset.from : Math.max(view.min, +mark.dataset.from);
    const to = mark.dataset.to == null ? from : Math.min(view.max, +mark.dataset.to);
    mark.style.left = `${at(from)}%`;
    if (mark.dataset.to != null) mark.style.width = `max(${+(at(to) - at(from)).toFixed(3)}%, 2px)`;
    mark.hidden = to < view.min || from > view.max || to < from;
  }
}

/** Binds all panels of a box together; redraw() shows what has changed in the specs. */
export function bind(box, specs) {
  const panels = [...box.querySelectorAll('[data-chart]')].map((host) => mount(host, specs.find((s) => s.id === host.dataset.chart)));
  const lanes = [...box.querySelectorAll('.lane .tr')];
  const whole = { min: 0, max: panels[0].spec.duration };
  let view = whole;
  let cursor = null;
  const tip = make('div', 'ctip', box);
  tip.setAttribute('aria-hidden', 'true');
  const spoken = make('p', 'sr', box);
  spoken.setAttribute('aria-live', 'polite');
  const reset = make('button', 'btn zoomout', box, 'Show all');
  reset.type = 'button';
  reset.hidden = true;

  const secondAt = (panel, clientX) => {
    const area = panel.body.getBoundingClientRect();
    const share = (clientX - area.left - LEFT) / Math.max(1, area.width - LEFT - RIGHT);
    return view.min + Math.min(1, Math.max(0, share)) * (view.max - view.min);
  };
  const pixelAt = (panel, second) => {
    const width = panel.body.clientWidth - LEFT - RIGHT;
    return LEFT + (width * (second - view.min)) / (view.max - view.min);
  };
  const zoom = (from, to) => {
    const least = panels[0].spec.step * 3;
    view = to - from < least ? view : { min: Math.max(0, from), max: Math.min(whole.max, to) };
    if (view.max - view.min > whole.max * 0.999) view = whole;
    for (const panel of panels) panel.show(view);
    for (const lane of lanes) placeLane(lane, view);
    reset.hidden = view === whole;
    point(cursor);
  };
  const hide = () => point(null);

  function point(second, anchor) {
    cursor = second;
    const visible = second != null && second >= view.min && second <= view.max;
    for (const panel of panels) {
      panel.line.hidden = !visible;
      if (visible) panel.line.style.transform = `translateX(${pixelAt(panel, second)}px)`;
    }
    for (const lane of lanes) {
      lane.style.setProperty('--at', visible ? `${(100 * (second - view.min)) / (view.max - view.min)}%` : '-9px');
    }
    tip.hidden = !visible || !anchor;
    if (visible && anchor) fill(second, anchor);
  }

  function fill(second, panel) {
    tip.replaceChildren(make('b', '', null, clock(second)));
    for (const row of rowsAt(panels, second)) {
      const line = make('div', '', tip);
      make('i', '', line).style.background = `var(--${row.color})`;
      make('span', '', line, row.name);
      make('em', '', line, row.value);
      make('small', '', line, row.range);
    }
    const frame = box.getBoundingClientRect();
    const area = panel.body.getBoundingClientRect();
    const x = area.left - frame.left + pixelAt(panel, second);
    const left = x + 16 + tip.offsetWidth > frame.width ? x - 16 - tip.offsetWidth : x + 16;
    tip.style.left = `${Math.max(4, Math.min(left, frame.width - tip.offsetWidth - 4))}px`;
    tip.style.top = `${area.top - frame.top + 8}px`;
  }

  const keys = (event, panel) => {
    const span = view.max - view.min;
    const step = Math.max(panel.spec.step, span / 100) * (event.shiftKey ? 5 : 1);
    const now = cursor ?? (view.min + view.max) / 2;
    if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
      const next = Math.min(view.max, Math.max(view.min, now + (event.key === 'ArrowRight' ? step : -step)));
      point(next, panel);
      spoken.textContent = `${clock(next)}: ${rowsAt(panels, next).map((r) => `${r.name} ${r.value}`).join(', ')}`;
    } else if (event.key === '+' || event.key === '=') zoom(now - span / 4, now + span / 4);
    else if (event.key === '-') zoom(now - span, now + span);
    else if (event.key === 'Escape' || event.key === '0') { zoom(0, whole.max); hide(); }
    else return;
    event.preventDefault();
  };

  for (const panel of panels) {
    const { body, spec } = panel;
    body.tabIndex = 0;
    body.setAttribute('role', 'group');
    body.setAttribute('aria-label', `${spec.title}: chart over time. Arrow keys move the cursor, plus and minus zoom, Escape shows all.`);
    panel.line = make('div', 'xh', body);
    panel.line.hidden = true;
    const brush = make('div', 'brush', body);
    brush.hidden = true;
    let from = null;
    body.addEventListener('pointerdown', (e) => {
      if (e.button !== 0 || e.pointerType === 'touch') return;
      from = secondAt(panel, e.clientX);
      body.setPointerCapture(e.pointerId);
    });
    body.addEventListener('pointermove', (e) => {
      const now = secondAt(panel, e.clientX);
      point(now, panel);
      brush.hidden = from == null;
      if (from == null) return;
      const [a, b] = [pixelAt(panel, Math.min(from, now)), pixelAt(panel, Math.max(from, now))];
      brush.style.left = `${a}px`;
      brush.style.width = `${b - a}px`;
    });
    body.addEventListener('pointerup', (e) => {
      const now = secondAt(panel, e.clientX);
      if (from != null && Math.abs(pixelAt(panel, now) - pixelAt(panel, from)) > 6) zoom(Math.min(from, now), Math.max(from, now));
      from = null;
      brush.hidden = true;
    });
    body.addEventListener('pointercancel', () => { from = null; brush.hidden = true; });
    body.addEventListener('pointerleave', hide);
    body.addEventListener('blur', hide);
    body.addEventListener('dblclick', () => zoom(0, whole.max));
    body.addEventListener('keydown', (e) => keys(e, panel));
  }
  reset.addEventListener('click', () => zoom(0, whole.max));
  tip.hidden = true;
  new ResizeObserver(() => { for (const panel of panels) panel.resize(); }).observe(box);
  return { redraw() { for (const panel of panels) panel.show(view); } };
}
