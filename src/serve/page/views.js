// What stands beside the mail: why a story, why a sentence, what differs; the account; the sources; keys.
'use strict';

function setView(view) {
  if (view === 'tune') { const open = !document.body.classList.contains('tuning') || app.view !== 'edition'; app.view = 'edition'; closeSheets(); if (open) document.body.classList.add('tuning', 'sheet-left'); } else { closeSheets(); app.view = view; }
  document.body.className = [...document.body.classList].filter(name => !name.startsWith('view-')).concat('view-' + app.view).join(' ');
  writeAddress();
  drawView();
}
function drawNav() {
  const now = document.body.classList.contains('tuning') ? 'tune' : app.view;
  for (const one of document.querySelectorAll('[data-view]')) { if (one.dataset.view === now) one.setAttribute('aria-current', 'page'); else one.removeAttribute('aria-current'); }
}
function drawView() {
  drawNav();
  const view = app.view;
  document.querySelector('main').className = view === 'edition' ? '' : view === 'sources' ? 'sources' : 'lists';
  $('mail-view').hidden = view !== 'edition';
  $('list-view').hidden = view === 'edition';
  $('middle').setAttribute('aria-label', { edition: 'Edition', left: 'Entries', rules: 'Rule', sources: 'Sources' }[view]);
  $('left').setAttribute('aria-label', { edition: 'Settings', left: 'Reasons and sources', rules: 'Rules', sources: 'Settings' }[view]);
  if (!app.result) return;
  if (view === 'edition') { drawTune(); showMail(); drawRight(); }
  if (view === 'left') drawLeft();
  if (view === 'rules') drawRules();
  if (view === 'sources') drawSources();
}

