import {
  box,
  dice,
  disc,
  HEIGHT,
  hills,
  light,
  line,
  mirrored,
  peaks,
  ripples,
  shape,
  WIDTH,
  wash,
  windows,
} from './brush.ts';

export function ferry(): string {
  const boat = `
    ${shape('M300 430 H850 L810 490 H350 Z', '#f4f1ea')}
    ${shape('M322 462 H832 L810 490 H350 Z', '#b8402f')}
    ${box(370, 360, 400, 72, '#fbfaf6', 6)}
    ${box(430, 305, 270, 58, '#fbfaf6', 6)}
    ${box(610, 245, 62, 64, '#1f4e5f', 4)}${box(610, 258, 62, 16, '#f2c14e')}
    ${windows(3, { x: 392, y: 380, columns: 13, rows: 1, step: 28.5, rise: 1 }, { w: 18, h: 26 }, '#ffd67a', '#ffe6ad')}
    ${windows(4, { x: 448, y: 320, columns: 9, rows: 1, step: 27, rise: 1 }, { w: 17, h: 22 }, '#ffd67a', '#ffe6ad')}
    ${line('M470 305 V235 M470 250 L520 305', '#1f4e5f', 4)}`;
  return (
    wash(0, 440, '#24405f', '#6c6a8f', '#d98a78', '#f6c58b') +
    light(930, 380, 46, '#ffe3a8') +
    hills(8, 440, 120, '#4a5577') +
    hills(5, 455, 70, '#35425f') +
    wash(440, HEIGHT, '#7d6f8d', '#3b4c6e', '#22344f') +
    ripples(9, 445, '#ffd9a0', 70) +
    mirrored(boat, 492, 0.22) +
    ripples(2, 505, '#2b3f5c', 40)
  );
}

export function storm(): string {
  const roll = dice(21);
  let gates = '';
  for (let n = 0; n < 7; n++) {
    const x = 60 + n * 165;
    gates += box(x, 300, 34, 230, '#54616b', 4) + box(x - 6, 286, 46, 20, '#77858f', 4);
    if (n < 6)
      gates +=
        box(x + 34, 365, 131, 150, '#3d4a54') +
        line(`M${x + 40} 390 L${x + 158} 490 M${x + 158} 390 L${x + 40} 490`, '#2e3941', 6);
  }
  let spray = '';
  for (let n = 0; n < 90; n++) {
    const at = roll() * WIDTH;
    spray += disc(
      at,
      380 - roll() ** 2 * 170 - Math.sin(at / 90) * 26,
      2 + roll() * 7,
      '#e9f1f3',
      0.35 + roll() * 0.4,
    );
  }
  const wave = (y: number, swing: number, colour: string, shift: number) => {
    let crest = '';
    for (let x = -100 + shift; x < WIDTH + 200; x += 200) {
      crest += ` C${x + 60} ${y - swing * 1.6} ${x + 120} ${y - swing} ${x + 128} ${y - swing * 0.2} S${x + 170} ${y + swing * 0.3} ${x + 200} ${y}`;
    }
    return (
      shape(`M-100 ${HEIGHT} V${y} H${shift - 100} ${crest} V${HEIGHT} Z`, colour) +
      line(`M${shift - 100} ${y} ${crest}`, '#dfe9ea', 5)
    );
  };
  return (
    wash(0, 520, '#27313a', '#51636e', '#a9b7b5', '#d9d3b8') +
    shape('M0 120 C200 60 320 150 520 100 S900 40 1200 130 V0 H0 Z', '#20272d', 0.8) +
    shape('M0 190 C240 150 420 220 640 170 S1000 150 1200 210 V110 H0 Z', '#333d45', 0.6) +
    gates +
    spray +
    wave(470, 62, '#5d7480', 0) +
    wave(525, 54, '#48606d', -90) +
    wave(585, 46, '#344b58', -30) +
    wave(640, 34, '#243945', -120)
  );
}

