import type { DemoArticle } from './articles.ts';
import { newsroom } from './newsroom.ts';

/** The story behind the demo's special edition: in no feed, an operator adds it by hand. */
export function lighthouseSpecial(now: Date): DemoArticle {
  return {
    id: 'lighthouse',
    slug: 'lighthouse',
    path: '/special/lighthouse',
    language: 'en',
    section: 'special-reports',
    headline: 'The lighthouse that learned to listen',
    standfirst:
      'For a year our reporters sat with the keepers of Cape Marrow. This is what the fog told them.',
    author: 'Ines Caldera',
    picture: '/pictures/lighthouse.jpg',
    alt: 'A lighthouse sends its beam over the sea under a starry sky',
    credit: newsroom.en.credit,
    publishedAt: now,
    translation: undefined,
    paragraphs: [
      'The light on Cape Marrow has eleven microphones. They were put up to count migrating birds, and for a year nobody asked what else they heard.',
      'Then a keeper, unable to sleep, played back a night of fog at four times the speed. Under the horn there was a rhythm: every buoy in the bay has a bell, and no two swing alike. Drawn as a chart, the bells show each current and how it turns.',
      'Pilots now get that chart an hour before they sail. In the first six months of the trial no ship touched the bar; the year before, three did.',
      '“We spent two centuries sending out light,” says the head keeper, Jory Penn. “It did not occur to anybody that the sea was answering.”',
    ],
  };
}
