// The edits of the user's files that the settings stand for, to be read and copied.

const FILES = {
  stack: 'Stack file: the service, under deploy',
  prometheus: 'prometheus.yml, under global',
  alertmanager: 'alertmanager.yml, at the route to the scaler',
  scaler: 'The scaler',
};

const quoted = (word) => (/^[\w./\-=:]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** The command that checks the scenario with its settings. */
export const command = (base, settings) => [base, ...settings.map((s) => `--set ${quoted(s)}`)].join(' ');

function lines(file, changes) {
  const labels = changes.filter((c) => c.snippet.startsWith('- '));
  const others = changes.filter((c) => !c.snippet.startsWith('- '));
  if (file === 'prometheus') return ['global:', ...others.map((c) => `  ${c.snippet}`)];
  return [...others.map((c) => c.snippet), ...(labels.length > 0 ? ['labels:', ...labels.map((c) => `  ${c.snippet}`)] : [])];
}

/** All edits as one text: YAML by file, and the command for the rest. */
export function text(result, base) {
  const parts = [];
  for (const [file, title] of Object.entries(FILES)) {
    const changes = result.changes.filter((c) => c.file === file);
    if (changes.length > 0) parts.push(`# ${title}\n${lines(file, changes).join('\n')}`);
  }
  if (result.settings.length > 0 || parts.length === 0) parts.push(`# The scenario\n${command(base, result.settings)}`);
  return `${parts.join('\n\n')}\n`;
}

const make = (tag, content, className = '') => Object.assign(document.createElement(tag), { textContent: content, className });

/** Shows the edits. */
export function showEdits(box, result, base, copy) {
  if (result.changes.length === 0 && result.settings.length === 0) {
    box.replaceChildren(make('p', 'Nothing: everything is as configured.', 'none'));
    return;
  }
  const parts = [];
  for (const [file, title] of Object.entries(FILES)) {
    const changes = result.changes.filter((c) => c.file === file);
    if (changes.length === 0) continue;
    parts.push(make('h3', title), make('pre', lines(file, changes).join('\n')));
  }
  if (result.settings.length > 0) {
    parts.push(make('h3', 'The scenario'), make('pre', command(base, result.settings)));
  }
  const buttons = make('div', '', 'row');
  const all = make('button', 'Copy everything', 'btn');
  all.type = 'button';
  all.addEventListener('click', () => copy(all, text(result, base)));
  buttons.append(all);
  const labels = result.changes.filter((c) => c.snippet.startsWith('- '));
  if (labels.length > 0) {
    const one = make('button', 'Copy labels', 'btn');
    one.type = 'button';
    one.addEventListener('click', () => copy(one, `${labels.map((c) => c.snippet).join('\n')}\n`));
    buttons.append(one);
  }
  box.replaceChildren(...parts, buttons);
}