// ---- right: story, sentence, differences ----
let panelAsked = 0;
const panelNames = { sentence: 'Sentence', story: 'Story', diff: 'Differences' };
function tabs() {
  const names = Object.keys(panelNames).filter(name => name !== 'diff' || app.changes.length);
  const bar = el('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Details' }, names.map(name => el('button', { type: 'button', role: 'tab', id: 'tab-' + name, 'aria-controls': 'panel', 'aria-selected': String(app.panel === name), tabindex: app.panel === name ? '0' : '-1', onclick: () => { app.panel = name; drawRight(); $('tab-' + name).focus(); } }, panelNames[name])));
  bar.addEventListener('keydown', event => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    app.panel = names[(names.indexOf(app.panel) + by + names.length) % names.length];
    drawRight();
    $('tab-' + app.panel).focus();
  });
  return el('div', { class: 'head' }, bar, el('span', { class: 'push' }), app.panel === 'diff' ? null : [button('‹', () => step(-1, app.panel === 'story'), { 'aria-label': 'The one before' }), button('›', () => step(1, app.panel === 'story'), { 'aria-label': 'The next' })], closeButton());
}
async function drawRight() {
  if (app.view !== 'edition' || !app.result) return;
  if (app.panel === 'diff' && !app.changes.length) app.panel = 'story';
  const pane = $('right'), mine = ++panelAsked;
  const show = (...body) => put(pane, tabs(), el('div', { id: 'panel', role: 'tabpanel', 'aria-labelledby': 'tab-' + app.panel }, el('h2', { class: 'said' }, panelNames[app.panel]), body));
  if (app.panel === 'diff') { show(differences()); findCauses(); return; }
  const known = app.result.stories.find(story => story.id === app.story);
  if (!known) { show(el('p', { class: 'part mute' }, app.story ? 'This story is not in the edition now.' : 'Choose a story by its number or a sentence by a click: here stands why it is in the edition. j and k go through the stories, h and l through the sentences.')); return; }
  try {
    const story = await api(`story/${app.result.id}/${encodeURIComponent(app.story)}`);
    if (mine !== panelAsked) return;
    show(app.panel === 'sentence' ? sentencePanel(story, known) : storyPanel(story, known));
  } catch (problem) { if (problem.status === 404) compose(); else show(el('p', { class: 'part wrong' }, problem.title)); }
}
const partNames = { coverage: 'Told by', freshness: 'New', boost: 'Rule', preferences: 'Your ratings', update: 'Update', teaser: 'Teaser' };
function storyPanel(story, known) {
  const ranking = story.ranking, lead = story.articles[0];
  const parts = (ranking?.parts || []).map(part => el('tr', {}, el('td', {}, (part.points < 0 ? '' : '+') + score(part.points)), el('td', {}, partNames[part.name] || part.name), el('td', { class: 'mute' }, prose(part.why))));
  const place = ranking?.place === 1 ? 'First' : `No. ${ranking?.place}`;
  return [
    el('div', { class: 'part' }, el('p', { class: 'big' }, story.headline), ranking ? el('p', {}, el('strong', { class: 'yes' }, `${place} of ${ranking.of}. `), ranking.next ? `${score(ranking.score - ranking.next.score)} points before “${ranking.next.headline}”.` : '') : null,
      known.form === 'brief' ? el('p', { class: 'mute' }, 'It stands in the mail as one line: its section tells another story in full, or its summary does not stand for the article.') : null),
    el('div', { class: 'part' }, el('h3', {}, 'Why it stands here'), el('table', { class: 'points' }, el('tbody', {}, parts, el('tr', {}, el('td', {}, score(ranking?.score ?? known.score)), el('td', {}, el('strong', {}, 'Score')), el('td'))))),
    el('div', { class: 'part' }, el('h3', {}, many(story.articles.length, 'article tells it', 'articles tell it')), story.articles.map(one => el('p', {}, el('strong', {}, one.source), ' ', one.title, ' ', link(one.url)))),
    lead ? el('div', { class: 'part' }, el('h3', {}, 'Change'), changeButtons(lead)) : null,
    articlePart(story, lead?.id, null)];
}
const link = url => /^https?:/.test(url || '') ? el('a', { href: url, target: '_blank', rel: 'noopener noreferrer', 'aria-label': 'Open the page' }, '↗') : null;
function changeButtons(article) {
  const source = article.source, weight = weightOf(source);
  const words = article.title.split(/[^\p{L}\p{N}]+/u).filter(word => word.length > 4).slice(0, 2).join(', ');
  return el('div', { class: 'buttons' },
    button(`Less of ${source}`, () => { change([{ source, key: 'weight', value: tidy(weight / 2, 0.1) }]); say(`Weight of ${source} is ${tidy(weight / 2, 0.1)}.`); }),
    button(`More of ${source}`, () => { change([{ source, key: 'weight', value: tidy(Math.max(0.2, weight * 1.5), 0.1) }]); }),
    button('Move up…', () => newRule({ name: words || source, boost: { title: wordsPattern(words || article.title) }, by: 1 })),
    button('Always tell…', () => newRule({ name: 'keep ' + (words || source), keep: { title: wordsPattern(words || article.title) } })),
    button('Drop like this…', () => newRule({ name: 'no ' + (words || source), drop: { title: wordsPattern(words || article.title) } })));
}
function sentencePanel(story, known) {
  const wanted = known.sentences[app.sentence ?? 0];
  const list = story.sentences, place = wanted ? list.findIndex(one => one.article === wanted.article && one.end === wanted.end) : -1;
  if (place < 0) return el('p', { class: 'part mute' }, 'No sentence of this story stands in the mail; it is one line.');
  const one = list[place];
  const facts = one.facts.map(fact => [el('dt', {}, fact.label, ' ', el('small', {}, fact.note)), el('dd', {}, fact.bar === null ? null : el('meter', { value: Math.max(0, Math.min(1, fact.bar)), 'aria-label': fact.label })), el('dd', {}, fact.value)]);
  const others = list.filter(other => !other.taken).sort((a, b) => a.rank - b.rank).slice(0, 3);
  const budgetKey = control('summary.sentences');
  const now = valueOf('summary.sentences') ?? (valueOf('summary.words') || valueOf('summary.share') ? null : 3);
  return [
    el('div', { class: 'part' }, el('p', { class: 'big' }, one.text), el('p', {}, el('strong', { class: 'yes' }, 'Chosen. '), one.why.replace(/^Chosen: /, ''))),
    el('div', { class: 'part' }, el('dl', { class: 'facts' }, facts)),
    el('div', { class: 'part' }, el('h3', {}, 'Why not another'), others.length ? others.map(other => el('div', { class: 'row' }, el('div', {}, `“${other.text}”`, el('small', { class: 'mute' }, el('br'), `${other.source}. ${other.why}`)))) : el('p', { class: 'mute' }, 'There is no other sentence.'),
      now && budgetKey && others.length ? button(`Try ${now + 1} sentences a story`, () => setKey('summary.sentences', now + 1)) : null),
    articlePart(story, one.article, one)];
}
// The article as it was read, its chosen sentences marked; positions are bytes.
function articlePart(story, id, current) {
  const article = story.articles.find(one => one.id === id) || story.articles[0];
  if (!article) return null;
  const bytes = new TextEncoder().encode(article.text), text = (start, end) => new TextDecoder().decode(bytes.slice(start, end));
  const marks = story.sentences.filter(one => story.sentences.some(other => other.shown) ? one.shown : one.taken);
  const said = marks.filter(one => one.article === article.id && one.end <= bytes.length).sort((a, b) => a.start - b.start);
  const body = [];
  let at = 0;
  for (const one of said) {
    if (one.start < at) continue;
    const number = marks.indexOf(one) + 1;
    body.push(text(at, one.start), el('mark', { class: current && one.start === current.start ? 'on' : null }, el('sup', {}, String(number)), text(one.start, one.end)));
    at = one.end;
  }
  body.push(text(at, bytes.length), article.cut ? ' …' : '');
  const chips = story.articles.map(one => { const count = marks.filter(other => other.article === one.id).length; return button(`${one.source} ${count || ''}`, () => part.replaceWith(articlePart(story, one.id, current)), { 'aria-pressed': String(one.id === article.id) }); });
  const part = el('div', { class: 'part' }, el('h3', {}, 'In the article'), story.articles.length > 1 ? el('p', { class: 'buttons' }, chips) : null, el('p', {}, el('strong', {}, article.title), ' ', link(article.url), el('br'), el('small', {}, `${article.source} · ${date(article.published)} · ${many(said.length, 'sentence')} chosen`)), el('div', { class: 'article', lang: article.language }, body));
  return part;
}
const whyWords = side => [outcomes[side?.kind] ? outcomes[side.kind] + ': ' : '', side?.why || 'in no story'].join('');
function differences() {
  const { diff } = app.result, part = (title, list, row) => list.length ? el('div', { class: 'part' }, el('h3', {}, `${title} · ${list.length}`), list.map(row)) : null;
  return [
    part('Come in', diff.in, one => el('div', { class: 'change come' }, el('strong', {}, '+ ' + one.headline), el('p', { class: 'mute' }, prose(`Was ${whyWords(one.was)}. Now ${one.now.why}.`)), cause('in', one))),
    part('Go out', diff.out, one => el('div', { class: 'change go' }, el('strong', {}, '− ' + one.headline), el('p', { class: 'mute' }, prose(`Now ${whyWords(one.now)}.`)), cause('out', one))),
    part('Longer or shorter', diff.forms, one => el('div', { class: 'change alter' }, el('strong', {}, one.headline), el('p', { class: 'mute' }, `${forms[one.from]} → ${forms[one.to]}`), cause('forms', one))),
    part('Other sentences', diff.sentences, one => el('div', { class: 'change alter' }, el('strong', {}, one.headline), one.removed.map(said => el('div', { class: 'said-then', title: said.why || '' }, '− ' + said.text)), one.added.map(said => el('div', { class: 'said-now', title: said.why || '' }, '+ ' + said.text)), cause('sentences', one))),
    el('div', { class: 'part' }, el('h3', {}, `Same · ${many(diff.same, 'story', 'stories')}`), el('p', { class: 'mute' }, diff.moved.length ? `${diff.moved.length} stand at another place.` : 'At the same places.')),
    el('div', { class: 'part' }, el('h3', {}, 'By these changes'), app.changes.map(one => el('div', { class: 'row' }, el('div', {}, el('code', {}, nameOf(one)), ' ', one.rule === undefined ? `${valueText(fileValue(one))} → ${one.unset ? 'not set' : valueText(one.value)}` : one.remove ? 'taken out' : ''), button('Undo', () => dropChange(idOf(one)), { 'aria-label': `Undo ${nameOf(one)}` }))))];
}
// Which change does it: each is taken back alone, and what is then as before was its doing. Never guessed.
let causes = { id: '', of: new Map() }, causeAsked = 0;
const diffKeys = diff => ['in', 'out', 'forms', 'sentences'].flatMap(kind => diff[kind].map(one => kind + ' ' + one.headline));
async function findCauses() {
  const { id, diff } = app.result, changes = app.changes, found = new Map();
  if (changes.length < 2 || changes.length > 8 || causes.id === id) return;
  for (const one of changes) {
    const others = changes.filter(other => other !== one);
    let without;
    try { without = await api('compose', { tab: app.tab + ' causes', seq: ++causeAsked, day: app.day, base: app.state.config.hash, changes: others }); } catch { return; }
    if (app.result.id !== id || app.panel !== 'diff') return;
    const kept = new Set(diffKeys(without.diff));
    for (const key of diffKeys(diff)) if (!kept.has(key)) found.set(key, [...(found.get(key) || []), nameOf(one)]);
  }
  causes = { id, of: found };
  drawRight();
}
function cause(kind, one) {
  if (app.changes.length < 2 || causes.id !== app.result.id) return null;
  const names = causes.of.get(kind + ' ' + one.headline);
  return el('p', { class: 'mute' }, names ? ['because of ', names.map((name, place) => [place ? ' and ' : '', el('code', {}, name)])] : 'by more than one change, each by itself');
}
const forms = { lead: 'lead story', full: 'in full', brief: 'one line' };

