// One panel: title, legend and an ECharts drawing in SVG. Colours are CSS variables, so that themes and print follow.
import { init } from './echarts.js';
import { clock, formats } from './format.js';

export const LEFT = 56;
export const RIGHT = 14;

const color = (name) => `var(--${name})`;

/** Tick distance in seconds so that about seven labels fit. */
function timeStep(span, room) {
  const most = Math.max(3, Math.floor(room / 72));
  const steps = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400];
  return steps.find((s) => span / s <= most) ?? 86400;
}

/** Whole multiples of the step within the view. */
function timeTicks(view, step) {
  const first = Math.ceil(view.min / step - 1e-9);
  const last = Math.floor(view.max / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
}

/** Ticks 1, 2, 5, 10, … of a logarithmic axis, thinned to fit. */
function logTicks(min, max, height) {
  const all = [];
  for (let e = Math.floor(Math.log10(min)); e <= Math.ceil(Math.log10(max)); e++) {
    for (const m of [1, 2, 5]) all.push([m, m * 10 ** e]);
  }
  const inside = all.filter(([, v]) => v >= min * 0.999 && v <= max * 1.001);
  const most = height / 26;
  const keep = [[1, 2, 5], [1, 5], [1]].find((set) => inside.filter(([m]) => set.includes(m)).length <= most) ?? [1];
  return inside.filter(([m]) => keep.includes(m)).map(([, v]) => +v.toPrecision(3));
}

/** Points of a series; the last value is held until the end of its step. */
function points(values, step) {
  const shown = values.map((y, i) => [i * step, y]);
  if (values.length > 0) shown.push([values.length * step, values.at(-1)]);
  return shown;
}

/** The stretches in which both ends of a band have values, as lists of [x, low, high]. */
function stretches(series, step) {
  const all = [];
  let now = null;
  series.low.forEach((low, i) => {
    const high = series.high[i];
    if (low == null || high == null) { now = null; return; }
    if (!now) all.push(now = []);
    now.push([i * step, low, high]);
  });
  for (const s of all) s.push([s.at(-1)[0] + step, s.at(-1)[1], s.at(-1)[2]]);
  return all;
}

/** A shaded band as one polygon per stretch: stacking would not work on a logarithmic axis. */
function band(series, step, floor) {
  const parts = stretches(series, step);
  return {
    type: 'custom', silent: true, clip: true, z: 1, data: parts.map((_, i) => [parts[i][0][0], i]), encode: { x: 0 },
    renderItem(params, api) {
      const upper = [];
      const lower = [];
      const part = parts[params.dataIndexInside] ?? [];
      part.forEach(([x, low, high], i) => {
        const before = part[i - 1];
        if (series.kind === 'step' && before) {
          lower.push(api.coord([x, Math.max(floor, before[1])]));
          upper.push(api.coord([x, Math.max(floor, before[2])]));
        }
        lower.push(api.coord([x, Math.max(floor, low)]));
        upper.push(api.coord([x, Math.max(floor, high)]));
      });
      return { type: 'polygon', shape: { points: [...lower, ...upper.reverse()] }, style: { fill: color(series.color), opacity: 0.17 } };
    },
  };
}

function line(series, spec) {
  return {
    type: 'line', name: series.name, step: series.kind === 'step' ? 'end' : false, symbol: 'none', silent: true, z: 3,
    clip: true, animation: false, emphasis: { disabled: true }, connectNulls: false,
    data: points(series.values, spec.step),
    itemStyle: { color: color(series.color) },
    lineStyle: { color: color(series.color), width: series.width ?? 1.8, type: series.dash ? [5, 3] : 'solid', join: 'round' },
    areaStyle: series.fill ? { color: color(series.color), opacity: 0.07, origin: 'start' } : undefined,
  };
}

function marks(spec) {
  return {
    type: 'line', silent: true, data: [], symbol: 'none', z: 4,
    markLine: {
      silent: true, symbol: 'none', animation: false,
      data: spec.limits.map((limit) => ({
        yAxis: limit.value,
        label: { formatter: limit.label, position: 'insideEndTop', color: color('bad'), fontSize: 11.5, distance: 6 },
        lineStyle: { color: color('bad'), type: [6, 4], width: 1, opacity: 0.9 },
      })),
    },
    markArea: {
      silent: true, animation: false,
      data: spec.areas.map((a) => [
        { xAxis: a.from, itemStyle: { color: color('bad'), opacity: 0.09 } },
        { xAxis: a.to },
      ]),
    },
  };
}

/** The whole ECharts option of a panel for a stretch of time. */
function option(spec, view, width, hidden) {
  const format = formats[spec.format];
  const ticks = spec.log ? logTicks(spec.min, spec.max, spec.height) : undefined;
  const times = timeTicks(view, timeStep(view.max - view.min, width - LEFT - RIGHT));
  const shown = spec.series.filter((s) => !hidden.has(s.name));
  return {
    animation: false,
    textStyle: { fontFamily: 'inherit' },
    grid: { left: LEFT, right: RIGHT, top: 10, bottom: spec.timeLabels ? 24 : 8 },
    xAxis: {
      type: 'value', min: view.min, max: view.max,
      splitLine: { show: false }, axisTick: { show: false }, axisLine: { show: true, onZero: false, lineStyle: { color: color('line') } },
      axisLabel: { show: spec.timeLabels, color: color('faint'), fontSize: 11.5, formatter: clock, hideOverlap: true, customValues: times },
    },
    yAxis: {
      type: spec.log ? 'log' : 'value', min: spec.min, max: spec.max, splitNumber: Math.max(2, Math.round(spec.height / 55)),
      interval: spec.interval,
      axisLine: { show: false }, axisTick: { show: false, customValues: ticks },
      axisLabel: { color: color('faint'), fontSize: 11.5, formatter: format, customValues: ticks, margin: 8 },
      splitLine: { lineStyle: { color: color('line2') }, customValues: ticks },
    },
    series: [
      ...shown.filter((s) => s.low).map((s) => band(s, spec.step, spec.log ? spec.min : -Infinity)),
      ...shown.map((s) => line(s, spec)),
      marks(spec),
    ],
  };
}

function legendEntry(series) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'lg';
  button.setAttribute('aria-pressed', 'true');
  const swatch = document.createElement('i');
  swatch.style.setProperty('--c', color(series.color));
  if (series.dash) swatch.className = 'dash';
  button.append(swatch, series.name);
  button.title = `Show or hide ${series.name}`;
  return button;
}

