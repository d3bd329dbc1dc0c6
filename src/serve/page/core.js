// State, requests, the list of changes, the address. Text from outside only ever becomes a text node.
'use strict';
const $ = id => document.getElementById(id);
const root = location.pathname;
const token = document.querySelector('meta[name=digest-token]').content;
const store = { get: k => { try { return sessionStorage.getItem(k); } catch { return null; } }, set: (k, v) => { try { sessionStorage.setItem(k, v); } catch { /* full or forbidden */ } } };
const app = {
  state: null, controls: null, result: null, changes: [], past: [], future: [], day: 'next', view: 'edition', part: 'html',
  width: 'desktop', colour: 'light', showing: 'after', story: null, sentence: null, panel: 'story', seq: 0, letters: true,
  tab: crypto.getRandomValues(new Uint32Array(2)).join('-'), last: { id: '', at: 0 }, problem: null, stopped: false,
};

function el(tag, given, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(given || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'class') node.className = value;
    else if (name in node && typeof value !== 'string') node[name] = value;
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat(9).filter(child => child !== null && child !== undefined && child !== false));
  return node;
}
const put = (node, ...children) => node.replaceChildren(...children.flat(9).filter(Boolean));
const button = (text, onclick, given) => el('button', { type: 'button', onclick, ...given }, text);
const many = (count, one, more) => `${count} ${count === 1 ? one : more || one + 's'}`;
const score = number => (number < 0 ? '−' : '') + Math.abs(number).toFixed(2);
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const date = time => time ? new Date(time).toLocaleDateString('en-GB', { day: 'numeric', month: 'short' }) : '';
// Names of keys and rules stand between backticks.
const prose = text => text.split('`').map((part, place) => place % 2 ? el('code', {}, part) : part);
const capital = text => text.charAt(0).toUpperCase() + text.slice(1);
const say = text => { $('said').textContent = ''; setTimeout(() => { $('said').textContent = text; }, 30); };

async function api(path, body) {
  const post = { method: 'POST', body: JSON.stringify(body), headers: { 'X-Digest-Token': token, 'Content-Type': 'application/json' } };
  let response;
  try { response = await fetch(root + path, body === undefined ? {} : post); } catch { throw stopped(); }
  const text = await response.text();
  let answer = {};
  try { answer = text ? JSON.parse(text) : {}; } catch { /* no JSON: its status says enough */ }
  if (!response.ok) throw { title: response.statusText, ...answer, status: response.status };
  return answer;
}
function stopped() {
  app.stopped = true;
  showTrouble();
  return { code: 'stopped', title: 'The preview has stopped. Start it again.' };
}

// ---- changes ----
const idOf = change => change.rule !== undefined ? 'rule ' + change.rule : change.source !== undefined ? change.source + ' ' + change.key : change.key;
const nameOf = change => change.rule !== undefined ? 'rule ' + change.rule : change.source !== undefined ? `${change.key} of ${change.source}` : change.key;
const control = key => app.controls.controls.find(one => one.key === key);
const fileRule = name => app.controls.rules.find(rule => rule.name === name);
const changeOf = id => app.changes.find(change => idOf(change) === id);
function fileValue(change) {
  if (change.rule !== undefined) return fileRule(change.rule);
  if (change.source !== undefined) return app.controls.sources.find(source => source.name === change.source)?.[change.key];
  return control(change.key)?.value;
}
const valueOf = key => { const change = changeOf(key); return change ? (change.unset ? control(key).default : change.value) : control(key).value; };
const weightOf = name => changeOf(name + ' weight')?.value ?? fileValue({ source: name, key: 'weight' }) ?? 1;
const stripped = rule => rule && Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== null).map(([key, value]) =>
  [key, value && typeof value === 'object' ? stripped(value) : value]));
