/** Por qué no se puede leer una fuente y qué se puede hacer. */
export default {
  privateAddress:
    '{{host}} es una dirección de una red privada. Si de verdad está ahí, pon FEED_ALLOW_PRIVATE=true.',
  notAnAddress: '«{{address}}» no es una dirección web. Debe empezar por https:// o http://.',
  protocol:
    'No se pueden leer direcciones {{protocol}}. Usa una que empiece por https:// o http://.',
  tooLarge:
    '{{host}} envía más de {{megabytes}} MB. Pide a quien la publica una fuente con menos entradas o más cortas.',
  unpacksTooLarge:
    'Descomprimida, esta fuente ocupa más de {{megabytes}} MB. Pide a quien la publica una más corta.',
  weighsTooMuch:
    'Esta fuente ocupa más de {{megabytes}} MB. Pide a quien la publica una con menos entradas o más cortas.',
  unaskedCoding:
    '{{host}} comprime la respuesta como «{{coding}}» sin que se haya pedido. Avisa a quien la publica.',
  timedOut:
    '{{host}} no terminó de responder en {{seconds}} segundos. Se volverá a intentar más tarde.',
  unreachable: 'No se puede leer {{host}}.',
  unknownName: 'El DNS no conoce {{host}}. Revisa si la dirección tiene una errata.',
  lookupFailed: 'El DNS no puede buscar {{host}} en este momento. Se volverá a intentar más tarde.',
  noConnection: '{{host}} no acepta conexiones en ese puerto. Revisa la dirección o espera.',
  noAnswer: '{{host}} no responde. Se volverá a intentar más tarde.',
  certificateExpired: 'El certificado de {{host}} ha caducado. Avisa a quien la publica.',
  certificateOfAnother: 'El certificado de {{host}} es de otro nombre. Revisa la dirección.',
  certificateUnknown:
    'Nadie avala el certificado de {{host}}. Revisa la dirección o avisa a quien la publica.',
  brokenPacking:
    '{{host}} envía una respuesta comprimida defectuosa. Se volverá a intentar más tarde.',
  brokeOff: '{{host}} cortó la respuesta ({{code}}). Se volverá a intentar más tarde.',
  redirects:
    '{{host}} redirige más de {{times}} veces. Abre la dirección en un navegador y añade aquella en la que acaba.',
  brokenGzip:
    'Esta fuente está comprimida con gzip y es defectuosa. Se volverá a intentar más tarde.',
  forbidden:
    '{{host}} no deja ver esta fuente ({{status}}). Pide a quien la publica una dirección que puedas leer o pon en ella usuario y contraseña: https://usuario:contraseña@host/…',
  notFound:
    '{{host}} no tiene esa página ({{status}}). Busca en el sitio la dirección actual de la fuente.',
  tooOften:
    '{{host}} pide que se lea con menos frecuencia ({{status}}). Se volverá a intentar más tarde.',
  serverFault: '{{host}} tiene un fallo propio ({{status}}). Se volverá a intentar más tarde.',
  otherStatus:
    '{{host}} respondió {{status}} en vez de una fuente. Abre la dirección en un navegador para ver por qué.',
  gone: 'Esta fuente ha desaparecido para siempre (410): no se volverá a leer.',
  empty: 'El archivo está vacío. Revisa la dirección o espera a que el sitio se recupere.',
  webPage:
    'Esto es una página web, no una fuente. Busca en ella un enlace a la fuente RSS o Atom (suele ser /feed, /rss o /feed.xml) y añade esa dirección.',
  unknownFormat:
    'Esto no es RSS, Atom, RDF ni JSON Feed. Revisa la dirección: una fuente empieza por <rss, <feed, <rdf:RDF o {.',
};
