export default {
  from: '{{reader}} vía {{newsletter}}',
  noSubject: '(sin asunto)',
  reader: 'Esto lo escribió un lector: {{address}} ({{url}}). Tu respuesta le llegará.',
  stranger:
    'Esto lo escribió alguien que no está entre tus lectores: {{address}}. Tu respuesta le llegará.',
  wantsOut: 'Parece que quiere darse de baja. Abre su página para hacerlo con un clic.',
  dropped: 'No se ha reenviado: {{names}}',
};
