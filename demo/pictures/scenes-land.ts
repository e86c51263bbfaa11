import {
  box,
  dice,
  disc,
  HEIGHT,
  hills,
  light,
  line,
  mirrored,
  ripples,
  shape,
  WIDTH,
  wash,
  windows,
} from './brush.ts';

export function tram(): string {
  const house = (x: number, w: number, top: number, colour: string, seed: number) =>
    box(x, top, w, 520 - top, colour) +
    shape(`M${x - 6} ${top + 2} L${x + w / 2} ${top - 54} L${x + w + 6} ${top + 2} Z`, '#5a4038') +
    windows(
      seed,
      { x: x + 18, y: top + 26, columns: Math.floor((w - 20) / 44), rows: 4, step: 44, rise: 62 },
      { w: 22, h: 36 },
      '#f9e7b6',
      '#4a5d6b',
    );
  return (
    wash(0, HEIGHT, '#8ec6dd', '#cfe7ea', '#fdf1d8') +
    hills(3, 400, 130, '#8fb79a') +
    house(-10, 170, 230, '#d97b5d', 2) +
    house(165, 150, 270, '#e9c46a', 3) +
    house(320, 170, 210, '#7aa6a1', 4) +
    house(760, 150, 250, '#c86b6b', 5) +
    house(915, 160, 200, '#e7d9bd', 6) +
    house(1080, 150, 260, '#6f93b5', 7) +
    shape('M0 520 H1200 V675 H0 Z', '#8d8a86') +
    shape('M0 510 H1200 V530 H0 Z', '#b9b4ab') +
    line('M0 604 H1200 M0 640 H1200', '#5d5b59', 6) +
    line('M0 150 C300 172 800 172 1200 150', '#3a4a55', 3) +
    line('M560 262 L610 164 L660 262', '#3a4a55', 5) +
    box(330, 262, 560, 330, '#f2b632', 34) +
    box(330, 470, 560, 66, '#fbf7ec') +
    box(330, 520, 560, 16, '#c8553d') +
    [0, 1, 2, 3, 4]
      .map(
        (n) =>
          box(366 + n * 100, 310, 84, 120, '#41687c', 10) +
          shape(
            `M${374 + n * 100} 420 L${424 + n * 100} 318 H${444 + n * 100} L${394 + n * 100} 420 Z`,
            '#8fb9c6',
            0.55,
          ),
      )
      .join('') +
    box(520, 282, 180, 20, '#2d3440', 6) +
    disc(450, 596, 24, '#2d3440') +
    disc(530, 596, 24, '#2d3440') +
    disc(690, 596, 24, '#2d3440') +
    disc(770, 596, 24, '#2d3440') +
    disc(866, 560, 13, '#fff6d8') +
    disc(354, 560, 10, '#b8402f')
  );
}

export function market(): string {
  let hall = box(150, 300, 900, 190, '#3f6f73');
  for (let n = 0; n < 9; n++) {
    const x = 168 + n * 98;
    hall += `<path d="M${x} 490 V370 a40 40 0 0 1 80 0 V490 Z" fill="#f6e3b1"/>`;
    hall += line(`M${x + 40} 332 V490 M${x} 400 H${x + 80}`, '#2b5054', 5);
  }
  hall +=
    shape('M120 304 L330 196 H870 L1080 304 Z', '#a8c9c8') +
    shape('M400 198 L470 140 H730 L800 198 Z', '#c6dedb') +
    line(
      'M200 262 H1000 M265 230 H935 M330 196 L270 304 M440 196 L400 304 M545 196 L530 304 M655 196 L670 304 M760 196 L800 304 M870 196 L930 304 M530 140 V198 M600 140 V198 M670 140 V198',
      '#3f6f73',
      5,
    ) +
    box(592, 82, 16, 60, '#2b5054') +
    shape('M608 84 L668 98 L608 114 Z', '#c8553d') +
    box(120, 296, 960, 14, '#2b5054');
  const boat = (x: number, colour: string) =>
    shape(`M${x} 540 H${x + 170} L${x + 146} 584 H${x + 22} Z`, colour) +
    box(x + 88, 500, 46, 42, '#f6f1e4', 4) +
    box(x + 98, 510, 26, 14, '#41687c', 2) +
    line(`M${x + 62} 540 V450 M${x + 62} 462 L${x + 20} 540`, '#3a3f46', 4);
  return (
    wash(0, 490, '#f3c9a2', '#f8dfba', '#fdf2da') +
    light(1010, 150, 42, '#fffaf0') +
    hills(16, 490, 150, '#d7a98a') +
    wash(490, HEIGHT, '#7fa6ad', '#42717f') +
    mirrored(hall, 494, 0.3) +
    box(0, 486, WIDTH, 18, '#8a7f74') +
    ripples(8, 508, '#e4f0ee', 70) +
    boat(90, '#2f5d78') +
    boat(820, '#a83f34') +
    boat(1010, '#2f6b58')
  );
}

