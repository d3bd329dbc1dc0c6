// Settings as controls, each made from what the server says of it; and the dialogs: write, test, keys.
'use strict';
const rows = new Map();
const isPhone = () => innerWidth < 720;
function openSheet(side) { closeSheets(); document.body.classList.add('sheet-' + side); }
function closeSheets() { document.body.classList.remove('sheet-left', 'sheet-right', 'tuning'); drawNav(); }

function drawTune() {
  if (app.view !== 'edition') return;
  rows.clear();
  const filter = h('input.full', { type: 'search', placeholder: 'Find a setting', ariaLabel: 'Find a setting', input: () => filterSettings(filter.value) });
  const groups = Map.groupBy([...app.settings.values()], one => one.group);
  put($('left'), head('Tune', h('span.mute', { id: 'tuned' })), part('', filter),
    [...groups].map(([name, list]) => h('section.group', h('h3', name), list.map(settingRow))), part('', button('Rules…', () => setView('rules'))));
  drawMarks();
}
function filterSettings(text) {
  const words = text.toLowerCase().trim();
  for (const { row, setting } of rows.values()) row.hidden = !`${setting.label} ${setting.key} ${setting.help} ${setting.group}`.toLowerCase().includes(words);
  for (const group of $('left').querySelectorAll('.group')) group.hidden = !group.querySelector('.setting:not([hidden])');
}
const wordsOf = value => value === true ? 'on' : value === false ? 'off' : Array.isArray(value) ? value.join(', ') : String(value ?? 'not set');
const tidy = (value, step) => Number(value.toFixed(step < 1 ? 3 : 0));
// A row: the label, its control, the key, and a line for what it was.
function settingRow(setting) {
  const id = idOf(setting), dom = 'set-' + id.replace(/[^\w]/g, '-'), hint = h('span.hint', { id: dom + '-hint' });
  const { fields, write } = (makers[setting.type] || numberFields)(setting, id, dom);
  const row = h('div.setting', { class: 'setting ' + (fields.length > 1 ? '' : 'one') }, h('label', { for: dom, title: setting.help }, setting.label), fields, h('code', setting.key.split('.').at(-1)), hint);
  rows.set(id, { row, hint, write, setting });
  return row;
}
function numberFields({ label, min, max, step, zero, type }, id, dom) {
  const input = (kind, more) => h('input', { type: kind, min, step, ...more, input: event => set(event.target.value) });
  const set = text => { const value = Number(text); if (text !== '' && value >= min) setKey(id, tidy(value, step), true); };
  const field = input('number', { id: dom, 'aria-describedby': dom + '-hint' }), slider = input('range', { max, ariaLabel: label });
  const write = value => {
    const isSet = typeof value === 'number', usual = id === 'summary.sentences' && budget.every(key => valueOf(key) === null) ? 3 : null;
    if (document.activeElement !== field) field.value = isSet ? value : '';
    field.placeholder = type === 'order' ? 'auto' : usual || '–';
    slider.value = isSet ? value : usual || min;
    slider.ariaValueText = zero && value === 0 ? zero : wordsOf(value);
  };
  return { fields: [slider, field], write };
}
const makers = {
  choice({ choices }, id, dom) {
    const field = h('select', { id: dom, change: () => setKey(id, field.value) }, choices.map(choice => h('option', choice)));
    return { fields: [field], write: value => { field.value = value; } };
  },
  bool(_, id, dom) {
    const field = h('input', { type: 'checkbox', id: dom, change: () => setKey(id, field.checked) });
    return { fields: [field], write: value => { field.checked = value; } };
  },
  words(_, id, dom) {
    const list = h('ol', { id: dom });
    const move = (value, place, by) => { const next = value.slice(); next.splice(place + by, 0, ...next.splice(place, 1)); setKey(id, next); };
    const row = value => (name, place) => h('li', h('span', name), [[-1, '↑', 'up'], [1, '↓', 'down']].map(([by, sign, way]) =>
      button(sign, () => move(value, place, by), { disabled: !(place + by in value), ariaLabel: `${name}: ${way}` })));
    return { fields: [list], write: value => put(list, value.map(row(value))) };
  },
};
function drawMarks() {
  for (const [id, { row, hint, write, setting }] of rows) {
    const change = changeOf(id), value = valueOf(id), wrong = app.problem?.key === id && app.problem, why = idle(id);
    write(value);
    row.classList.toggle('changed', !!change);
    put(hint, change ? [`was ${wordsOf(setting.value)} `, button('Undo', () => dropChange(id), { class: 'link', ariaLabel: `Undo: ${setting.label}` })]
      : setting.zero ? (value === 0 ? setting.zero : `0 is ${setting.zero}`)
        : setting.type === 'order' && value !== 'auto' && button('Auto', () => setKey(id, 'auto'), { class: 'link' }),
    wrong && h('pre.wrong', { role: 'alert' }, wrong.detail || wrong.title), why && h('div.other', 'no effect: ', prose(why)));
  }
  if ($('tuned')) $('tuned').textContent = app.changes.length ? `${app.changes.length} changed` : `as in ${app.state.config.file}`;
}