function rules() {
  const known = app.controls.rules.map(rule => { const change = changeOf('rule ' + rule.name); return { name: rule.name, rule: change ? change.value : stripped(rule), gone: change?.remove, changed: !!change }; });
  const fresh = app.changes.filter(change => change.rule !== undefined && !fileRule(change.rule)).map(change => ({ name: change.rule, rule: change.value, fresh: true }));
  return known.concat(fresh);
}
function isNoChange(change) {
  const was = fileValue(change);
  if (change.rule !== undefined) return change.remove ? !was : was !== undefined && same(stripped(was), stripped(change.value));
  if (change.unset) return !control(change.key).set;
  return same(was, change.value);
}
// Takes the changes as one step that can be undone; moving one slider is one step.
function change(list, coalesce) {
  const ids = list.map(idOf);
  const next = app.changes.filter(one => !ids.includes(idOf(one))).concat(list.filter(one => !isNoChange(one)));
  const key = ids.join();
  if (!(coalesce && app.last.id === key && Date.now() - app.last.at < 1500)) app.past.push(app.changes);
  app.last = { id: key, at: Date.now() };
  app.future = [];
  setChanges(next);
}
function setChanges(next, quiet) {
  app.changes = next;
  app.showing = 'after';
  writeAddress();
  drawChanges();
  drawTuneMarks();
  compose(!quiet);
}
function undo() { if (app.past.length) { app.future.push(app.changes); app.last.id = ''; setChanges(app.past.pop()); redrawSettings(); say('Undone.'); } }
function redo() { if (app.future.length) { app.past.push(app.changes); app.last.id = ''; setChanges(app.future.pop()); redrawSettings(); say('Done again.'); } }
function dropChange(id) { app.past.push(app.changes); app.last.id = ''; setChanges(app.changes.filter(one => idOf(one) !== id)); redrawSettings(); }
const budget = ['summary.sentences', 'summary.words', 'summary.share'];
function setKey(key, value, coalesce) {
  const list = [{ key, value }];
  // A summary has one budget.
  if (budget.includes(key)) for (const other of budget) if (other !== key && (control(other).set || changeOf(other))) list.push({ key: other, unset: true });
  change(list, coalesce);
}

// ---- composing: one request under way, the newest waits ----
let flying = false, waiting = false, timer = 0, firstAsked = 0, slow = 0;
function compose(wait) {
  clearTimeout(timer);
  const now = Date.now();
  if (!firstAsked) firstAsked = now;
  const delay = wait ? Math.max(0, Math.min(60, firstAsked + 200 - now)) : 0;
  timer = setTimeout(() => { firstAsked = 0; if (flying) waiting = true; else request(); }, delay);
}
async function request() {
  flying = true;
  waiting = false;
  const seq = ++app.seq;
  slow = setTimeout(() => { $('change-effect').textContent = 'Composing…'; document.body.setAttribute('aria-busy', 'true'); }, 150);
  try {
    const result = await api('compose', { tab: app.tab, seq, day: app.day, base: app.state.config.hash, changes: app.changes });
    if (result.seq >= seq) { app.problem = null; take(result); }
  } catch (problem) {
    if (problem.code === 'stale_base') { await refresh(); waiting = true; } else if (problem.code !== 'superseded') { app.problem = problem; drawChanges(); showTrouble(); say(problem.title); }
  } finally {
    clearTimeout(slow);
    document.body.removeAttribute('aria-busy');
    flying = false;
    if (waiting) request();
  }
}
function take(result) {
  const first = !app.result;
  app.result = result;
  showTrouble();
  drawChanges();
  drawCounts();
  showMail();
  if (app.view !== 'edition') drawView();
  if (!first || app.story) drawRight();
  if (app.changes.length) say(effectWords().join(', ') || 'Nothing changes.');
}
function effectWords() {
  const diff = app.result?.diff;
  if (!diff) return [];
  const words = [];
  if (diff.in.length) words.push('+' + many(diff.in.length, 'story', 'stories'));
  if (diff.out.length) words.push('−' + many(diff.out.length, 'story', 'stories'));
  if (diff.sentences.length) words.push(many(diff.sentences.length, 'text') + ' changed');
  if (diff.forms.length) words.push(many(diff.forms.length, 'story', 'stories') + ' longer or shorter');
  return words;
}
function drawChanges() {
  const bar = $('changes'), count = app.changes.length;
  bar.hidden = !count;
  $('change-count').textContent = many(count, 'change');
  const kinds = { '+': 'in', '−': 'out' };
  const chips = effectWords().map(word => el('span', { class: 'chip ' + (kinds[word[0]] || 'other') }, word));
  const moved = app.result?.diff.moved.length;
  const rest = [moved ? `${moved} moved` : '', app.result ? `${app.result.ms} ms` : ''].filter(Boolean).join(' · ');
  if (app.problem) put($('change-effect'), el('span', { class: 'chip out' }, app.problem.title));
  else put($('change-effect'), chips.length ? chips : el('span', { class: 'mute' }, 'nothing changes'), el('span', { class: 'mute wide' }, rest));
  $('undo').disabled = !app.past.length;
  $('write').disabled = !!app.problem || !!app.state?.config.error;
  $('before').setAttribute('aria-pressed', app.showing === 'before');
  $('after').setAttribute('aria-pressed', app.showing === 'after');
}
function drawCounts() {
  const { result, state } = app;
  const set = (view, count) => { document.querySelector(`[data-view=${view}] b`).textContent = count; };
  set('edition', result.stories.length);
  set('left', result.left_out);
  set('rules', rules().filter(rule => !rule.gone).length);
  set('sources', state.sources.count);
  set('tune', app.changes.length || '–');
  document.querySelector('[data-view=sources] em').textContent = state.sources.failing ? `${state.sources.failing} failing` : '';
}
function showTrouble() {
  const box = $('trouble'), file = app.state?.config.error;
  const problem = app.stopped ? { title: 'The preview has stopped. Start it again.', detail: 'Your changes stay in the address of this page.' } : file || (app.problem && app.problem.detail ? app.problem : null);
  box.hidden = !problem;
  if (!problem) return;
  const where = file && !app.stopped ? `${app.state.config.file}${file.line ? `, line ${file.line}` : ''}: ` : '';
  put(box, el('strong', {}, where + problem.title), file && !app.stopped ? el('div', {}, 'You see the edition of the last config that worked. Nothing was sent or written.') : null, problem.detail ? el('pre', {}, problem.detail) : null);
}