// ---- left out ----
const account = { q: '', kind: 'left_out', source: '', article: '' };
const kinds = { linked: ['Link only', 'Told as one line under “More”'], dropped: ['Rule', 'A rule drops it'], over_limit: ['No room', 'A limit left no room'], duplicate: ['Same text', 'Another article has the same text'], too_old: ['Too old', 'Before what this edition covers'], nothing_new: ['Told before', 'An earlier edition said it'], published: ['Told', 'It is in the edition'] };
let accountAsked = 0;
async function drawLeft() {
  const view = $('list-view'), mine = ++accountAsked;
  let found;
  try { found = await api(`entries/${app.result.id}?${new URLSearchParams({ q: account.q, kind: account.kind, source: account.source })}`); } catch (problem) { if (problem.status === 404) compose(); return; }
  if (mine !== accountAsked || app.view !== 'left') return;
  const all = Object.entries(found.kinds).reduce((sum, [kind, count]) => sum + (kind === 'published' ? 0 : count), 0);
  const pick = (name, about, count, given, now) => button([el('span', {}, name, about ? el('small', {}, about) : ''), el('small', {}, String(count))], () => { Object.assign(account, given, { article: '' }); drawLeft(); }, { class: 'choice', 'aria-current': now ? 'true' : null });
  put($('left'), el('div', { class: 'head' }, el('h2', {}, 'Why left out'), el('span', { class: 'push' }), closeButton()), pick('All', '', all, { kind: 'left_out' }, account.kind === 'left_out'),
    Object.entries(kinds).map(([kind, [name, about]]) => pick(name, about, found.kinds[kind] || 0, { kind }, account.kind === kind)),
    el('div', { class: 'head' }, el('h2', {}, 'Source')), pick('All sources', '', found.found, { source: '' }, !account.source), Object.entries(found.sources).map(([name, count]) => pick(name, '', count, { source: name }, account.source === name)));
  let search = $('account-find');
  if (!search || !view.contains(search)) {
    search = el('input', { type: 'search', id: 'account-find', class: 'filter', placeholder: 'Search headlines, sources, reasons', 'aria-label': 'Search entries', oninput: () => { account.q = search.value; account.article = ''; drawLeft(); } });
    put(view, el('div', { class: 'head' }, search, el('span', { id: 'account-count', class: 'mute once' }), button('Filter', () => document.body.classList.add('sheet-left'), { class: 'close' })), el('table', { class: 'rows' }, el('thead', {}, el('tr', {}, ['Entry', 'Why left out', 'Score', 'Date'].map((name, place) => el('th', { scope: 'col', class: place > 1 ? 'num' : null }, name)))), el('tbody', { id: 'account-rows' })));
  }
  if (search.value !== account.q) search.value = account.q;
  $('account-count').textContent = `${found.found} of ${found.seen}`;
  put($('account-rows'), found.rows.map(row => el('tr', { class: row.article === account.article ? 'on' : null },
    el('td', {}, button(row.title || '(no headline)', () => { account.article = row.article; document.body.classList.add('sheet-right'); drawLeft(); }, { class: 'title' }), el('br'), el('small', {}, row.source)),
    el('td', {}, el('strong', {}, kinds[row.kind][0]), el('br'), row.hit ? [el('code', {}, row.outcome.rule), ' found “', el('mark', {}, row.hit.snippet[1]), `” in the ${row.hit.field}`] : prose(row.why)),
    el('td', { class: 'num' }, row.score === null ? '–' : score(row.score)), el('td', { class: 'num' }, date(row.published)))),
    found.rows.length ? null : el('tr', {}, el('td', { colspan: '4', class: 'mute' }, 'Nothing fits.')));
  if (!account.article && found.rows.length && innerWidth >= 720) { account.article = found.rows[0].article; $('account-rows').rows[0].className = 'on'; }
  drawEntry(mine);
}
async function drawEntry(mine) {
  const pane = $('right'), head = el('div', { class: 'head' }, el('h2', {}, 'Entry'), el('span', { class: 'push' }), closeButton());
  if (!account.article) { put(pane, head, el('p', { class: 'part mute' }, 'Choose an entry: here stands why it is not told.')); return; }
  const id = app.result.id, article = account.article;
  let row;
  try { row = await api(`entry/${id}?${new URLSearchParams({ article })}`); } catch { put(pane, head); return; }
  if (mine !== accountAsked) return;
  const ways = el('div', { id: 'ways' }, el('p', { class: 'mute' }, 'Trying…'));
  const isIn = row.kind === 'published';
  put(pane, head,
    el('div', { class: 'part' }, el('p', { class: 'big' }, row.title, ' ', link(row.url)), el('p', {}, el('strong', { class: isIn ? 'yes' : 'no' }, kinds[row.kind][0] + '. '), prose(capital(row.why) + '.'))),
    isIn ? null : el('div', { class: 'part' }, el('h3', {}, 'What would bring it in'), ways),
    el('div', { class: 'part' }, el('h3', {}, 'Change'), changeButtons(row)),
    row.text ? el('div', { class: 'part' }, el('h3', {}, 'What was read'), el('div', { class: 'article', lang: row.text.language }, row.text.text)) : null);
  if (isIn) return;
  try {
    const found = (await api('ways', { day: app.day, changes: app.changes, article })).ways;
    if (mine !== accountAsked) return;
    put(ways, found.map(way => el('div', { class: 'row' }, el('div', {}, el('strong', {}, way.says), el('br'), el('small', {}, way.pushes_out.length ? `${way.pushes_out.map(one => `“${one.headline}”`).join(', ')} goes out.` : 'Nothing goes out.')), button(way.change.rule !== undefined && !way.change.remove ? 'Keep this' : 'Try', () => { if (budget.includes(way.change.key)) setKey(way.change.key, way.change.value); else change([way.change]); say('Done: ' + way.says); }))), found.length ? null : el('p', { class: 'mute' }, 'None of the changes that were tried.'));
  } catch (problem) { put(ways, el('p', { class: 'wrong' }, problem.title)); }
}

