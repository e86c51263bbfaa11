export default {
  subject: 'Prueba del servidor de correo {{relay}}',
  text: 'Esto es una prueba. {{newsroom}} la envió por el servidor de correo {{relay}} el {{time}}, porque alguien la pidió en la consola.',
  arrived:
    'Ha llegado, así que el servidor de correo funciona. Mira también en qué carpeta está: si es la de correo no deseado, revisa los registros DNS en la página «Entrega».',
};
