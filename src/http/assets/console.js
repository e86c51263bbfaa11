// Draws the bars, and renews the figures of editions that are being sent. Without scripts the page reloads.
const all = [...document.querySelectorAll('[data-edition]')];
for (const edition of all) draw(edition);
// those sent or cancelled no longer change
const live = all.filter((edition) => !edition.querySelector('.state.sent, .state.cancelled'));
if (live.length > 0) setTimeout(renew, 1500);

function draw(edition) {
  for (const part of edition.querySelectorAll('[data-part]'))
    part.style.setProperty('--share', `${part.dataset.share}%`);
}

async function renew() {
  try {
    const ids = live.map((edition) => edition.dataset.edition);
    const answer = await fetch(new URL(`../console/counts?ids=${ids.join(',')}`, import.meta.url));
    // signed out, or the service restarts: the page is still readable, a later try may do
    if (answer.ok && !answer.redirected) (await answer.json()).forEach(show);
  } finally {
    setTimeout(renew, 2000);
  }
}

function show({ id, state, stateText, reason, numbers, ledger, parts }) {
  const edition = document.querySelector(`[data-edition="${CSS.escape(id)}"]`);
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
  // other buttons fit another state
  if (before !== state && edition.matches('article')) location.reload();
}
