// The mail in its frame: its exact bytes, with buttons over the sentences laid in our own document.
'use strict';
let shownId = '', spots = [];

function showMail() {
  const { result } = app;
  const id = app.showing === 'before' ? result.before : result.id;
  $('subject').textContent = result.subject;
  const kb = Math.round(result.html_bytes / 1000), most = Math.round(result.max_bytes / 1000);
  $('size').textContent = `${many(result.stories.length, 'story', 'stories')} · ${result.minutes} min · ${kb} of ${most} kB`;
  $('weight').max = result.max_bytes;
  $('weight').value = result.html_bytes;
  $('size-note').hidden = kb <= 95;
  $('size-note').textContent = 'Gmail would cut this mail: it clips near 102 kB.';
  const nothing = !result.stories.length && !result.counts.linked;
  $('empty').hidden = !nothing;
  if (nothing) drawEmpty();
  for (const one of document.querySelectorAll('[data-part]')) one.setAttribute('aria-pressed', one.dataset.part === app.part);
  for (const one of document.querySelectorAll('[data-width]')) one.setAttribute('aria-pressed', one.dataset.width === app.width);
  for (const one of document.querySelectorAll('[data-colour]')) one.setAttribute('aria-pressed', one.dataset.colour === app.colour);
  document.querySelector('[data-part=eml]').hidden = !result.message;
  const isMail = app.part === 'html' && !nothing;
  $('paper').hidden = !isMail;
  $('source').hidden = isMail || nothing;
  $('paper').classList.toggle('phone', app.width === 'phone');
  $('stage').className = 'stage ' + app.colour;
  if (!isMail) {
    const part = app.part === 'html' ? 'txt' : app.part;
    if (!nothing) fetch(`${root}mail/${id}.${part}`).then(answer => answer.text()).then(text => { $('source').textContent = text; }).catch(stopped);
  } else if (shownId !== id) {
    shownId = id;
    loadMail(`${root}mail/${id}.html`);
  } else { fitMail(); }
}
// The new mail is loaded behind the old one and takes its scroll place, so nothing flickers.
function loadMail(address) {
  const old = $('frame'), top = $('stage').scrollTop;
  const fresh = el('iframe', { title: 'The mail', sandbox: 'allow-same-origin', tabindex: '-1' });
  fresh.addEventListener('load', () => {
    if (fresh.dataset.dead) return;
    if (!fresh.contentDocument?.body) return;
    old.remove();
    fresh.id = 'frame';
    fresh.style.position = '';
    fresh.style.visibility = '';
    fitMail();
    $('stage').scrollTop = top;
    if (app.story && !top) reveal();
  });
  for (const waiting of $('paper').querySelectorAll('iframe:not(#frame)')) { waiting.dataset.dead = '1'; waiting.remove(); }
  fresh.style.position = 'absolute';
  fresh.style.visibility = 'hidden';
  fresh.src = address;
  old.after(fresh);
}
function fitMail() {
  const frame = $('frame'), page = frame.contentDocument;
  if (!page?.body) return;
  colourMail(page);
  frame.style.height = '0';
  frame.style.height = `${page.documentElement.scrollHeight}px`;
  layOver(page);
}
// The mail's own dark style, on or off, whatever this screen prefers.
function colourMail(page) {
  for (const sheet of page.styleSheets) for (const rule of sheet.cssRules) {
    if (!(rule.media && /prefers-color-scheme:\s*dark/.test(rule.conditionText || '') || marked.has(rule))) continue;
    marked.add(rule);
    rule.media.mediaText = app.colour === 'dark' ? 'all' : 'not all';
  }
  page.documentElement.style.colorScheme = app.colour === 'dark' ? 'dark' : 'light';
}
const marked = new WeakSet();

