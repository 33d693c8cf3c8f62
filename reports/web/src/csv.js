// The series of all charts as comma-separated values, one block per length of step.

const cell = (value) => (value == null ? '' : String(value));

/** One table: a row per step, a column per line or end of a band. */
function table(charts, step) {
  const columns = charts.flatMap((c) => c.series.flatMap((s) => [
    [`${c.id} ${s.tip ?? s.name}`, s.values],
    ...(s.low ? [[`${c.id} ${s.tip ?? s.name} 5%`, s.low], [`${c.id} ${s.tip ?? s.name} 95%`, s.high]] : []),
  ]));
  const rows = Math.max(...columns.map(([, values]) => values.length));
  const lines = [['seconds', ...columns.map(([name]) => `"${name.replaceAll('"', '""')}"`)].join(',')];
  for (let i = 0; i < rows; i++) lines.push([+(i * step).toFixed(3), ...columns.map(([, values]) => cell(values[i]))].join(','));
  return lines.join('\n');
}

export function csv(charts) {
  const steps = [...new Set(charts.map((c) => c.step))];
  return `${steps.map((step) => table(charts.filter((c) => c.step === step), step)).join('\n\n')}\n`;
}
