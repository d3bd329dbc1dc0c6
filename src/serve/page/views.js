// The views beside the edition: what was left out, the sources. And what moves between views: tabs, keys, the start.
'use strict';
const views = { edition: ['Edition', 'Settings'], left: ['Left out', 'Reasons and sources'], rules: ['Rules', 'All rules'], sources: ['Sources', 'Settings'] };

function setView(view) {
  const isTune = view === 'tune' && !document.body.classList.contains('tuning');
  app.view = view === 'tune' ? 'edition' : view;
  closeSheets();
  document.body.className = 'view-' + app.view + (isTune ? ' tuning sheet-left' : '');
  writeAddress();
  drawView();
}
function drawNav() {
  const { result, state } = app, now = document.body.classList.contains('tuning') ? 'tune' : app.view;
  if (!result) return;
  const counts = { edition: result.stories.length, left: result.left_out, rules: rules().filter(rule => !rule.gone).length, sources: state.sources.count, tune: app.changes.length || '–' };
  put($('views'), Object.entries(counts).map(([view, count]) => button([views[view]?.[0] || 'Tune', ' ', h('b', count), view === 'sources' && state.sources.failing > 0 && h('em', `${state.sources.failing} failing`)],
    () => setView(view), { 'data-view': view, class: view === 'tune' ? 'narrow' : '', ariaCurrent: view === now ? 'page' : null })));
}
function drawView() {
  const { view } = app;
  drawNav();
  document.querySelector('main').className = view;
  $('mail-view').hidden = view !== 'edition';
  $('list-view').hidden = view === 'edition';
  [$('middle').ariaLabel, $('left').ariaLabel] = views[view];
  if (app.result) ({ edition: () => { drawTune(); showMail(); drawRight(); }, left: drawLeft, rules: drawRules, sources: drawSources })[view]();
}

// ---- left out ----
const account = { q: '', kind: 'left_out', source: '', article: '' };
const kinds = {
  linked: ['Link only', 'One line under “More”'], dropped: ['Rule', 'A rule drops it'], over_limit: ['No room', 'A limit left no room'], duplicate: ['Same text', 'Another article has the same text'],
  too_old: ['Too old', 'Before what this edition covers'], nothing_new: ['Already published', 'An earlier edition has it'], published: ['In the edition', 'As a story, or as a source of one'],
};
let accountAsked = 0;
async function drawLeft() {
  const mine = ++accountAsked, { q, kind, source } = account, found = await again(`entries/${app.result.id}?${new URLSearchParams({ q, kind, source })}`);
  if (!found || mine !== accountAsked || app.view !== 'left') return;
  const pick = (given, name, count, about) => button([h('span', name, h('small', about)), h('small', count)], () => { Object.assign(account, given, { article: '' }); drawLeft(); },
    { class: 'choice', ariaCurrent: Object.entries(given).every(([key, value]) => account[key] === value) ? 'true' : null });
  const all = Object.values(found.kinds).reduce((sum, count) => sum + count, 0) - (found.kinds.published || 0);
  put($('left'), head('Why left out'), pick({ kind: 'left_out' }, 'All', all), Object.entries(kinds).map(([kind, [name, about]]) => pick({ kind }, name, found.kinds[kind] || 0, about)),
    h('div.head', h('h2', 'Source')), pick({ source: '' }, 'All sources', found.found), Object.entries(found.sources).map(([source, count]) => pick({ source }, source, count)));
  const row = one => h('tr' + (one.article === account.article ? '.on' : ''),
    h('td', button(one.title || '(no headline)', () => { account.article = one.article; openSheet('right'); drawLeft(); }, { class: 'title' }), h('small', one.source)),
    h('td', h('strong', kinds[one.kind][0]), h('br'), one.hit ? [h('code', one.outcome.rule), ' found “', h('mark', one.hit.snippet[1]), `” in the ${one.hit.field}`] : prose(one.why)),
    h('td.num', one.score === null ? '–' : number(one.score)), h('td.num', date(one.published)));
  if (!$('account-find')) put($('list-view'), h('div.head', h('input.full', { type: 'search', id: 'account-find', placeholder: 'Search headlines, sources, reasons', ariaLabel: 'Search entries',
    input: event => { Object.assign(account, { q: event.target.value, article: '' }); drawLeft(); } }), h('small', { id: 'account-count' }), button('Filter', () => openSheet('left'), { class: 'close' })),
  table(['Entry', 'Why left out', 'Score', 'Date'], h('tbody', { id: 'account-rows' })));
  if ($('account-find').value !== q) $('account-find').value = q;
  if (!account.article && !isPhone()) account.article = found.rows[0]?.article || '';
  $('account-count').textContent = `${found.found} of ${found.seen}`;
  put($('account-rows'), found.rows.map(row), !found.rows.length && h('tr', h('td.mute', { colSpan: 4 }, 'Nothing fits.')));
  drawEntry(mine);
}
async function drawEntry(mine) {
  const { article } = account, one = article && await again(`entry/${app.result.id}?${new URLSearchParams({ article })}`);
  if (mine !== accountAsked) return;
  if (!one) { put($('right'), head('Entry'), h('p.part.mute', 'Choose an entry: here stands why it is not in the edition.')); return; }
  const isIn = one.kind === 'published', ways = h('div', { id: 'ways' }, mute('Trying…'));
  put($('right'), head('Entry'), part('', h('p.big', one.title, ' ', link(one.url)), h('p', h('strong.' + (isIn ? 'yes' : 'no'), kinds[one.kind][0] + '. '), prose(one.why[0].toUpperCase() + one.why.slice(1) + '.'))),
    !isIn && part('What would bring it in', ways), part('Change', changeButtons(one)), one.text && part('The text that was read', h('div.article', { lang: one.text.language || '' }, one.text.text)));
  if (isIn) return;
  try {
    const found = (await api('ways', { day: app.day, changes: app.changes, article })).ways;
    const way = ({ says, change: one, pushes_out: out }) => h('div.row', h('div', h('strong', says), h('br'), h('small', out.length ? `${out.map(one => `“${one.headline}”`).join(', ')} goes out.` : 'Nothing goes out.')),
      button(one.rule !== undefined && !one.remove ? 'Keep this' : 'Try', () => { change([one]); say('Done: ' + says); }));
    put(ways, found.length ? found.map(way) : mute('None of the changes that were tried.'));
  } catch (problem) { put(ways, h('p.wrong', problem.title)); }
}