export function lighthouse(): string {
  const roll = dice(77);
  let stars = '';
  for (let n = 0; n < 110; n++)
    stars += disc(roll() * WIDTH, roll() * 400, 0.8 + roll() * 1.9, '#fff6dd', 0.4 + roll() * 0.6);
  return (
    wash(0, 470, '#0d1b33', '#1d3557', '#3f5f84') +
    stars +
    shape('M845 196 L0 40 V250 Z', '#ffe9ae', 0.3) +
    shape('M845 196 L0 100 V196 Z', '#fff3cf', 0.32) +
    shape('M868 196 L1200 150 V260 Z', '#ffe9ae', 0.25) +
    wash(470, HEIGHT, '#27476b', '#152a45') +
    ripples(13, 475, '#ffe9ae', 55) +
    shape('M640 675 C690 520 760 486 850 480 C960 474 1040 520 1200 500 V675 Z', '#0a1526') +
    shape('M815 490 L830 230 H882 L897 490 Z', '#f3efe6') +
    shape('M819.500 420 L823.500 350 H888.500 L892.500 420 Z', '#b8402f') +
    shape('M827.500 290 L830 245 H882 L884.500 290 Z', '#b8402f') +
    box(822, 220, 68, 12, '#23344d', 3) +
    box(834, 178, 44, 44, '#ffe9ae', 4) +
    shape('M826 180 L856 148 L886 180 Z', '#23344d') +
    box(848, 440, 18, 34, '#23344d', 8) +
    box(905, 436, 90, 58, '#e5dfd2', 3) +
    shape('M896 438 L950 404 L1004 438 Z', '#7d3126') +
    box(922, 454, 20, 20, '#ffd67a', 2)
  );
}

export function seals(): string {
  const seal = (x: number, y: number, scale: number, colour: string, face: 1 | -1) => `
    <g transform="translate(${x} ${y}) scale(${scale * face} ${scale})">
      ${shape('M-150 12 C-170 -4 -196 -22 -206 -10 C-196 0 -204 14 -190 18 C-120 44 60 46 112 22 C128 -6 126 -50 108 -74 C96 -92 66 -92 54 -74 C40 -52 30 -40 -20 -34 C-80 -28 -120 -10 -150 12 Z', colour)}
      ${shape('M20 18 C30 44 0 56 -22 52 C-12 40 -8 26 -6 14 Z', '#00000033')}
      ${disc(96, -66, 5, '#1a1a1d')}${disc(116, -52, 5, '#1a1a1d')}
      ${line('M108 -46 L132 -50 M108 -42 L132 -40', '#ffffff66', 2)}
    </g>`;
  return (
    wash(0, 380, '#f7d9a8', '#f3b98a', '#e79a86') +
    light(250, 250, 54, '#fff1cf') +
    hills(31, 385, 60, '#b5818a') +
    wash(380, HEIGHT, '#d4928a', '#7f7f93', '#4f6478') +
    ripples(6, 388, '#ffe8c4', 80) +
    shape(
      'M120 640 C160 540 300 520 420 540 C520 500 640 505 720 545 C860 520 1040 540 1110 640 L1150 675 H80 Z',
      '#4a4450',
    ) +
    shape(
      'M180 640 C240 575 340 560 430 572 C540 540 620 545 700 578 C840 560 980 575 1050 640 Z',
      '#5c5460',
    ) +
    seal(380, 520, 0.9, '#6d6a72', 1) +
    seal(690, 522, 0.72, '#8d867f', -1) +
    seal(910, 540, 1, '#575962', -1) +
    line(
      'M560 120 q14 -16 28 0 q14 -16 28 0 M660 160 q11 -12 22 0 q11 -12 22 0 M500 180 q9 -10 18 0 q9 -10 18 0',
      '#6b4b55',
      4,
    )
  );
}

