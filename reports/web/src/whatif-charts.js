// The panels: traffic, replicas and latency of a case, with the pinned one, or a measured run, behind it.
import { bind } from './group.js';
import { duration } from './format.js';

const STEPS = [1, 2, 5, 10];

/** A round number, not below (or not above) a value: 1, 2 or 5 times a power of ten. */
function round(value, up) {
  const power = 10 ** Math.floor(Math.log10(value));
  const m = value / power;
  return (up ? STEPS.find((s) => s >= m - 1e-9) : STEPS.findLast((s) => s <= m + 1e-9)) * power;
}

const finite = (lists) => lists.flat().filter((v) => v != null && v > 0);

function latencyRange(lists, limits) {
  const values = finite([...lists, ...limits.map((l) => l.value)]);
  if (values.length === 0) return { min: 0.001, max: 1 };
  return { min: round(Math.min(...values) * 0.9, false), max: round(Math.max(...values) * 1.1, true) };
}

const top = (lists, least) => Math.max(least, ...finite(lists)) * 1.05;

/** The stretches in which a value is above its limit. */
function above(values, step, limits) {
  const areas = [];
  const limit = limits.length > 0 ? Math.min(...limits.map((l) => l.value)) : Infinity;
  values.forEach((v, i) => {
    if (!(v > limit)) return;
    if (areas.at(-1)?.to === i * step) areas.at(-1).to = (i + 1) * step;
    else areas.push({ from: i * step, to: (i + 1) * step });
  });
  return areas;
}

function host(spec) {
  const box = document.createElement('div');
  box.className = 'pad';
  box.dataset.chart = spec.id;
  const head = Object.assign(document.createElement('div'), { className: 'chead' });
  const title = Object.assign(document.createElement('div'), { className: 'ctitle' });
  title.append(Object.assign(document.createElement('h2'), { textContent: spec.title }));
  if (spec.sub) title.append(Object.assign(document.createElement('p'), { textContent: spec.sub }));
  head.append(title, Object.assign(document.createElement('div'), { className: 'clegend' }));
  box.append(head, Object.assign(document.createElement('div'), { className: 'cbody' }));
  return box;
}

const LIMITED = { 'latency.p50': 'p50', 'latency.p95': 'p95', 'latency.p99': 'p99' };

/** Limits of latencies for the chart. */
export function limitsOf(objectives) {
  const latencies = objectives.filter((o) => LIMITED[o.name]);
  return latencies.map((o) => ({
    value: o.limit, label: `${latencies.length > 1 ? `${LIMITED[o.name]} ` : ''}limit ${duration(o.limit)}`,
  }));
}

/** The three panels of a view: `now` and `behind` hold series; `ghost` names what is behind. */
function specsOf(now, behind, objectives, ghost, color) {
  const limits = limitsOf(objectives);
  const p99 = objectives.filter((o) => o.name === 'latency.p99').map((o) => ({ value: o.limit }));
  const areas = above(now.p99, now.step, p99);
  const all = { step: now.step, duration: now.duration, areas: [], limits: [] };
  const band = (low, high) => (now.launches > 1 ? { low, high } : {});
  const back = { dash: true, color, width: 1.5 };
  if (behind.solid) Object.assign(back, { dash: false, width: 2 });
  return [
    {
      ...all, id: 'traffic', title: 'Traffic', sub: 'requests/s', format: 'count', height: 96, min: 0,
      max: round(top([now.offered, behind.offered], 1), true), unit: 'requests/s',
      series: [
        { ...back, name: ghost, kind: 'line', values: behind.offered, tip: `offered, ${ghost}` },
        { name: 'offered', color: 'c-load', kind: 'line', fill: true, values: now.offered },
      ],
    },
    {
      ...all, id: 'replicas', title: 'Replicas', format: 'count', height: 150, min: 0, areas,
      max: Math.ceil(top([now.readyHigh, behind.ready], 3) / 2) * 2,
      series: [
        { ...back, name: ghost, kind: 'step', values: behind.ready, tip: `ready, ${ghost}` },
        { name: 'ready', color: 'c-rep', kind: 'step', width: 2, fill: true, values: now.ready, ...band(now.readyLow, now.readyHigh) },
      ],
    },
    {
      ...all, id: 'latency', title: 'Latency', sub: 'log scale', format: 'duration', height: 220, log: true, timeLabels: true,
      ...latencyRange([now.p50, now.p99, now.p99High, behind.p99], limits), limits, areas,
      series: [
        { ...back, name: `p99, ${ghost}`, kind: 'line', values: behind.p99 },
        { name: 'p50', color: 'c-p50', kind: 'line', values: now.p50 },
        { name: 'p95', color: 'c-p95', kind: 'line', values: now.p95 },
        { name: 'p99', color: 'c-p99', kind: 'line', width: 2.2, values: now.p99, ...band(now.p99Low, now.p99High) },
      ],
    },
  ];
}

/** Panels in a box, drawn again with each call of show(). */
export function panels(box, ghost, color = 'c-dim') {
  let specs = null;
  let group = null;
  return {
    show(now, behind, objectives) {
      const next = specsOf(now, behind, objectives, ghost, color);
      if (!specs || specs[0].duration !== now.duration) {
        specs = next;
        box.replaceChildren(...specs.map(host));
        group = bind(box, specs);
      } else {
        specs.forEach((spec, i) => Object.assign(spec, next[i]));
        group.redraw();
      }
    },
  };
}
