// The strip above the charts: verdict, what it rests on, and the difference to the pinned settings.
import { clock, percent } from './format.js';
import { difference, time } from './whatif-values.js';

const make = (tag, content = '', className = '') => Object.assign(document.createElement(tag), { textContent: content, className });

/** Whether only the beginning of a launch is there yet. */
export const isBeginning = (result) => result.launches === 0;

/** GO when the share itself reaches the target, NO-GO when not even the interval does; as few launches allow. */
export function judge(result, target = 0.95) {
  if (isBeginning(result)) return result.held.includes(0) ? { word: 'NO-GO', tone: 'nogo' } : { word: '…', tone: 'wait' };
  if (result.passed / result.launches >= target) return { word: 'GO', tone: 'go' };
  return result.high < target ? { word: 'NO-GO', tone: 'nogo' } : { word: 'AT RISK', tone: 'risk' };
}

const launches = (n) => `${n} ${n === 1 ? 'launch' : 'launches'}`;

/** The verdict in a sentence, for those who do not see it. */
export const spoken = (result) => isBeginning(result) ? '' :
  `${judge(result).word}: ${result.passed} of ${launches(result.launches)} pass, ${time(result.over)} over the limit, ${result.cost.toFixed(2)} replica-hours`;

function cell(name, value, unit, change) {
  const box = make('div');
  const big = make('b', value);
  if (unit) big.append(' ', make('i', unit));
  box.append(make('small', name), big, make('span', change.text, `d ${change.tone}`));
  return box;
}

/** Fills the strip. */
export function showVerdict(row, result, pinned) {
  const { word, tone } = judge(result);
  const first = isBeginning(result);
  const verdict = make('div', '', `vb ${tone}`);
  verdict.append(make('b', word), ...(first
    ? [make('span', `after ${clock(result.until)} of ${clock(result.duration)}`), make('span', 'the rest is being simulated')]
    : [make('span', `${result.passed} of ${launches(result.launches)} ${result.launches === 1 ? 'passes' : 'pass'}`),
      make('span', `95 %: ${percent(result.low)} – ${percent(result.high)}${result.decided ? '' : ', an estimate'}`)]));
  const behind = pinned ?? result;
  const change = (read, format, less) => (first ? { text: 'until then', tone: '' } : difference(read(result), read(behind), format, less));
  const took = make('div', '', 'took');
  const ms = make('b', String(Math.round(result.ms)));
  ms.append(' ', make('i', 'ms'));
  took.append(make('small', first ? 'Part of a launch in' : `${launches(result.launches)} in`), ms,
    make('span', `drawn in ${Math.round(result.drawn ?? 0)} ms`, 'd'));
  row.replaceChildren(
    verdict,
    cell('Over the limit', time(result.over), '', change((r) => r.over, time)),
    cell('Worst p99', time(result.worst), '', change((r) => r.worst, time)),
    cell('Cost', result.cost.toFixed(2), 'replica-hours', change((r) => r.cost, (v) => v.toFixed(2), true)),
    took);
}

const LIMIT = {
  errors: (o) => `errors ≤ ${percent(o.limit)}`,
  replicas: (o) => `replicas ≤ ${o.limit}`,
  cost: (o) => `cost ≤ ${o.limit} replica-hours`,
};

/** One entry per objective: in how many launches it held. */
export function showHeld(list, result, objectives) {
  list.replaceChildren(...objectives.map((o, i) => {
    const text = LIMIT[o.name]?.(o) ?? `${o.name.replace('latency.', '')} ≤ ${time(o.limit)}${o.except > 0 ? `, except ${time(o.except)}` : ''}`;
    const entry = make('li', `${text} `);
    if (isBeginning(result)) {
      entry.append(result.held[i] ? make('b', 'so far') : make('b', 'broken', 'bad'));
      return entry;
    }
    const share = result.held[i] / result.launches;
    entry.append(make('b', `${result.held[i]} of ${result.launches}`, share >= 0.95 ? 'ok' : share > 0.05 ? 'warn' : 'bad'));
    return entry;
  }));
}
