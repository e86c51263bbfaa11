// Fetches a challenge, has the browser answer it, and sends the answer with the form it belongs to.
for (const form of document.querySelectorAll('[data-passkey]')) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  const said = form.querySelector('[data-cancelled]');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    said.textContent = '';
    try {
      const { startAuthentication, startRegistration } = await import(
        '../../vendor/simplewebauthn/index.js'
      );
      const start = form.dataset.passkey === 'create' ? startRegistration : startAuthentication;
      const answer = await fetch(form.dataset.options, { method: 'POST' });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      form.elements.response.value = JSON.stringify(
        await start({ optionsJSON: await answer.json() }),
      );
      form.submit();
    } catch {
      said.textContent = said.dataset.cancelled;
    }
  });
}
