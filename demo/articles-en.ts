import type { Written } from './newsroom.ts';

/** The Harbour Post, newest first. Every person, place and figure is made up. */
export const english: Written[] = [
  {
    id: 'ferry',
    slug: 'night-ferry-returns',
    section: 'news',
    headline: 'Night ferry returns to the north quay after three winters',
    standfirst:
      'The 22:40 sailed with 61 passengers and one accordion. The crossing to Alder Island now takes 48 minutes, and the last bus waits for it.',
    author: 'Ines Calloway',
    alt: 'A white ferry with lit windows crosses a calm bay at dusk',
    paragraphs: [
      'At 22:40 on the dot the ramp of the Marigold came up with a groan, and the north quay had its night ferry back. Sixty-one passengers were aboard, most of them islanders who had not been able to stay for dinner in Saltmere since the service was cut three winters ago.',
      'The crossing takes 48 minutes, seven fewer than before, because the new hull sits higher and the sandbank off Gull Point has been dredged. The last bus from the island pier now waits for the boat, however late it comes.',
      '“I have been to the cinema,” said Tomas Vell, 74, as if reporting a moon landing. He had brought his accordion and played until the engine note drowned him out.',
      'The council pays 1.1 million crowns a year for the sailing and will look at the figures again in spring. It needs 40 passengers a night to stay. On its first night it had half as many again.',
    ],
  },
  {
    id: 'storm',
    slug: 'storm-barrier-first-test',
    section: 'news',
    headline: 'Storm barrier passes its first real test',
    standfirst:
      'Gusts of 118 km/h pushed the sea 2.3 metres above normal. Behind the new gates the old town stayed dry for the first time since records began.',
    author: 'Piet Okonjo',
    alt: 'High waves break against a row of sea gates under a dark sky',
    paragraphs: [
      'The gates closed at 03:12, eleven minutes after the order was given. By four the sea stood 2.3 metres above its usual mark and was throwing spray over the lamp posts of the outer mole.',
      'Behind the barrier, on Rope Street, people came out in dressing gowns to look at the dry cobbles. In every storm of this size since 1871 the street has been under water.',
      'Two of the nine gates needed a second attempt, which engineers put down to driftwood. A diver inspects the sill tomorrow. The harbour reopened to small craft at noon.',
      'The barrier was four years late. “Nobody asked me about that this morning,” said its chief engineer, Wanda Brill.',
    ],
  },
  {
    id: 'tram',
    slug: 'tram-line-4-early',
    section: 'updates',
    headline: 'Line 4: track works end a week early',
    standfirst:
      'Trams run through to Quarry Hill again from Monday. The replacement buses stop on Sunday night, and tickets bought for them stay valid.',
    author: 'Mara Lindqvist',
    alt: 'A yellow tram climbs a street between coloured houses',
    paragraphs: [
      'From the first service on Monday, trams of line 4 run through to Quarry Hill again, seven days sooner than the notice boards say. The last replacement bus leaves at 23:55 on Sunday.',
      'The dry autumn helped, and so did a second crew that worked under lamps. The new track is meant to last thirty years and is noticeably quieter on the bend by the hospital.',
      'Tickets and passes bought for the buses remain valid on the trams. The stop at Mill Lane keeps its temporary platform until the lift is approved.',
    ],
  },
  {
    id: 'market',
    slug: 'fish-market-one-crown',
    section: 'news',
    headline: 'Council buys back the old fish market for one crown',
    standfirst:
      'The hall has stood empty since the auction moved. A vote of 14 to 9 brings it home; what goes inside is now for the town to say.',
    author: 'Ines Calloway',
    alt: 'An iron market hall with a glass roof beside moored boats',
    paragraphs: [
      'It took a single coin, handed over in an envelope, to bring the old fish market back into public hands. The vote was 14 to 9, after a debate that ran past midnight.',
      'The iron hall was sold eleven years ago for two million crowns to a company that meant to build a hotel and then did not. The roof needs new glass, about a third of it, before winter.',
      'Ideas are wanted until the end of January: so far the list holds a food hall, a boat school, a concert room and, in a child’s hand, “fish again”.',
      'Those who voted against pointed at the repair bill, put at 900,000 crowns. Those in favour pointed at the building.',
    ],
  },
  {
    id: 'waterfront',
    slug: 'who-owns-the-waterfront',
    section: 'special-reports',
    headline: 'Who owns the waterfront? We read 1,204 deeds',
    standfirst:
      'Three families, two pension funds and a choir: a year in the land registry shows who holds the kilometre between the cranes and the beach.',
    author: 'Piet Okonjo and Mara Lindqvist',
    alt: 'A row of narrow coloured houses mirrored in harbour water',
    paragraphs: [
      'The kilometre between the cranes and the town beach is the dearest ground in Saltmere, and until now nobody could say whose it is. The registry keeps its deeds by parcel, not by owner, on paper. We read all 1,204 of them.',
      'Sixty-one per cent of the frontage belongs to three families and two pension funds abroad. The town itself holds nine per cent, most of it under roads. The harbour choir owns a boathouse, left to it in 1932, worth more than its singers knew.',
      'One parcel in seven changed hands through a company with no other business. That is legal. It also means that no transfer tax was paid: by our count, 6.4 million crowns over ten years.',
      'The full table, with every parcel, is open to all. Corrections have come in from four owners so far; we have made three of them and explain below why not the fourth.',
      'A bill to publish owners by name goes to the regional assembly in March. It has failed there twice.',
    ],
  },
  {
    id: 'lighthouse',
    slug: 'lighthouse-lamp-stays',
    section: 'updates',
    headline: 'The lighthouse lamp stays, and that is final',
    standfirst:
      'The port authority withdraws its plan for an LED beacon on Gull Point. The turning lens of 1894 goes on, with a new motor and a part-time keeper.',
    author: 'Oriol Bastable',
    alt: 'A lighthouse sends its beam over the sea under a starry sky',
    paragraphs: [
      'Gull Point keeps its turning beam. The port authority has withdrawn the plan to replace the lens of 1894 with a fixed LED beacon, after 4,300 people signed against it and the pilots’ guild, asked for the first time, did too.',
      'The guild’s reason was practical: a turning light is told apart from the town’s street lamps at once, a fixed one is not.',
      'A new motor is ordered. Advertised with it is a keeper’s post of eight hours a week; forty people have applied, among them a poet and two astronomers.',
    ],
  },
  {
    id: 'reservoir',
    slug: 'reservoir-81-per-cent',
    section: 'updates',
    headline: 'Reservoir at 81 per cent: the hosepipe ban ends',
    standfirst:
      'Ten days of rain in the hills did what a summer of appeals could not. Gardens may be watered again from Thursday, before nine and after seven.',
    author: 'Mara Lindqvist',
    alt: 'A dam and a full reservoir between green hills after rain',
    paragraphs: [
      'The Brenn reservoir stood at 81 per cent this morning, up from 46 at the start of the month. The water board lifts the hosepipe ban from Thursday; gardens may be watered before nine and after seven.',
      'The rain fell where it was needed, in the hills, and gently: nearly all of it went into the ground. Two springs above Holm that had been dry since July are running.',
      'The board keeps its advice on full machines and short showers until the level passes 90.',
    ],
  },
  {
    id: 'seals',
    slug: 'quiet-return-of-the-seals',
    section: 'special-reports',
    headline: 'The quiet return of the seals',
    standfirst:
      'Thirty years ago the last colony left the bay. This autumn our reporter counted 212 animals on the skerries, and met the people who kept it secret.',
    author: 'Oriol Bastable',
    alt: 'Three seals rest on rocks at low tide in warm light',
    paragraphs: [
      'You hear them before you see them: a low, complaining choir from the skerries west of Alder Island. On the last calm Sunday of October we counted 212 seals there, pups included.',
      'The last colony left in the nineties, when the paper mill still drained into the bay. The first pair came back eleven years ago. Four fishermen saw them, and agreed over coffee to tell nobody.',
      'They changed their routes, and let the mooring nearest the skerries rot. “We are not sentimental people,” one of them told us. “We just thought: let them be.”',
      'What gave the secret away was a satellite image, sharp enough to count by. The council now proposes what the four have practised all along: no boats within 300 metres from May to July.',
      'They have asked that their names not be printed. The seals, one added, do not know them either.',
    ],
  },
  {
    id: 'library',
    slug: 'library-opens-on-sundays',
    section: 'updates',
    headline: 'The library opens on Sundays from December',
    standfirst:
      'No loans at the desk, but light, warmth and 90,000 books: volunteers keep the doors open from ten to six. The reading room gets its piano back.',
    author: 'Ines Calloway',
    alt: 'Tall library windows glow over a snowy square in the evening',
    paragraphs: [
      'From the first Sunday in December the town library opens from ten to six. Thirty-eight volunteers share the day; books are borrowed at the machine.',
      'The trial runs until Easter. In a survey of 2,000 readers Sunday was the day most asked for, by families and by people who work shifts.',
      'The piano, tuned, returns to the reading room. It may be played between four and five, “by those who can, and by those under ten”.',
    ],
  },
  {
    id: 'iceboat',
    slug: 'a-year-aboard-the-last-ice-boat',
    section: 'special-reports',
    headline: 'A year aboard the last ice boat',
    standfirst:
      'The Ada has opened the northern channel every winter since 1958. This one may be her last. Twelve months with a crew of five, a cat and 1,300 horsepower.',
    author: 'Wen Halloran',
    alt: 'A red ice breaker leaves a dark channel through sea ice before mountains',
    paragraphs: [
      'The Ada does not cut ice, she climbs it: the bow rides up, 600 tonnes follow, and the floe gives way with a sound like a door slammed in an empty house. She has done so every winter since 1958.',
      'There is less to climb each year. In her first decade the channel froze for 94 days on average; in the last it was 21. Her keep costs the port the same either way.',
      'Aboard are five people and a cat named Ballast. The cook, Rua Simms, has been on her longest, 29 winters, and keeps a log of her own: what was eaten, who was homesick, what the ice sounded like.',
      'A buyer in the far north has made an offer. The port decides in February; the crew, who may go with her, have already decided not to say.',
      'On our last morning the channel was open water from shore to shore. The Ada went out all the same, slowly, like someone walking through a house before handing over the keys.',
    ],
  },
];
