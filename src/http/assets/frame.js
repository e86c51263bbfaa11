// Inside the frame: tells the page around it how high the form is, and takes on its looks.
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

if (parent !== window) {
  const tell = () =>
    parent.postMessage({ gaceta: 'height', height: Math.ceil(document.body.offsetHeight) }, '*');
  new ResizeObserver(tell).observe(document.body);
  addEventListener('message', (event) => {
    if (event.source !== parent || event.data?.gaceta !== 'looks') return;
    for (const [name, value] of Object.entries(event.data.variables ?? {}))
      if (name in kinds && CSS.supports(kinds[name], value))
        root.style.setProperty(`--${name}`, value);
    tell();
  });
  parent.postMessage({ gaceta: 'ready', title: document.title }, '*');
  tell();
}
