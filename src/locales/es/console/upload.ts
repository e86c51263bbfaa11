export default {
  progress: 'Cuánto se ha enviado del archivo',
  sent: '{{percent}} % de {{size}} enviado. Deja esta página abierta hasta entonces.',
  arrived: 'El archivo ha llegado y se está leyendo.',
  stop: 'Detener el envío',
  stopped: 'Lo has detenido. No se ha guardado nada.',
  broken:
    'La conexión se cortó antes de que llegara todo el archivo. No se ha guardado nada. Inténtalo de nuevo; si vuelve a pasar, puede que un proxy delante de Gaceta limite el tamaño de los archivos.',
  refused:
    'No se ha aceptado el archivo (respuesta {{status}}). Puede que un proxy delante de Gaceta limite el tamaño de los archivos. No se ha guardado nada.',
};
