// Settings as controls, rules as a form, and writing what was changed.
'use strict';
const settings = new Map();

function closeButton() { return button('Close', closeSheets, { class: 'close', 'aria-label': 'Close this panel' }); }
function closeSheets() { document.body.classList.remove('sheet-left', 'sheet-right', 'tuning'); drawNav(); }

function drawTune() {
  settings.clear();
  const groups = Map.groupBy ? Map.groupBy(app.controls.controls, one => one.group) : new Map();
  if (!groups.size) for (const one of app.controls.controls) groups.set(one.group, [...(groups.get(one.group) || []), one]);
  const filter = el('input', { type: 'search', class: 'filter', placeholder: 'Find a setting', 'aria-label': 'Find a setting', oninput: () => filterSettings(filter.value) });
  const weights = app.controls.sources.map(source => weightRow(source.name));
  put($('left'),
    el('div', { class: 'head' }, el('h2', {}, 'Tune'), el('span', { class: 'push' }), el('span', { id: 'tuned', class: 'mute' }), el('button', { type: 'button', class: 'close', onclick: closeSheets }, 'Close')),
    el('div', { class: 'part' }, filter),
    [...groups].map(([name, list]) => el('section', { class: 'group' }, el('h3', {}, name), list.map(settingRow))),
    el('section', { class: 'group' }, el('h3', {}, 'Weight of a source'), weights),
    el('div', { class: 'part' }, button('Rules…', () => setView('rules'))));
  drawTuneMarks();
}
const valueText = value => value === null || value === undefined ? 'not set' : Array.isArray(value) ? value.join(', ') : value === true ? 'on' : value === false ? 'off' : String(value);
function settingRow(one) {
  const id = 'set-' + one.key.replace('.', '-');
  const row = el('div', { class: 'setting' });
  const hint = el('span', { class: 'hint' });
  const label = el('label', { for: id, title: one.help }, one.label);
  const code = el('code', {}, one.key.split('.')[1]);
  let write;
  if (one.type === 'integer' || one.type === 'float' || one.type === 'order') {
    const number = el('input', { type: 'number', id, min: String(one.min), step: String(one.step), 'aria-describedby': id + '-hint' });
    const slider = el('input', { type: 'range', min: String(one.min), max: String(one.max), step: String(one.step), 'aria-label': one.label });
    const set = (text, coalesce) => { const value = Number(text); if (text !== '' && Number.isFinite(value) && value >= one.min) setKey(one.key, tidy(value, one.step), coalesce); };
    slider.addEventListener('input', () => { number.value = slider.value; set(slider.value, true); });
    number.addEventListener('input', () => set(number.value, true));
    write = value => {
      if (document.activeElement !== number) number.value = typeof value === 'number' ? value : '';
      number.placeholder = one.type === 'order' ? 'auto' : one.key === 'summary.sentences' && budget.every(key => valueOf(key) === null) ? '3' : '–';
      slider.value = typeof value === 'number' ? value : Number(number.placeholder) || one.min;
      slider.setAttribute('aria-valuetext', one.zero && value === 0 ? one.zero : valueText(value));
    };
    row.append(label, slider, number);
  } else if (one.type === 'choice') {
    const select = el('select', { id, onchange: () => setKey(one.key, select.value) }, one.choices.map(choice => el('option', {}, choice)));
    write = value => { select.value = value; };
    row.classList.add('wide-value');
    row.append(label, select);
  } else if (one.type === 'bool') {
    const box = el('input', { type: 'checkbox', id, onchange: () => setKey(one.key, box.checked) });
    write = value => { box.checked = value; };
    row.classList.add('wide-value');
    row.append(label, el('span', { class: 'pair' }, box));
  } else {
    const list = el('ol', { class: 'sections', id });
    write = value => put(list, value.map((name, place) => el('li', {}, el('span', {}, name),
      button('↑', () => moveSection(one.key, value, place, -1), { disabled: !place, 'aria-label': `${name}: up` }),
      button('↓', () => moveSection(one.key, value, place, 1), { disabled: place + 1 === value.length, 'aria-label': `${name}: down` }))));
    row.classList.add('wide-value');
    row.append(label, el('span'), list);
  }
  hint.id = id + '-hint';
  row.append(code, hint);
  settings.set(one.key, { row, hint, write, one, words: `${one.label} ${one.key} ${one.help}`.toLowerCase() });
  return row;
}
const tidy = (value, step) => Number(value.toFixed(step < 1 ? 3 : 0));
function moveSection(key, value, place, by) {
  const next = value.slice();
  [next[place], next[place + by]] = [next[place + by], next[place]];
  setKey(key, next);
}
function weightRow(name) {
  const id = 'weight-' + app.controls.sources.findIndex(source => source.name === name);
  const number = el('input', { type: 'number', id, min: '0', step: '0.1' }), slider = el('input', { type: 'range', min: '0', max: '4', step: '0.1', 'aria-label': `Weight of ${name}` });
  const set = text => { const value = Number(text); if (text !== '' && value >= 0) change([{ source: name, key: 'weight', value: tidy(value, 0.1) }], true); };
  slider.addEventListener('input', () => { number.value = slider.value; set(slider.value); });
  number.addEventListener('input', () => set(number.value));
  const hint = el('span', { class: 'hint' }), row = el('div', { class: 'setting' }, el('label', { for: id }, name), slider, number, el('code', {}, 'weight'), hint);
  const write = value => { if (document.activeElement !== number) number.value = value; slider.value = value; };
  settings.set(name + ' weight', { row, hint, write, source: name, words: `${name} weight source`.toLowerCase() });
  return row;
}
function drawTuneMarks() {
  for (const [id, { row, hint, write, one, source }] of settings) {
    const change = changeOf(id), value = source ? weightOf(source) : valueOf(id);
    write(value);
    row.classList.toggle('changed', !!change);
    const was = valueText(source ? fileValue({ source, key: 'weight' }) : one.value);
    if (change) put(hint, `was ${was} `, button('Undo', () => dropChange(id), { class: 'link', 'aria-label': `Undo: ${one?.label || source}` }));
    else if (one?.zero) put(hint, value === 0 ? one.zero : `0 is ${one.zero}`);
    else if (one?.type === 'order' && value !== 'auto') put(hint, button('Auto', () => setKey(id, 'auto'), { class: 'link' }));
    else put(hint);
  }
  const tuned = $('tuned');
  if (tuned) tuned.textContent = app.changes.length ? `${app.changes.length} changed` : `as in ${app.state.config.file}`;
}
function filterSettings(text) {
  const words = text.toLowerCase().trim();
  for (const setting of settings.values()) setting.row.hidden = !!words && !setting.words.includes(words);
  for (const group of $('left').querySelectorAll('.group')) group.hidden = ![...group.querySelectorAll('.setting')].some(row => !row.hidden);
}
function redrawSettings() { if (app.view === 'edition' || app.view === 'tune') { if (settings.size && $('left').contains([...settings.values()][0].row)) drawTuneMarks(); else drawTune(); } if (app.view === 'rules') drawRules(); }

