// Makes the editor's window quicker to use. It is one form that works without this: what moves a story
// is done here at once, everything else is posted and its answer put in the place of the page.
const words = JSON.parse(document.querySelector('[data-editor]').dataset.words);
const said = document.body.appendChild(document.createElement('p'));
said.className = 'unseen';
said.setAttribute('role', 'status');
let form;
let clean = '';
let leaving = false;
let busy = false;

function begin() {
  form = document.getElementById('editor');
  document.querySelector('[data-editor]').classList.add('scripted');
  refresh();
  form.addEventListener('submit', submitted);
  form.addEventListener('click', clicked);
  form.addEventListener('keydown', pressed);
  form.addEventListener('input', typed);
  form.addEventListener('change', chosen);
  form.addEventListener('focusin', entered);
  form.addEventListener('focusout', left);
  form.addEventListener('pointerdown', grabbed);
  for (const frame of frames()) frame.addEventListener('load', () => fillFrame(frame));
  if (form.dataset.dirty === 'true') follow();
}

function refresh() {
  clean = form.dataset.dirty === 'true' ? '' : contentOf();
  for (const list of form.querySelectorAll('.rows')) limits(list);
  for (const field of form.querySelectorAll('[data-length]')) lengthOf(field);
  mark();
}

addEventListener('beforeunload', (event) => {
  if (!leaving && isDirty()) event.preventDefault();
});
addEventListener('keydown', (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key !== 's') return;
  event.preventDefault();
  form.requestSubmit(form.querySelector('[value="save"]'));
});
document.addEventListener('click', (event) => {
  if (event.target.closest('[data-revert]')) leaving = true;
});

function contentOf() {
  const data = new FormData(form);
  for (const name of [
    'base',
    'opened',
    'search',
    'to',
    'look-language',
    'look-sections',
    'look-format',
  ])
    data.delete(name);
  for (const field of form.querySelectorAll('[data-own]'))
    if (field.value.trim() === field.dataset.own) data.set(field.name, '');
  return new URLSearchParams(data).toString();
}
const isDirty = () => contentOf() !== clean;

function mark() {
  const place = form.querySelector('[data-saved]');
  const state = isDirty() ? 'unsaved' : 'saved';
  place.dataset.state = state;
  place.textContent = words[state];
}

function say(text) {
  said.textContent = '';
  setTimeout(() => {
    said.textContent = text;
  }, 50);
}

// Posting without leaving the page: focus and place stay, and a service that is away loses nothing.
async function submitted(event) {
  event.preventDefault();
  if (busy) return;
  busy = true;
  const button = event.submitter;
  const before = new Map(written().map(({ id, value }) => [id, value]));
  const place = form.querySelector('[data-saved]');
  place.textContent = words.saving;
  const focused = document.activeElement?.id;
  const body = new URLSearchParams(new FormData(form, button));
  const address = (button?.getAttribute('formaction') ?? form.action).split('#')[0];
  try {
    const answer = await fetch(address, { method: 'POST', body });
    if (new URL(answer.url).pathname.endsWith('/sign-in')) return failed(words.session);
    if (answer.status === 403) return failed(words.role);
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const main = page.querySelector('main:has([data-editor])');
    if (!main) {
      // another page is the answer: the edition is over, or the service says why it cannot
      if (!answer.redirected) return failed(words.network);
      leaving = true;
      location.assign(answer.url);
      return;
    }
    const since = written().filter(({ id, value }) => before.get(id) !== value);
    put(main, focused, button);
    // what was written while the answer was on its way
    for (const { id, value } of since) {
      const field = document.getElementById(id);
      if (field) field.value = value;
    }
    mark();
  } catch {
    failed(words.network);
  } finally {
    busy = false;
  }
}

const written = () => [...form.querySelectorAll('input[id], textarea[id]')];

