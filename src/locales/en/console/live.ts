export default {
  rate: '{{rate}} per second',
  soon: 'less than a minute left',
  minutes_one: 'about {{count}} minute left',
  minutes_other: 'about {{count, number}} minutes left',
  hours_one: 'about {{count}} hour left',
  hours_other: 'about {{count, number}} hours left',
  later_one: '{{count}} reader later, at the hour they chose',
  later_other: '{{count, number}} readers later, at the hours they chose',
  rest: 'Other addresses',
};
