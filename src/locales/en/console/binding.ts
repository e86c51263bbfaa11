export default {
  all: 'all',
  wrong: 'An owner covers the whole newsroom: choose another role, or tick no newsletter.',
  title: 'Newsletters',
  hint: 'Tick the newsletters this is limited to. With none ticked it covers the whole newsroom.',
  hintBound: 'Tick the newsletters this is limited to. With none ticked it covers all of yours.',
};
