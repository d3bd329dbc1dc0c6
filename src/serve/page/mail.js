// The mail in its frame: its exact bytes, with buttons over the sentences laid in our own document.
'use strict';
let shownId = '', spots = [];

const parts = { html: 'Mail', txt: 'Text', md: 'Markdown', eml: 'Source' };
const widths = { desktop: 'Desktop', phone: 'Phone' };
const colours = { light: 'Light', dark: 'Dark', inverted: 'Inverted' };
const setLook = (name, value) => { app[name] = value; writeAddress(); showMail(); };
function setShowing(showing) {
  if (app.showing === showing || !app.changes.length) return;
  app.showing = showing;
  drawChanges();
  showMail();
}
function showMail() {
  const { result, part, colour, showing } = app, id = showing === 'before' ? result.before : result.id;
  const kb = Math.round(result.html_bytes / 1000), isEmpty = !result.stories.length && !result.counts.linked, isMail = part === 'html' && !isEmpty;
  const { eml, ...withoutMail } = parts;
  const tool = (label, options, name) => choices(label, options, app[name], value => setLook(name, value));
  put($('tools'), tool('Part', result.message ? parts : withoutMail, 'part'), tool('Width', widths, 'width'), tool('Colours', colours, 'colour'),
    h('small.wide', { dark: 'The mail’s own dark style.', inverted: 'As programs do that turn colours round.' }[colour] || ''));
  $('subject').textContent = result.subject;
  $('size').textContent = `${stories(result.stories.length)} · ${result.minutes} min · ${kb} of ${Math.round(result.max_bytes / 1000)} kB`;
  $('weight').max = result.max_bytes;
  $('weight').value = result.html_bytes;
  $('size-note').hidden = kb <= 95;
  $('empty').hidden = !isEmpty;
  if (isEmpty) drawEmpty();
  $('paper').hidden = !isMail;
  $('source').hidden = isMail || isEmpty;
  $('paper').className = app.width;
  $('stage').className = colour;
  if (isMail && shownId === id) fitMail();
  else if (isMail) loadMail(shownId = id);
  else if (!isEmpty) fetch(`${root}mail/${id}.${part === 'html' ? 'txt' : part}`).then(answer => answer.text()).then(text => { $('source').textContent = text; }, stopped);
}
// The new mail is loaded behind the old one and takes its scroll place, so nothing flickers.
function loadMail(id) {
  const top = $('stage').scrollTop, fresh = $('frame').cloneNode();
  for (const waiting of $('paper').querySelectorAll('.waiting')) waiting.remove();
  fresh.id = '';
  fresh.className = 'waiting';
  fresh.src = `${root}mail/${id}.html`;
  fresh.addEventListener('load', () => {
    if (!fresh.isConnected || !fresh.contentDocument?.body) return;
    $('frame').remove();
    fresh.id = 'frame';
    fresh.className = '';
    fitMail();
    $('stage').scrollTop = top;
    if (app.story && !top) reveal();
  });
  $('paper').prepend(fresh);
}
function fitMail() {
  const frame = $('frame'), page = frame.contentDocument;
  if (!page?.body || $('paper').hidden) return;
  colourMail(page);
  frame.style.height = '0';
  frame.style.height = `${page.documentElement.scrollHeight}px`;
  layOver(page);
}
// The mail's own dark style, on or off, whatever this screen prefers.
const darkRules = new WeakSet();
function colourMail(page) {
  const isDark = app.colour === 'dark';
  for (const sheet of page.styleSheets) for (const rule of sheet.cssRules) {
    if (/prefers-color-scheme:\s*dark/.test(rule.conditionText)) darkRules.add(rule);
    if (darkRules.has(rule)) rule.media.mediaText = isDark ? 'all' : 'not all';
  }
  page.documentElement.style.colorScheme = isDark ? 'dark' : 'light';
}

