import { z } from 'zod';
import { type Address, InvalidAddress, readAddress } from '../../../mail/address.ts';
import type { Newsletter } from '../../../newsletters/newsletters.ts';
import {
  frequencySchema,
  hourSchema,
  languageSchema,
  nameSchema,
  timezoneSchema,
} from '../../../subscribers/choices.ts';
import { Problem } from '../../middleware/problem.ts';

/** A valid sign-up. */
export interface SignUpInput {
  address: Address;
  name: string | null;
  language: string | null;
  timezone: string | null;
  newsletters: (Newsletter & { chosen: string[] | null })[];
  frequency: z.infer<typeof frequencySchema>;
  hour: string | null;
  /** The solution of a proof of work. */
  proof: string | null;
}

const fields = {
  name: nameSchema.nullish(),
  language: languageSchema.nullish(),
  timezone: timezoneSchema.nullish(),
  frequency: frequencySchema.nullish(),
  hour: hourSchema.nullish(),
  altcha: z.string().max(4000).nullish(),
};
const slugs = z.array(z.string().max(100)).max(100);
const jsonSchema = z.strictObject({
  email: z.string('An email address is required.'),
  newsletter: z.union([z.string().transform((slug) => [slug]), slugs.min(1)]).optional(),
  sections: slugs.nullish(),
  ...fields,
});
const formSchema = z.object({
  email: z.string().default(''),
  newsletter: slugs.optional(),
  sections: slugs.optional(),
  ...fields,
});

/** What is wrong with a form, and the field to show it at. */
export class UnusableForm extends Error {
  readonly field: 'email' | 'newsletter' | 'choice';
  /** A key of the pages' words. */
  readonly key: string;
  constructor(field: UnusableForm['field'], key: string) {
    super(key);
    this.name = 'UnusableForm';
    this.field = field;
    this.key = key;
  }
}

/** Reads the JSON of a program. Throws ZodError, Problem. */
export function readSignUpJson(body: unknown, offered: Newsletter[]): SignUpInput {
  const input = jsonSchema.parse(body);
  const unknown = (pointer: string, detail: string) =>
    new Problem(422, 'The request is not valid: see errors.', { errors: [{ pointer, detail }] });
  let address: Address;
  try {
    address = readAddress(input.email);
  } catch (error) {
    if (error instanceof InvalidAddress) throw unknown('/email', error.message);
    throw error;
  }
  const wanted = input.newsletter ?? offered.slice(0, 1).map((newsletter) => newsletter.slug);
  const newsletters = choose(wanted, offered);
  if (newsletters.length === 0 || newsletters.length !== new Set(wanted).size)
    throw unknown('/newsletter', 'There is no such newsletter to sign up for.');
  const chosen = withSections(newsletters, input.sections ?? null);
  if (!chosen) throw unknown('/sections', 'None of these newsletters has such a section.');
  return { ...rest(input), address, newsletters: chosen };
}

/** Reads a form; empty fields count as absent, unknown ones are ignored. Throws UnusableForm. */
export function readSignUpForm(body: unknown, offered: Newsletter[]): SignUpInput {
  const read = formSchema.safeParse(filled(body));
  if (!read.success) {
    const [field] = read.error.issues[0]?.path ?? [];
    throw new UnusableForm('choice', field === 'name' ? 'signUp.wrongName' : 'signUp.wrongField');
  }
  const input = read.data;
  let address: Address;
  try {
    address = readAddress(input.email);
  } catch (error) {
    if (error instanceof InvalidAddress) throw new UnusableForm('email', `address.${error.fault}`);
    throw error;
  }
  if (!input.newsletter && offered.length !== 1)
    throw new UnusableForm('newsletter', 'signUp.chooseOne');
  const wanted = input.newsletter ?? offered.map((newsletter) => newsletter.slug);
  const newsletters = choose(wanted, offered);
  if (newsletters.length !== new Set(wanted).size)
    throw new UnusableForm('newsletter', 'signUp.wrongField');
  const chosen = withSections(newsletters, input.sections ?? null);
  if (!chosen) throw new UnusableForm('choice', 'signUp.wrongField');
  return { ...rest(input), address, newsletters: chosen };
}

const choose = (wanted: string[], offered: Newsletter[]) =>
  offered.filter((newsletter) => wanted.includes(newsletter.slug));

/** One list of sections serves all newsletters: each takes those it has, and all of its own where it has none. */
function withSections(newsletters: Newsletter[], sections: string[] | null) {
  const known = new Set(newsletters.flatMap((one) => one.sections.map((section) => section.slug)));
  if (sections?.some((slug) => !known.has(slug))) return undefined;
  return newsletters.map((newsletter) => {
    const all = newsletter.sections.map((section) => section.slug);
    const some = all.filter((slug) => sections?.includes(slug));
    return { ...newsletter, chosen: some.length === 0 || some.length === all.length ? null : some };
  });
}

function rest(input: z.infer<typeof formSchema> | z.infer<typeof jsonSchema>) {
  return {
    name: input.name ?? null,
    language: input.language ?? null,
    timezone: input.timezone ?? null,
    frequency: input.frequency ?? ('daily' as const),
    hour: input.hour ?? null,
    proof: input.altcha ?? null,
  };
}

/** A form's fields without the empty ones; those that may stand several times as lists. */
function filled(body: unknown): Record<string, unknown> {
  if (typeof body !== 'object' || body === null) return {};
  const lists = ['newsletter', 'sections'];
  return Object.fromEntries(
    Object.entries(body)
      .filter(([, value]) => value !== '')
      .map(([key, value]) => [key, lists.includes(key) ? [value].flat() : value]),
  );
}
