import { oneLine } from '../../text/one-line.ts';
import { readHtml } from '../../text/plain-text.ts';
import { childrenOf, type Element, firstText, textOf } from './xml.ts';

/** A person's name from what RSS calls an author: `mail (Name)`, `Name <mail>`, `Name`, or only a mail. */
export function personName(text: string): string | null {
  const whole = oneLine(readHtml(text.slice(0, 1000).replace(/<([^<>\s]+@[^<>\s]+)>/g, ' ')).text);
  const named = /^\S+@\S+\s*\((.+)\)$/.exec(whole)?.[1] ?? whole.replace(/\s*\(?\S+@\S+\)?$/, '');
  const name = (named || whole).replace(/^(mailto:|by\s+|por\s+)/i, '').trim();
  return name ? name.slice(0, 200) : null;
}

const NAMING = ['author', 'dc:creator', 'dc:author', 'itunes:author', 'media:credit'];
const isAddress = (person: string) => /^\S+@\S+$/.test(person);
const isNotEmpty = (list: string[]) => list.length > 0;

function fromElement(element: Element): string | null {
  const name = firstText(element, 'name', 'email');
  return personName(name ?? textOf(element));
}

/**
 * Who wrote an entry: everybody that the first element with names gives, separated by commas. An address is no byline
 * where a name stands beside it, in this element or another; empty where the feed names an author and leaves the name empty, null where it names none.
 */
export function authorOf(element: Element, source: Element | undefined): string | null {
  const named = NAMING.map((name) =>
    childrenOf(element, name)
      .filter((child) => name !== 'media:credit' || child.attributes['role'] === 'author')
      .map(fromElement)
      .filter((person) => person !== null),
  ).filter((people) => people.length > 0);
  const people = named.map((some) => some.filter((person) => !isAddress(person))).find(isNotEmpty);
  const byline = people ?? named[0];
  if (byline) return [...new Set(byline)].slice(0, 10).join(', ');
  // RFC 4287, 4.2.1: an entry without an author has those of the feed it was taken from.
  const ofSource = source ? authorOf(source, undefined) : null;
  const left = ['author', 'dc:creator'].some((name) => childrenOf(element, name).length > 0);
  return ofSource ?? (left ? '' : null);
}
