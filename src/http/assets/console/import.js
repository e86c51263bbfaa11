// Renews how far an import is, until it has ended. Without scripts the page reloads.
const EVERY_MS = 2_000;

setTimeout(renew, EVERY_MS);

async function renew() {
  try {
    const answer = await fetch(location.href);
    // signed out meanwhile: the reload leads to the way in
    if (answer.redirected) return location.reload();
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const now = page.querySelector('[data-import]');
    if (answer.ok && now) {
      // what was left out is told once it has ended
      if (now.dataset.import !== 'running') return location.reload();
      document.querySelector('[data-import]').replaceWith(document.adoptNode(now));
    }
  } catch {
    // the network is away, or the service restarts: the next time may do
  }
  setTimeout(renew, EVERY_MS);
}