// The page's text without its small numbers, with the node of each sign; white space is one blank.
function textOf(page) {
  const isText = node => node.parentElement.closest('sup,style,script') ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT;
  const walk = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT, isText), places = [];
  let text = '';
  while (walk.nextNode()) for (let node = walk.currentNode, place = 0; place < node.data.length; place++) {
    const sign = node.data[place].replace(/\s/, ' ');
    if (sign === ' ' && text.endsWith(' ')) continue;
    text += sign;
    places.push([node, place]);
  }
  return { text, places };
}
const flat = text => text.replace(/\s+/g, ' ').trim();
function rangeOf(page, places, start, length) {
  const range = page.createRange(), [last, end] = places[start + length - 1];
  range.setStart(...places[start]);
  range.setEnd(last, end + 1);
  return range;
}
// Stories and sentences that differ from the edition before.
function altered() {
  const { in: come, forms, sentences } = app.result.diff;
  if (app.showing === 'before') return { stories: new Set(), texts: new Set() };
  return { stories: new Set(come.concat(forms, sentences).map(one => one.story)), texts: new Set(sentences.flatMap(one => one.added).map(one => one.text)) };
}
function layOver(page) {
  const { text, places } = textOf(page), changed = altered(), nodes = [];
  spots = [];
  const lay = (box, given, act, spot) => {
    const node = button('', act, { tabIndex: -1, ...given });
    Object.assign(node.style, Object.fromEntries(Object.entries(box).map(([side, length]) => [side, `${length}px`])));
    nodes.push(node);
    if (spot) spots.push({ node, ...spot });
    return node;
  };
  for (const { id, n, headline, score, sentences } of app.result.stories) {
    const found = sentences.map(one => text.indexOf(flat(one.text))), title = flat(headline), first = found.find(place => place >= 0);
    const near = first === undefined ? -1 : text.lastIndexOf(title, first), place = near >= 0 ? near : text.indexOf(title);
    if (place >= 0 && title) {
      const { top } = rangeOf(page, places, place, title.length).getBoundingClientRect(), isChanged = changed.stories.has(id);
      const name = `${n} ${number(score)}, place and score of ${headline}${isChanged ? ', changed' : ''}`;
      lay({ top: top - 2 }, { class: `n ${app.story === id && app.sentence === null ? 'on' : ''} ${isChanged ? 'changed' : ''}`, ariaLabel: name }, () => choose(id, null), { story: id, n: null, top })
        .append(`${n} `, h('small', number(score)));
    }
    sentences.forEach((one, place) => {
      if (found[place] < 0) return;
      const look = `s ${app.story === id && app.sentence === place ? 'on' : ''} ${changed.texts.has(one.text) ? 'new' : ''}`;
      linesOf(rangeOf(page, places, found[place], flat(one.text).length)).forEach(({ left, right, top, bottom }, line) => {
        const given = line ? { ariaHidden: 'true' } : { ariaLabel: `Sentence ${place + 1} of story ${n}: ${one.text}` };
        lay({ left: left - 2, top: top - 1, width: right - left + 4, height: bottom - top + 2 }, { class: look, ...given }, () => choose(id, place), line ? null : { story: id, n: place, top });
      });
    });
  }
  spots.sort((a, b) => a.top - b.top);
  put($('overlay'), nodes);
  const on = spots.find(isChosen) || spots[0];
  if (on) on.node.tabIndex = 0;
}
// One box a line of text.
function linesOf(range) {
  const rows = [];
  for (const { left, right, top, bottom } of [...range.getClientRects()].filter(box => box.width > 1)) {
    const row = rows.find(row => top < row.bottom - 3 && bottom > row.top + 3);
    if (row) Object.assign(row, { left: Math.min(row.left, left), right: Math.max(row.right, right), top: Math.min(row.top, top), bottom: Math.max(row.bottom, bottom) });
    else rows.push({ left, right, top, bottom });
  }
  return rows;
}
const isChosen = spot => spot.story === app.story && spot.n === app.sentence;
function choose(story, sentence, focus) {
  Object.assign(app, { story, sentence, panel: sentence === null ? 'story' : 'sentence' });
  openSheet('right');
  writeAddress();
  fitMail();
  drawRight();
  reveal(focus);
}
function reveal(focus) {
  const spot = spots.find(isChosen), stage = $('stage');
  if (!spot) return;
  const top = spot.node.offsetTop, sheet = $('right').getBoundingClientRect();
  const seen = innerWidth < 720 && sheet.height ? sheet.top - stage.getBoundingClientRect().top : stage.clientHeight;
  if (top < stage.scrollTop + 10 || top > stage.scrollTop + seen - 80) stage.scrollTop = Math.max(0, top - seen / 3);
  if (focus) spot.node.focus({ preventScroll: true });
}
// Steps through stories (whole) or through sentences.
function step(by, whole) {
  const list = spots.filter(spot => (spot.n === null) === whole);
  let place = list.findIndex(isChosen);
  if (place < 0 && app.story) { place = list.findIndex(spot => spot.story === app.story); if (!whole && by > 0) place--; }
  const next = list[Math.min(list.length - 1, Math.max(0, place + by))];
  if (next) choose(next.story, next.n, true);
}
function drawEmpty() {
  const { since, counts } = app.result, last = app.state.days.find(day => day.kind === 'sent'), isNext = app.day === 'next';
  const time = since && new Date(since).toLocaleString('en-GB', { weekday: 'long', day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit' });
  put($('empty'), h('h2', time ? `Nothing new since ${time}` : 'Nothing was read yet'),
    mute(counts.seen ? `${many(counts.seen, 'entry', 'entries')} came and all of them were left out.` : 'No source has brought an entry.'),
    isNext && last && button(`Replay ${last.label}`, () => setDay(last.id)), ' ', isNext && button('Ask all sources again', askAll));
}
const askAll = () => { say('Asking all sources…'); api('gather', {}).catch(problem => say(problem.title)); };