// ---- sources ----
let chosenSource = null;
async function drawSources() {
  let found;
  try { found = (await api('sources/' + app.result.id)).sources; } catch (problem) { if (problem.status === 404) compose(); return; }
  if (app.view !== 'sources') return;
  chosenSource = found.some(one => one.name === chosenSource) ? chosenSource : found[0]?.name;
  const health = one => one.failing ? el('span', { class: 'no' }, one.failures ? `failed ${one.failures} times` : 'no answer') : el('span', { class: 'yes' }, one.last_success ? 'ok' : 'read');
  put($('list-view'), el('div', { class: 'head' }, el('h2', {}, 'Sources'), el('span', { class: 'push' }), button('Ask all again', askAll)),
    el('table', { class: 'rows' }, el('thead', {}, el('tr', {}, ['Source', 'Health', 'New', 'Told', 'Left out', 'Weight'].map((name, place) => el('th', { scope: 'col', class: place > 1 ? 'num' : null }, name)))),
      el('tbody', {}, found.map(one => el('tr', { class: one.name === chosenSource ? 'on' : null }, el('td', {}, button(one.name, () => { chosenSource = one.name; document.body.classList.add('sheet-right'); drawSources(); }, { class: 'title' }), el('br'), el('small', {}, [one.kind, one.section].filter(Boolean).join(' · '))),
        el('td', {}, health(one)), el('td', { class: 'num' }, one.entries), el('td', { class: 'num' }, one.told), el('td', { class: 'num' }, one.left_out), el('td', { class: 'num' }, String(weightOf(one.name))))))));
  const one = found.find(source => source.name === chosenSource), pane = $('right');
  if (!one) { put(pane); return; }
  const row = weightRow(one.name);
  put(pane, el('div', { class: 'head' }, el('h2', {}, one.name), el('span', { class: 'push' }), closeButton()),
    el('div', { class: 'part' }, el('p', {}, health(one), one.since ? ` since ${date(one.since)}` : ''), one.reason ? el('p', { class: 'wrong' }, one.reason) : null, one.failing ? el('p', { class: 'mute' }, `Readers hear of it after ${many(one.warn_after, 'failure')} in a row.`) : null, one.problems.map(problem => el('p', { class: 'mute' }, problem)), el('p', { class: 'mute' }, one.last_success ? `Last answer ${date(one.last_success)}, last new entry ${date(one.last_new) || 'never'}.` : 'No run has asked it yet.')),
    el('div', { class: 'group' }, el('h3', {}, 'Weight'), row), el('div', { class: 'part' }, el('h3', {}, 'Entries'), el('div', { id: 'source-entries' })));
  drawTuneMarks();
  try {
    const { rows } = await api(`entries/${app.result.id}?${new URLSearchParams({ source: one.name })}`);
    if (chosenSource !== one.name) return;
    put($('source-entries'), rows.map(entry => el('p', {}, el('strong', {}, entry.title || '(no headline)'), el('br'), el('small', {}, `${kinds[entry.kind][0]} · ${date(entry.published)}`))), rows.length ? null : el('p', { class: 'mute' }, 'Nothing new.'));
  } catch { /* the next edition asks again */ }
}

