// Sends a form with a file itself, to show how much of it has arrived. Without scripts the browser sends it.
for (const form of document.querySelectorAll('form:has([data-upload])')) watch(form);

function watch(form) {
  form.addEventListener('submit', (event) => {
    const file = form.elements.file.files[0];
    // the server says what is missing
    if (!file) return;
    event.preventDefault();
    send(form, file);
  });
}

function send(form, file) {
  const box = form.querySelector('[data-upload]');
  const words = box.dataset;
  const bar = box.querySelector('progress');
  const [told, failure] = box.querySelectorAll('p');
  const stop = box.querySelector('button');
  const buttons = form.querySelectorAll('.buttons button, .actions button');
  const request = new XMLHttpRequest();
  // not form.action: that is a field of this name where the form has one
  const address = new URL(form.getAttribute('action'), location.href).href;

  const show = (share) => {
    bar.value = share;
    const sent = words.sent.replace('#', Math.floor(share * 100)).replace('§', sizeOf(file.size));
    told.textContent = share < 1 ? sent : words.arrived;
  };
  const setBusy = (isBusy) => {
    for (const button of buttons) button.disabled = isBusy;
    for (const part of [bar, told, stop]) part.hidden = !isBusy;
    if (isBusy) addEventListener('beforeunload', warn);
    else removeEventListener('beforeunload', warn);
  };
  const fail = (text) => {
    setBusy(false);
    failure.hidden = false;
    failure.textContent = text;
    buttons[0].focus();
  };

  box.hidden = false;
  failure.hidden = true;
  setBusy(true);
  show(0);
  request.upload.addEventListener('progress', ({ loaded, total }) => show(loaded / total));
  request.addEventListener('error', () => fail(words.broken));
  request.addEventListener('abort', () => fail(words.stopped));
  request.addEventListener('load', () => {
    const { status, responseURL } = request;
    const isPage = request.getResponseHeader('Content-Type')?.startsWith('text/html');
    const next = status === 201 ? request.getResponseHeader('Location') : null;
    // signed out meanwhile: it was led to the way in
    const elsewhere = next ?? (responseURL === address ? null : responseURL);
    if (elsewhere) {
      setBusy(false);
      location.assign(elsewhere);
    } else if (status === 422 && isPage) {
      setBusy(false);
      correct(form, request.responseText);
    } else fail(words.refused.replace('#', status));
  });
  stop.addEventListener('click', () => request.abort(), { once: true });
  request.open('POST', address);
  request.setRequestHeader('X-Progress', '1');
  request.send(new FormData(form));
}

/** The same page with what is to be corrected. */
function correct(form, html) {
  const page = new DOMParser().parseFromString(html, 'text/html');
  const now = document.adoptNode(page.querySelector('main'));
  document.querySelector('main').replaceWith(now);
  for (const one of now.querySelectorAll('form:has([data-upload])')) watch(one);
  now.querySelector('[aria-invalid]')?.focus();
}

function warn(event) {
  event.preventDefault();
}

function sizeOf(bytes) {
  const [size, unit] = bytes < 1e6 ? [bytes / 1e3, 'kilobyte'] : [bytes / 1e6, 'megabyte'];
  const style = { style: 'unit', unit, maximumFractionDigits: size < 10 ? 1 : 0 };
  return new Intl.NumberFormat(document.documentElement.lang, style).format(size);
}
