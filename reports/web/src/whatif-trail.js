// What has been tried: cost against the seconds above the limit.
import { init } from './echarts.js';
import { time } from './whatif-values.js';

const color = (name) => `var(--${name})`;
const HEIGHT = 230;

const SPANS = [10, 20, 30, 60, 120, 180, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400];

/** The end of an axis in seconds: at least a little above all values. */
const span = (values, least) => SPANS.find((s) => s >= Math.max(least, ...values) * 1.05) ?? Math.max(...values) * 1.1;

const nice = (values, least) => {
  const top = Math.max(least, ...values) * 1.15;
  const power = 10 ** Math.floor(Math.log10(top));
  return Math.ceil(top / power * 2) / 2 * power;
};

/** Draws the points into a card; each has cost, over and allowed seconds. */
export function trail(card, allowed) {
  const body = card.querySelector('.cbody');
  body.style.height = `${HEIGHT}px`;
  const canvas = document.createElement('div');
  canvas.className = 'canvas';
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', 'Nothing is tried yet'); // until the first launch is whole
  body.append(canvas);
  const chart = init(canvas, null, { renderer: 'svg', width: Math.max(60, body.clientWidth), height: HEIGHT });
  let tried = [];
  let [now, pinned] = [null, null];

  function draw() {
    if (!now || body.clientWidth === 0) return;
    const all = [...tried, now, ...(pinned ? [pinned] : [])];
    const most = span(all.map((p) => p.over), Math.max(10, allowed * 1.2));
    const at = (p) => [p.cost, p.over];
    const named = (p, text, tone, dy) => ({
      value: at(p), symbol: 'diamond', symbolSize: 13, itemStyle: { color: color(tone) },
      label: { show: true, formatter: text, position: 'right', offset: [3, dy], color: color(tone), fontSize: 12, fontWeight: 600 },
    });
    const axis = { axisTick: { show: false }, axisLabel: { color: color('faint'), fontSize: 11.5 }, nameTextStyle: { color: color('mut'), fontSize: 12 } };
    chart.setOption({
      animation: false,
      textStyle: { fontFamily: 'inherit' },
      grid: { left: 66, right: 60, top: 12, bottom: 42 },
      xAxis: { ...axis, type: 'value', name: 'cost, replica-hours', nameLocation: 'middle', nameGap: 26, min: 0, max: nice(all.map((p) => p.cost), 0.1), axisLine: { show: true, lineStyle: { color: color('line') } }, splitLine: { show: false } },
      yAxis: { ...axis, type: 'value', min: 0, max: most, interval: most / (most % 3 === 0 ? 3 : 2), axisLabel: { ...axis.axisLabel, formatter: time }, axisLine: { show: false }, splitLine: { lineStyle: { color: color('line2') } } },
      series: [
        {
          type: 'line', data: tried.map(at), symbol: 'circle', symbolSize: 7, silent: true, lineStyle: { color: color('c-dim'), width: 1 }, itemStyle: { color: color('c-dim') },
          markLine: allowed >= 0 ? { silent: true, symbol: 'none', animation: false, data: [{ yAxis: allowed, label: { formatter: `allowed: ${time(allowed)}`, position: 'insideEndTop', color: color('bad'), fontSize: 11.5 }, lineStyle: { color: color('bad'), type: [6, 4], width: 1 } }] } : undefined,
        },
        {
          type: 'scatter', silent: true, z: 5,
          data: [
            ...(pinned ? [named(pinned, pinned.cost === now.cost && pinned.over === now.over ? '' : 'pinned', 'mut', 9)] : []),
            named(now, 'now', 'acc', -9),
          ],
        },
      ],
    }, { notMerge: true });
    canvas.setAttribute('aria-label', `${tried.length} settings tried; now ${now.cost.toFixed(2)} replica-hours and ${time(now.over)} above the limit`);
  }

  new ResizeObserver(() => {
    if (body.clientWidth > 0) { chart.resize({ width: body.clientWidth, height: HEIGHT }); draw(); }
  }).observe(body);
  return {
    show(next, behind) { now = next; pinned = behind; draw(); },
    keep() { if (now) tried = [...tried, now].slice(-40); draw(); },
  };
}