function failed(text) {
  mark();
  let message = document.querySelector('main > .message');
  if (!message) {
    message = document.createElement('p');
    document.querySelector('main').prepend(message);
  }
  message.className = 'message bad';
  message.textContent = text;
  message.scrollIntoView({ block: 'center' });
  say(text);
}

function put(main, focused, button) {
  const open = [...form.querySelectorAll('details[open] > summary[id], details[open][id]')].map(
    ({ id }) => id,
  );
  const [x, y] = [scrollX, scrollY];
  const verb = button?.value ?? '';
  replace(document.querySelector('main'), main, '[data-editor]');
  replace(document.querySelector('[data-editor]'), main.querySelector('[data-editor]'), '#editor');
  const answered = main.querySelector('#editor');
  form.dataset.dirty = answered.dataset.dirty;
  replace(document.getElementById('looks'), answered.querySelector('#looks'), '.frames');
  replace(form, answered, '#looks, .beside-list');
  follow();
  for (const id of open) document.getElementById(id)?.closest('details')?.setAttribute('open', '');
  refresh();
  scrollTo(x, y);
  const conflict = document.querySelector('.conflict');
  const message = document.querySelector('main > .message');
  const wrong = form.querySelector('[aria-invalid="true"]');
  const [, id] = verb.split(':');
  const next =
    document.getElementById(focused) ??
    document.getElementById(`handle-${id}`) ??
    document.getElementById(`restore-${id}`) ??
    form.querySelector('[value="save"]');
  if (conflict) {
    conflict.tabIndex = -1;
    conflict.focus();
  } else if (wrong && !message?.classList.contains('good')) {
    wrong.closest('details')?.setAttribute('open', '');
    wrong.focus();
  } else next.focus({ preventScroll: document.getElementById(focused) !== null });
  if (message) say(message.textContent);
  if (conflict) conflict.scrollIntoView();
  else if (message && verb !== 'look') message.scrollIntoView({ block: 'nearest' });
}

/** Puts what is in `to` into `from`, around the children that stay: frames would load again if they moved. */
function replace(from, to, kept) {
  const stays = [...from.children].filter((child) => child.matches(kept));
  for (const child of [...from.childNodes]) if (!stays.includes(child)) child.remove();
  for (const child of [...to.childNodes]) {
    if (child.nodeType === Node.ELEMENT_NODE && child.matches(kept)) stays.shift();
    else if (stays[0]) stays[0].before(child);
    else from.append(child);
  }
}

// Moving stories.
function clicked(event) {
  const button = event.target.closest('button[name="do"]');
  const [verb] = button?.value.split(':') ?? [];
  if (verb !== 'up' && verb !== 'down') return;
  event.preventDefault();
  step(button.closest('.row'), verb);
  button.focus();
}

function pressed(event) {
  const row = event.target.closest('.row');
  const up = event.key === 'ArrowUp';
  if (event.key === 'Enter' && event.target.matches('#to, #search')) {
    event.preventDefault();
    form.requestSubmit(document.getElementById(event.target.id === 'to' ? 'send-test' : 'find'));
    return;
  }
  if (!row || (!up && event.key !== 'ArrowDown')) return;
  if (!event.target.matches('.handle') && !event.altKey) return;
  event.preventDefault();
  step(row, up ? 'up' : 'down');
  event.target.focus();
}

function step(row, verb) {
  const other = verb === 'up' ? row.previousElementSibling : row.nextElementSibling;
  if (other && isPinned(other) === isPinned(row)) {
    if (verb === 'up') other.before(row);
    else other.after(row);
  }
  afterMove(row);
}

const isPinned = (row) => row.classList.contains('is-pinned');