// ---- rules ----
let editing = null, asked = 0, ruleTimer = 0;
const verbs = { drop: 'Never tell', keep: 'Always tell', boost: 'Move up' };
const fields = ['title', 'text', 'author', 'tag', 'url', 'source', 'language', 'older_than'];
const verbOf = rule => ['drop', 'keep', 'boost'].find(verb => rule?.[verb]) || 'drop';
const escaped = word => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const wordsPattern = text => { const words = text.split(',').map(word => word.trim()).filter(Boolean); return words.length ? `(?i)\\b(${words.map(escaped).join('|')})\\b` : ''; };
// Words are read back only from the very shape that they are written in.
function patternWords(pattern) {
  const inner = /^\(\?i\)\\b\((.*)\)\\b$/.exec(pattern || '')?.[1];
  if (inner === undefined) return null;
  const words = inner.replaceAll('\\|', '\u0000').split('|').map(word => word.replace(/\\(.)/g, '$1').replaceAll('\u0000', '|')).join(', ');
  return wordsPattern(words) === pattern ? words : null;
}
function newRule(rule) {
  let name = rule.name || 'my rule', number = 2;
  while (rules().some(known => known.name === name)) name = `${rule.name || 'my rule'} ${number++}`;
  startEditing({ ...rule, name }, null);
  setView('rules');
  commitRule();
  setTimeout(() => $('rule-0')?.focus(), 0);
}
function startEditing(rule, original) {
  const verb = verbOf(rule), given = Object.entries(rule[verb] || {}).filter(([, value]) => value !== null);
  const rows = (given.length ? given : [['title', '']]).map(([field, pattern]) => ({ field, pattern, words: field === 'older_than' ? null : pattern ? patternWords(pattern) : '' }));
  editing = { name: original ?? rule.name, verb, by: rule.by ?? 1, rows, title: rule.name, problem: null, hits: null };
}
function editedRule() {
  const patterns = {};
  for (const { field, pattern } of editing.rows) if (pattern) patterns[field] = pattern;
  const rule = { name: editing.title, [editing.verb]: patterns };
  if (editing.verb === 'boost') rule.by = editing.by;
  return Object.keys(patterns).length ? rule : null;
}
// What is typed is tried; what is right becomes a change.
function commitRule() {
  clearTimeout(ruleTimer);
  ruleTimer = setTimeout(async () => {
    const rule = editedRule(), mine = ++asked;
    if (!rule) { drawHits(); return; }
    try {
      const hits = await api('rule', { day: app.day, changes: app.changes, rule });
      if (mine !== asked || !editing) return;
      editing.problem = null;
      editing.hits = hits;
      if (!same(changeOf('rule ' + editing.name)?.value, rule)) change([{ rule: editing.name, value: rule }], true);
    } catch (problem) {
      if (mine !== asked || !editing) return;
      editing.problem = problem;
      say(problem.title);
    }
    drawHits();
    drawRuleList();
  }, 80);
}
function drawRules() {
  const list = rules().filter(rule => !rule.gone);
  if (!editing && list.length) startEditing(list[0].rule, list[0].name);
  drawRuleList();
  drawRuleForm();
  drawHits();
  if (editing && !editing.hits) commitRule();
}
function drawRuleList() {
  put($('left'), el('div', { class: 'head' }, el('h2', {}, 'Rules'), el('span', { class: 'push' }), button('New rule', () => newRule({ name: 'my rule', drop: { title: '' } })), closeButton()),
    rules().map(({ name, rule, gone, fresh, changed }) => {
      const verb = verbOf(rule), now = editing?.name === name;
      const about = gone ? 'taken out' : `${verbs[verb].toLowerCase()}${verb === 'boost' ? ` by ${rule.by ?? 1}` : ''} · ${Object.keys(rule[verb] || {}).filter(key => rule[verb][key] !== null).join(', ')}`;
      return button([el('span', {}, gone ? el('s', {}, name) : name, fresh ? el('span', { class: 'chip in' }, 'new') : changed ? el('span', { class: 'chip other' }, 'changed') : '', el('small', {}, about)), now && editing.hits ? el('small', {}, many(editing.hits.count, 'hit')) : ''],
        () => { if (gone) dropChange('rule ' + name); else { startEditing(rule, name); drawRules(); closeSheets(); } }, { class: 'choice', 'aria-current': now ? 'true' : null, title: gone ? 'Put it back' : null });
    }),
    el('p', { class: 'part mute' }, 'An entry that any rule drops is gone; then “always tell” counts, then “move up”.'));
}
function drawRuleForm() {
  const view = $('list-view');
  if (!editing) { put(view, el('div', { class: 'form' }, el('p', {}, 'A rule drops, keeps or moves entries by their words.'), button('New rule', () => newRule({ name: 'my rule', drop: { title: '' } })))); return; }
  const redraw = () => { drawRuleForm(); commitRule(); };
  const name = el('input', { type: 'text', id: 'rule-name', value: editing.title, oninput: () => { if (name.value.trim()) { editing.title = name.value; commitRule(); } } });
  name.value = editing.title;
  const by = el('input', { type: 'number', step: '0.5', id: 'rule-by', 'aria-label': 'Points', oninput: () => { if (by.value !== '') { editing.by = Number(by.value); commitRule(); } } });
  by.value = editing.by;
  const row = (one, place) => {
    const field = el('select', { 'aria-label': 'Part of the entry', onchange: () => { one.field = field.value; redraw(); } }, fields.map(name => el('option', {}, name)));
    field.value = one.field;
    const asWords = one.words !== null && one.field !== 'older_than';
    const input = el('input', { type: 'text', id: 'rule-' + place, 'aria-label': asWords ? 'Words' : 'Pattern', placeholder: one.field === 'older_than' ? '14 days' : asWords ? 'ferry, Fähre' : '', 'aria-describedby': 'rule-problem', class: asWords ? null : 'mono', oninput: () => { if (asWords) { one.words = input.value; one.pattern = wordsPattern(input.value); } else one.pattern = input.value; commitRule(); } });
    input.value = asWords ? one.words : one.pattern;
    const kind = one.field === 'older_than' ? null : el('span', { class: 'pair', role: 'group', 'aria-label': 'Kind' },
      button('Words', () => { one.words = patternWords(one.pattern) ?? ''; one.pattern = wordsPattern(one.words); redraw(); }, { 'aria-pressed': String(asWords) }),
      button('Pattern', () => { one.words = null; redraw(); }, { 'aria-pressed': String(!asWords) }));
    return el('div', { class: 'fields' }, field, input, kind, editing.rows.length > 1 ? button('×', () => { editing.rows.splice(place, 1); redraw(); }, { 'aria-label': 'Without this' }) : null);
  };
  put(view, el('div', { class: 'form' },
    el('h2', { class: 'said' }, 'Rule'),
    el('div', {}, el('label', { for: 'rule-name' }, 'Name'), name),
    el('div', {}, el('h3', {}, 'What to do'), el('div', { class: 'fields' }, el('span', { class: 'pair', role: 'group', 'aria-label': 'What to do' }, Object.entries(verbs).map(([verb, words]) => button(words, () => { editing.verb = verb; redraw(); }, { 'aria-pressed': String(editing.verb === verb) }))), editing.verb === 'boost' ? ['by', by] : null),
      editing.verb === 'boost' ? el('small', {}, 'points; one more source is about 1, less than 0 moves down') : null),
    el('div', {}, el('h3', {}, 'Entries whose'), editing.rows.map(row), el('small', {}, 'Words: any of them, in capitals or not. A pattern is a regular expression.')),
    el('p', { class: 'buttons' }, button('And also…', () => { const free = fields.find(field => !editing.rows.some(one => one.field === field)); if (free) { editing.rows.push({ field: free, pattern: '', words: free === 'older_than' ? null : '' }); redraw(); } })),
    el('pre', { class: 'wrong', id: 'rule-problem', role: 'alert' }),
    el('div', {}, el('h3', {}, `As it will stand in ${app.state.config.file}`), el('pre', { class: 'code', id: 'rule-toml' })),
    el('p', {}, button('Take the rule out', () => {
      const name = editing.name;
      editing = null;
      if (fileRule(name)) change([{ rule: name, remove: true }]); else dropChange('rule ' + name);
      drawRules();
    }, { class: 'danger' }))));
}
const marked3 = ([before, hit, after]) => [before, el('mark', {}, hit), after];
const outcomes = { published: 'told', linked: 'link only', dropped: 'dropped', over_limit: 'no room', duplicate: 'same text', too_old: 'too old', nothing_new: 'told before' };
function drawHits() {
  const pane = $('right'), { hits, problem } = editing || {};
  const wrong = $('rule-problem');
  if (wrong) wrong.textContent = problem ? [problem.detail || problem.title, 'The edition and the hits are those of the last pattern that worked.'].join('\n') : '';
  if ($('rule-toml') && hits) $('rule-toml').textContent = hits.toml;
  if (!hits) { put(pane, el('div', { class: 'head' }, el('h2', {}, 'Hits'), el('span', { class: 'push' }), closeButton()), el('p', { class: 'part mute' }, 'What the rule hits stands here while you type.')); return; }
  const effect = [hits.in.length ? `${hits.in.length} comes in: ${hits.in.map(one => `“${one.headline}”`).join(', ')}.` : '', hits.out.length ? `${hits.out.length} goes out: ${hits.out.map(one => `“${one.headline}”`).join(', ')}.` : ''].filter(Boolean).join(' ');
  put(pane, el('div', { class: 'head', id: 'hits' }, el('h2', {}, many(hits.count, 'hit')), el('small', {}, `in ${many(hits.entries, 'entry', 'entries')}, ${hits.changed} changed`), el('span', { class: 'push' }), closeButton()),
    el('p', { class: 'part' }, effect || 'The stories of the edition stay the same by this rule.'),
    hits.hits.map(hit => el('div', { class: 'part' }, el('h3', {}, hit.title), el('p', {}, marked3(hit.snippet)), el('p', { class: 'mute' }, hit.source, ' ', el('span', { class: 'chip ' + (hit.without === hit.with ? '' : hit.with === 'published' ? 'in' : 'out') }, hit.without === hit.with ? `${outcomes[hit.with]} · no change` : `${outcomes[hit.without]} → ${outcomes[hit.with]}`)))));
}

