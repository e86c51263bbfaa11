// Optional: the page works without this file. Its form is that of sign-up.js.
import './sign-up.js';

const share = document.querySelector('[data-share]');
if (share && navigator.share) {
  share.hidden = false;
  share.addEventListener('click', () => {
    const { title } = document;
    // closed without a choice, or refused: there is nothing to say
    navigator.share({ title, url: share.dataset.share }).catch(() => {});
  });
}
