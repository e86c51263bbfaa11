export default {
  title: 'Formulario de suscripción',
  lead: 'Comparte la dirección de la página de suscripción o pega el formulario en tu sitio. En ambos casos, los lectores confirman por correo.',
  page: 'Página de suscripción',
  foot: 'Para tu sitio, al pie de los artículos',
  line: 'O en una línea en medio de ellos',
  paste:
    'Pega la línea donde deba aparecer el formulario e indica tu sitio en los ajustes del boletín, en «Sitios que pueden mostrar el formulario». Donde el formulario no pueda aparecer, los lectores verán un enlace.',
  local:
    'Esta dirección solo funciona en este equipo. Define PUBLIC_URL con la dirección que usarán los lectores.',
  language: 'Idioma del formulario',
  ofPage: 'el de tu página',
  show: 'Mostrar las líneas',
  notOffered:
    'Este boletín está desactivado o no se muestra en el formulario. Hasta que lo cambies, el formulario ofrece los demás boletines.',
  empty: 'Aún no hay boletines. Cuando crees uno, aquí aparecerán las líneas para pegar.',
  noSites: 'Ninguno todavía: en otros sitios, los lectores solo ven el enlace.',
  changeSites: 'Abrir los ajustes del boletín',
  options: 'Qué puedes cambiar en la línea',
  option: {
    newsletter:
      'Los boletines que ofrece el formulario, separados por comas. Si falta, los ofrece todos.',
    lang: 'El idioma: {{languages}}. Si falta, el formulario sigue el de tu página.',
    form: 'Con el valor line, el formulario ocupa una línea. Si falta, aparece completo.',
    title:
      'El nombre del formulario para lectores de pantalla. Si falta, el formulario se lo pone.',
  },
  events: 'Para tu propio script',
  eventsText:
    'Tu página recibe el resultado: qué boletines, o por qué ha fallado. Nunca recibe datos del lector.',
};
