// State, requests, the list of changes, the address. Text from outside only ever becomes a text node.
'use strict';
const $ = id => document.getElementById(id);
const root = location.pathname;
const token = document.querySelector('meta[name=digest-token]').content;
const app = {
  state: null, settings: new Map(), fileRules: [], result: null, causes: null, problem: null, stopped: false,
  changes: [], past: [], future: [], last: { ids: '', at: 0 }, seq: 0, tab: String(Math.random()),
  view: 'edition', panel: 'story', story: null, sentence: null, day: 'next',
  part: 'html', width: 'desktop', colour: 'light', showing: 'after', letters: true,
};
// What is kept for this tab; some browsers forbid it.
const store = {
  get: key => { try { return sessionStorage.getItem(key); } catch { return null; } },
  set: (key, value) => { try { sessionStorage.setItem(key, value); } catch { /* full or forbidden */ } },
};

// h('p.mute', { title: 'x', click: act }, 'text'): an element with its classes, attributes, listeners and children.
function h(name, ...children) {
  const [tag, ...classes] = name.split('.'), node = document.createElement(tag);
  const given = children[0]?.constructor === Object ? children.shift() : {};
  if (classes.length) node.className = classes.join(' ');
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || value === null) continue;
    if (typeof value === 'function') node.addEventListener(key, value);
    else if (key in node) node[key] = value;
    else node.setAttribute(key, value);
  }
  node.append(...real(children));
  return node;
}
const real = list => list.flat(9).filter(one => one || one === 0);
const nameOfField = node => node.id || node.ariaLabel || node.textContent;
// Fills `node` anew; what had the focus in it has it again.
function put(node, ...children) {
  const held = node.contains(document.activeElement) && nameOfField(document.activeElement);
  node.replaceChildren(...real(children));
  if (held) [...node.querySelectorAll('button,input,select')].find(one => nameOfField(one) === held)?.focus({ preventScroll: true });
}
const button = (text, click, given) => h('button', { type: 'button', click, ...given }, text);
const choices = (label, options, now, pick) => h('span.pair', { role: 'group', ariaLabel: label },
  Object.entries(options).map(([value, text]) => button(text, () => pick(value), { ariaPressed: String(value === now) })));
const head = (title, ...more) => h('div.head', h('h2', title), h('span.push'), more, button('Close', closeSheets, { class: 'close' }));
const part = (title, ...body) => h('div.part', title && h('h3', title), body);
const mute = (...body) => h('p.mute', body);
const table = (names, rows) => h('table.rows', h('thead', h('tr', names.map((name, place) => h('th', { scope: 'col', class: place > 1 ? 'num' : '' }, name)))), rows);
const many = (count, one, more = one + 's') => `${count} ${count === 1 ? one : more}`;
const stories = count => many(count, 'story', 'stories');
const number = value => (value < 0 ? '−' : '') + Math.abs(value).toFixed(2);
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const date = time => time ? new Date(time).toLocaleDateString('en-GB', { day: 'numeric', month: 'short' }) : '';
const link = url => /^https?:/.test(url) && h('a', { href: url, target: '_blank', rel: 'noopener noreferrer', ariaLabel: 'Open the page' }, '↗');
// Names of keys and rules stand between backticks.
const prose = text => text.split('`').map((piece, place) => place % 2 ? h('code', piece) : piece);
const say = text => { $('said').textContent = ''; setTimeout(() => { $('said').textContent = text; }, 30); };

async function api(path, body) {
  const headers = { 'X-Digest-Token': token, 'Content-Type': 'application/json' };
  const response = await fetch(root + path, body && { method: 'POST', body: JSON.stringify(body), headers }).catch(() => { throw stopped(); });
  let answer = {};
  try { answer = JSON.parse(await response.text()); } catch { /* no JSON: its status says enough */ }
  if (!response.ok) throw { title: response.statusText, ...answer, status: response.status };
  return answer;
}
const gone = { code: 'stopped', title: 'The preview has stopped. Start it again.', detail: 'Your changes stay in the address of this page.' };
function stopped() {
  app.stopped = true;
  showTrouble();
  return gone;
}

