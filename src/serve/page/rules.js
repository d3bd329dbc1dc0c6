// A rule as a form; what is typed is tried on all entries, what is right becomes a change.
'use strict';
let editing = null, ruleAsked = 0, ruleTimer = 0;
const verbs = { drop: 'Drop', keep: 'Always include', boost: 'Move up' };
const fields = ['title', 'text', 'author', 'tag', 'url', 'source', 'section', 'language', 'older_than'];
const verbOf = rule => Object.keys(verbs).find(verb => rule[verb]) || 'drop';
const wordsPattern = text => {
  const words = text.split(',').map(word => word.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).filter(Boolean);
  return words.length ? `(?i)\\b(${words.join('|')})\\b` : '';
};
// Words are read back only from the very shape that they are written in.
function patternWords(pattern) {
  const inner = /^\(\?i\)\\b\((.*)\)\\b$/.exec(pattern)?.[1] ?? '';
  const words = inner.split(/(?<!\\)\|/).map(word => word.replace(/\\(.)/g, '$1')).join(', ');
  return wordsPattern(words) === pattern ? words : null;
}
const rowOf = (field, pattern = '') => ({ field, pattern, words: field === 'older_than' ? null : patternWords(pattern) });
const emptyRule = () => ({ name: 'my rule', drop: {} });
function newRule(rule) {
  const taken = new Set(rules().map(one => one.name));
  let name = rule.name, count = 2;
  while (taken.has(name)) name = `${rule.name} ${count++}`;
  startEditing({ ...rule, name });
  if (editing.tried) change([{ rule: name, value: editing.tried }]);
  setView('rules');
  $('rule-0').focus();
}
function startEditing(rule) {
  const verb = verbOf(rule), given = Object.entries(rule[verb] || {}).map(([field, pattern]) => rowOf(field, pattern));
  editing = { id: rule.name, name: rule.name, verb, by: rule.by ?? 1, rows: given.length ? given : [rowOf('title')], problem: null, hits: null };
  editing.tried = editedRule();
}
// The rule in the form as it is after an undo.
function reopenRule() {
  const one = rules().find(one => one.name === editing?.id);
  editing = null;
  if (one && !one.gone) startEditing(one.rule);
  if (app.view === 'rules') drawRules();
}
function editedRule() {
  const { name, verb, by, rows } = editing, patterns = Object.fromEntries(rows.filter(row => row.pattern).map(row => [row.field, row.pattern]));
  return Object.keys(patterns).length && { name, [verb]: patterns, ...verb === 'boost' && { by } };
}
function tryRule() {
  clearTimeout(ruleTimer);
  ruleTimer = setTimeout(async () => {
    const rule = editedRule(), mine = ++ruleAsked, now = editing;
    if (!rule) return;
    const found = await api('rule', { day: app.day, changes: app.changes, rule }).then(hits => ({ hits, problem: null }), problem => ({ problem }));
    if (mine !== ruleAsked || editing !== now) return;
    Object.assign(editing, found);
    if (found.problem) say(found.problem.title);
    else if (!same(editing.tried, rule)) change([{ rule: editing.id, value: rule }], true);
    if (found.hits) editing.tried = rule;
    drawHits();
    drawRuleList();
  }, 80);
}
function drawRules() {
  const first = rules().find(rule => !rule.gone);
  if (!editing && first) startEditing(first.rule);
  drawRuleList();
  drawRuleForm();
  drawHits();
  if (editing) tryRule();
}
function drawRuleList() {
  put($('left'), head('Rules', button('New rule', () => newRule(emptyRule()))), rules().map(({ name, rule, gone, fresh, change }) => {
    const verb = verbOf(rule), about = gone ? 'taken out; put it back' : `${verbs[verb].toLowerCase()}${verb === 'boost' ? ` by ${rule.by ?? 1}` : ''} · ${Object.keys(rule[verb] || {}).join(', ')}`;
    const open = () => { if (gone) dropChange('rule ' + name); else { startEditing(rule); drawRules(); closeSheets(); } }, mark = fresh ? h('span.chip.in', 'new') : change && h('span.chip.other', 'changed');
    return button(h('span', gone ? h('s', name) : name, ' ', !gone && mark, h('small', about)), open, { class: 'choice', ariaCurrent: editing?.id === name ? 'true' : null });
  }), h('p.part.mute', 'An entry that any rule drops is gone; then “always include” counts, then “move up”.'));
}
function drawRuleForm() {
  if (!editing) { put($('list-view'), h('div.form', h('p', 'A rule drops, includes or moves entries by their words.'), button('New rule', () => newRule(emptyRule())))); return; }
  const redraw = () => { drawRuleForm(); tryRule(); }, { rows, verb } = editing;
  const input = (id, key, given) => h('input', { id, value: editing[key], ...given, input: event => { if (event.target.value.trim()) { editing[key] = key === 'by' ? Number(event.target.value) : event.target.value; tryRule(); } } });
  put($('list-view'), h('div.form', h('h2.unseen', 'Rule'),
    h('div', h('label', { for: 'rule-name' }, 'Name'), input('rule-name', 'name', { type: 'text' })),
    h('div', h('h3', 'What to do'), h('div.fields', choices('What to do', verbs, verb, one => { editing.verb = one; redraw(); }),
      verb === 'boost' && ['by', input('rule-by', 'by', { type: 'number', step: 0.5, ariaLabel: 'Points' })]),
    verb === 'boost' && h('small', 'points; one more source is about 1, less than 0 moves down')),
    h('div', h('h3', 'Entries whose'), rows.map((row, place) => ruleRow(row, place, redraw)), h('small', 'Words: any of them, in capitals or not. A pattern is a regular expression.')),
    h('p', button('And also…', () => { const free = fields.find(field => !rows.some(row => row.field === field)); if (free) rows.push(rowOf(free)); redraw(); })),
    h('pre.wrong', { id: 'rule-problem', role: 'alert' }),
    h('div', h('h3', `As it will stand in ${app.state.config.file}`), h('pre.code', { id: 'rule-toml' })),
    h('p', button('Take the rule out', takeOut, { class: 'danger' }))));
}
function ruleRow(row, place, redraw) {
  const isAge = row.field === 'older_than', asWords = row.words !== null;
  const field = h('select', { ariaLabel: 'Part of the entry', change: () => { Object.assign(row, rowOf(field.value, row.pattern)); redraw(); } }, fields.map(name => h('option', name)));
  field.value = row.field;
  const type = event => { const text = event.target.value; row.pattern = asWords ? wordsPattern(text) : text; if (asWords) row.words = text; tryRule(); };
  const text = h('input', { type: 'text', id: 'rule-' + place, class: asWords ? '' : 'mono', ariaLabel: asWords ? 'Words' : 'Pattern', placeholder: isAge ? '14 days' : asWords ? 'ferry, Fähre' : '',
    'aria-describedby': 'rule-problem', value: asWords ? row.words : row.pattern, input: type });
  const kind = choices('Kind', { words: 'Words', pattern: 'Pattern' }, asWords ? 'words' : 'pattern', kind => {
    row.words = kind === 'words' ? patternWords(row.pattern) ?? '' : null;
    if (kind === 'words') row.pattern = wordsPattern(row.words);
    redraw();
  });
  return h('div.fields', field, text, !isAge && kind, editing.rows.length > 1 && button('×', () => { editing.rows.splice(place, 1); redraw(); }, { ariaLabel: 'Without this' }));
}
function takeOut() {
  const name = editing.id;
  editing = null;
  if (fileRule(name)) change([{ rule: name, remove: true }]); else dropChange('rule ' + name);
  drawRules();
}
function drawHits() {
  const { hits, problem, id } = editing || {}, why = id && idle('rule ' + id), lower = kind => kinds[kind][0].toLowerCase();
  if ($('rule-problem')) $('rule-problem').textContent = problem ? `${problem.detail || problem.title}\nThe edition and the hits are those of the last pattern that worked.` : '';
  if ($('rule-toml') && hits) $('rule-toml').textContent = hits.toml;
  if (!hits) { put($('right'), head('Hits'), h('p.part.mute', 'What the rule hits stands here while you type.')); return; }
  const moved = (list, verb) => list.length && `${verb}: ${list.map(one => `“${one.headline}”`).join(', ')}. `;
  const other = hits.forms.length ? `${stories(hits.forms.length)} longer or shorter. ` : hits.moved.length && `${stories(hits.moved.length)} at another place.`;
  const effect = [moved(hits.in, 'Comes in'), moved(hits.out, 'Goes out'), other].filter(Boolean);
  put($('right'), head(many(hits.count, 'hit'), h('small', `in ${many(hits.entries, 'entry', 'entries')}, ${hits.changed} changed`)),
    h('p.part', effect.length ? effect : `The edition has the same stories with this rule${why ? `: ${why}` : ''}.`),
    hits.hits.map(hit => part(hit.title, h('p', snippet(hit.snippet)), mute(hit.source, ' ', hit.without === hit.with ? h('span.chip', `${lower(hit.with)} · no change`)
      : h('span.chip.' + (hit.with === 'published' ? 'in' : 'out'), `${lower(hit.without)} → ${lower(hit.with)}`)))));
  $('right').firstChild.id = 'hits';
}
const snippet = ([before, hit, after]) => [before, h('mark', hit), after];