// ---- sources ----
const looking = { source: '', article: '', content_selector: '', remove_selectors: '' };
let lookAsked = 0, lookTimer = 0;
function health({ asked, failing, failures, last_success }) {
  if (asked?.asking) return h('span.mute', 'asking…');
  if (asked ? asked.failed : failing) return h('span.no', asked ? asked.problems[0] || 'no answer' : failures ? `failed ${many(failures, 'time')}` : 'no answer');
  return h('span.yes', asked ? `answered, ${many(asked.entries, 'entry', 'entries')}` : last_success ? 'ok' : 'read');
}
async function drawSources() {
  const found = (await again('sources/' + app.result.id))?.sources;
  if (!found || app.view !== 'sources') return;
  const one = found.find(one => one.name === looking.source) || found[0], open = name => { looking.source = name; openSheet('right'); drawSources(); };
  put($('list-view'), head('Sources', button('Ask all again', askAll)), table(['Source', 'Health', 'Entries', 'In the edition', 'Left out', 'Weight'], found.map(row => h('tr' + (row === one ? '.on' : ''),
    h('td', button(row.name, () => open(row.name), { class: 'title' }), h('small', [row.kind, row.section].filter(Boolean).join(' · '))), h('td', health(row)), [row.entries, row.told, row.left_out, weightOf(row.name)].map(cell => h('td.num', cell))))));
  if (!one) { put($('right')); return; }
  const { name, asked } = one, isShown = $('source-status')?.dataset.source === name;
  const { rows: entries } = await again(`entries/${app.result.id}?${new URLSearchParams({ source: name })}`) || { rows: [] };
  const status = [health(one), one.since && ` since ${date(one.since)}`, one.reason && h('p.wrong', one.reason), one.failing && mute(`Readers hear of it after ${many(one.warn_after, 'day')} in a row.`),
    one.problems.concat(asked?.problems || []).map(problem => mute(problem)), asked?.read?.map(one => mute(`“${one.title}”: ${many(one.words, 'word')}${one.teaser ? ', only a teaser' : ''}`)),
    mute(one.last_success ? `Last answer ${date(one.last_success)}, last new entry ${date(one.last_new) || 'never'}.` : 'No run has asked it yet.')];
  // What is being typed stays.
  if (isShown) { put($('source-status'), status); return; }
  Object.assign(looking, { source: name, article: entries[0]?.article || '', content_selector: one.content_selector || '', remove_selectors: one.remove_selectors });
  const field = (key, label, placeholder) => h('div', h('label', { for: key }, label, ' ', h('code', key)), h('input.full.mono', { id: key, placeholder, value: looking[key], 'aria-describedby': 'look-problem', input: event => { looking[key] = event.target.value; look(); } }));
  const pages = h('select.full', { ariaLabel: 'Page', change: () => { looking.article = pages.value; look(); } }, entries.map(one => h('option', { value: one.article }, `${date(one.published)} ${one.title || '(no headline)'} · ${kinds[one.kind][0]}`)));
  put($('right'), head(name, button('Ask it now', () => api('ask', { source: name }).then(drawSources, problem => say(problem.title)))), h('div.part', { id: 'source-status', 'data-source': name }, status),
    h('div.group', h('h3', 'Weight'), settingRow(app.settings.get(name + ' weight'))),
    entries.length ? part('A page, and what is read of it', pages, field('content_selector', 'Where the article is', 'found by itself'), field('remove_selectors', 'Cut out', '.ad, .share'), h('pre.wrong', { id: 'look-problem', role: 'alert' }),
      button('Show the page', look), h('div', { id: 'looked' })) : part('Entries', mute('Nothing new.'), h('div', { id: 'looked' })));
  drawMarks();
}
// The page's lines beside the article that these selectors make of it.
function look() {
  clearTimeout(lookTimer);
  lookTimer = setTimeout(async () => {
    const mine = ++lookAsked, { article, content_selector, remove_selectors } = looking;
    const slow = setTimeout(() => put($('looked'), mute('Reading…')), 300);
    const found = await api('read', { id: app.result.id, article, content_selector, remove_selectors }).catch(problem => ({ problem }));
    clearTimeout(slow);
    if (mine !== lookAsked || !$('looked')) return;
    const { problem, lines, text, kept, toml, problems } = found;
    $('look-problem').textContent = problem ? `${problem.title}\n${problem.detail || ''}` : '';
    if (problem) { say(problem.title); return; }
    say(`${kept} of ${many(lines.length, 'line')} kept`);
    put($('looked'), h('p', h('span.chip.in', `${kept} of ${many(lines.length, 'line')} kept`)), problems.map(problem => mute(problem)), toml && [mute(`To keep this, write under the source in ${app.state.config.file}:`), h('pre.code', toml)],
      h('div.beside', h('div', h('h3', 'On the page'), lines.map(({ text, kept, headline }) => h('p', headline && h('span.chip', 'headline'), kept || headline ? text : h('s', text)))),
        h('div', h('h3', 'What the reader kept'), text.split('\n').map(line => h('p', line)))));
  }, 150);
}