// ---- changes ----
const idOf = change => change.rule !== undefined ? 'rule ' + change.rule : change.source !== undefined ? change.source + ' weight' : change.key;
const nameOf = change => change.rule !== undefined ? 'rule ' + change.rule : change.source !== undefined ? 'weight of ' + change.source : change.key;
const changeOf = id => app.changes.find(change => idOf(change) === id);
const fileRule = name => app.fileRules.find(rule => rule.name === name);
const fileValue = change => change.rule !== undefined ? fileRule(change.rule) : app.settings.get(idOf(change))?.value;
function valueOf(id) {
  const setting = app.settings.get(id), change = changeOf(id);
  return change ? (change.unset ? setting.default : change.value) : setting?.value;
}
const weightOf = source => valueOf(source + ' weight') ?? 1;
function rules() {
  const known = app.fileRules.map(rule => ({ name: rule.name, rule, change: changeOf('rule ' + rule.name) }));
  const fresh = app.changes.filter(change => change.rule !== undefined && !fileRule(change.rule)).map(change => ({ name: change.rule, change, fresh: true }));
  return known.concat(fresh).map(one => ({ ...one, rule: one.change?.value || one.rule, gone: one.change?.remove }));
}
function isNoChange(change) {
  if (change.unset) return !app.settings.get(change.key)?.set;
  return change.remove ? !fileRule(change.rule) : same(fileValue(change), change.value);
}
// Takes the changes as one step that can be undone; moving one slider is one step.
function change(list, isMoving) {
  const ids = list.map(idOf), key = ids.join(), now = Date.now();
  if (!(isMoving && app.last.ids === key && now - app.last.at < 1500)) app.past.push(app.changes);
  app.last = { ids: key, at: now };
  app.future = [];
  setChanges(app.changes.filter(one => !ids.includes(idOf(one))).concat(list.filter(one => !isNoChange(one))));
}
function setChanges(next) {
  app.changes = next;
  app.showing = 'after';
  writeAddress();
  drawChanges();
  drawMarks();
  compose(60);
}
function go(from, to, next) {
  to.push(app.changes);
  app.last.ids = '';
  setChanges(next ?? from.pop());
  reopenRule();
}
const undo = () => app.past.length && (go(app.past, app.future), say('Undone.'));
const redo = () => app.future.length && (go(app.future, app.past), say('Done again.'));
const dropChange = id => go(null, app.past, app.changes.filter(one => idOf(one) !== id));
const budget = ['summary.sentences', 'summary.words', 'summary.share'];
function setKey(id, value, isMoving) {
  const { key, source } = app.settings.get(id);
  // A summary has one budget.
  const others = budget.includes(id) ? budget.filter(other => other !== id && (app.settings.get(other).set || changeOf(other))) : [];
  change([source ? { source, key, value } : { key, value }, ...others.map(key => ({ key, unset: true }))], isMoving);
}

// ---- composing: one request under way, the newest waits ----
let flying = false, waiting = false, timer = 0, firstAsked = 0;
function compose(delay = 0) {
  clearTimeout(timer);
  firstAsked ||= Date.now();
  timer = setTimeout(() => { firstAsked = 0; if (flying) waiting = true; else request(); }, Math.max(0, Math.min(delay, firstAsked + 200 - Date.now())));
}
async function request() {
  flying = true;
  waiting = false;
  const slow = setTimeout(() => { $('change-effect').textContent = 'Composing…'; document.body.ariaBusy = 'true'; }, 150);
  const asked = { tab: app.tab, seq: ++app.seq, day: app.day, base: app.state.config.hash, changes: app.changes };
  try {
    const result = await api('compose', asked);
    app.problem = null;
    take(result, asked);
  } catch (problem) {
    if (problem.code === 'stale_base') { await refresh(); waiting = true; }
    else if (problem.code !== 'superseded') { app.problem = problem; drawChanges(); drawMarks(); showTrouble(); say(problem.title); }
  }
  clearTimeout(slow);
  document.body.ariaBusy = null;
  flying = false;
  if (waiting) request();
}
async function take(result, asked) {
  app.result = result;
  app.causes = null;
  showTrouble();
  drawChanges();
  drawNav();
  drawMarks();
  showMail();
  if (app.view === 'edition') drawRight(); else drawView();
  if (!asked.changes.length) return;
  say(effects().join(', ') || 'Nothing changes.');
  // Which change does what: found out by composing, behind what is seen already.
  try {
    const causes = await api('causes', asked);
    if (app.result !== result || waiting) return;
    app.causes = { ...causes, changes: asked.changes };
    drawChanges();
    drawMarks();
    if (app.panel === 'diff') drawRight();
    for (const one of causes.no_effect) say(`${nameOf(asked.changes[one.change])} has no effect: ${one.why}.`);
  } catch { /* a newer request has its own */ }
}
// Why this change has no effect, if that is known.
const idle = id => app.causes?.no_effect.find(one => idOf(app.causes.changes[one.change]) === id)?.why;
function effects() {
  const { in: come, out, sentences, forms } = app.result.diff;
  return [come.length && `+${stories(come.length)}`, out.length && `−${stories(out.length)}`, sentences.length && `${stories(sentences.length)} with other sentences`,
    forms.length && `${stories(forms.length)} longer or shorter`].filter(Boolean);
}
function drawChanges() {
  const { changes, result, problem, showing } = app, none = app.causes?.no_effect.length;
  $('changes').hidden = !changes.length;
  $('change-count').textContent = many(changes.length, 'change');
  const chip = text => h('span.chip.' + ({ '+': 'in', '−': 'out' }[text[0]] || 'other'), text);
  if (problem) put($('change-effect'), h('span.chip.out', problem.title));
  else if (result) {
    const words = effects().map(chip), moved = result.diff.moved.length;
    put($('change-effect'), words.length ? words : h('span.mute', moved ? '' : 'nothing changes'), none > 0 && chip(`${none} without effect`),
      h('span.mute.wide', `${moved ? `${moved} moved · ` : ''}${result.ms} ms`));
  }
  put($('showing'), choices('Which edition', { before: 'Before', after: 'After' }, showing, setShowing));
  $('undo').disabled = !app.past.length;
  $('write').disabled = !!problem || !!app.state?.config.error;
}
// Trouble of the whole page; what belongs to one control stands beside that.
function showTrouble() {
  const { file, error } = app.state?.config || {};
  const problem = app.stopped ? gone : error || (app.problem?.detail && !app.settings.has(app.problem.key) && app.problem);
  $('trouble').hidden = !problem;
  if (!problem) return;
  put($('trouble'), h('strong', error && !app.stopped ? `${file}${error.line ? `, line ${error.line}` : ''}: ` : '', problem.title),
    error && !app.stopped && h('div', 'You see the edition of the last config that worked. Nothing was sent or written.'), h('pre', problem.detail || ''));
}

