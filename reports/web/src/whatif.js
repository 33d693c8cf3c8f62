// The what-if page: settings → server → charts. State lives in the address.
import { duration, percent } from './format.js';
import { connect } from './whatif-link.js';
import { buildKnobs } from './whatif-knobs.js';
import { panels } from './whatif-charts.js';
import { trail } from './whatif-trail.js';
import { showEdits, text as editText } from './whatif-edits.js';
import { buildMeasured } from './whatif-measured.js';
import { isBeginning, showHeld, showVerdict, spoken } from './whatif-verdict.js';
import { fromHash, toHash } from './whatif-values.js';
import { setUpTheme } from './theme.js';
import { copyText } from './copy.js';

const root = document.documentElement;
const $ = (id) => document.getElementById(id);
const REST = 90; // ms
const COALESCE = 700; // ms: steps of one slider by keyboard are one step of undo

let setup = null;
let knobs = null;
let measured = null;
let state = { values: {}, pinned: {} };
let shown = null; // the newest result of the launch
let pinned = null; // the result of the pinned settings
let past = [];
let future = [];
let settled = { at: 0, knob: '' };
let focus = '';
let paths = null;
let launch = null;
let begun = null; // the move of which only the beginning of a launch is shown
let speaking = 0;
let resting = 0;

const onMeasured = () => $('tab-measured').getAttribute('aria-selected') === 'true';
const same = (a, b) => toHash(a.values, a.pinned) === toHash(b.values, b.pinned);

const isPinned = () => toHash(state.values, {}) === toHash(state.pinned, {});

function ask(movedAt = performance.now()) {
  const view = onMeasured() ? measured.view() : -1;
  link.ask({ values: state.values, view, focus }, movedAt);
  knobs.stale();
}

function askPinned() {
  link.askPinned({ values: state.pinned, view: -1 });
}

function remember() {
  history.replaceState(null, '', `#${toHash(state.values, state.pinned)}`);
  $('undo').disabled = past.length === 0;
  $('redo').disabled = future.length === 0;
  knobs.count(state.values);
}

/** Takes another state, as undo, redo, a pasted address and pinning do. */
function become(next) {
  const repin = toHash({}, next.pinned) !== toHash({}, state.pinned);
  state = next;
  knobs.set(state.values);
  knobs.pin(state.pinned);
  remember();
  ask();
  if (repin) askPinned();
}

const on = {
  move(knob, value) {
    const values = { ...state.values };
    if (value === knob.value) delete values[knob.id]; else values[knob.id] = value;
    if (!on.before) on.before = state;
    state = { ...state, values };
    focus = knob.id;
    ask();
  },
  settle(knob) {
    const before = on.before;
    on.before = null;
    if (!before || same(before, state)) return;
    const now = performance.now();
    if (!(knob.id === settled.knob && now - settled.at < COALESCE)) {
      past.push(before);
      paths?.keep();
    }
    settled = { at: now, knob: knob.id };
    future = [];
    remember();
  },
};

function step(from, to) {
  const next = from.pop();
  if (!next) return;
  to.push(state);
  settled = { at: 0, knob: '' };
  become(next);
}

function drawLaunch() {
  const behind = pinned ?? shown;
  launch.show(shown, behind, setup.objectives);
  clearTimeout(resting);
  resting = setTimeout(drawRest, REST);
}

/** What can wait until the slider rests for a moment. */
function drawRest() {
  if (isBeginning(shown)) return;
  paths.show({ cost: shown.cost, over: shown.overHigh }, pinned && { cost: pinned.cost, over: pinned.overHigh });
  showEdits($('edits'), shown, setup.command, copy);
}

/** Calls back when the browser has painted what was drawn. */
function painted(then) {
  requestAnimationFrame(() => setTimeout(then));
}

function takeResult(result, answered) {
  if (result.pin) {
    pinned = isPinned() && shown?.launches > result.launches ? shown : result;
    if (!shown || onMeasured()) return;
    drawLaunch();
    showVerdict($('verdict'), shown, pinned);
    return;
  }
  if (result.view >= 0) {
    measured.show(result, setup.objectives);
  } else {
    const began = performance.now();
    shown = result;
    if (isPinned() && !isBeginning(result) && !(pinned?.launches > result.launches)) pinned = result;
    drawLaunch();
    result.drawn = performance.now() - began;
    showVerdict($('verdict'), shown, pinned);
    showHeld($('held'), shown, setup.objectives);
    clearTimeout(speaking);
    speaking = setTimeout(() => { $('spoken').textContent = spoken(shown); }, 900);
  }
  root.classList.remove('busy');
  root.dataset.launches = result.launches;
  note(result, answered);
}

/** Marks, for whoever measures, how long a move took until curves were painted, and until those of a whole launch. */
function note(result, answered) {
  const since = answered?.movedAt ?? (begun?.seq === result.seq ? begun.movedAt : null);
  if (since == null || (!answered && isBeginning(result))) return;
  begun = isBeginning(result) ? { seq: result.seq, movedAt: since } : null;
  const names = [...(answered ? ['move'] : []), ...(begun ? [] : ['whole'])];
  const detail = { launches: result.launches, ms: result.ms, drawn: result.drawn };
  painted(() => names.forEach((name) => performance.measure(name, { start: since, end: performance.now(), detail })));
}

