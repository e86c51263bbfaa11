/** Lo que una importación dice de un archivo de lectores y de sus líneas. */
export default {
  reasons: {
    'address-empty': 'No hay ninguna dirección de correo.',
    'address-long':
      'La dirección es demasiado larga: una dirección de correo tiene como máximo 254 caracteres, 64 de ellos antes de la @.',
    'address-characters':
      'La dirección contiene un espacio, un salto de línea o un carácter invisible: escribe solo la dirección.',
    'address-at': 'Una dirección de correo tiene exactamente una @, como ana@example.org.',
    'address-local': 'La parte anterior a la @ tiene un carácter no permitido o un punto de más.',
    'address-domain': 'La parte posterior a la @ no es un nombre de dominio como example.org.',
    encoding: 'La línea no es texto en la codificación de las líneas anteriores.',
    quote: 'Se abre una comilla que no se cierra.',
    cells:
      'La línea tiene {{cells}} celdas y la primera línea, {{columns}}: pon entre comillas la celda que contiene el separador.',
    delimiter: 'La línea tiene un separador distinto del de la primera línea.',
    long: 'La línea tiene más de {{most, number}} caracteres.',
    json: 'La línea no es un objeto JSON.',
    state: 'No se sabe qué significa el estado «{{value}}».',
    ignored: 'El estado «{{value}}» se deja fuera, como se eligió.',
    'consent-missing':
      'No hay consentimiento: consent_source y consent_at dicen dónde y cuándo se dio.',
    date: '{{column}} no es una fecha que exista: «{{value}}».',
    'date-ambiguous':
      '{{column}} puede ser dos días distintos: «{{value}}». Escríbelo como 2026-11-01.',
    'date-future': '{{column}} está en el futuro: «{{value}}».',
    'newsletter-missing': 'La línea no dice para qué boletín es.',
    'newsletter-other': 'La línea es para otro boletín: «{{newsletter}}».',
    'newsletter-unknown': 'No hay ningún boletín «{{newsletter}}».',
    'section-unknown': 'No hay ninguna sección «{{section}}».',
    'name-long': 'Un nombre tiene como máximo 100 caracteres.',
    language: '«{{value}}» no es un idioma como es o en-GB.',
    timezone: '«{{value}}» no es una zona horaria como Europe/Madrid.',
    frequency: '«{{value}}» no es una frecuencia: daily, weekdays, weekly o special.',
    edition_content: '«{{value}}» no es full, headlines ni text.',
    hour: '«{{value}}» no es una hora: HH:MM, de 00:00 a 23:59.',
    consents: 'consents debe ser como lo escribe una exportación.',
    suppressed: 'La dirección está bloqueada.',
    'unsubscribed-since':
      'El lector se dio de baja aquí: un archivo no trae de vuelta a quien no ha vuelto a confirmar.',
    'newsletter-archived': 'El boletín está archivado.',
    told: '{{text}}',
  },
  notes: {
    encoding: 'El archivo no es UTF-8 (línea {{line}}); se ha leído como {{encoding}}.',
    'order-day': 'Fechas con el día primero, como muestra la línea {{line}}: «{{text}}».',
    'order-month': 'Fechas con el mes primero, como muestra la línea {{line}}: «{{text}}».',
    zoneless: 'Las horas sin zona horaria se han leído como UTC.',
    'columns-ignored': 'Se han dejado fuera columnas que no se conocen: {{columns}}.',
    'names-ignored_one': 'Se ha dejado fuera un nombre que contenía una dirección de correo o web.',
    'names-ignored_many':
      'Se han dejado fuera nombres que contenían una dirección de correo o web ({{count, number}}).',
    'names-ignored_other':
      'Se han dejado fuera nombres que contenían una dirección de correo o web ({{count, number}}).',
    'no-lines':
      'En el archivo no hay ningún lector, solo la línea con los nombres de las columnas. Expórtalo otra vez con los lectores.',
    'files-ignored': 'Se han dejado fuera archivos del ZIP sin columna de direcciones: {{files}}.',
    'address-cleaned_one': 'Una dirección llevaba signos que no son parte de ella; se han quitado.',
    'address-cleaned_many':
      '{{count, number}} direcciones llevaban signos que no son parte de ellas; se han quitado.',
    'address-cleaned_other':
      '{{count, number}} direcciones llevaban signos que no son parte de ellas; se han quitado.',
    'unsubscribed-now_one':
      'El archivo no dice cuándo se dio de baja un lector: se ha tomado la hora de la importación.',
    'unsubscribed-now_many':
      'El archivo no dice cuándo se dieron de baja {{count, number}} lectores: se ha tomado la hora de la importación.',
    'unsubscribed-now_other':
      'El archivo no dice cuándo se dieron de baja {{count, number}} lectores: se ha tomado la hora de la importación.',
    'language-ignored_one': 'Se ha dejado fuera un idioma que no se conoce: {{value}}.',
    'language-ignored_many':
      'Se ha dejado fuera un idioma que no se conoce, en {{count, number}} líneas: {{value}}.',
    'language-ignored_other':
      'Se ha dejado fuera un idioma que no se conoce, en {{count, number}} líneas: {{value}}.',
    'timezone-ignored_one': 'Se ha dejado fuera una zona horaria que no se conoce: {{value}}.',
    'timezone-ignored_many':
      'Se ha dejado fuera una zona horaria que no se conoce, en {{count, number}} líneas: {{value}}.',
    'timezone-ignored_other':
      'Se ha dejado fuera una zona horaria que no se conoce, en {{count, number}} líneas: {{value}}.',
    told: '{{text}}',
  },
  files: {
    columns:
      'Ninguna columna contiene direcciones. Llámala correo en la primera línea o di cuál es. Columnas: {{columns}}.',
    twice: 'La columna «{{column}}» está dos veces. Pon otro nombre a una de las dos.',
    map: 'No hay ninguna columna «{{column}}» en este archivo. Las columnas son: {{columns}}.',
    field: 'Una columna no puede contener «{{field}}», sino uno de estos campos: {{fields}}.',
    state: '«{{state}}» no es un estado. Estados: {{states}}.',
    format: 'Ningún formato se llama «{{format}}». Formatos: {{formats}}.',
    consent: 'El consentimiento necesita un origen y una fecha pasada, como 2026-11-01.',
    array:
      'Esto es una sola lista JSON. Guárdala con un objeto por línea (JSON Lines): jq -c ".[]" list.json > list.jsonl',
    zip: 'El ZIP o la hoja de cálculo está dañado: no se puede descomprimir hasta el final. Expórtalo otra vez.',
    empty:
      'No hay ninguna lista de lectores en este ZIP: ningún CSV, XLSX o JSON Lines con una columna de direcciones.',
    bomb: 'Este archivo ocupa descomprimido mucho más que cualquier lista de lectores. Descomprímelo e importa lo que contiene.',
    encrypted: 'Este ZIP está protegido con contraseña. Descomprímelo e importa lo que contiene.',
    blank: 'Este archivo está vacío. Exporta los lectores otra vez.',
    packed:
      'Es un archivo de Excel, un ZIP o JSON. Guarda la lista como CSV o como texto con una dirección por línea.',
    nested:
      'Dentro de este ZIP hay otro archivo comprimido. Descomprímelo e importa lo que contiene.',
    kind_xls:
      'Es un archivo de Excel antiguo (XLS) o con contraseña. Guárdalo como XLSX o CSV, sin contraseña.',
    kind_gzip: 'Este archivo está comprimido con gzip. Descomprímelo antes.',
    kind_pdf: 'Es un PDF. Exporta los lectores como CSV o XLSX.',
    kind_7z: 'Es un archivo 7z. Descomprímelo e importa lo que contiene.',
    kind_rar: 'Es un archivo RAR. Descomprímelo e importa lo que contiene.',
    kind_sqlite: 'Es una base de datos. Exporta los lectores como CSV.',
    kind_html: 'Es una página web o XML, no una lista. Exporta los lectores como CSV o XLSX.',
    kind_image: 'Es una imagen, un sonido o un vídeo. Exporta los lectores como CSV o XLSX.',
    kind_document: 'Es un archivo de LibreOffice, Numbers o Word. Guarda la tabla como XLSX o CSV.',
    kind_binary: 'No es texto, hoja de cálculo ni ZIP. Exporta los lectores como CSV o XLSX.',
  },
  failures: {
    unreadable: 'Después de {{count, number}} líneas, el archivo no se puede seguir leyendo.',
    stopped:
      'Gaceta se detuvo después de {{count, number}} líneas. Importa de nuevo el mismo archivo: lo que ya está se queda como está.',
    lost: 'Después de {{count, number}} líneas terminó el proceso que lo importaba y el archivo ya no está. Importa de nuevo el mismo archivo: lo que ya está se queda como está.',
    fault:
      'Falló después de {{count, number}} líneas; el registro dice por qué. Iníciala de nuevo: sigue donde estaba.',
    expired: 'Nadie la inició en un día y el archivo se ha eliminado. Envíalo de nuevo.',
  },
};
