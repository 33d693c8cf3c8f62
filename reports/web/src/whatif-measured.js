// The tab that lays a measured run over the simulation of the same settings.
import { duration, percent } from './format.js';
import { panels } from './whatif-charts.js';

const make = (tag, content = '', className = '') => Object.assign(document.createElement(tag), { textContent: content, className });

/** A value of a series in steps of one length, in steps of another. */
const resampled = (values, from, to, length) =>
  Array.from({ length: Math.ceil(length / to - 1e-9) }, (_, i) => values[Math.min(values.length - 1, Math.floor((i + 0.5) * to / from))] ?? null);

function difference(now, measured) {
  let [sum, n] = [0, 0];
  now.ready.forEach((r, i) => { if (r != null && measured.ready[i] != null) { sum += Math.abs(r - measured.ready[i]); n++; } });
  return n === 0 ? null : sum / n;
}

/** How much of the measured run lies within the band of the simulated launches. */
function within(now, measured) {
  let [inside, n] = [0, 0];
  now.p99.forEach((_, i) => {
    const m = measured.p99[i];
    if (m == null || now.p99Low[i] == null) return;
    n++;
    inside += m >= now.p99Low[i] * 0.999 && m <= now.p99High[i] * 1.001 ? 1 : 0;
  });
  return n === 0 ? null : inside / n;
}

/** Builds the tab; `pick` is told which run is shown. */
export function buildMeasured(box, runs, pick) {
  if (runs.length === 0) {
    const card = make('div', '', 'card norun');
    card.append(make('h2', 'No measured run'), make('p', 'Measure one and open the page again: the curves are then laid over the simulation.'),
      make('pre', 'capacity check SCENARIO\ncapacity serve SCENARIO\n\ncapacity serve SCENARIO --measured run.json'));
    box.replaceChildren(card);
    return { view: () => -1, show() {} };
  }
  const select = document.createElement('select');
  select.id = 'run';
  runs.forEach((r, i) => select.append(new Option(`${r.name}${r.speed === 1 ? '' : ` (at speed ${r.speed})`}`, i)));
  const label = make('label', 'Run');
  label.htmlFor = 'run';
  const row = make('div', '', 'pick');
  row.append(label, select);
  const facts = make('div', '', 'facts');
  const stack = make('div', '', 'card stack');
  stack.dataset.group = '';
  const under = make('p', '', 'under');
  box.replaceChildren(row, facts, stack, under);
  let charts = panels(stack, 'measured', 'c-meas');
  select.addEventListener('change', () => { stack.replaceChildren(); charts = panels(stack, 'measured', 'c-meas'); pick(); });

  const fact = (name, value, sub) => {
    const card = make('div', '', 'card kpi');
    card.append(make('div', name, 'k'), make('div', value, 'v'), make('div', sub, 's'));
    return card;
  };
  return {
    view: () => +select.value,
    show(result, objectives) {
      const run = runs[result.view];
      if (!run || result.view !== +select.value) return;
      const series = (name) => resampled(run[name], run.step, result.step, Math.min(run.duration, result.duration));
      const measured = { solid: true, offered: series('offered'), ready: series('ready'), p99: series('p99') };
      charts.show(result, measured, objectives);
      const [apart, share] = [difference(result, measured), within(result, measured)];
      facts.replaceChildren(
        fact('Replicas apart', apart == null ? '–' : apart.toFixed(2), 'mean distance of the curves'),
        fact('Measured p99 in the band', share == null ? '–' : percent(share), `of ${result.launches} simulated ${result.launches === 1 ? 'launch' : 'launches'}`),
        fact('Cost', `${run.cost.toFixed(3)}`, `measured; simulated ${result.cost.toFixed(3)} replica-hours`),
        fact('Scale actions', String(run.actions.length), `measured; simulated ${+result.actions.toFixed(1)}`));
      under.textContent = `${run.simulated ? 'This run was simulated itself. ' : ''}`
        + `${run.speed === 1 ? 'The run was driven at the speed of the launch' : `The run was a rehearsal at speed ${run.speed}: load and control loop ${run.speed} times as fast, service times as they are`}; `
        + `the simulation has the same speed, and the settings on the left. It lasted ${duration(run.duration)}.`;
    },
  };
}
