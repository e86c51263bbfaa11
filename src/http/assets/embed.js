// The sign-up form for any article. To paste, where the form shall be:
// <a href="https://…/?newsletter=daily">Get The Daily</a><script async src="https://…/embed.js" data-newsletter="daily"></script>
// data-form="line" makes it one line for the middle of an article. Until the form says that it is there, and wherever it
// cannot come, readers have the link. The page's own script may listen for gaceta:subscribed and gaceta:failed.
// Its looks follow CSS variables of the page: --gaceta-accent, --gaceta-button, --gaceta-on-button,
// --gaceta-paper, --gaceta-ink, --gaceta-text, --gaceta-headline.
(() => {
  // In a shadow tree, and in a module, no script is the current one: it is one of ours that made no form yet.
  const current = document.currentScript;
  const script = current && !('gaceta' in current.dataset) ? current : waitingIn(document);
  if (!script) return;
  script.dataset.gaceta = '';
  const { newsletter = '', lang, language, title, form } = script.dataset;
  const home = new URL(script.src);
  const slugs = newsletter.split(/[\s,]+/).filter(Boolean);
  const spoken = lang ?? language ?? document.documentElement.lang.split('-')[0];
  // Put in when it is served: one text for each language, and how many newsletters are on offer.
  const words = {};
  const OFFERED = 1;

  const asked = (path) => {
    const address = new URL(path, home);
    for (const slug of slugs) address.searchParams.append('newsletter', slug);
    if (spoken) address.searchParams.set('lang', spoken);
    return address;
  };
  const address = asked('embed');
  if (form === 'line') address.searchParams.set('form', 'line');

  // By the object model and not by attributes: a strict policy of the page lets this through. Each says all it needs,
  // for pages that take every style from everything.
  const place = document.createElement('div');
  place.style.display = 'block';
  const link = ownLink() ?? madeLink();
  const frame = document.createElement('iframe');
  // until the form tells its own, which is in its language
  frame.title = title ?? home.host;
  Object.assign(frame.style, { display: 'block', border: '0', width: '100%' });
  hide();
  script.after(place);
  place.append(link, frame);
  const reserved = expectedHeight();
  place.style.minHeight = `${reserved}px`;
  near(load);

  function waitingIn(root) {
    for (const each of root.querySelectorAll('*')) {
      if (
        each.localName === 'script' &&
        /\/embed\.js(\?|$)/.test(each.src) &&
        !('gaceta' in each.dataset)
      )
        return each;
      const found = each.shadowRoot && waitingIn(each.shadowRoot);
      if (found) return found;
    }
    return null;
  }
  function ownLink() {
    const before = script.previousElementSibling;
    const isOurs = before?.localName === 'a' && before.href.startsWith(new URL('.', home).href);
    return isOurs ? before : undefined;
  }
  function madeLink() {
    const made = document.createElement('a');
    made.href = asked('.');
    made.textContent = title ?? words[spoken] ?? words.en;
    Object.assign(made.style, { textDecoration: 'underline', cursor: 'pointer' });
    return made;
  }

  /** Hardly more than the form will need, so that the text below does not jump when it comes. */
  function expectedHeight() {
    const narrow = place.clientWidth < 480;
    if (form === 'line') return narrow ? 300 : 190;
    const one = narrow ? 455 : 385;
    const offered = slugs.length || OFFERED;
    return offered === 1 ? one : one + offered * (narrow ? 175 : 130);
  }

  function hide() {
    Object.assign(frame.style, { position: 'absolute', height: '0', visibility: 'hidden' });
  }
  function show(height) {
    Object.assign(frame.style, {
      position: 'static',
      height: `${height}px`,
      visibility: 'visible',
    });
    link.style.display = 'none';
    // a little room to spare is less of a nuisance than a jump
    if (height > reserved || height < reserved - 60) place.style.minHeight = '';
  }
  /** No form: the link alone, in no more room than it needs. */
  function fail() {
    hide();
    link.style.display = '';
    place.style.minHeight = '';
    tell('failed', { reason: 'unavailable' });
  }
  function tell(event, detail) {
    place.dispatchEvent(
      new CustomEvent(`gaceta:${event}`, { bubbles: true, composed: true, detail }),
    );
  }

  function near(then) {
    if (typeof IntersectionObserver === 'undefined') return then();
    const watch = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        watch.disconnect();
        then();
      },
      { rootMargin: '1000px' },
    );
    watch.observe(place);
  }
  function load() {
    // Loaded without a word it is an error page: the service is away, or this site may not hold the form.
    let waiting = setTimeout(fail, 20_000);
    frame.addEventListener('load', () => {
      clearTimeout(waiting);
      waiting = setTimeout(fail, 3_000);
    });
    addEventListener('message', (event) => {
      if (event.origin !== home.origin || event.source !== frame.contentWindow) return;
      const { gaceta, height, title: own, event: happened, detail } = event.data ?? {};
      if (gaceta === 'ready') {
        if (title === undefined && own) frame.title = own;
        sendLooks();
      }
      if (gaceta === 'height' && height > 0 && height < 5000) {
        clearTimeout(waiting);
        show(height);
      }
      if (gaceta === 'event' && ['subscribed', 'failed'].includes(happened)) tell(happened, detail);
    });
    frame.src = address;
    // A page that changes its scheme does so on its root, or because the system did.
    const changed = new MutationObserver(sendLooks);
    for (const each of [document.documentElement, document.body])
      changed.observe(each, { attributes: true });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', sendLooks);
  }

  function sendLooks() {
    frame.contentWindow?.postMessage(looks(), home.origin);
  }
  function looks() {
    const style = getComputedStyle(place);
    const variables = {};
    for (const name of ['accent', 'button', 'on-button', 'paper', 'ink', 'text', 'headline']) {
      const value = style.getPropertyValue(`--gaceta-${name}`).trim();
      if (value) variables[name] = value;
    }
    const scheme = schemeOf(style);
    // or the browser would paint a ground of its own behind the form
    frame.style.colorScheme = scheme;
    return { gaceta: 'looks', variables, scheme };
  }
  /** The scheme that the page says it has; of one that says none, what its ground looks like. */
  function schemeOf({ colorScheme }) {
    const said = ['light', 'dark'].filter((one) => colorScheme.split(' ').includes(one));
    if (said.length > 0) return said.join(' ');
    for (let each = place; each; each = each.parentElement ?? each.getRootNode().host) {
      const [red, green, blue, alpha = 1] =
        getComputedStyle(each)
          .backgroundColor.match(/[\d.]+/g)
          ?.map(Number) ?? [];
      if (alpha < 0.5 || blue === undefined) continue;
      return red * 0.3 + green * 0.6 + blue * 0.1 < 110 ? 'dark' : 'light';
    }
    return 'light';
  }
})();