// ---- keys, buttons, the start ----
const openDiff = () => { app.panel = 'diff'; setView('edition'); openSheet('right'); drawRight(); };
const openTune = () => { if (innerWidth < 1280) setView('tune'); };
const letterKeys = {
  1: () => setView('edition'), 2: () => setView('left'), 3: () => setView('rules'), 4: () => setView('sources'), '/': () => ($('account-find') || $('find')).focus(), '?': openKeys,
  j: () => step(1, true), k: () => step(-1, true), h: () => step(-1, false), l: () => step(1, false), t: () => { openTune(); $('left').querySelector('input')?.focus(); }, d: openDiff, b: () => setShowing('before'),
  p: () => setLook('width', app.width === 'phone' ? 'desktop' : 'phone'), m: () => setLook('colour', { light: 'dark', dark: 'inverted', inverted: 'light' }[app.colour]), '[': () => goDay(1), ']': () => goDay(-1),
};
function onKey(event) {
  const { target, key } = event, typing = target.matches('input:not([type=checkbox]):not([type=range]),select'), control = event.ctrlKey || event.metaKey, lower = key.toLowerCase();
  const act = $('dialog').open ? null : control ? { s: openWrite, z: !typing && (event.shiftKey ? redo : undo) }[lower]
    : key === 'Escape' ? () => { if (typing) target.blur(); else back(); } : !typing && !event.altKey && app.letters && letterKeys[key];
  if (act) { event.preventDefault(); act(); }
}
function back() { Object.assign(app, { story: null, sentence: null }); closeSheets(); writeAddress(); fitMail(); drawRight(); }
function find(event) {
  const words = $('find').value.toLowerCase().trim(), has = text => text.toLowerCase().includes(words);
  if (event.key !== 'Enter' || !words) return;
  const story = app.result.stories.find(one => has(one.headline)), source = [...app.settings.values()].find(one => one.source && has(one.source));
  if (story) { setView('edition'); choose(story.id, null, true); }
  else if (source) { looking.source = source.source; setView('sources'); }
  else if ([...app.settings.values()].some(one => has(`${one.label} ${one.key}`))) { setView('edition'); openTune(); filterSettings(words); }
  else { Object.assign(account, { q: $('find').value, kind: '', source: '', article: '' }); setView('left'); }
}
const clicks = {
  undo, drop: () => go(null, app.past, []), differences: openDiff, write: openWrite, send: openTest, keys: openKeys, 'day-before': () => goDay(1), 'day-after': () => goDay(-1),
  size: () => { openTune(); filterSettings(''); $('left').scrollTop = 0; $('left').querySelector('[type=number]')?.focus(); },
};
(async () => {
  for (const [id, act] of Object.entries(clicks)) $(id).addEventListener('click', act);
  document.addEventListener('keydown', onKey);
  document.addEventListener('keyup', event => { if (event.key === 'b') setShowing('after'); });
  $('find').addEventListener('keydown', find);
  $('day').addEventListener('change', () => setDay($('day').value));
  new ResizeObserver(() => { if (app.result && app.view === 'edition') fitMail(); }).observe($('stage'));
  app.letters = store.get('letters') !== 'off';
  try { readAddress(); } catch { say('The changes in the address cannot be read.'); }
  if (app.sentence !== null) app.panel = 'sentence';
  try {
    await refresh();
    setView(app.view);
    compose();
    listen();
  } catch (problem) { app.problem = problem; showTrouble(); }
})();
