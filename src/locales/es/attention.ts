export default {
  kind: { daily: 'diaria', weekly: 'semanal', special: 'especial' },
  title: {
    held: 'Boletín retenido por quejas',
    paused: 'Edición en pausa',
    stalled: 'Edición detenida',
    missed: 'Edición fuera de hora',
    nothing: 'Nada nuevo que enviar',
    incomplete: 'Lectores sin correo',
    review: 'Borrador pendiente de revisión',
    withdrawn: 'Artículo retirado',
    uncertain: 'Correos sin respuesta clara',
    restore: 'Retenida tras una restauración',
    feed: 'Fuente ilegible',
    webhook: 'Webhook apagado',
    complaints: 'Quejas de lectores',
    requests: 'Lectores que quieren darse de baja',
    disk: 'Espacio en disco',
    queue: 'La cola no responde',
    workers: 'Ningún proceso de envío en marcha',
    relay: 'Sin servidor de correo',
  },
  meaning: {
    held: 'Más del 0,3 % de los lectores de un día marcaron un boletín como correo no deseado, y no se envía nada más de él hasta que alguien decida.',
    paused:
      'Una edición se ha pausado porque rechazaban los correos, o lleva diez minutos en pausa.',
    stalled: 'Una edición que se está enviando lleva diez minutos detenida.',
    missed: 'Una edición no se preparó, o no empezó, a la hora prevista.',
    nothing: 'Llegó la hora de una edición y no había ningún artículo nuevo para ella.',
    incomplete:
      'Una hora después de terminar, una edición había llegado al servidor de correo para menos del 99 % de los lectores.',
    review: 'Pasó la hora de una edición mientras el borrador esperaba una revisión.',
    withdrawn: 'Un artículo de una próxima edición ha desaparecido de la fuente.',
    uncertain: 'No se sabe si el servidor de correo aceptó los correos de algunos lectores.',
    restore:
      'La base de datos se restauró o se copió: las ediciones que quizá ya han salido están retenidas.',
    feed: 'Una fuente no se ha podido leer durante un día, o ha desaparecido.',
    complaints:
      'Más del 0,1 % de los lectores de un día marcaron un boletín como correo no deseado.',
    requests: 'Un lector ha pedido por correo darse de baja.',
    disk: 'El disco de la base de datos está lleno o casi lleno.',
    queue: 'La cola que reparte el trabajo lleva un minuto sin responder.',
    workers: 'Hace un minuto que no hay ningún proceso de envío en marcha: no se envía nada.',
    relay: 'No hay servidor de correo configurado: nada sale de este equipo.',
    webhook: 'Se ha desactivado un webhook porque el receptor no ha aceptado nada en un día.',
  },
  detail: {
    held: '{{newsletter}} está retenido: demasiados lectores lo marcaron como correo no deseado.',
    paused: {
      refusals:
        '{{newsletter}}, n.º {{number}}, está en pausa porque rechazan los correos: {{words}}',
      operator:
        'Alguien del equipo ha pausado {{newsletter}}, n.º {{number}}, y no se ha reanudado.',
    },
    stalled: {
      words: '{{newsletter}}, n.º {{number}}, está detenida: {{words}}',
      disk: '{{newsletter}}, n.º {{number}}, está detenida: el disco de la base de datos está lleno.',
      workers:
        '{{newsletter}}, n.º {{number}}, está detenida: no hay ningún proceso de envío en marcha.',
      queue: '{{newsletter}}, n.º {{number}}, está detenida: la cola no responde.',
      worker:
        '{{newsletter}}, n.º {{number}}, está detenida: un proceso de envío retiene a parte de los lectores y no avanza.',
      planning:
        '{{newsletter}}, n.º {{number}}, está detenida: aún no están planificados todos los lectores.',
      tickets:
        '{{newsletter}}, n.º {{number}}, está detenida: ningún proceso de envío recoge lo pendiente.',
    },
    missed: {
      held: '{{newsletter}}, n.º {{number}}, no ha salido a la hora prevista y ya es tarde para que salga sola.',
      composed: 'La edición {{kind}} de {{newsletter}} no se preparó a las {{hour, hour}}.',
    },
    nothing:
      'A las {{hour, hour}} no había ningún artículo nuevo para la edición {{kind}} de {{newsletter}}: no se ha enviado.',
    incomplete:
      '{{newsletter}}, n.º {{number}}, ha llegado al servidor de correo para {{sent, number}} de {{count, number}} lectores.',
    review:
      'Ya pasó la hora de {{newsletter}}, n.º {{number}}, y el borrador sigue pendiente de revisión.',
    withdrawn_one:
      'En {{newsletter}}, n.º {{number}}, {{count}} artículo ya no está en la fuente: {{article}}',
    withdrawn_many:
      'En {{newsletter}}, n.º {{number}}, {{count, number}} artículos ya no están en las fuentes; el primero: {{article}}',
    withdrawn_other:
      'En {{newsletter}}, n.º {{number}}, {{count, number}} artículos ya no están en las fuentes; el primero: {{article}}',
    uncertain_one:
      '{{newsletter}}, n.º {{number}}: no se sabe si el servidor de correo aceptó el correo de {{count}} lector.',
    uncertain_many:
      '{{newsletter}}, n.º {{number}}: no se sabe si el servidor de correo aceptó el correo de {{count, number}} lectores.',
    uncertain_other:
      '{{newsletter}}, n.º {{number}}: no se sabe si el servidor de correo aceptó el correo de {{count, number}} lectores.',
    restore: {
      paused:
        '{{newsletter}}, n.º {{number}}, se estaba enviando cuando la base de datos se restauró o se copió. Algunos lectores quizá ya la tienen.',
      draft:
        '{{newsletter}}, n.º {{number}}, debía salir cuando la base de datos se restauró o se copió. Quizá ya ha salido.',
    },
    feed: {
      failing: '{{feed}} ({{newsletter}}) lleva un día sin poder leerse: {{words}}',
      gone: '{{feed}} ({{newsletter}}) ha desaparecido y ya no se lee: {{words}}',
    },
    webhook: {
      failing:
        'El webhook a {{host}} se ha apagado: en un día no se ha aceptado ninguno de los avisos.',
      gone: 'El webhook a {{host}} se ha apagado: el receptor ha respondido que ya no existe.',
    },
    complaints_one:
      '{{count}} lector de {{sent, number}} marcó {{newsletter}} del {{day}} como correo no deseado.',
    complaints_many:
      '{{count, number}} lectores de {{sent, number}} marcaron {{newsletter}} del {{day}} como correo no deseado.',
    complaints_other:
      '{{count, number}} lectores de {{sent, number}} marcaron {{newsletter}} del {{day}} como correo no deseado.',
    requests_one: '{{count}} lector de {{newsletter}} pide por correo darse de baja.',
    requests_many: '{{count, number}} lectores de {{newsletter}} piden por correo darse de baja.',
    requests_other: '{{count, number}} lectores de {{newsletter}} piden por correo darse de baja.',
    disk: {
      full: 'El disco de la base de datos está lleno: no se puede guardar ni enviar nada.',
      low: 'El disco de la base de datos está casi lleno.',
    },
    queue: 'La cola ({{backend}}) no responde: ningún proceso sabe qué enviar.',
    workers: 'No hay ningún proceso de envío en marcha: no se prepara ni se envía nada.',
    relay:
      'No hay servidor de correo configurado: todos los correos acaban en el buzón integrado y ningún lector los recibe.',
  },
  fix: {
    held: 'Averigua la causa: a quién se importó, qué decía la edición, con qué frecuencia sale. Después libera el boletín en la página del boletín, con una nota sobre lo decidido.',
    paused: {
      refusals:
        'Consulta esas palabras con tu proveedor de correo, corrige lo que nombran y reanuda la edición. Seguirá donde se quedó.',
      operator: 'Reanuda la edición o cancélala.',
    },
    stalled: {
      words:
        'Seguirá sola cuando desaparezca la causa. Si es el servidor de correo, consulta esas palabras con tu proveedor.',
      disk: 'Libera espacio. Seguirá sola.',
      workers: 'Inicia uno (gaceta start o gaceta worker). Seguirá sola.',
      queue: 'Vuelve a iniciar Redis o revisa REDIS_URL. Seguirá sola.',
      worker: 'Mira el registro de los procesos de envío. Si no dice nada, reinícialos.',
      planning: 'Mira el registro de los procesos de envío.',
      tickets: 'Mira el registro de los procesos de envío. Si no dice nada, reinícialos.',
    },
    missed: {
      held: 'Abre la edición y envíala ahora, o cancélala.',
      composed:
        'Prepárala a mano en la página Ediciones y mira el registro de los procesos de envío.',
    },
    nothing: 'Si debía haber algo, revisa las fuentes. Si no, no hay nada que hacer.',
    incomplete:
      'Abre la edición para ver qué lectores faltan y por qué, y reenvíala a esos lectores.',
    review: 'Abre el borrador y envíalo o cancélalo.',
    withdrawn:
      'Abre el borrador. Comprueba la noticia con la redacción y quítala si se ha retirado.',
    uncertain:
      'Abre la edición y reenvíala a los lectores que faltan. Quizá alguien la reciba dos veces.',
    restore: {
      paused:
        'Averigua en el registro del servidor de correo quién la tiene. Después reanuda la edición o cancélala.',
      draft: 'Averigua si ya ha salido. Si no, envíala ahora. Si ya ha salido, cancélala.',
    },
    webhook: {
      failing: 'Mira el registro, corrige el receptor y vuelve a encender el webhook, o elimínalo.',
      gone: 'Escribe la nueva dirección y enciéndelo de nuevo, o elimínalo.',
    },
    feed: {
      failing:
        'Abre la dirección en un navegador. Si ha cambiado, corrígela en la página Fuentes. Si no, pregunta a quien lleva ese sitio.',
      gone: 'Quita la fuente o escribe la nueva dirección.',
    },
    complaints:
      'Comprueba que los lectores la pidieron y cómo se importaron. Los proveedores bloquean a quien recibe muchas quejas.',
    requests:
      'Abre los lectores: arriba en la página, un clic da de baja a cada uno o deja las cosas como están.',
    disk: {
      full: 'Libera espacio. El envío seguirá solo.',
      low: 'Libera espacio, o da a la base de datos un disco mayor, antes de que se detenga el envío.',
    },
    queue: 'Vuelve a iniciar Redis o revisa REDIS_URL. No se pierde nada.',
    workers: 'Inicia uno (gaceta start o gaceta worker). No se pierde nada.',
    relay:
      'Configura SMTP_URL y MAIL_FROM con el servidor de correo de la redacción y reinicia Gaceta.',
  },
};