/** After a move: pinned stories stand first, the section is the list's, and it is told where it stands. */
function afterMove(row) {
  const list = row.parentElement;
  const rows = [...list.children];
  list.append(...rows.filter(isPinned), ...rows.filter((one) => !isPinned(one)));
  const select = row.querySelector('[name^="section-"]');
  if (select) select.value = list.dataset.section;
  for (const each of form.querySelectorAll('.rows')) limits(each);
  follow();
  row.scrollIntoView({ block: 'nearest' });
  mark();
  const place = [...list.children].indexOf(row) + 1;
  const values = {
    title: row.dataset.title,
    place,
    count: list.children.length,
    section: document.getElementById(list.getAttribute('aria-labelledby')).textContent,
  };
  say(words.moved.replaceAll(/\{(\w+)\}/g, (_, name) => values[name]));
}

function limits(list) {
  for (const row of list.children) {
    const ends = { up: row.previousElementSibling, down: row.nextElementSibling };
    for (const [verb, other] of Object.entries(ends)) {
      const button = row.querySelector(`[value^="${verb}:"]`);
      // not `disabled`: that would take the focus away from somebody who goes on pressing
      button.setAttribute('aria-disabled', String(!other || isPinned(other) !== isPinned(row)));
    }
  }
}

function grabbed(event) {
  const handle = event.target.closest('.handle');
  if (!handle || event.button !== 0) return;
  const row = handle.closest('.row');
  const home = { list: row.parentElement, next: row.nextElementSibling };
  let edge = 0;
  let timer;
  const roll = () => {
    scrollBy(0, edge);
    timer = requestAnimationFrame(roll);
  };
  const move = ({ clientX, clientY }) => {
    row.classList.add('dragged');
    edge = clientY < 90 ? -8 : clientY > innerHeight - 60 ? 8 : 0;
    const under = document.elementFromPoint(clientX, clientY);
    const target = under?.closest('.row');
    const list = under?.closest('.rows') ?? listNear(clientY);
    if (target && target !== row) {
      const { top, height } = target.getBoundingClientRect();
      if (clientY < top + height / 2) target.before(row);
      else target.after(row);
    } else if (list && !target && list !== row.parentElement) list.append(row);
  };
  const end = (last) => {
    cancelAnimationFrame(timer);
    removeEventListener('pointermove', move);
    for (const name of ['pointerup', 'pointercancel']) removeEventListener(name, end);
    removeEventListener('keydown', escape);
    row.classList.remove('dragged');
    if (last.type === 'pointercancel' || last.type === 'keydown')
      home.list.insertBefore(row, home.next);
    afterMove(row);
    handle.focus();
  };
  const escape = (key) => {
    if (key.key === 'Escape') end(key);
  };
  event.preventDefault();
  // on the window: a handle that is moved in the page loses what it had captured
  addEventListener('pointermove', move);
  for (const name of ['pointerup', 'pointercancel']) addEventListener(name, end);
  addEventListener('keydown', escape);
  timer = requestAnimationFrame(roll);
}

/** The empty list beside which a story is held. */
function listNear(y) {
  return [...form.querySelectorAll('.rows')].find((list) => {
    const { top, bottom } = list.getBoundingClientRect();
    return list.children.length === 0 && y > top - 24 && y < bottom + 32;
  });
}

// Writing.
let waiting;
function typed({ target }) {
  mark();
  if (target.closest('.columns') && target.name !== 'search') follow();
  const length = form.querySelector(`[data-length="${target.name}"]`);
  if (length) lengthOf(length);
  if (target.name === 'time') document.getElementById('when-time').checked = true;
  if (target.name !== 'introduction') return;
  clearTimeout(waiting);
  waiting = setTimeout(introduce, 250);
}

function lengthOf(output) {
  const name = output.dataset.length;
  const field = form.elements[name];
  const text = field.value.trim() || field.dataset.derived;
  const count = [...new Intl.Segmenter().segment(text)].length;
  output.firstElementChild.textContent = count === 1 ? words.one : words.many.replace('2', count);
  output.classList.toggle('long', count > Number(output.dataset.shown));
  form.querySelector(`[data-inbox="${name}"]`).textContent = text;
}