// ---- keys ----
const help = [['1 – 4', 'views'], ['/', 'find'], ['j k', 'story'], ['h l', 'sentence'], ['Esc', 'back'], ['t', 'tune'], ['d', 'differences'], ['b', 'held: before'], ['p', 'phone'], ['m', 'colours'], ['[ ]', 'day'], ['Ctrl Z', 'undo'], ['Ctrl Shift Z', 'redo'], ['Ctrl S', 'write'], ['?', 'this']];
function openKeys() {
  const letters = el('input', { type: 'checkbox', id: 'letters', checked: app.letters, onchange: () => { app.letters = letters.checked; store.set('letters', letters.checked ? '' : 'off'); } });
  dialog('Keys', [el('dl', { class: 'facts' }, help.map(([key, what]) => [el('dt', {}, el('code', {}, key)), el('dd'), el('dd', {}, what)])), el('p', {}, letters, ' ', el('label', { for: 'letters' }, 'Single letters are keys'))], notNow('Close'));
}
function setWidth(width) { app.width = width; writeAddress(); showMail(); }
function setColour(colour) { app.colour = colour; writeAddress(); showMail(); }
function setShowing(showing) { if (app.showing !== showing && app.changes.length) { app.showing = showing; drawChanges(); showMail(); } }
function openDiff() { app.panel = 'diff'; if (app.view !== 'edition') setView('edition'); document.body.classList.remove('tuning', 'sheet-left'); document.body.classList.add('sheet-right'); drawNav(); drawRight(); }
const letterKeys = {
  1: () => setView('edition'), 2: () => setView('left'), 3: () => setView('rules'), 4: () => setView('sources'), '/': () => (app.view === 'left' ? $('account-find') : $('find')).focus(),
  j: () => step(1, true), k: () => step(-1, true), h: () => step(-1, false), l: () => step(1, false), t: () => { if (innerWidth < 1280) setView('tune'); $('left').querySelector('input')?.focus(); },
  d: openDiff, b: () => setShowing('before'), p: () => setWidth(app.width === 'phone' ? 'desktop' : 'phone'), m: () => setColour({ light: 'dark', dark: 'inverted', inverted: 'light' }[app.colour]), '[': () => goDay(1), ']': () => goDay(-1), '?': openKeys,
};
document.addEventListener('keydown', event => {
  const typing = event.target.closest?.('input:not([type=checkbox]):not([type=range]),select,textarea'), control = event.ctrlKey || event.metaKey;
  if ($('dialog').open) return;
  if (control && event.key.toLowerCase() === 's') { event.preventDefault(); openWrite(); return; }
  if (control && event.key.toLowerCase() === 'z' && !typing) { event.preventDefault(); if (event.shiftKey) redo(); else undo(); return; }
  if (event.key === 'Escape') { if (typing) typing.blur(); else { closeSheets(); app.sentence = null; app.story = null; writeAddress(); markChosen(); drawRight(); } return; }
  if (typing || control || event.altKey || !app.letters) return;
  const act = letterKeys[event.key];
  if (act) { event.preventDefault(); act(); }
});
document.addEventListener('keyup', event => { if (event.key === 'b') setShowing('after'); });
$('find').addEventListener('keydown', event => {
  if (event.key !== 'Enter') return;
  const words = $('find').value.toLowerCase().trim();
  if (!words) return;
  const story = app.result.stories.find(one => one.headline.toLowerCase().includes(words));
  if (story) { setView('edition'); chooseStory(story.id, true); return; }
  if (app.controls.controls.some(one => `${one.label} ${one.key}`.toLowerCase().includes(words)) && app.view === 'edition') { setView('edition'); if (innerWidth < 1280) setView('tune'); filterSettings(words); return; }
  Object.assign(account, { q: $('find').value, kind: '', source: '', article: '' });
  setView('left');
});
for (const one of document.querySelectorAll('[data-view]')) one.addEventListener('click', () => setView(one.dataset.view));
for (const one of document.querySelectorAll('[data-part]')) one.addEventListener('click', () => { app.part = one.dataset.part; showMail(); });
for (const one of document.querySelectorAll('[data-width]')) one.addEventListener('click', () => setWidth(one.dataset.width));
for (const one of document.querySelectorAll('[data-colour]')) one.addEventListener('click', () => setColour(one.dataset.colour));
const on = (id, act) => $(id).addEventListener('click', act);
on('before', () => setShowing('before'));
on('after', () => setShowing('after'));
on('undo', undo);
on('drop', () => { app.past.push(app.changes); app.last.id = ''; setChanges([]); redrawSettings(); });
on('differences', openDiff);
on('write', openWrite);
on('send', openTest);
on('keys', openKeys);
on('size', () => { if (innerWidth < 1280) setView('tune'); filterSettings(''); $('left').scrollTop = 0; $('left').querySelector('input[type=number]')?.focus(); });
on('day-before', () => goDay(1));
on('day-after', () => goDay(-1));
$('day').addEventListener('change', () => setDay($('day').value));
new ResizeObserver(() => { if (app.result && app.part === 'html' && app.view === 'edition') fitMail(); }).observe($('stage'));

(async () => {
  app.letters = store.get('letters') !== 'off';
  readAddress();
  if (app.sentence !== null) app.panel = 'sentence';
  try { await refresh(); } catch (problem) { $('trouble').hidden = false; $('trouble').textContent = problem.title; return; }
  setView(app.view);
  compose();
  listen();
})();