/** Draws a panel into its host; returns what a group needs to zoom it and to read it. */
export function mount(host, spec) {
  const body = host.querySelector('.cbody');
  const legend = host.querySelector('.clegend');
  const hidden = new Set();
  const height = spec.height + (spec.timeLabels ? 34 : 18); // not read back: on paper the style sheet decides
  body.style.height = `${height}px`;
  const canvas = document.createElement('div');
  canvas.className = 'canvas';
  canvas.setAttribute('aria-hidden', 'true');
  body.append(canvas);
  const chart = init(canvas, null, { renderer: 'svg', width: body.clientWidth, height });
  let view = { min: 0, max: spec.duration };
  let drawn = '';
  const draw = () => {
    // The same series with other values are exchanged in place, which takes a fraction of the time.
    const shape = spec.series.map((s) => `${s.name}${s.low ? '+' : ''}${hidden.has(s.name) ? '-' : ''}`).join();
    chart.setOption(option(spec, view, body.clientWidth, hidden), { notMerge: shape !== drawn });
    drawn = shape;
    canvas.querySelector('svg')?.setAttribute('viewBox', `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
  };
  for (const series of spec.series) {
    const entry = legendEntry(series);
    entry.addEventListener('click', () => {
      if (!hidden.delete(series.name)) hidden.add(series.name);
      entry.setAttribute('aria-pressed', String(!hidden.has(series.name)));
      draw();
    });
    legend.append(entry);
  }
  draw();
  return {
    spec, body, hidden,
    show(next) { view = next; draw(); },
    resize() { chart.resize({ width: body.clientWidth, height }); draw(); },
  };
}