async function introduce() {
  const place = form.querySelector('[data-introduction]');
  const body = new URLSearchParams({ introduction: form.elements.introduction.value });
  try {
    const answer = await fetch(place.dataset.introduction, { method: 'POST', body });
    if (!answer.ok || answer.redirected) return;
    // escaped by the server, which obeys no markup but Markdown's
    place.innerHTML = await answer.text();
    if (place.innerHTML === '') place.textContent = words.empty;
  } catch {
    // the next letter asks again
  }
}

// An empty headline is the article's: who goes in to change it finds it there.
function entered({ target }) {
  if (target.dataset.own !== undefined) turnTo(target.closest('.version'));
  if (target.dataset.own && target.value === '') target.value = target.dataset.own;
}
function left({ target }) {
  if (target.dataset.own === undefined || target.value.trim() !== target.dataset.own) return;
  target.value = '';
  mark();
}

function chosen({ target }) {
  if (target.name.startsWith('section-')) {
    const row = target.closest('.row');
    const list = form.querySelector(`.rows[data-section="${CSS.escape(target.value)}"]`);
    list.append(row);
    afterMove(row);
    target.focus();
  }
  if (target.name.startsWith('look-')) follow();
}

// Looking: the previews follow what is written, one question at a time, and the last one counts.
const PAUSE = 350;
let asking = false;
let askAgain = false;
let pause;
let looks;
const frames = () => form.querySelectorAll('[data-colours]');

function follow() {
  clearTimeout(pause);
  pause = setTimeout(ask, PAUSE);
}

async function ask() {
  askAgain = asking;
  if (asking) return;
  asking = true;
  try {
    do {
      askAgain = false;
      const body = new URLSearchParams(new FormData(form));
      const { look: address } = form.querySelector('[data-look]').dataset;
      const answer = await fetch(address, { method: 'POST', body });
      // signed out, or sent meanwhile: saving says so
      if (!answer.ok || answer.redirected) return;
      const last = await answer.json();
      if (askAgain) continue;
      looks = last;
      for (const frame of frames()) fillFrame(frame);
      derive(last);
    } while (askAgain);
  } catch {
    // the next letter asks again
  } finally {
    asking = false;
  }
}

/** Writes a look into its frame, whose own policy holds for it; the place that was scrolled to stays. */
function fillFrame(frame) {
  const page = frame.contentDocument;
  const look = looks?.[frame.dataset.colours];
  // a frame that has not loaded yet is written to when it has
  if (!look || !page || page.URL === 'about:blank' || page.readyState === 'loading') return;
  if (frame.dataset.colours === 'text') {
    (page.querySelector('pre') ?? page.body).textContent = look;
    return;
  }
  const { scrollX: x, scrollY: y } = frame.contentWindow;
  // its language and direction, which the rest does not carry
  const [, attributes = ''] = /<html([^>]*)>/i.exec(look) ?? [];
  for (const [, name, value] of attributes.matchAll(/([\w:-]+)="([^"]*)"/g))
    page.documentElement.setAttribute(name, value);
  page.documentElement.innerHTML = look;
  frame.contentWindow.scrollTo(x, y);
}

/** Turns the preview beside the list to the article that is being worded. */
function turnTo(version) {
  const { href } = version.querySelector('a[href]');
  const { contentDocument: page, contentWindow: view } = form.querySelector('.beside-list iframe');
  const link = [...(page?.links ?? [])].find((one) => one.href.startsWith(href));
  if (link) view.scrollTo(0, view.scrollY + link.getBoundingClientRect().top - 60);
}

/** What stands for a subject and preheader left empty follows the list, too. */
function derive(words) {
  for (const output of form.querySelectorAll('[data-length]')) {
    const field = form.elements[output.dataset.length];
    field.placeholder = words[output.dataset.length];
    field.dataset.derived = words[output.dataset.length];
    lengthOf(output);
  }
}

begin();
