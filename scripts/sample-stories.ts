import type { DigestArticle } from '../emails/content.ts';

type Story = Pick<DigestArticle, 'title' | 'standfirst' | 'author'> & {
  picture: string | null;
  alt: string;
  words?: number;
  category?: string;
};

/** Invented stories for looking at mails, the first one the lead. */
export const stories: Record<string, Story[]> = {
  en: [
    {
      title: 'The ferry will sail all winter: the islands keep their bridge to the coast',
      standfirst:
        'After two years of argument over the old pier, the harbour board votes eight to three for repairs. Boats leave on Sundays again from the first week of December.',
      author: 'Inés Robledo',
      picture: 'harbour',
      alt: 'A white ferry crosses a calm bay at sunrise',
      words: 1180,
    },
    {
      title: 'Night buses return on four lines',
      standfirst:
        'Drivers and city agree on rest times. The first bus leaves the station at 1.10 on Friday night.',
      author: 'Tomas Lindqvist',
      picture: 'city',
      alt: 'Lit windows of a city at night',
      words: 640,
    },
    {
      title: 'What the new reading room cost, line by line',
      standfirst:
        'The library opened its books. We went through 214 invoices: the roof was cheaper than planned, the chairs were not.',
      author: 'Priya Raman',
      picture: null,
      alt: '',
      words: 2100,
    },
    {
      title: 'First snow above 1,200 metres, and a thaw by Sunday',
      standfirst: 'Chains are required on the pass road until Saturday noon.',
      author: null,
      picture: 'mountain',
      alt: 'Snow on a mountain ridge under a clear sky',
    },
    {
      title: 'School canteens: seven of ten children now eat there',
      standfirst: 'Since lunch is free, queues are longer and plates emptier. A visit at noon.',
      author: 'Marta Quiroga',
      picture: null,
      alt: '',
      words: 890,
    },
    {
      title: 'The river that came back: a year after the weir was opened',
      standfirst:
        'Salmon have been counted above the old mill for the first time since 1931. A report in five parts, with maps.',
      author: 'Inés Robledo and Tomas Lindqvist',
      picture: 'river',
      alt: 'A river winds between green banks',
      words: 3400,
    },
  ],
  es: [
    {
      title: 'El ferri navegará todo el invierno: las islas conservan su puente con la costa',
      standfirst:
        'Tras dos años de discusión sobre el viejo muelle, la junta del puerto aprueba las obras por ocho votos a tres. Los barcos vuelven a salir los domingos desde la primera semana de diciembre.',
      author: 'Inés Robledo',
      picture: 'harbour',
      alt: 'Un ferri blanco cruza una bahía en calma al amanecer',
      words: 1180,
    },
    {
      title: 'Vuelven los autobuses nocturnos en cuatro líneas',
      standfirst:
        'Conductores y ayuntamiento acuerdan los descansos. El primero sale de la estación a la 1.10 del viernes.',
      author: 'Tomás Lindqvist',
      picture: 'city',
      alt: 'Ventanas iluminadas de una ciudad de noche',
      words: 640,
    },
    {
      title: 'Lo que costó la nueva sala de lectura, factura a factura',
      standfirst:
        'La biblioteca abrió sus cuentas. Hemos leído 214 facturas: el tejado salió más barato de lo previsto; las sillas, no.',
      author: 'Priya Raman',
      picture: null,
      alt: '',
      words: 2100,
    },
    {
      title: 'Primera nevada por encima de 1.200 metros y deshielo el domingo',
      standfirst: 'Las cadenas son obligatorias en el puerto hasta el sábado a mediodía.',
      author: null,
      picture: 'mountain',
      alt: 'Nieve en una cresta bajo un cielo despejado',
    },
    {
      title: 'Comedores escolares: ya comen en ellos siete de cada diez niños',
      standfirst: 'Desde que es gratis, las colas son más largas y los platos quedan más vacíos.',
      author: 'Marta Quiroga',
      picture: null,
      alt: '',
      words: 890,
    },
    {
      title: 'El río que volvió: un año después de abrir la presa',
      standfirst:
        'Se han contado salmones por encima del viejo molino por primera vez desde 1931. Un informe en cinco partes, con mapas.',
      author: 'Inés Robledo y Tomás Lindqvist',
      picture: 'river',
      alt: 'Un río serpentea entre orillas verdes',
      words: 3400,
    },
  ],
  ar: [
    {
      title: 'العبّارة تبحر طوال الشتاء: الجزر تحتفظ بجسرها إلى الساحل',
      standfirst:
        'بعد عامين من الجدل حول الرصيف القديم، صوّت مجلس الميناء بثمانية أصوات مقابل ثلاثة لصالح الإصلاح. تعود الرحلات أيام الأحد ابتداءً من الأسبوع الأول من ديسمبر.',
      author: 'ليلى حدّاد',
      picture: 'harbour',
      alt: 'عبّارة بيضاء تعبر خليجًا هادئًا عند الشروق',
      words: 1180,
    },
    {
      title: 'عودة الحافلات الليلية على أربعة خطوط',
      standfirst:
        'اتفق السائقون والبلدية على أوقات الراحة. تنطلق أول حافلة من المحطة في الساعة 1:10 فجر السبت.',
      author: 'Tomas Lindqvist',
      picture: 'city',
      alt: 'نوافذ مضاءة في مدينة ليلًا',
      words: 640,
    },
    {
      title: 'كم كلّفت قاعة المطالعة الجديدة، بندًا بندًا',
      standfirst:
        'فتحت المكتبة دفاترها. راجعنا 214 فاتورة: السقف أرخص مما خُطّط له، أما الكراسي فلا.',
      author: 'بريا رامان',
      picture: null,
      alt: '',
      words: 2100,
    },
    {
      title: 'أول ثلج فوق 1200 متر، وذوبان قبل الأحد',
      standfirst: 'السلاسل إلزامية على طريق الممر حتى ظهر السبت.',
      author: null,
      picture: 'mountain',
      alt: 'ثلج على سلسلة جبال تحت سماء صافية',
    },
    {
      title: 'GitHub Copilot في المدارس: سبعة من كل عشرة معلمين جرّبوه',
      standfirst: 'منذ أن صار الغداء مجانيًا، طالت الطوابير وفرغت الأطباق. زيارة عند الظهر.',
      author: 'مرتا كيروغا',
      picture: null,
      alt: '',
      words: 890,
    },
    {
      title: 'النهر الذي عاد: عام بعد فتح السد',
      standfirst:
        'رُصد سمك السلمون فوق الطاحونة القديمة للمرة الأولى منذ عام 1931. تقرير من خمسة أجزاء مع خرائط.',
      author: 'ليلى حدّاد',
      picture: 'river',
      alt: 'نهر يلتف بين ضفاف خضراء',
      words: 3400,
    },
  ],
  he: [
    {
      title: 'המעבורת תפליג כל החורף: האיים שומרים על הגשר לחוף',
      standfirst:
        'אחרי שנתיים של ויכוח על הרציף הישן הצביעה הנהלת הנמל שמונה נגד שלושה בעד השיפוץ. ההפלגות בימי ראשון יחודשו בשבוע הראשון של דצמבר.',
      author: 'נועה ברק',
      picture: 'harbour',
      alt: 'מעבורת לבנה חוצה מפרץ שקט בזריחה',
      words: 1180,
    },
    {
      title: 'אוטובוסי הלילה חוזרים בארבעה קווים',
      standfirst:
        'הנהגים והעירייה הסכימו על זמני המנוחה. הראשון יוצא מהתחנה ב־1:10 בלילה שבין שישי לשבת.',
      author: 'Tomas Lindqvist',
      picture: 'city',
      alt: 'חלונות מוארים של עיר בלילה',
      words: 640,
    },
    {
      title: 'כמה עלה אולם הקריאה החדש, סעיף אחר סעיף',
      standfirst: 'הספרייה פתחה את ספריה. עברנו על 214 חשבוניות: הגג היה זול מהצפוי, הכיסאות לא.',
      author: 'פריה רמן',
      picture: null,
      alt: '',
      words: 2100,
    },
    {
      title: 'שלג ראשון מעל 1,200 מטר והפשרה עד יום ראשון',
      standfirst: 'חובה לנסוע עם שרשראות בכביש ההר עד שבת בצהריים.',
      author: null,
      picture: 'mountain',
      alt: 'שלג על רכס הרים תחת שמיים בהירים',
    },
    {
      title: 'ארוחות בבתי הספר: שבעה מכל עשרה ילדים כבר אוכלים שם',
      standfirst: 'מאז שהארוחה בחינם התורים מתארכים והצלחות מתרוקנות. ביקור בצהריים.',
      author: 'מרתה קירוגה',
      picture: null,
      alt: '',
      words: 890,
    },
    {
      title: 'הנהר ששב: שנה לפתיחת הסכר',
      standfirst: 'לראשונה מאז 1931 נספרו דגי סלמון מעל הטחנה הישנה. כתבה בחמישה חלקים, עם מפות.',
      author: 'נועה ברק ו־Tomas Lindqvist',
      picture: 'river',
      alt: 'נהר מתפתל בין גדות ירוקות',
      words: 3400,
    },
  ],
};

