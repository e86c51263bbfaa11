export default {
  rate: '{{rate}} por segundo',
  soon: 'queda menos de un minuto',
  minutes_one: 'queda cerca de {{count}} minuto',
  minutes_many: 'quedan cerca de {{count, number}} de minutos',
  minutes_other: 'quedan cerca de {{count, number}} minutos',
  hours_one: 'queda cerca de {{count}} hora',
  hours_many: 'quedan cerca de {{count, number}} de horas',
  hours_other: 'quedan cerca de {{count, number}} horas',
  later_one: '{{count}} lector más tarde, a la hora que eligió',
  later_many: '{{count, number}} de lectores más tarde, a las horas que eligieron',
  later_other: '{{count, number}} lectores más tarde, a las horas que eligieron',
  rest: 'Otras direcciones',
};