// The page's text without its small numbers, with the node of each sign; white space is one blank.
function textOf(page) {
  const walk = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT, node => node.parentElement.closest('sup,style,script') ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
  let text = '';
  const nodes = [], offsets = [];
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    for (let place = 0; place < node.data.length; place++) {
      const blank = /\s/.test(node.data[place]);
      if (blank && text.endsWith(' ')) continue;
      text += blank ? ' ' : node.data[place];
      nodes.push(node);
      offsets.push(place);
    }
  }
  return { text, nodes, offsets };
}
const flat = text => text.replace(/\s+/g, ' ').trim();
function rangeOf(page, { nodes, offsets }, start, length) {
  const range = page.createRange();
  range.setStart(nodes[start], offsets[start]);
  range.setEnd(nodes[start + length - 1], offsets[start + length - 1] + 1);
  return range;
}
function layOver(page) {
  const index = textOf(page), over = [], numbers = [];
  const fresh = new Set(), altered = new Set();
  if (app.showing === 'after') {
    for (const one of app.result.diff.sentences) { altered.add(one.story); for (const sentence of one.added) fresh.add(sentence.text); }
    for (const one of app.result.diff.in.concat(app.result.diff.forms)) altered.add(one.story);
  }
  spots = [];
  for (const story of app.result.stories) {
    const found = story.sentences.map(sentence => index.text.indexOf(flat(sentence.text)));
    const first = found.find(place => place >= 0);
    const head = flat(story.headline);
    let place = first === undefined ? index.text.lastIndexOf(head) : index.text.lastIndexOf(head, first);
    if (place < 0) place = index.text.indexOf(head);
    if (place >= 0 && head) {
      const box = rangeOf(page, index, place, head.length).getBoundingClientRect();
      const node = button([String(story.n), ' ', el('small', {}, score(story.score))], () => chooseStory(story.id), { class: 'n' + (app.story === story.id && app.sentence === null ? ' on' : '') + (altered.has(story.id) ? ' changed' : ''), 'aria-label': `${story.n} ${score(story.score)}, place and score of ${story.headline}${altered.has(story.id) ? ', changed' : ''}`, tabindex: '-1' });
      node.style.top = `${box.top - 2}px`;
      numbers.push(node);
      spots.push({ node, story: story.id, n: null, top: box.top });
    }
    story.sentences.forEach((sentence, n) => {
      if (found[n] < 0) return;
      const boxes = [...rangeOf(page, index, found[n], flat(sentence.text).length).getClientRects()].filter(box => box.width > 1);
      lines(boxes).forEach((box, line) => {
        const isOn = app.story === story.id && app.sentence === n;
        const node = button('', () => chooseSentence(story.id, n), { class: 's' + (isOn ? ' on' : '') + (fresh.has(sentence.text) ? ' new' : ''), tabindex: '-1' });
        if (line) node.setAttribute('aria-hidden', 'true');
        else node.setAttribute('aria-label', `Sentence ${n + 1} of story ${story.n}: ${sentence.text}`);
        Object.assign(node.style, { left: `${box.left - 2}px`, top: `${box.top - 1}px`, width: `${box.right - box.left + 4}px`, height: `${box.bottom - box.top + 2}px` });
        over.push(node);
        if (!line) spots.push({ node, story: story.id, n, top: box.top });
      });
    });
  }
  spots.sort((a, b) => a.top - b.top);
  put($('overlay'), numbers, over);
  const on = spots.find(isChosen) || spots[0];
  if (on) on.node.tabIndex = 0;
}
// One box a line of text.
function lines(boxes) {
  const rows = [];
  for (const box of boxes) {
    const row = rows.find(row => box.top < row.bottom - 3 && box.bottom > row.top + 3);
    if (row) { row.left = Math.min(row.left, box.left); row.right = Math.max(row.right, box.right); row.top = Math.min(row.top, box.top); row.bottom = Math.max(row.bottom, box.bottom); } else rows.push({ left: box.left, right: box.right, top: box.top, bottom: box.bottom });
  }
  return rows;
}
const isChosen = spot => spot.story === app.story && spot.n === app.sentence;
function chooseStory(story, focus) { choose(story, null, 'story', focus); }
function chooseSentence(story, n, focus) { choose(story, n, 'sentence', focus); }
function choose(story, n, panel, focus) {
  app.story = story;
  app.sentence = n;
  app.panel = panel;
  document.body.classList.remove('tuning', 'sheet-left');
  document.body.classList.add('sheet-right');
  writeAddress();
  markChosen();
  drawRight();
  reveal(focus);
}
function markChosen() { const page = $('frame').contentDocument; if (page?.body && !$('paper').hidden) layOver(page); }
function reveal(focus) {
  const spot = spots.find(isChosen);
  if (!spot) return;
  const stage = $('stage'), top = spot.node.offsetTop, sheet = innerWidth < 720 && $('right').getBoundingClientRect();
  const seen = sheet && sheet.height ? sheet.top - stage.getBoundingClientRect().top : stage.clientHeight;
  if (top < stage.scrollTop + 10 || top > stage.scrollTop + seen - 80) stage.scrollTop = Math.max(0, top - seen / 3);
  if (focus) spot.node.focus({ preventScroll: true });
}
// Steps through stories (whole) or through sentences.
function step(by, whole) {
  const list = spots.filter(spot => whole ? spot.n === null : spot.n !== null);
  if (!list.length) return;
  let place = list.findIndex(isChosen);
  if (place < 0 && app.story) { const near = list.findIndex(spot => spot.story === app.story); place = near < 0 ? -1 : whole || by < 0 ? near : near - 1; }
  const next = list[Math.min(list.length - 1, Math.max(0, place + by))];
  choose(next.story, next.n, next.n === null ? 'story' : 'sentence', true);
}
function drawEmpty() {
  const { result, state } = app;
  const since = result.since ? new Date(result.since).toLocaleString('en-GB', { weekday: 'long', day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit' }) : null;
  const last = state.days.find(day => day.kind === 'sent');
  put($('empty'), el('h2', {}, since ? `Nothing new since ${since}` : 'Nothing was read yet'),
    el('p', { class: 'mute' }, result.counts.seen ? `${many(result.counts.seen, 'entry', 'entries')} came and all of them were left out.` : 'No source has brought an entry.'),
    el('p', { class: 'buttons' }, last && app.day === 'next' ? button(`Replay ${last.label}`, () => setDay(last.id)) : null, app.day === 'next' ? button('Ask all sources again', askAll) : null));
}
async function askAll() { say('Asking all sources…'); try { await api('gather', {}); } catch (problem) { say(problem.title); } }
