// The sign-up form for the foot of any article. One line to paste:
// <script async src="https://…/embed.js" data-newsletter="daily"></script>
// Its looks follow CSS variables of the page: --gaceta-accent, --gaceta-button, --gaceta-on-button,
// --gaceta-paper, --gaceta-ink, --gaceta-text, --gaceta-headline.
(() => {
  const script = document.currentScript;
  const home = new URL(script.src);
  const address = new URL('embed', home);
  for (const slug of (script.dataset.newsletter ?? '').split(/[\s,]+/).filter(Boolean))
    address.searchParams.append('newsletter', slug);
  const language = script.dataset.language ?? document.documentElement.lang.split('-')[0];
  if (language) address.searchParams.set('lang', language);

  const frame = document.createElement('iframe');
  frame.src = address;
  // until the form tells its own, which is in its language
  frame.title = script.dataset.title ?? home.host;
  frame.loading = 'lazy';
  // by the object model and not by an attribute: a strict policy of the page lets this through
  Object.assign(frame.style, { border: '0', width: '100%', height: '26rem', display: 'block' });
  frame.style.colorScheme = 'normal';
  script.after(frame);

  addEventListener('message', (event) => {
    if (event.origin !== home.origin || event.source !== frame.contentWindow) return;
    const { gaceta, height, title } = event.data ?? {};
    if (gaceta === 'height' && height > 0 && height < 5000) frame.style.height = `${height}px`;
    if (gaceta !== 'ready') return;
    if (script.dataset.title === undefined && title) frame.title = title;
    frame.contentWindow.postMessage(looks(), home.origin);
  });

  function looks() {
    const style = getComputedStyle(script.parentElement ?? document.body);
    const variables = {};
    for (const name of ['accent', 'button', 'on-button', 'paper', 'ink', 'text', 'headline']) {
      const value = style.getPropertyValue(`--gaceta-${name}`).trim();
      if (value) variables[name] = value;
    }
    return { gaceta: 'looks', variables };
  }
})();
