export default {
  title: 'Sign-up form',
  lead: 'Share the address of the sign-up page, or paste the form into your own site. Readers confirm by email either way.',
  page: 'Sign-up page',
  foot: 'For your site, at the foot of articles',
  line: 'Or one line in the middle of them',
  paste:
    'Paste the line where the form should appear, and name your site in the settings of the newsletter, under “Sites that may show the form”. Where the form cannot appear, readers see a link.',
  local:
    'This address works on this machine only. Set PUBLIC_URL to the address that readers will use.',
  language: 'Language of the form',
  ofPage: 'that of your page',
  show: 'Show the lines',
  notOffered:
    'This newsletter is inactive or kept off the sign-up form. Until you change that, the form offers your other newsletters.',
  empty: 'No newsletters yet. The lines to paste will appear here when you have made one.',
  noSites: 'None yet: readers on other sites see the link only.',
  changeSites: 'Open the settings of the newsletter',
  options: 'What you can change in the line',
  option: {
    newsletter:
      'The newsletters that the form offers, separated by commas. Without it, the form offers all of them.',
    lang: 'Its language: {{languages}}. Without it, the form follows your page.',
    form: 'With the value line, the form has one line. Without it, the whole form appears.',
    title: 'The name of the form for screen readers. Without it, the form names itself.',
  },
  events: 'For your own script',
  eventsText:
    'Your page hears what came of the form: which newsletters, or why it failed. It never hears who signed up.',
};