// ---- the address ----
const pack = value => { const bytes = new TextEncoder().encode(JSON.stringify(value)); return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''); };
const unpack = text => JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), sign => sign.charCodeAt(0))));
function writeAddress() {
  const query = new URLSearchParams();
  if (app.day !== 'next') query.set('d', app.day);
  if (app.width !== 'desktop') query.set('w', app.width);
  if (app.colour !== 'light') query.set('c', app.colour);
  if (app.changes.length) {
    const packed = pack(app.changes);
    store.set('changes', packed);
    // A longer address is cut by some programs: this one is good for this tab alone.
    query.set('t', packed.length > 6000 ? '@' : packed);
  }
  const place = [app.view, app.story, app.sentence].filter(part => part !== null).map(encodeURIComponent).join('/');
  const text = query.toString();
  history.replaceState(null, '', `#/${place}${text ? '?' + text : ''}`);
}
function readAddress() {
  const [place, query] = location.hash.replace(/^#\/?/, '').split('?');
  const [view, story, sentence] = (place || '').split('/').map(part => { try { return decodeURIComponent(part); } catch { return ''; } });
  const given = new URLSearchParams(query || '');
  if (['edition', 'left', 'rules', 'sources'].includes(view)) app.view = view;
  app.story = story || null;
  app.sentence = sentence ? Number(sentence) : null;
  app.day = given.get('d') || 'next';
  app.width = given.get('w') || 'desktop';
  app.colour = given.get('c') || 'light';
  const packed = given.get('t') === '@' ? store.get('changes') : given.get('t');
  try { const list = packed ? unpack(packed) : []; app.changes = Array.isArray(list) ? list : []; } catch { say('The changes in the address cannot be read.'); }
}

// ---- the file ----
async function refresh() {
  [app.state, app.controls] = await Promise.all([api('state'), api('controls')]);
  app.changes = app.changes.filter(one => !isNoChange(one));
  drawHead();
  redrawSettings();
  drawChanges();
  showTrouble();
  writeAddress();
}
function drawHead() {
  const { state } = app;
  $('title').textContent = state.title;
  document.title = `${state.title} – preview`;
  put($('day'), state.days.map(day => el('option', { value: day.id }, day.label)));
  $('day').value = app.day;
  const place = state.days.findIndex(day => day.id === app.day);
  $('day-before').disabled = place + 1 >= state.days.length;
  $('day-after').disabled = place <= 0;
  $('file').textContent = state.config.error ? `${state.config.file} has an error` : `${state.config.file} is loaded`;
  $('file').classList.toggle('bad', !!state.config.error);
  $('send').disabled = !state.mail.can_test || !!state.config.error;
  $('send').title = state.mail.can_test ? '' : 'The config has no [mail]';
}
function listen() {
  const events = new EventSource(root + 'events');
  const again = async () => { await refresh(); compose(); };
  events.addEventListener('config', again);
  events.addEventListener('gathered', async event => { await again(); const { error } = JSON.parse(event.data); say(error ? error.title : 'All sources were asked.'); });
  events.addEventListener('gap', again);
  events.addEventListener('bye', () => { events.close(); stopped(); });
  events.addEventListener('error', () => { if (events.readyState === 2) setTimeout(async () => { try { await api('state'); listen(); } catch { /* said already */ } }, 2000); });
}
function goDay(step) {
  const place = app.state.days.findIndex(day => day.id === app.day) + step;
  if (app.state.days[place]) setDay(app.state.days[place].id);
}
function setDay(day) { app.day = day; app.story = app.sentence = null; writeAddress(); drawHead(); compose(); }
