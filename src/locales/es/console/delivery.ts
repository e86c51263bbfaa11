export default {
  title: 'Entrega',
  lead: 'Cómo salen los correos de la redacción: por qué servidores de correo, qué responden estos y si los receptores pueden saber que los correos son tuyos.',
  relay: {
    title: 'Servidores de correo',
    none: 'No hay ningún servidor de correo. Define SMTP_URL; sin esta variable, npm start incluye un buzón integrado.',
    address: 'Dirección',
    encryption: 'Cifrado',
    tls: {
      implicit: 'TLS desde el principio',
      required: 'TLS obligatorio',
      offered: 'TLS si el servidor de correo lo ofrece',
      off: 'Ninguno',
    },
    connections: 'Conexiones',
    connectionsOf: '{{open}} abiertas, como máximo {{most}} por proceso de envío',
    limit: 'Límite',
    noRate: 'Sin límite',
    now: 'Ahora',
    warmUp: 'Calentamiento, hoy',
    warmUpOf: '{{sent}} de un máximo de {{ceiling}}',
    state: {
      idle: 'Nada que enviar',
      up: 'Enviando',
      slowed: 'Enviando más despacio',
      resting: 'No disponible',
      avoided: 'Lo rechaza todo',
    },
    again: 'Próximo intento: {{time}}',
    lastWords: 'Última respuesta que no fue un sí, {{time}}:',
  },
  answers: {
    title: 'Respuestas',
    sent: 'Aceptados',
    deferred: 'Aplazados',
    refused: 'Rechazados',
    lost: 'Sin respuesta',
    lately: 'Últimas dos horas',
    lastDay: 'Últimas 24 horas',
    help: 'Aceptados: el servidor de correo aceptó el correo. No es posible saber si llegó. Aplazados: pidió intentarlo más tarde, y Gaceta lo hace.',
  },
  test: {
    button: 'Enviarme una prueba',
    hint: 'Un correo a {{email}}, por este servidor de correo, ahora.',
    taken:
      '«{{relay}}» ha aceptado la prueba para {{email}}. Respondió: «{{reply}}». Mira tu bandeja de entrada.',
    notTaken:
      '«{{relay}}» no ha aceptado la prueba para {{email}}. Respondió: «{{reply}}». {{fix}}',
    tooMany:
      'Se han enviado muchas pruebas en la última hora. No se ha enviado nada; inténtalo más tarde.',
  },
  dns: {
    title: 'DNS del remitente',
    lead: 'Los receptores consultan estos registros para saber que un correo es de verdad tuyo. Los publica quien se ocupa de tu dominio.',
    never: 'Todavía sin comprobar.',
    at: 'Comprobado el {{time}}',
    check: 'Comprobar de nuevo',
    checkHint:
      'Tarda unos segundos. Un registro nuevo puede tardar hasta un día en verse en todas partes.',
    checked: 'Se han comprobado los registros DNS.',
    state: { ok: 'En orden', unset: 'Sin definir', missing: 'Pendiente' },
    publish: 'Publica este registro:',
    type: 'Tipo',
    name: 'Nombre',
    value: 'Valor',
    spf: {
      missing:
        '{{domain}} no dice qué servidores de correo pueden enviar en nombre de este dominio.',
      several:
        '{{domain}} tiene varios registros SPF, y los receptores no hacen caso de ninguno. Únelos en uno.',
      open: '{{domain}} permite que cualquier servidor de correo envíe en nombre de este dominio.',
      silent: 'El DNS no responde. Inténtalo más tarde.',
    },
    dkim: {
      unset:
        'Gaceta no firma los correos (DKIM está sin definir). No pasa nada si los firma tu servidor de correo.',
      fault:
        'El ajuste DKIM no se puede usar. Pregunta a quien instaló Gaceta: la orden gaceta doctor dice qué falla.',
      different: 'Está publicada otra clave que la que firma los correos.',
      missing: 'La clave que firma los correos no está publicada.',
      unaligned:
        'Los correos van firmados, pero no para {{domain}}. Los receptores no cuentan entonces la firma.',
      silent: 'El DNS no responde. Inténtalo más tarde.',
    },
    dmarc: {
      missing:
        '{{domain}} no tiene registro DMARC. Gmail y Yahoo lo exigen a quien envía muchos correos.',
      silent: 'El DNS no responde. Inténtalo más tarde.',
    },
    mx: {
      missing: '{{domain}} no acepta correo, y las respuestas y los avisos de entrega se pierden.',
      silent: 'El DNS no responde. Inténtalo más tarde.',
    },
  },
  receivers: {
    title: 'Receptores',
    lead: 'Las últimas 24 horas por proveedor de correo. Si un proveedor pide menos correos, Gaceta envía más despacio a ese proveedor durante un tiempo.',
    none: 'No se ha enviado nada en las últimas 24 horas. Los proveedores aparecerán aquí en cuanto se envíe algo.',
    group: 'Proveedor',
    rate: 'Velocidad',
    held: 'Más despacio',
    free: 'Sin límite',
  },
  queue: {
    title: 'Cola y procesos de envío',
    postgres: 'La cola se guarda en PostgreSQL.',
    redis: 'La cola se guarda en Redis.',
    away: 'La cola no responde. No se pierde nada: el trabajo seguirá cuando vuelva.',
    work: 'Trabajo',
    waiting: 'En espera',
    active: 'En curso',
    delayed: 'Más tarde',
    names: {
      deliver: 'Ediciones, por grupos de lectores',
      letters: 'Correos individuales',
      editions: 'Preparación de ediciones',
      feeds: 'Lectura de fuentes',
    },
  },
  workers: {
    title: 'Procesos de envío',
    none: 'No hay ningún proceso de envío en marcha, así que no se envía nada. Inicia uno con npm start o gaceta worker.',
    host: 'Máquina (proceso)',
    since: 'En marcha desde',
    connections: 'Conexiones, como máximo',
  },
};