// ---- dialogs ----
function dialog(title, body, ...foot) {
  const box = $('dialog'), from = document.activeElement;
  put(box, h('div.title', h('h2', { id: 'dialog-title' }, title)), h('div.body', { tabIndex: 0 }, body), h('div.foot', foot));
  if (box.open) return;
  box.onclose = () => { if (!box.open) { box.replaceChildren(); from?.focus(); } };
  box.showModal();
}
const shut = text => button(text, () => $('dialog').close());
const failed = (title, problem) => dialog(title, [h('p', problem.title), h('pre.wrong', problem.detail || '')], shut('Close'));
async function openWrite() {
  const { changes, state: { config: { file, hash: base } } } = app, count = many(changes.length, 'change');
  if (!changes.length) { say('There is nothing to write.'); return; }
  try {
    const { rows, patch_hash } = await api('patch', { base, changes });
    const line = ({ gap, sign, old, new: fresh, text }) => [gap && h('tr.gap', h('td'), h('td'), h('td', `line ${old || fresh}`)),
      h('tr.' + { '+': 'plus', '-': 'minus', ' ': 'same' }[sign], h('td', old), h('td', fresh), h('td', `${sign === '-' ? '−' : sign} ${text}`))];
    const write = button(`Write to ${file}`, async () => {
      write.disabled = true;
      try {
        await api('write', { base, changes, patch_hash });
        await written(`Written. ${count}.`);
        dialog('Written', h('p', `${count} in ${file}. The next edition is made with it.`), button('Undo', takeBack), shut('Close'));
      } catch (problem) { failed('Nothing was written', problem); }
    }, { class: 'main' });
    dialog(`Write ${count} to ${file}`, [mute('Only these lines change; comments and order stay.'), h('table.patch.mono', rows.map(line))],
      button('Copy patch', () => navigator.clipboard?.writeText(rows.map(row => row.sign + row.text).join('\n'))), h('span.push'), shut('Not now'), write);
    write.focus();
  } catch (problem) { failed('Nothing was written', problem); }
}
async function written(words) {
  Object.assign(app, { changes: [], past: [], future: [] });
  editing = null;
  await refresh();
  compose();
  say(words);
}
async function takeBack() {
  try { await api('undo', {}); await written('The file is as it was.'); $('dialog').close(); } catch (problem) { failed('Nothing was undone', problem); }
}
function openTest() {
  const to = h('input.full', { type: 'text', id: 'to', value: app.state.mail.first_to || '' }), said = h('p', { role: 'status' });
  const send = button('Send', async () => {
    send.disabled = true;
    said.textContent = 'Sending…';
    try { said.textContent = `Sent. ${(await api('test', { id: app.result.id, to: to.value })).server}`; } catch ({ title, detail = '' }) { said.textContent = `${title} ${detail}`; }
    send.disabled = false;
  }, { class: 'main' });
  dialog('Send a test', [mute('This very mail, to one address. Nothing is remembered of it.'), h('label', { for: 'to' }, 'To'), to, said], shut('Not now'), send);
  to.focus();
}
function openKeys() {
  const box = h('input', { type: 'checkbox', id: 'letters', checked: app.letters, change: () => { app.letters = box.checked; store.set('letters', box.checked ? '' : 'off'); } });
  const keys = ['1 – 4', 'views', '/', 'find', 'j k', 'story', 'h l', 'sentence', 'Esc', 'back', 't', 'tune', 'd', 'differences', 'b', 'held: before', 'p', 'phone', 'm', 'colours',
    '[ ]', 'day', 'Ctrl Z', 'undo', 'Ctrl Shift Z', 'redo', 'Ctrl S', 'write', '?', 'this'];
  dialog('Keys', [h('dl.keys', keys.map((word, place) => place % 2 ? h('dd', word) : h('dt', h('code', word)))), h('p', box, ' ', h('label', { for: 'letters' }, 'Single letters are keys'))], shut('Close'));
}
