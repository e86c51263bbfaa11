// Inside the frame: tells the page around it how high the form is and what came of it, and takes on its looks.
const root = document.documentElement;
const kinds = {
  accent: 'color',
  button: 'background-color',
  'on-button': 'color',
  paper: 'background-color',
  ink: 'color',
  text: 'font-family',
  headline: 'font-family',
};
const schemes = ['light', 'dark', 'light dark'];

if (parent !== window) {
  const say = (message) => parent.postMessage(message, '*');
  const tellHeight = () => say({ gaceta: 'height', height: Math.ceil(document.body.offsetHeight) });
  addEventListener('message', (event) => {
    if (event.source !== parent || event.data?.gaceta !== 'looks') return;
    const { variables = {}, scheme } = event.data;
    for (const [name, value] of Object.entries(variables))
      if (name in kinds && CSS.supports(kinds[name], value))
        root.style.setProperty(`--${name}`, value);
    if (schemes.includes(scheme)) root.style.colorScheme = scheme;
    // only now is it to be seen, as it stays
    tellHeight();
    new ResizeObserver(tellHeight).observe(document.body);
  });
  say({ gaceta: 'ready', title: document.title });
  const { event, newsletters = '', reason } = document.querySelector('main').dataset;
  if (event)
    say({ gaceta: 'event', event, detail: { newsletters: newsletters.split(' '), reason } });
}
