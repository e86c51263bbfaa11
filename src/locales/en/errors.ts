export default {
  400: {
    title: 'The request could not be read',
    text: 'It arrived incomplete or damaged. Nothing was changed. Go back and try again.',
  },
  401: {
    title: 'Sign in to continue',
    text: 'This page is for the newsroom’s staff.',
  },
  403: {
    title: 'This is not allowed',
    text: 'The request was refused and nothing was changed. Open the page itself and try again there.',
  },
  404: {
    title: 'Page not found',
    text: 'The address may be incomplete, or the page has been removed.',
  },
  409: {
    title: 'This has already changed',
    text: 'What you asked for is no longer possible. Nothing was changed now. Go back, reload the page and try again.',
  },
  413: {
    title: 'Too much was sent',
    text: 'It is more than this page accepts. Nothing was saved. Shorten it and try again.',
  },
  415: {
    title: 'The request could not be read',
    text: 'This page does not accept what was sent. Nothing was saved. Go back and try again.',
  },
  422: {
    title: 'Please check the form',
    text: 'Part of what was sent cannot be used. Nothing was saved. Go back, correct it and try again.',
  },
  429: {
    title: 'Too many requests',
    text: 'Many requests have come from your network in a short time. Wait a little, then try again.',
  },
  500: {
    title: 'Something went wrong',
    text: 'The fault is ours and has been logged. Try again later, or quote the reference below.',
  },
  503: {
    title: 'Back in a moment',
    text: 'Part of this service is not available right now. Nothing was lost. Try again in a few seconds.',
  },
  reference: 'Reference',
  home: 'Go to the home page',
};
