// Optional: the page works without this file. Its form is that of sign-up.js.
import './sign-up.js';

const address = document.querySelector('#address');
const share = document.querySelector('[data-share]');
if (share && navigator.share) {
  share.hidden = false;
  share.addEventListener('click', () => {
    const { title } = document;
    // closed without a choice, or refused: there is nothing to say
    navigator.share({ title, url: address.value }).catch(() => {});
  });
}

const copy = document.querySelector('[data-copy]');
// only where the page is served by https
if (copy && navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener('click', async () => {
    address.select();
    try {
      await navigator.clipboard.writeText(address.value);
      document.querySelector('[data-copied]').textContent = copy.dataset.copy;
    } catch {
      // refused: the address is selected, to be copied by hand
    }
  });
}