// ---- the address ----
const pack = value => btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(value)))).replace(/[+/=]/g, sign => ({ '+': '-', '/': '_' }[sign] || ''));
const unpack = text => JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(text.replace(/[-_]/g, sign => ({ '-': '+', _: '/' }[sign]))), sign => sign.charCodeAt(0))));
const kept = { d: ['day', 'next'], w: ['width', 'desktop'], c: ['colour', 'light'] };
function writeAddress() {
  const query = new URLSearchParams();
  for (const [letter, [name, usual]] of Object.entries(kept)) if (app[name] !== usual) query.set(letter, app[name]);
  if (app.changes.length) {
    const packed = pack(app.changes);
    store.set('changes', packed);
    // A longer address is cut by some programs: this one is good for this tab alone.
    query.set('t', packed.length > 6000 ? '@' : packed);
  }
  const place = [app.view, app.story, app.sentence].filter(one => one !== null).map(encodeURIComponent).join('/');
  history.replaceState(null, '', `#/${place}?${query}`);
}
function readAddress() {
  const [place, query] = location.hash.slice(2).split('?'), [view, story, sentence] = place.split('/'), given = new URLSearchParams(query);
  if (views[view]) app.view = view;
  app.story = story ? decodeURIComponent(story) : null;
  app.sentence = sentence ? Number(sentence) : null;
  for (const [letter, [name, usual]] of Object.entries(kept)) app[name] = given.get(letter) || usual;
  const packed = given.get('t') === '@' ? store.get('changes') : given.get('t');
  app.changes = packed ? unpack(packed).filter(one => one && typeof one === 'object') : [];
}

// ---- the file and the server ----
async function refresh() {
  const [state, { controls, sources, rules }] = await Promise.all([api('state'), api('controls')]);
  const weight = ({ name, weight }) => ({ key: 'weight', source: name, label: name, help: '', group: 'Weight of a source', type: 'float', min: 0, max: 4, step: 0.1, value: weight });
  app.state = state;
  app.fileRules = rules;
  app.settings = new Map(controls.concat(sources.map(weight)).map(one => [idOf(one), one]));
  app.changes = app.changes.filter(one => !isNoChange(one));
  drawHead();
  drawChanges();
  drawTune();
  if (app.view === 'rules') drawRules();
  showTrouble();
  writeAddress();
}
function drawHead() {
  const { title, days, config, mail } = app.state, place = days.findIndex(day => day.id === app.day);
  $('title').textContent = title;
  document.title = `${title} – preview`;
  put($('day'), days.map(day => h('option', { value: day.id }, day.label)));
  $('day').value = app.day;
  $('day-before').disabled = place + 1 >= days.length;
  $('day-after').disabled = place <= 0;
  $('file').textContent = `${config.file} ${config.error ? 'has an error' : 'is loaded'}`;
  $('file').className = config.error ? 'bad' : '';
  $('send').disabled = !mail.can_test || !!config.error;
  $('send').title = mail.can_test ? '' : 'The config has no [mail]';
}
function listen() {
  const events = new EventSource(root + 'events'), hear = (name, act) => events.addEventListener(name, act);
  const again = async () => { await refresh(); compose(); };
  hear('config', again);
  hear('gap', again);
  hear('gathered', async event => { await again(); say(JSON.parse(event.data).error?.title || 'All sources were asked.'); });
  hear('source', event => { say(`${JSON.parse(event.data).name} was asked.`); if (app.view === 'sources') drawSources(); });
  hear('bye', () => { events.close(); stopped(); });
  hear('error', () => { if (events.readyState === 2) setTimeout(() => api('state').then(listen, () => { /* said already */ }), 2000); });
}
function goDay(step) {
  const day = app.state.days[app.state.days.findIndex(day => day.id === app.day) + step];
  if (day) setDay(day.id);
}
function setDay(day) { Object.assign(app, { day, story: null, sentence: null }); writeAddress(); drawHead(); compose(); }
