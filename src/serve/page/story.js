// Beside the mail: why a story, why a sentence, what differs.
'use strict';
let panelAsked = 0;
const panels = { sentence: 'Sentence', story: 'Story', diff: 'Differences' };
function openPanel(panel) { app.panel = panel; drawRight(); $('tab-' + panel)?.focus(); }
function tabs() {
  const names = Object.keys(panels).filter(name => name !== 'diff' || app.changes.length), { panel } = app;
  const turn = event => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by) { event.preventDefault(); openPanel(names.at((names.indexOf(panel) + by) % names.length)); }
  };
  const tab = name => button(panels[name], () => openPanel(name), { role: 'tab', id: 'tab-' + name, 'aria-controls': 'panel', ariaSelected: String(panel === name), tabIndex: panel === name ? 0 : -1 });
  const steps = [[-1, '‹', 'The one before'], [1, '›', 'The next']].map(([by, sign, ariaLabel]) => button(sign, () => step(by, panel === 'story'), { ariaLabel }));
  const bar = head('', panel !== 'diff' && steps);
  bar.firstChild.replaceWith(h('div.tabs', { role: 'tablist', ariaLabel: 'Details', keydown: turn }, names.map(tab)));
  return bar;
}
async function drawRight() {
  if (app.view !== 'edition' || !app.result) return;
  if (app.panel === 'diff' && !app.changes.length) app.panel = 'story';
  const mine = ++panelAsked, { panel, result } = app, known = result.stories.find(story => story.id === app.story);
  const show = (...body) => put($('right'), tabs(), h('div', { id: 'panel', role: 'tabpanel', 'aria-labelledby': 'tab-' + panel }, h('h2.unseen', panels[panel]), body));
  if (panel === 'diff') show(differences());
  else if (!known) show(h('p.part.mute', app.story ? 'This story is not in the edition now.' : 'Choose a story by its number or a sentence by a click: here stands why it is in the edition. j and k go through the stories, h and l through the sentences.'));
  else {
    const story = await again(`story/${result.id}/${encodeURIComponent(app.story)}`);
    if (story && mine === panelAsked) show((panel === 'sentence' ? sentencePanel : storyPanel)(story, known));
  }
}
// The answer to a question about an edition; one that is no longer held is composed again.
async function again(path) {
  try { return await api(path); } catch (problem) { if (problem.status === 404) compose(); else say(problem.title); return null; }
}
const partNames = { coverage: 'Sources', freshness: 'New', boost: 'Rule', preferences: 'Your ratings', update: 'Update', teaser: 'Teaser' };
function storyPanel(story, { form, score }) {
  const row = (points, name, why) => h('tr', h('td', points), h('td', name), h('td.mute', prose(why)));
  const { headline, ranking, articles } = story, { parts = [], place, of, next } = ranking || {}, lead = articles[0];
  return [
    part('', h('p.big', headline), ranking && h('p', h('strong.yes', `${place === 1 ? 'First' : `No. ${place}`} of ${of}. `), next && `${number(ranking.score - next.score)} points before “${next.headline}”.`),
      form === 'brief' && mute('It stands in the mail as one line: its section has another story in full, or its summary does not stand for the article.')),
    part('Why it stands here', h('table.points', parts.map(one => row((one.points < 0 ? '' : '+') + number(one.points), partNames[one.name] || one.name, one.why)), row(number(ranking?.score ?? score), h('strong', 'Score'), ''))),
    part(many(articles.length, 'article about it', 'articles about it'), articles.map(one => h('p', h('strong', one.source), ' ', one.title, ' ', link(one.url)))),
    lead && part('Change', changeButtons(lead)),
    articlePart(story, {}, lead?.id)];
}
function changeButtons({ source, title }) {
  const id = source + ' weight', words = title.split(/[^\p{L}\p{N}]+/u).sort((a, b) => b.length - a.length).slice(0, 2).join(', ');
  const weigh = factor => () => { const value = tidy(Math.max(0.1, weightOf(source) * factor), 0.1); setKey(id, value); say(`The weight of ${source} is ${value}.`); };
  const rule = (name, verb, more) => () => newRule({ name: name + words, [verb]: { title: wordsPattern(words) }, ...more });
  return h('div.buttons', button(`Less of ${source}`, weigh(0.5)), button(`More of ${source}`, weigh(1.5)), button('Move up…', rule('', 'boost', { by: 1 })),
    button('Always include…', rule('keep ', 'keep')), button('Drop like this…', rule('no ', 'drop')));
}
function sentencePanel(story, { sentences }) {
  const wanted = sentences[app.sentence ?? 0], one = story.sentences.find(one => wanted && one.article === wanted.article && one.end === wanted.end);
  if (!one) return h('p.part.mute', 'No sentence of this story stands in the mail; it is one line.');
  const others = story.sentences.filter(other => !other.taken).sort((a, b) => a.rank - b.rank).slice(0, 3);
  const count = valueOf('summary.sentences') ?? (budget.every(key => valueOf(key) === null) ? 3 : 0);
  return [
    part('', h('p.big', one.text), h('p', h('strong.yes', 'Chosen. '), one.why.replace(/^Chosen: /, ''))),
    part('', h('dl.facts', one.facts.map(({ label, note, bar, value }) => [h('dt', label, ' ', h('small', note)), h('dd', bar !== null && h('meter', { value: bar, ariaLabel: label })), h('dd', value)]))),
    part('Why not another', others.length ? others.map(other => h('p', `“${other.text}”`, h('br'), h('small', `${other.source}. ${other.why}`))) : mute('There is no other sentence.'),
      count > 0 && others.length > 0 && button(`Try ${count + 1} sentences a story`, () => setKey('summary.sentences', count + 1))),
    articlePart(story, one, one.article)];
}
// The article as it was read, its chosen sentences marked; positions are bytes.
function articlePart(story, current, id) {
  const article = story.articles.find(one => one.id === id) || story.articles[0];
  if (!article) return null;
  const bytes = new TextEncoder().encode(article.text), text = (start, end) => new TextDecoder().decode(bytes.slice(start, end));
  const isShown = story.sentences.some(one => one.shown), marks = story.sentences.filter(one => isShown ? one.shown : one.taken);
  const body = [];
  let at = 0, count = 0;
  for (const one of marks.filter(one => one.article === article.id).sort((a, b) => a.start - b.start)) {
    if (one.start < at || one.end > bytes.length) continue;
    body.push(text(at, one.start), h('mark' + (one.start === current.start ? '.on' : ''), h('sup', String(marks.indexOf(one) + 1)), text(one.start, one.end)));
    at = one.end;
    count++;
  }
  const others = Object.fromEntries(story.articles.map(one => [one.id, one.source]));
  const own = part('In the article', story.articles.length > 1 && choices('Article', others, article.id, id => own.replaceWith(articlePart(story, current, id))),
    h('p', h('strong', article.title), ' ', link(article.url), h('br'), h('small', `${article.source} · ${date(article.published)} · ${many(count, 'sentence')} chosen`)),
    h('div.article', { lang: article.language || '' }, body, text(at), article.cut && ' …'));
  return own;
}
function differences() {
  const { in: come, out, forms, sentences, moved, same } = app.result.diff, lengths = { lead: 'lead story', full: 'in full', brief: 'one line' };
  const side = ({ kind, why }) => `${kind ? kinds[kind][0].toLowerCase() + ': ' : ''}${why || 'in no story'}`;
  const some = (title, list, look, kind, row) => list.length > 0 && part(`${title} · ${list.length}`, list.map(one => h('div.change.' + look, row(one), cause(kind, one))));
  const said = (look, sign, one) => h('div.' + look, { title: one.why || '' }, `${sign} ${one.text}`);
  return [
    some('Come in', come, 'come', 'in', one => [h('strong', '+ ' + one.headline), mute(prose(`Was ${side(one.was)}. Now ${lengths[one.now.form]}: ${one.now.why}.`))]),
    some('Go out', out, 'go', 'out', one => [h('strong', '− ' + one.headline), mute(prose(`Now ${side(one.now)}.`))]),
    some('Longer or shorter', forms, 'alter', 'forms', one => [h('strong', one.headline), mute(`${lengths[one.from]} → ${lengths[one.to]}`)]),
    some('Other sentences', sentences, 'alter', 'sentences', one => [h('strong', one.headline), one.removed.map(one => said('out', '−', one)), one.added.map(one => said('in', '+', one))]),
    part(`Same · ${stories(same)}`, mute(moved.length ? `${moved.length} stand at another place.` : 'At the same places.')),
    part('By these changes', app.changes.map(one => h('div.row', h('div', h('code', nameOf(one)), ' ',
      one.rule === undefined ? `${wordsOf(fileValue(one))} → ${wordsOf(one.unset ? null : one.value)}` : one.remove && 'taken out',
      idle(idOf(one)) && h('div.other', 'no effect: ', prose(idle(idOf(one))))), button('Undo', () => dropChange(idOf(one)), { ariaLabel: `Undo ${nameOf(one)}` }))))];
}
// The changes without which it would not be; each was tried.
function cause(kind, one) {
  if (!app.causes || app.changes.length < 2) return null;
  const names = app.causes.of[`${kind} ${one.headline}`]?.map(place => nameOf(app.causes.changes[place]));
  return mute(names ? prose(`Because of \`${names.join('` and `')}\`.`) : 'By more than one change, each by itself.');
}