const link = connect({
  hello(message) {
    $('lost').hidden = true;
    const first = !setup;
    setup = message;
    if (first) start();
    else knobs.set(state.values);
    askPinned();
    ask();
  },
  message(message, answered) {
    if (message.type === 'result') takeResult(message, answered);
    else if (message.type === 'track' && message.seq === link.newest) knobs.smell(message.knob, message.scents);
    else if (message.type === 'calm' && message.seq === link.newest) root.dataset.calm = message.seq;
  },
  lost(other) {
    $('lost').hidden = false;
    $('lost').textContent = other
      ? 'The server was started again with another token: open the address that it printed. The settings are in the part behind #.'
      : `The server does not answer. Start it again${setup ? `: ${setup.command.replace(' check ', ' serve ')}` : ''}. This page then goes on by itself, if $CAPACITY_SERVE_TOKEN is the same.`;
    root.classList.add('busy');
  },
});

async function copy(button, content) {
  const label = button.textContent;
  button.textContent = (await copyText(content)) ? 'Copied' : 'Copy failed';
  setTimeout(() => { button.textContent = label; }, 1400);
}

function select(tab) {
  for (const name of ['launch', 'measured']) {
    const selected = name === tab;
    $(`tab-${name}`).setAttribute('aria-selected', String(selected));
    $(`tab-${name}`).tabIndex = selected ? 0 : -1;
    $(`view-${name}`).hidden = !selected;
  }
  if (setup) ask();
}

function setUpTabs() {
  for (const name of ['launch', 'measured']) {
    $(`tab-${name}`).addEventListener('click', () => select(name));
    $(`tab-${name}`).addEventListener('keydown', (e) => {
      if (!['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(e.key)) return;
      const other = name === 'launch' ? 'measured' : 'launch';
      const next = e.key === 'Home' ? 'launch' : e.key === 'End' ? 'measured' : other;
      select(next);
      $(`tab-${next}`).focus();
      e.preventDefault();
    });
  }
}

function start() {
  document.title = `${setup.scenario} – what-if – capacity`;
  $('title').textContent = `What-if: ${setup.scenario}`;
  $('smells').textContent = setup.smells;
  $('tab-launch').textContent = setup.scenario;
  state = fromHash(location.hash, setup.knobs);
  knobs = buildKnobs($('knobs'), setup.knobs, on);
  knobs.set(state.values);
  knobs.pin(state.pinned);
  knobs.reveal(state.values);
  launch = panels($('panels'), 'pinned');
  const limited = setup.objectives.filter((o) => o.name.startsWith('latency'));
  const allowed = limited.length > 0 ? Math.min(...limited.map((o) => o.except)) : -1;
  $('trail-sub').textContent = `cost against seconds above the ${limited.length === 1 ? `limit of ${duration(limited[0].limit)}` : 'latency limits'}, in the worst 5 % of launches`;
  paths = trail($('trail'), allowed);
  measured = buildMeasured($('measured'), setup.measured, () => ask());
  $('note').textContent = `${setup.shows ? `${setup.scenario}: ${setup.shows}. ` : ''}Service ${setup.service}. Simulated from the scenario's own assumptions, at most 100 launches; `
    + `a go here is an estimate. Only capacity check, with its rehearsal on real HTTP, decides (${percent(setup.target)} of launches beyond chance).`;
  remember();
  root.classList.add('live');
}

$('undo').addEventListener('click', () => step(past, future));
$('redo').addEventListener('click', () => step(future, past));
$('pin').addEventListener('click', () => {
  past.push(state);
  future = [];
  settled = { at: 0, knob: '' };
  if (shown && !isBeginning(shown)) pinned = shown;
  become({ ...state, pinned: { ...state.values } });
});
$('copy-yaml').addEventListener('click', (e) => { if (shown) copy(e.currentTarget, editText(shown, setup.command)); });
$('copy-link').addEventListener('click', (e) => copy(e.currentTarget, location.href));
addEventListener('keydown', (e) => {
  if (!(e.ctrlKey || e.metaKey) || e.altKey || !knobs) return;
  if (e.target.dataset?.dirty) return; // somebody types: the field's own undo
  const key = e.key.toLowerCase();
  if (key === 'z' && !e.shiftKey) step(past, future);
  else if (key === 'y' || (key === 'z' && e.shiftKey)) step(future, past);
  else return;
  e.preventDefault();
});
addEventListener('hashchange', () => {
  if (!setup) return;
  const next = fromHash(location.hash, setup.knobs);
  if (same(next, state)) return;
  past.push(state);
  future = [];
  settled = { at: 0, knob: '' };
  become(next);
  knobs.reveal(next.values);
});
setUpTabs(); // before the server has greeted: a click may come first
setUpTheme($('theme'));
