// Draws the bars, and renews the figures of editions that move. Without scripts the page reloads.
const all = [...document.querySelectorAll('[data-edition]')];
for (const edition of all) draw(edition);
// those sent or cancelled no longer change
const live = all.filter((edition) => !edition.querySelector('.state.sent, .state.cancelled'));
const everything = document.querySelector('[data-sending]');
let stream;
let again;
if (live.length > 0 || everything) {
  // browsers open few connections to one place: a page that nobody sees follows nothing
  document.addEventListener('visibilitychange', follow);
  follow();
}

function draw(edition) {
  for (const part of edition.querySelectorAll('[data-part]'))
    part.style.setProperty('--share', `${part.dataset.share}%`);
}

function follow() {
  clearTimeout(again);
  if (document.hidden) {
    stream?.close();
    stream = undefined;
    return;
  }
  if (stream && stream.readyState !== EventSource.CLOSED) return;
  stream = new EventSource(new URL('../console/live', import.meta.url));
  stream.addEventListener('editions', ({ data }) => JSON.parse(data).forEach(show));
  stream.addEventListener('relays', ({ data }) => showRelays(JSON.parse(data)));
  stream.addEventListener('error', () => {
    // It comes again by itself but where it was refused: signed out, or a proxy says that the service restarts. The
    // page is still readable, and a later try may do.
    if (stream?.readyState === EventSource.CLOSED) again = setTimeout(follow, 10_000);
  });
}

function show(figures) {
  const { id, state, stateText, reason, numbers, ledger, parts } = figures;
  const edition = document.querySelector(`[data-edition="${CSS.escape(id)}"]`);
  // Today shows all that is being sent, also what has just begun
  const moves = state === 'sending' || state === 'paused';
  if (everything && moves !== Boolean(edition?.closest('[data-sending]'))) return location.reload();
  // the editor's window puts another page in the place of this one
  if (!edition) return;
  const badge = edition.querySelector('[data-state]');
  const before = badge.classList[1];
  for (const field of edition.querySelectorAll('[data-count]')) {
    field.textContent = numbers[field.dataset.count];
    field.parentElement.classList.toggle('none', ledger[field.dataset.count] === 0);
  }
  for (const { state: name, share } of parts) {
    const part = edition.querySelector(`[data-part="${name}"]`);
    if (part) part.dataset.share = share;
  }
  draw(edition);
  badge.className = `state ${state}`;
  badge.textContent = stateText;
  const words = edition.querySelector('[data-reason]');
  if (words) {
    words.textContent = reason ?? '';
    words.hidden = !reason;
  }
  // how fast, how long, and the groups of receivers, where the page has a place for them
  for (const name of ['rate', 'left', 'later']) {
    const field = edition.querySelector(`[data-${name}]`);
    if (!field) continue;
    field.textContent = figures[name];
    field.hidden = figures[name] === '';
  }
  fill(edition.querySelector('[data-groups]'), figures.groups, [
    'name',
    'done',
    'of',
    'rate',
    'left',
  ]);
  // other buttons fit another state
  if (before !== state && edition.matches('article')) location.reload();
}

function showRelays(relays) {
  fill(document.querySelector('[data-relays]'), relays, ['name', 'rate', 'words']);
}

// one row for each, its first cell the row's head
function fill(body, rows, fields) {
  if (!body) return;
  body.closest('.scroll').hidden = rows.length === 0;
  body.replaceChildren(
    ...rows.map((row) => {
      const line = document.createElement('tr');
      line.append(
        ...fields.map((field, index) => {
          const cell = document.createElement(index === 0 ? 'th' : 'td');
          if (index === 0) cell.scope = 'row';
          cell.textContent = row[field];
          return cell;
        }),
      );
      return line;
    }),
  );
}
