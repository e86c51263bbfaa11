export default {
  title: 'Avisos',
  own: 'Correos para ti',
  ownText:
    'Marca lo que quieres saber enseguida. Recibirás un correo en {{address}} cuando empiece y otro cuando termine.',
  save: 'Guardar',
  saved: 'Guardado. Recibirás un correo sobre lo que has marcado.',
  all: 'Correos para las direcciones de ALERT_TO',
  nobody:
    'Ninguna dirección recibe todos los avisos. Escribe en ALERT_TO las que deban recibirlos y reinicia Gaceta.',
  everything: 'Estas direcciones reciben todos los avisos:',
  ownWay: 'Los avisos salen por un servidor de correo propio: {{relay}}.',
  sameWay:
    'Los avisos salen por el servidor de correo de los boletines: {{relay}}. Si deja de funcionar, ningún aviso puede decirlo: configura otro en ALERT_SMTP_URL.',
  noWay: 'No se puede enviar ningún aviso: configura ALERT_SMTP_URL o SMTP_URL.',
  sent: 'Últimos avisos',
  noneSent: 'Todavía no se ha enviado ningún aviso. Aparecerán aquí.',
  what: 'Qué',
  whom: 'Para',
  when: 'Cuándo',
  state: 'Estado',
  event: { raised: '{{title}}', over: 'Resuelto: {{title}}' },
  states: { queued: 'Enviándose; si falla, se repite', sent: 'Enviado', failed: 'Sin enviar' },
};