// ---- dialogs ----
function dialog(title, body, foot) {
  const box = $('dialog'), from = document.activeElement;
  put(box, el('div', { class: 'title' }, el('h2', { id: 'dialog-title' }, title)), el('div', { class: 'body', tabindex: '0' }, body), el('div', { class: 'foot' }, foot));
  box.onclose = () => { box.replaceChildren(); from?.focus(); };
  if (!box.open) box.showModal();
  return box;
}
const notNow = text => button(text || 'Not now', () => $('dialog').close());
async function openWrite() {
  if (!app.changes.length) { say('There is nothing to write.'); return; }
  const base = app.state.config.hash, changes = app.changes, file = app.state.config.file;
  let patch;
  try { patch = await api('patch', { base, changes }); } catch (problem) { failed('Nothing was written', problem); return; }
  const signs = { '+': 'plus', '-': 'minus', ' ': '' };
  const rows = patch.rows.flatMap(row => [row.gap ? el('tr', { class: 'gap' }, el('td'), el('td'), el('td', {}, `line ${row.old || row.new}`)) : null, el('tr', { class: signs[row.sign] }, el('td', {}, row.old ?? ''), el('td', {}, row.new ?? ''), el('td', {}, `${row.sign === '-' ? '−' : row.sign} ${row.text}`))]);
  const write = button(`Write to ${file}`, async () => {
    write.disabled = true;
    try {
      await api('write', { base, changes, patch_hash: patch.patch_hash });
      app.changes = []; app.past = []; app.future = []; editing = null;
      await refresh();
      drawView();
      compose();
      say(`Written. ${many(changes.length, 'change')}.`);
      dialog('Written', el('p', {}, `${many(changes.length, 'change')} in ${file}. The next edition is made with it.`), [button('Undo', takeBack), notNow('Close')]);
    } catch (problem) { failed('Nothing was written', problem); }
  }, { class: 'main' });
  dialog(`Write ${many(changes.length, 'change')} to ${file}`, [el('p', { class: 'mute' }, 'Only these lines change; comments and order stay.'), el('table', { class: 'patch mono' }, rows)], [button('Copy patch', () => navigator.clipboard?.writeText(patch.rows.map(row => row.sign + row.text).join('\n'))), el('span', { class: 'push' }), notNow(), write]);
  write.focus();
}
async function takeBack() {
  try { await api('undo', {}); await refresh(); drawView(); compose(); $('dialog').close(); say('The file is as it was.'); } catch (problem) { failed('Nothing was undone', problem); }
}
function failed(title, problem) { dialog(title, [el('p', {}, problem.title), problem.detail ? el('pre', { class: 'wrong' }, problem.detail) : null], notNow('Close')); }
function openTest() {
  const to = el('input', { type: 'text', id: 'to', class: 'filter', value: app.state.mail.first_to || '' });
  to.value = app.state.mail.first_to || '';
  const said = el('p', { role: 'status' });
  const go = button('Send', async () => {
    go.disabled = true;
    said.textContent = 'Sending…';
    try { const { server } = await api('test', { id: app.result.id, to: to.value }); said.textContent = `Sent. ${server}`; } catch (problem) { said.textContent = [problem.title, problem.detail].filter(Boolean).join(' '); }
    go.disabled = false;
  }, { class: 'main' });
  dialog('Send a test', [el('p', { class: 'mute' }, 'This very mail, to one address. Nothing is remembered of it.'), el('label', { for: 'to' }, 'To'), to, said], [notNow('Close'), go]);
  to.focus();
}