/** Headlines of a long edition, beside the stories above. */
export const headlines = [
  'Council opens the books of the tram depot after a year of questions',
  'Two swimmers cross the strait in fog',
  'Bakers ask for cheaper night current',
  'The observatory sells its old lenses, and schools may bid first',
  'Rents fall for the first time since the mill closed',
  'A bridge, a bolt and 40 minutes of silence on the line to the south',
  'Fish market moves to Tuesdays',
  'Nurses accept the offer by a narrow vote',
  'Archive finds the missing half of the 1911 map',
  'Storm warning lifted for the outer islands',
  'Chess club beats the champion from the capital',
  'Wine harvest: little, but better than feared',
  'The last phone box is listed as a monument',
  'New pitch for the girls’ team before spring',
];

/** Pictures drawn for them, by name, as SVG of 1200 by 675. */
export const pictures: Record<string, string> = {
  harbour: scene(
    '#f6c79b',
    '#f4e3c8',
    '<circle cx="860" cy="330" r="70" fill="#fff3d9"/><path d="M0 400h1200v275H0z" fill="#2f6f7e"/><path d="M0 470h1200v205H0z" fill="#255a68"/><path d="M330 380h360l-40 62H370z" fill="#fff"/><path d="M400 330h200v50H400z" fill="#f2ece1"/><path d="M520 280h40v50h-40z" fill="#a4161a"/><path d="M0 400l170-60 130 60z" fill="#56707a"/>',
  ),
  city: scene(
    '#141b33',
    '#2c3560',
    '<g fill="#0c1122"><path d="M80 260h170v415H80z"/><path d="M290 160h150v515H290z"/><path d="M480 300h210v375H480z"/><path d="M730 210h140v465H730z"/><path d="M910 330h200v345H910z"/></g><g fill="#ffd98a"><path d="M110 300h30v40h-30zM180 380h30v40h-30zM320 210h26v40h-26zM380 320h26v40h-26zM520 350h40v40h-40zM610 450h40v40h-40zM770 260h26v40h-26zM820 380h26v40h-26zM950 380h36v40h-36zM1040 470h36v40h-36z"/></g>',
  ),
  mountain: scene(
    '#8fb8de',
    '#dcebf7',
    '<path d="M0 675l380-470 220 270 190-210 410 410z" fill="#55687d"/><path d="M380 205l-120 150 70-20 60 50 50-60 70 30zM790 265l-90 100 60-14 40 40 60-40 60 20z" fill="#fff"/>',
  ),
  river: scene(
    '#cfe6d0',
    '#eef5e4',
    '<path d="M0 300q300-80 600-20t600-40v435H0z" fill="#7aa66b"/><path d="M520 260q-160 90 60 170t-120 245h330q130-150-60-240t-130-175z" fill="#4f93b5"/>',
  ),
};

function scene(top: string, bottom: string, shapes: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 675" preserveAspectRatio="xMidYMid slice"><defs><linearGradient id="s" x2="0" y2="1"><stop stop-color="${top}"/><stop offset="1" stop-color="${bottom}"/></linearGradient></defs><path d="M0 0h1200v675H0z" fill="url(#s)"/>${shapes}</svg>`;
}
