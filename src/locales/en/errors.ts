export default {
  400: {
    title: 'That could not be read',
    text: 'The request arrived incomplete or garbled. Nothing was changed. Go back and try again.',
  },
  401: {
    title: 'Please sign in',
    text: 'This page is for operators of the newsroom.',
  },
  403: {
    title: 'Not from here',
    text: 'This was refused, and nothing was changed. Open the page itself and try again from there.',
  },
  404: {
    title: 'There is no such page',
    text: 'The address may be cut short, or the page is gone.',
  },
  409: {
    title: 'Something else came first',
    text: 'What you asked for does not fit how things stand now. Nothing was changed.',
  },
  413: {
    title: 'That is too much',
    text: 'More was sent than this page takes. Nothing was stored.',
  },
  415: {
    title: 'That could not be read',
    text: 'This page does not understand what was sent. Nothing was stored.',
  },
  422: {
    title: 'Something is not right yet',
    text: 'Part of what was sent cannot be used. Go back, change it and try again.',
  },
  429: {
    title: 'A moment, please',
    text: 'There were too many requests from here. Wait a little, then try again.',
  },
  500: {
    title: 'Something went wrong here',
    text: 'It is our fault, not yours, and it was written down.',
  },
  503: {
    title: 'Back in a moment',
    text: 'A part of this service is away just now. Nothing was lost: try again in a few seconds.',
  },
  reference: 'Reference',
  home: 'To the front page',
};
