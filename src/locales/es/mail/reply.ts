export default {
  from: '{{reader}} vía {{newsletter}}',
  noSubject: '(sin asunto)',
  reader: 'Esto lo escribió un lector: {{address}} ({{url}}). Tu respuesta llega a esa dirección.',
  stranger:
    'Esto lo escribió alguien que no está entre tus lectores: {{address}}. Tu respuesta llega a esa dirección.',
  wantsOut: 'Parece que quiere darse de baja. Abre la página del lector para hacerlo con un clic.',
  dropped: 'No se ha reenviado: {{names}}',
};
