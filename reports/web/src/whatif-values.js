// Values of knobs for people, and back.
import { count, duration } from './format.js';

const number = (n, most = 3) => String(+n.toFixed(most));

function amount(seconds) {
  if (seconds === 0) return '0 s';
  if (seconds < 1) return `${number(seconds * 1e3, 1)} ms`;
  if (seconds < 120) return `${number(seconds)} s`;
  const [m, s] = [Math.floor(seconds / 60), +(seconds % 60).toFixed(3)];
  return s ? `${m} min ${s} s` : `${m} min`;
}

/** A value with its unit. */
export function show(knob, value) {
  switch (knob.unit) {
    case 'seconds': return amount(value);
    case 'share': return `${number(value * 100, 2)} %`;
    case 'factor': return `× ${number(value, 2)}`;
    case 'rate': return `${count(value)} /s`;
    default: return String(value);
  }
}

const SECONDS = { ms: 1e-3, s: 1, sec: 1, m: 60, min: 60, h: 3600 };

function seconds(text) {
  const parts = [...text.matchAll(/([\d.]+)\s*([a-z]*)/g)];
  if (parts.map((p) => p[0]).join('').replace(/\s/g, '') !== text.replace(/\s/g, '') || parts.length === 0) return NaN;
  return parts.reduce((sum, [, n, unit]) => sum + Number(n) * (unit === '' ? 1 : SECONDS[unit] ?? NaN), 0);
}

/** What somebody typed, as a number; NaN when it is none. Without a unit it is the unit that is shown. */
export function read(knob, text) {
  const plain = text.trim().toLowerCase().replace(/[\u202f\u00a0]/g, '').replace(',', '.');
  if (knob.unit === 'seconds') return seconds(plain);
  const match = /^[×x*]?\s*(\d+(?:\.\d+)?|\.\d+)\s*(%|\/s|x)?$/.exec(plain);
  if (!match) return NaN;
  const n = Number(match[1]);
  return knob.unit === 'share' ? (match[2] === '%' || n > 1 ? n / 100 : n) : knob.unit === 'factor' && match[2] === '%' ? n / 100 : n;
}

/** The nearest value that the knob takes, as the server will take it. */
export function nearest(knob, wanted) {
  const within = Math.min(knob.stops.at(-1), Math.max(knob.stops[0], wanted));
  if (knob.fixed) return knob.stops.reduce((best, s) => (Math.abs(s - within) < Math.abs(best - within) ? s : best));
  if (knob.unit === 'count') return Math.round(within);
  return +within.toFixed(knob.unit === 'seconds' ? 3 : 4);
}

/** Where a value lies on the track: 0 is the first stop, 1 the last; stops are equally far apart. */
export function place(knob, value) {
  const last = knob.stops.length - 1;
  const above = knob.stops.findIndex((s) => s >= value);
  if (above <= 0) return above === 0 ? 0 : 1;
  const [a, b] = [knob.stops[above - 1], knob.stops[above]];
  return (above - 1 + (value - a) / (b - a)) / last;
}

/** Settings as a part of an address: scaleMin=3&traffic=1.2. */
export function toHash(values, pinned) {
  const parts = Object.entries(values).map(([id, v]) => `${id}=${v}`);
  const pins = Object.entries(pinned).map(([id, v]) => `pin.${id}=${v}`);
  return [...parts, ...pins].join('&');
}

/** Settings of an address: only those of knobs that there are, at values that they take. */
export function fromHash(hash, knobs) {
  const state = { values: {}, pinned: {} };
  for (const part of hash.replace(/^#/, '').split('&')) {
    const [key, text = ''] = part.split('=');
    const id = key.startsWith('pin.') ? key.slice(4) : key;
    const knob = knobs.find((k) => k.id === id);
    const value = knob && text !== '' ? nearest(knob, Number(text)) : NaN;
    if (Number.isFinite(value) && value !== knob.value) state[key === id ? 'values' : 'pinned'][id] = value;
  }
  return state;
}

/** A difference in words, or nothing when there is none. */
export function difference(now, before, format, relative) {
  const d = now - before;
  const text = relative && before > 0 ? `${Math.round((100 * Math.abs(d)) / before)} %` : format(Math.abs(d));
  if (Math.abs(d) < 1e-9 || /^0(\.0+)?( |$)/.test(text)) return { text: 'same as pinned', tone: '' };
  return { text: `${d > 0 ? '+' : '−'}${text} vs pinned`, tone: d < 0 ? 'good' : 'worse' };
}

/** A time that came out, where nothing is nothing. */
export const time = (seconds) => (seconds < 1e-6 ? '0 s' : seconds >= 60 && seconds % 60 === 0 ? `${seconds / 60} min` : duration(seconds));