export function reservoir(): string {
  const roll = dice(14);
  let trees = '';
  for (let n = 0; n < 34; n++) {
    const x = n < 17 ? roll() * 330 : 900 + roll() * 320;
    const y = 500 + roll() * 160;
    const h = 54 + roll() * 60;
    trees += shape(
      `M${x - h * 0.3} ${y} L${x} ${y - h} L${x + h * 0.3} ${y} Z`,
      n % 3 ? '#24523f' : '#2f6650',
    );
  }
  let ribs = '';
  for (let n = 0; n < 10; n++)
    ribs += line(`M${372 + n * 50} 408 L${400 + n * 44} 600`, '#b7b0a3', 5);
  return (
    wash(0, 400, '#8fb3c7', '#c9dde2', '#eef3e8') +
    `<g fill="none" stroke-width="16" opacity=".45">${['#e07a5f', '#f2cc8f', '#81b29a', '#5f9ab8'].map((colour, n) => `<path d="M${180 + n * 16} 420 A${420 - n * 16} ${360 - n * 16} 0 0 1 ${1020 - n * 16} 420" stroke="${colour}"/>`).join('')}</g>` +
    hills(25, 380, 150, '#7ea58d') +
    hills(28, 400, 90, '#5f8d74') +
    wash(385, 470, '#5d93ab', '#3f7a95') +
    ripples(4, 388, '#e6f4f6', 40, 470) +
    hills(0, 480, 30, '#4a7d5f') +
    shape('M330 400 H870 L800 620 H400 Z', '#cfc8bb') +
    ribs +
    box(316, 388, 568, 22, '#e6e0d4', 4) +
    box(560, 350, 80, 42, '#a89f91', 3) +
    shape('M550 352 L600 326 L650 352 Z', '#7d3126') +
    shape('M540 470 C546 540 536 590 520 640 H680 C664 590 654 540 660 470 Z', '#dff0f4', 0.9) +
    shape('M360 640 C480 600 720 600 840 640 L880 675 H320 Z', '#4f8ba3') +
    shape('M0 520 C140 470 280 540 420 650 L430 675 H0 Z', '#3f6f52') +
    shape('M1200 520 C1060 470 920 540 780 650 L770 675 H1200 Z', '#3f6f52') +
    trees
  );
}

export function library(): string {
  const roll = dice(33);
  let snow = '';
  for (let n = 0; n < 120; n++)
    snow += disc(roll() * WIDTH, roll() * 620, 1.5 + roll() * 3.5, '#ffffff', 0.5 + roll() * 0.5);
  const arch = (x: number) => {
    const id = `M${x} 500 V300 a55 55 0 0 1 110 0 V500 Z`;
    let shelf = '';
    for (let row = 0; row < 4; row++) {
      for (let book = 0; book < 9; book++) {
        const colour =
          ['#a44a3f', '#3d6b8a', '#5b7f5d', '#7d5a8c', '#c98b3c'][Math.floor(roll() * 5)] ??
          '#a44a3f';
        const tall = 20 + roll() * 12;
        shelf += box(x + 8 + book * 10.6, 356 + row * 42 - tall, 8, tall, colour);
      }
      shelf += box(x + 4, 356 + row * 42, 102, 4, '#8a5a2b');
    }
    return (
      shape(id, '#ffd98a') + shelf + line(`M${x + 55} 246 V500 M${x} 310 H${x + 110}`, '#5c4a3d', 4)
    );
  };
  return (
    wash(0, 560, '#1f2c4d', '#41507a', '#8b7f9e') +
    hills(41, 520, 160, '#2b3659') +
    box(140, 200, 920, 330, '#6d5a50') +
    box(120, 180, 960, 30, '#87736a', 3) +
    shape('M430 184 L600 92 L770 184 Z', '#87736a') +
    disc(600, 150, 24, '#ffd98a') +
    line('M600 150 V134 M600 150 L612 156', '#3b2f2a', 4) +
    shape(
      'M120 180 H1080 V166 C960 158 880 172 790 166 L600 76 L410 166 C300 174 220 158 120 166 Z',
      '#f4f7fb',
    ) +
    [190, 330, 760, 900].map(arch).join('') +
    arch(545) +
    box(140, 520, 920, 20, '#4e4039') +
    shape('M0 540 C260 520 480 552 700 534 S1060 530 1200 546 V675 H0 Z', '#e8eef6') +
    shape(
      'M200 675 L330 540 H440 L380 675 Z M760 540 H870 L1010 675 H830 Z M545 540 H655 L690 675 H510 Z',
      '#ffe2a3',
      0.5,
    ) +
    line('M90 600 V430 M1110 600 V430', '#20263a', 8) +
    light(90, 418, 15, '#ffe7b0') +
    light(1110, 418, 15, '#ffe7b0') +
    snow
  );
}
