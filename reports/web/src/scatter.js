// Policies as points: cost against the seconds above the limits, with the front as a line.
import { init } from './echarts.js';
import { duration } from './format.js';

const color = (name) => `var(--${name})`;
const HEIGHT = 320;
const SPANS = [10, 20, 30, 60, 120, 180, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400];

const round = (value) => {
  const power = 10 ** Math.floor(Math.log10(value));
  return Math.ceil(value / power * 2) / 2 * power;
};

function option(spec) {
  const shown = [...spec.front, ...spec.named.map((p) => p.at)];
  const most = Math.max(10, ...shown.map(([, y]) => y)) * 1.15;
  const bad = SPANS.find((s) => s >= most) ?? most;
  const cost = round(Math.max(0.1, ...shown.map(([x]) => x)) * 1.2);
  const axis = { axisTick: { show: false }, axisLabel: { color: color('faint'), fontSize: 11.5 }, nameTextStyle: { color: color('mut'), fontSize: 12 } };
  const dots = (data, tone, size) => ({ type: 'scatter', silent: true, clip: true, data, symbolSize: size, itemStyle: { color: color(tone), opacity: 0.6 } });
  return {
    animation: false,
    textStyle: { fontFamily: 'inherit' },
    grid: { left: 66, right: 28, top: 18, bottom: 42 },
    xAxis: { ...axis, type: 'value', name: 'cost, replica-hours', nameLocation: 'middle', nameGap: 26, min: 0, max: cost, axisLine: { show: true, lineStyle: { color: color('line') } }, splitLine: { show: false } },
    yAxis: { ...axis, type: 'value', min: 0, max: bad, interval: bad / (bad % 3 === 0 ? 3 : 2), axisLabel: { ...axis.axisLabel, formatter: duration }, axisLine: { show: false }, splitLine: { lineStyle: { color: color('line2') } } },
    series: [
      dots(spec.others, 'c-dim', 4),
      dots(spec.passing, 'ok', 5),
      { type: 'line', silent: true, clip: true, step: 'end', symbol: 'none', data: spec.front, lineStyle: { color: color('acc'), width: 1.6 }, z: 4 },
      {
        type: 'scatter', silent: true, z: 5,
        data: spec.named.map((p, i) => ({
          value: p.at, symbol: 'diamond', symbolSize: 13, itemStyle: { color: color(p.tone) },
          label: { show: true, formatter: p.name, position: p.at[0] > cost * 0.75 ? 'left' : 'right', offset: [3, i % 2 ? 9 : -9], color: color(p.tone), fontSize: 12, fontWeight: 600 },
        })),
      },
    ],
  };
}

/** Draws the points into a card. */
export function scatter(card, spec) {
  const body = card.querySelector('.cbody');
  body.style.height = `${HEIGHT}px`;
  const canvas = document.createElement('div');
  canvas.className = 'canvas';
  canvas.setAttribute('aria-hidden', 'true');
  body.append(canvas);
  const chart = init(canvas, null, { renderer: 'svg', width: Math.max(60, body.clientWidth), height: HEIGHT });
  const draw = () => {
    chart.setOption(option(spec), { notMerge: true });
    canvas.querySelector('svg')?.setAttribute('viewBox', `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
  };
  new ResizeObserver(() => {
    if (body.clientWidth > 0) { chart.resize({ width: body.clientWidth, height: HEIGHT }); draw(); }
  }).observe(body);
  draw();
}