export function iceboat(): string {
  const boat = `
    ${shape('M520 440 H800 L780 520 H560 C536 500 524 470 520 440 Z', '#b3342b')}
    ${shape('M536 486 H790 L780 520 H560 C550 512 541 500 536 486 Z', '#7d211c')}
    ${box(610, 372, 150, 70, '#f7f5ef', 5)}${box(640, 322, 84, 54, '#f7f5ef', 5)}
    ${box(738, 318, 34, 60, '#22303c', 3)}${box(738, 330, 34, 12, '#f2c14e')}
    ${box(650, 334, 64, 18, '#29485c', 3)}${box(626, 390, 18, 18, '#29485c', 9)}${box(660, 390, 18, 18, '#29485c', 9)}${box(694, 390, 18, 18, '#29485c', 9)}
    ${line('M682 322 V262 M682 280 L560 440', '#22303c', 4)}`;
  const roll = dice(58);
  let floes = '';
  for (let n = 0; n < 16; n++) {
    const y = 540 + roll() * 130;
    const x = 520 + (roll() - 0.5) * (y - 400) * 1.5 + 80;
    const w = 20 + roll() * 50;
    floes += shape(`M${x} ${y} l${w} -8 l${w * 0.5} 10 l-${w * 0.7} 10 Z`, '#f4fafc', 0.9);
  }
  return (
    wash(0, 420, '#9cc4de', '#d3e6ef', '#f8e9dc') +
    light(960, 190, 40, '#fff5da') +
    peaks(12, 420, 250, '#7f9db6', '#f7fbfd') +
    hills(44, 430, 40, '#a9c3d3') +
    wash(420, HEIGHT, '#dcebf2', '#f4f9fb') +
    shape('M640 455 C560 520 470 590 380 675 H860 C800 600 770 540 760 470 Z', '#28566e') +
    shape('M30 560 L260 520 L420 545 M820 560 L1010 520 L1190 560', 'none') +
    line(
      'M0 540 L190 510 L330 530 L470 505 M860 530 L1000 505 L1200 540 M60 620 L280 580 M930 610 L1130 590',
      '#b9d3e0',
      4,
    ) +
    boat +
    floes
  );
}

export function waterfront(): string {
  const roll = dice(90);
  const colours = ['#c8553d', '#e0a458', '#5b8e7d', '#f4d6a0', '#3d6b8a', '#a44a5e', '#e8e2d4'];
  let houses = '';
  let x = -20;
  for (let n = 0; x < WIDTH; n++) {
    const w = 84 + roll() * 44;
    const top = 190 + roll() * 90;
    const colour = colours[n % colours.length] ?? '#c8553d';
    const middle = x + w / 2;
    houses += box(x, top, w, 440 - top, colour);
    houses +=
      roll() < 0.5
        ? shape(`M${x} ${top + 1} L${middle} ${top - 62} L${x + w} ${top + 1} Z`, colour) +
          disc(middle, top - 16, 9, '#2d3440')
        : shape(
            `M${x} ${top + 1} H${x + 16} V${top - 26} H${x + 32} V${top - 50} H${x + w - 32} V${top - 26} H${x + w - 16} V${top + 1} Z`,
            colour,
          );
    const columns = w > 105 ? 3 : 2;
    const step = (w - 20) / columns;
    houses += windows(
      n + 7,
      {
        x: x + 10 + (step - 18) / 2,
        y: top + 20,
        columns,
        rows: Math.floor((380 - top) / 52),
        step,
        rise: 52,
      },
      { w: 18, h: 30 },
      '#fbe6b0',
      '#2d3f4f',
    );
    houses += box(middle - 12, 398, 24, 42, '#2d3440', 3);
    x += w + 2;
  }
  return (
    wash(0, 440, '#bcd9e6', '#e7eee9', '#fbeccd') +
    shape(
      'M120 110 c30 -34 84 -30 98 4 c40 -10 60 20 40 40 H90 c-24 -10 -10 -44 30 -44 Z',
      '#ffffff',
      0.8,
    ) +
    shape(
      'M880 70 c24 -28 70 -24 82 4 c34 -8 50 16 34 34 H856 c-20 -10 -8 -38 24 -38 Z',
      '#ffffff',
      0.7,
    ) +
    wash(440, HEIGHT, '#86a9b3', '#4f7584', '#35596a') +
    mirrored(houses, 446, 0.42) +
    box(0, 438, WIDTH, 14, '#77706a') +
    ripples(17, 456, '#d8eef2', 90) +
    shape('M300 560 H520 L492 600 H326 Z', '#7d3126') +
    line('M410 560 V430 M410 440 L500 550 H410', '#f7f2e6', 5)
  );
}
